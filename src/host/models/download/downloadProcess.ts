import { CancellationTokenSource, ErrorCodes, ResponseError, type MessageConnection } from 'vscode-jsonrpc/node';
import { sliceFromEnd } from '../../../util/text/wholeCharacters';
import {
  DOWNLOAD_PROBLEM_CODE,
  DOWNLOAD_PROTOCOL_VERSION,
  downloadMethods,
  type DownloadInitializeParams,
  type DownloadLogEntry,
  type DownloadParams,
  type DownloadProblem,
  type DownloadProgress,
  type DownloadResult,
} from '../../../contract/rpc/downloadMethods';
import { forkProcess, type ProcessCommand } from '../../services/childProcess';
import type { Log } from '../../services/log';

export type RunEnd = DownloadResult | { readonly kind: 'failed'; readonly problem: DownloadProblem };

/** A download under way. */
export interface DownloadRun {
  /** Settles once the process is gone; never rejects. */
  readonly end: Promise<RunEnd>;
  /** Stops it; what is there stays. */
  stop(): void;
}

export type StartRun = (params: DownloadParams, onProgress: (progress: DownloadProgress) => void) => DownloadRun;

/** Time that a process gets to stop and to end, in milliseconds. */
const stopLimit = 5000;

/**
 * Runs downloads, each in a process of its own.
 * @param command asked at every start
 */
export function downloadProcesses(command: () => ProcessCommand, log: Log): StartRun {
  return (params, onProgress) => {
    const { child, connection } = forkProcess(command(), 'ignore');
    let lastWords = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = sliceFromEnd(`${lastWords}${text}`, 2000);
    });
    connection.onError(() => undefined);
    connection.onNotification(downloadMethods.progress, onProgress);
    connection.onNotification(downloadMethods.log, ({ level, message }: DownloadLogEntry) => {
      log[level](message);
    });
    connection.listen();
    const cancellation = new CancellationTokenSource();
    let killer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      cancellation.cancel();
      killer ??= setTimeout(() => child.kill('SIGKILL'), stopLimit);
    };
    const gone = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => {
        resolve(signal ?? `exit code ${String(code)}`);
        connection.dispose();
      });
      child.once('error', (error) => {
        resolve(error.message);
        connection.dispose();
      });
    });
    const settle = async (): Promise<RunEnd> => {
      const end = await ask(connection, params, cancellation).catch(async (error: unknown): Promise<RunEnd> => {
        const problem = problemOf(error);
        if (problem) return { kind: 'failed', problem };
        if (cancellation.token.isCancellationRequested) return { kind: 'stopped' };
        child.kill('SIGKILL');
        const detail = await gone;
        if (lastWords !== '') log.error(lastWords.trimEnd());
        return { kind: 'failed', problem: { kind: 'processDied', detail } };
      });
      killer ??= setTimeout(() => child.kill('SIGKILL'), stopLimit);
      if (child.connected) child.disconnect();
      await gone;
      clearTimeout(killer);
      return end;
    };
    return { end: settle(), stop };
  };
}

async function ask(connection: MessageConnection, params: DownloadParams, cancellation: CancellationTokenSource): Promise<DownloadResult> {
  const greeting: DownloadInitializeParams = { protocolVersion: DOWNLOAD_PROTOCOL_VERSION };
  await connection.sendRequest(downloadMethods.initialize, greeting);
  return connection.sendRequest<DownloadResult>(downloadMethods.download, params, cancellation.token);
}

function problemOf(error: unknown): DownloadProblem | undefined {
  if (!(error instanceof ResponseError)) return undefined;
  if (error.code === DOWNLOAD_PROBLEM_CODE) return error.data as DownloadProblem;
  return error.code === ErrorCodes.InternalError ? { kind: 'internal', detail: error.message } : undefined;
}
