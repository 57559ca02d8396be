import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { Pace } from '../../util/throttle';
import {
  DOWNLOAD_PROBLEM_CODE,
  DOWNLOAD_PROTOCOL_VERSION,
  downloadMethods,
  type DownloadInitializeParams,
  type DownloadInitializeResult,
  type DownloadLogEntry,
  type DownloadParams,
  type DownloadPhase,
  type DownloadProblem,
  type DownloadProgress,
  type DownloadResult,
} from '../../contract/rpc/downloadMethods';
import { DownloadFailure } from './downloadFailure';
import { openNetwork } from './openNetwork';
import { systemClock } from './retries';
import { runDownload } from './runDownload';
import { freeBytes } from './downloadFolder';

/** Between two reports of progress in the same phase, in milliseconds. */
const reportInterval = 200;

/** The root of a download's process: one connection to the host that forked it, and an end when that host is gone. */
function main(): void {
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  const gone = new AbortController();
  const end = (): void => {
    gone.abort();
    // A download under way has this long to note what it has.
    setTimeout(() => process.exit(0), 2000).unref();
  };
  let greeted = false;
  connection.onRequest(downloadMethods.initialize, ({ protocolVersion }: DownloadInitializeParams): DownloadInitializeResult => {
    greeted = protocolVersion === DOWNLOAD_PROTOCOL_VERSION;
    if (!greeted) throw failure({ kind: 'internal', detail: `protocol ${protocolVersion} where ${DOWNLOAD_PROTOCOL_VERSION} is spoken` });
    return { protocolVersion: DOWNLOAD_PROTOCOL_VERSION, pid: process.pid };
  });
  connection.onRequest(downloadMethods.download, (params: DownloadParams, token: CancellationToken) => {
    if (!greeted) throw failure({ kind: 'internal', detail: `the first request has to be ${downloadMethods.initialize}` });
    return download(connection, params, AbortSignal.any([gone.signal, signalOf(token)]));
  });
  connection.onClose(end);
  process.once('disconnect', end);
  connection.listen();
}

async function download(connection: MessageConnection, params: DownloadParams, signal: AbortSignal): Promise<DownloadResult> {
  let network: ReturnType<typeof openNetwork> | undefined;
  const reports = new PacedReports((progress) => {
    notify(connection, downloadMethods.progress, progress);
  });
  try {
    network = openNetwork(params.network);
    return await runDownload(
      params,
      {
        fetch: network.fetch,
        clock: systemClock,
        freeBytes,
        report: (progress) => {
          reports.push(progress);
        },
        log: (level, message) => {
          notify(connection, downloadMethods.log, { level, message } satisfies DownloadLogEntry);
        },
      },
      signal,
    );
  } catch (error) {
    throw failure(error instanceof DownloadFailure ? error.problem : { kind: 'internal', detail: String(error) });
  } finally {
    reports.flush();
    await network?.close();
  }
}

/** Passes on a new phase at once, and else the newest a few times a second. */
class PacedReports {
  private phase: DownloadPhase | undefined;
  private newest: DownloadProgress | undefined;
  private readonly pace = new Pace(
    reportInterval,
    () => this.sendNewest(),
    () => performance.now(),
  );

  constructor(private readonly send: (progress: DownloadProgress) => void) {}

  push(progress: DownloadProgress): void {
    this.newest = progress;
    if (progress.phase === this.phase) this.pace.ask();
    else this.flush();
    this.phase = progress.phase;
  }

  /** Sends what has not been sent yet. */
  flush(): void {
    this.pace.flush();
  }

  private sendNewest(): boolean {
    const { newest } = this;
    if (!newest) return false;
    this.newest = undefined;
    this.send(newest);
    return true;
  }
}

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  token.onCancellationRequested(() => {
    controller.abort();
  });
  if (token.isCancellationRequested) controller.abort();
  return controller.signal;
}

function failure(problem: DownloadProblem): ResponseError<DownloadProblem> {
  return new ResponseError(DOWNLOAD_PROBLEM_CODE, problem.kind, problem);
}

function notify(connection: MessageConnection, method: string, params: unknown): void {
  // A host that is gone no longer wants to know.
  connection.sendNotification(method, params).catch(() => undefined);
}

main();
