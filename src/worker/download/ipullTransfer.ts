import { ReadableStream, type UnderlyingSource } from 'node:stream/web';
import { downloadFile, DownloadStatus, type DownloadEngineNodejs, type SaveProgressInfo } from 'ipull';
import { isAbort } from './downloadFailure';
import { FileWriter, WriteFailure } from './fileWriter';
import type { Remote } from './remoteFiles';

/** What ipull names a file with that is not all there yet. Behind the file's length it notes what is there. */
export const partialSuffix = '.ipull';

export interface TransferOptions {
  readonly remote: Remote;
  /** Where the file will be; what is received goes to this with {@link partialSuffix}. */
  readonly path: string;
  readonly connections: number;
  readonly chunkBytes: number;
  /** The bytes from `from` to before `to`; throws what is to end the transfer. */
  readonly read: (from: number, to: number, signal: AbortSignal) => AsyncGenerator<Uint8Array, void, undefined>;
  /** Bytes that are there. */
  readonly onProgress: (bytes: number) => void;
}

/**
 * Receives a file, or what is missing of it, by ipull: which parts are fetched side by side, where they go and what is there already is its
 * work. Reading and writing are not (ADR 22 says why): it gets a `fetch` that survives lost connections and a writer that keeps the order,
 * neither of which ever fails towards it. When this resolves, the partial file has every byte.
 * @throws what `read` has thrown, a {@link WriteFailure}, or an AbortError
 */
export async function transfer(options: TransferOptions, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const failures: unknown[] = [];
  const fail = (error: unknown): void => {
    failures.push(error);
    stop.abort();
  };
  const writer = new FileWriter(options.path + partialSuffix, (error) => {
    fail(new WriteFailure(error));
  });
  const ended = AbortSignal.any([signal, stop.signal]);
  const restoreFetch = replaceFetch(options.remote.bytes, (from, to, slice) => {
    const over = AbortSignal.any([slice, ended]);
    return answer(from, to, inPieces(options.read(from, to, over), options.chunkBytes), over, writer, fail);
  });
  let note: SaveProgressInfo | undefined;
  try {
    signal.throwIfAborted();
    const engine = await openEngine(options, writer);
    options.onProgress(engine.status.transferredBytes);
    engine.on('progress', ({ transferredBytes }) => {
      options.onProgress(Math.min(transferredBytes, options.remote.bytes));
    });
    engine.on('save', (progress) => {
      note = progress;
    });
    ended.addEventListener('abort', () => void engine.close());
    await engine.download();
    if (!ended.aborted && engine.status.downloadStatus !== DownloadStatus.Finished) throw new Error('ipull ended before all was there');
  } finally {
    restoreFetch();
    // ipull skips notes while one is written, the last one too.
    if (ended.aborted && note) await writer.write(options.remote.bytes, Buffer.from(JSON.stringify(note)));
    await writer.close();
  }
  signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
}

async function openEngine({ remote, path, connections, chunkBytes }: TransferOptions, writer: FileWriter): Promise<DownloadEngineNodejs> {
  const engine = await downloadFile({
    url: remote.url,
    savePath: path,
    fetchStrategy: 'fetch',
    cliProgress: false,
    defaultFetchDownloadInfo: { length: remote.bytes, acceptRange: remote.ranges },
    parallelStreams: connections,
    chunkSize: chunkBytes,
    retry: { retries: 0 },
  });
  const { writeStream } = engine.options;
  // It would give a file its name that seems to be all there when it is closed.
  writeStream.finalPath = writeStream.path;
  writeStream.write = (position, bytes) => writer.write(position, bytes);
  writeStream.ftruncate = () => writer.flushed();
  writeStream.close = () => writer.flushed();
  return engine;
}

/** ipull takes the process's `fetch` and no other. @returns what puts the old one back */
function replaceFetch(bytes: number, serve: (from: number, to: number, signal: AbortSignal) => Response): () => void {
  const before = globalThis.fetch;
  globalThis.fetch = (_, init) => {
    const [, from = '0', last] = /^bytes=(\d+)-(\d+)$/.exec(new Headers(init?.headers).get('range') ?? '') ?? [];
    const signal = init?.signal ?? new AbortController().signal;
    return Promise.resolve(serve(Number(from), last === undefined ? bytes : Number(last) + 1, signal));
  };
  return () => {
    globalThis.fetch = before;
  };
}

/** Puts a piece that is longer than a chunk of ipull's, of which it would lose count, in several. */
async function* inPieces(pieces: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) for (let at = 0; at < piece.length; at += most) yield piece.subarray(at, at + most);
}

/** A response whose body is the pieces, which come when they are asked for. A failure is told to `fail`, and looks like an abort to ipull. */
function answer(
  from: number,
  to: number,
  pieces: AsyncGenerator<Uint8Array, void, undefined>,
  signal: AbortSignal,
  writer: FileWriter,
  fail: (error: unknown) => void,
): Response {
  const source: UnderlyingSource<Uint8Array> = {
    start: (controller) => {
      const abort = (): void => {
        // At once, and not with the next piece: what ipull reads after an abort it would take for the end of a part.
        controller.error(new DOMException('aborted', 'AbortError'));
        void pieces.return().catch(() => undefined);
      };
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    },
    pull: async (controller) => {
      try {
        await writer.room();
        const piece = await pieces.next();
        if (signal.aborted) return;
        if (piece.done === true) controller.close();
        else controller.enqueue(piece.value);
      } catch (error) {
        if (!isAbort(error)) fail(error);
        controller.error(new DOMException('aborted', 'AbortError'));
      }
    },
  };
  const body = new ReadableStream(source, { highWaterMark: 0 });
  return new Response(body, { status: 206, headers: { 'content-range': `bytes ${from}-${to - 1}/*` } });
}
