import type { DownloadProblem } from '../../contract/rpc/downloadMethods';
import { DownloadFailure, isAbort, networkProblem } from './downloadFailure';
import { fileOf, type Answer, type Hub, type Opened } from './modelHub';
import { lookLimits, Retries, transferLimits, type Clock, type RetryLimits } from './retries';

/** A file as the server has it. */
export interface Remote {
  readonly url: string;
  readonly host: string;
  readonly bytes: number;
  /** Whether a part of it can be asked for. */
  readonly ranges: boolean;
  /** By the hub's word. */
  readonly sha256?: string | undefined;
  /** A strong one. */
  readonly etag?: string | undefined;
}

export interface ReadHooks {
  /** It failed and is tried again soon. */
  readonly onWaiting: (problem: DownloadProblem) => void;
}

/** Files on the hub, read through failures that pass by themselves. */
export class RemoteFiles {
  constructor(
    private readonly hub: Hub,
    private readonly clock: Clock,
    private readonly hooks: ReadHooks,
    private readonly limits: { readonly look: RetryLimits; readonly transfer: RetryLimits } = {
      look: lookLimits,
      transfer: transferLimits,
    },
  ) {}

  /** Asks for the first bytes, by which a model is told from a web page or a pointer, and for what the server says of the file. */
  async look(url: string, signal: AbortSignal): Promise<Remote> {
    const retries = new Retries(this.limits.look);
    for (;;) {
      try {
        return await this.lookOnce(url, signal);
      } catch (error) {
        await this.wait(error, url, retries, signal);
      }
    }
  }

  /**
   * The bytes from `from` to before `to`, each once and in order, over as many connections as it takes.
   * @throws a {@link DownloadFailure} when they do not come, or are others than {@link look} has promised
   */
  async *read(remote: Remote, from: number, to: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const retries = new Retries(this.limits.transfer);
    let at = from;
    while (at < to) {
      try {
        for await (const piece of this.readOnce(remote, at, to, signal)) {
          at += piece.length;
          retries.progressed();
          yield piece;
        }
        if (at < to) throw new DownloadFailure({ kind: 'connectionLost', host: remote.host, detail: 'the answer ended early' });
      } catch (error) {
        await this.wait(isPastTheEnd(error) ? wrongLength(remote, 0) : error, remote.url, retries, signal);
      }
    }
  }

  private async lookOnce(url: string, signal: AbortSignal): Promise<Remote> {
    const opened = await this.hub.open(url, 0, magic.length, signal);
    const { response, host, linked } = opened;
    const bytes = totalOf(response) ?? linked.bytes;
    const file = fileOf(new URL(url));
    if (bytes === undefined || (linked.bytes !== undefined && linked.bytes !== bytes)) {
      await response.body?.cancel().catch(() => undefined);
      throw new DownloadFailure({ kind: 'wrongLength', file, expectedBytes: linked.bytes ?? 0, foundBytes: bytes ?? 0 });
    }
    const first = await firstBytes(response, host);
    if (!first.equals(magic))
      throw new DownloadFailure(first.toString().trimStart().startsWith('<') ? { kind: 'webPage', host } : { kind: 'notGguf', host, file });
    return { url, host, bytes, ranges: response.status === 206, sha256: linked.sha256, etag: strongEtag(response) };
  }

  private async *readOnce(remote: Remote, from: number, to: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const opened = await this.hub.open(remote.url, from, to, signal);
    checkSame(opened, remote, from);
    // One that answers with the whole file has the beginning skipped.
    let at = opened.response.status === 206 ? from : 0;
    for await (const piece of bodyOf(opened)) {
      const start = Math.max(from - at, 0);
      const end = Math.min(piece.length, to - at);
      at += piece.length;
      if (end > start) yield piece.subarray(start, end);
      if (at <= to) continue;
      // A whole file goes on behind what was asked for, a range does not.
      if (opened.response.status === 206 || to === remote.bytes) throw wrongLength(remote, at);
      return;
    }
  }

  private async wait(error: unknown, url: string, retries: Retries, signal: AbortSignal): Promise<void> {
    if (signal.aborted || isAbort(error)) throw error;
    const failure = error instanceof DownloadFailure ? error : new DownloadFailure(networkProblem(error, new URL(url).host));
    const delay = retries.after(failure);
    if (delay === undefined) throw failure;
    this.hooks.onWaiting(failure.problem);
    await this.clock.sleep(delay, signal);
  }
}

/** What every GGUF begins with. */
const magic = Buffer.from('GGUF');

async function firstBytes(response: Answer, host: string): Promise<Buffer> {
  let first = Buffer.alloc(0);
  for await (const piece of bodyOf({ response, host })) {
    first = Buffer.concat([first, piece]);
    if (first.length >= magic.length) break;
  }
  return first.subarray(0, magic.length);
}

/** Ends the connection when it is left early. */
async function* bodyOf({ response, host }: Pick<Opened, 'response' | 'host'>): AsyncGenerator<Uint8Array, void, undefined> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw isAbort(error) ? error : new DownloadFailure(networkProblem(error, host));
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function totalOf({ status, headers }: Answer): number | undefined {
  const text = status === 206 ? /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] : headers.get('content-length');
  const total = Number(text ?? Number.NaN);
  return Number.isSafeInteger(total) ? total : undefined;
}

function checkSame({ response }: Opened, remote: Remote, from: number): void {
  const etag = strongEtag(response);
  // Where there is a checksum, it tells better: the servers behind one name may have tags of their own for the same bytes.
  if (remote.sha256 === undefined && etag !== undefined && remote.etag !== undefined && etag !== remote.etag)
    throw new DownloadFailure({ kind: 'changed', file: fileOf(new URL(remote.url)) });
  const total = totalOf(response);
  if (total !== undefined && total !== remote.bytes) throw wrongLength(remote, total);
  if (response.status !== 206) return;
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (start !== undefined && Number(start) !== from) throw wrongLength(remote, total ?? 0);
}

/** Whether the server says that the file has no such part. */
function isPastTheEnd(error: unknown): boolean {
  return error instanceof DownloadFailure && error.problem.kind === 'server' && error.problem.status === 416;
}

function wrongLength(remote: Remote, foundBytes: number): DownloadFailure {
  return new DownloadFailure({ kind: 'wrongLength', file: fileOf(new URL(remote.url)), expectedBytes: remote.bytes, foundBytes });
}

function strongEtag({ headers }: Answer): string | undefined {
  const etag = headers.get('etag');
  return etag === null || etag === '' || etag.startsWith('W/') ? undefined : etag;
}
