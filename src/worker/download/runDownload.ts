import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type {
  DownloadParams,
  DownloadPhase,
  DownloadProblem,
  DownloadProgress,
  DownloadResult,
  WantedFile,
} from '../../contract/rpc/downloadMethods';
import { DownloadFailure, diskProblem, isAbort } from './downloadFailure';
import { WriteFailure } from './fileWriter';
import { Hub, type Fetch } from './modelHub';
import { transfer } from './ipullTransfer';
import { FolderLock } from './folderLock';
import { readRecord, writeRecord, type DownloadRecord, type FileRecord } from './downloadRecord';
import { RemoteFiles, type Remote } from './remoteFiles';
import type { Clock } from './retries';
import * as store from './downloadFolder';

export interface RunTools {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** What the disk has room for; `undefined` where that is unknown. */
  readonly freeBytes: (folder: string) => Promise<number | undefined>;
  readonly report: (progress: DownloadProgress) => void;
  readonly log: (level: 'warn' | 'info' | 'debug', message: string) => void;
}

/** Left free for everything else that writes. */
const reserveBytes = 100e6;

/** How often the record is brought up to date, in milliseconds. */
const recordInterval = 3000;

interface Part {
  readonly wanted: WantedFile;
  readonly remote: Remote;
  readonly path: string;
}

/**
 * Fetches all files of a download, or what is missing of them, checks them and gives them their names.
 * @throws a {@link DownloadFailure}. What is there by then stays, for the next run.
 */
export async function runDownload(params: DownloadParams, tools: RunTools, signal: AbortSignal): Promise<DownloadResult> {
  try {
    await mkdir(params.folder, { recursive: true });
    const lock = await FolderLock.take(params.folder);
    try {
      return await new Run(params, tools, lock, signal).all();
    } finally {
      await lock.release();
    }
  } catch (error) {
    if (signal.aborted || isAbort(error)) return { kind: 'stopped' };
    throw error instanceof DownloadFailure ? error : new DownloadFailure(await problemOf(error, params, tools));
  }
}

class Run {
  private phase: DownloadPhase = 'looking';
  private parts: readonly Part[] = [];
  /** Of each part. */
  private received: number[] = [];
  private readonly remotes: RemoteFiles;
  private saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly params: DownloadParams,
    private readonly tools: RunTools,
    private readonly lock: FolderLock,
    private readonly signal: AbortSignal,
  ) {
    const hub = new Hub({ origin: params.hubOrigin, token: params.token, fetch: tools.fetch });
    this.remotes = new RemoteFiles(hub, tools.clock, {
      onWaiting: (problem) => {
        tools.log('info', `trying again: ${JSON.stringify(problem)}`);
        this.enter('waiting');
      },
    });
  }

  async all(): Promise<DownloadResult> {
    const { params } = this;
    if (params.fresh) await store.clear(params.folder);
    const known = await readRecord(params.folder);
    this.report();
    this.parts = await this.lookAtAll();
    this.received = this.parts.map(() => 0);
    const noteOf = (name: string): FileRecord | undefined => known?.files.find((file) => file.name === name);
    const stages = await Promise.all(this.parts.map(({ path, remote, wanted }) => store.look(path, remote, noteOf(wanted.name))));
    this.parts.forEach(({ wanted, remote }, index) => {
      const stage = stages[index]?.stage;
      if (stage !== 'none' && stage !== 'final' && !store.isSame(noteOf(wanted.name), remote))
        throw new DownloadFailure({ kind: 'changed', file: wanted.name });
    });
    await this.checkSpace(stages.reduce((sum, { missingBytes }) => sum + missingBytes, 0));
    await this.save(false);
    const timer = setInterval(() => void this.save(false).catch(() => undefined), recordInterval);
    try {
      for (const [index, part] of this.parts.entries()) await this.fetchPart(index, part, stages[index]?.stage ?? 'none');
    } finally {
      clearInterval(timer);
      await this.save(false).catch(() => undefined);
    }
    await this.save(true);
    return { kind: 'done', bytes: this.total };
  }

  private async lookAtAll(): Promise<readonly Part[]> {
    const parts: Part[] = [];
    for (const wanted of this.params.files) {
      const remote = await this.remotes.look(wanted.url, this.signal);
      const { host, bytes, sha256 } = remote;
      if (wanted.sha256 !== undefined && sha256 !== undefined && wanted.sha256.toLowerCase() !== sha256)
        throw new DownloadFailure({ kind: 'otherFile', host, file: wanted.name });
      if (wanted.bytes > 0 && wanted.bytes !== bytes)
        throw new DownloadFailure({ kind: 'wrongLength', file: wanted.name, expectedBytes: wanted.bytes, foundBytes: bytes });
      const path = store.pathOf(this.params.folder, wanted.name);
      parts.push({ wanted, remote: { ...remote, sha256: sha256 ?? wanted.sha256?.toLowerCase() }, path });
    }
    return parts;
  }

  private async checkSpace(neededBytes: number): Promise<void> {
    const { folder } = this.params;
    const freeBytes = await this.tools.freeBytes(folder);
    if (neededBytes > 0 && freeBytes !== undefined && freeBytes < neededBytes + reserveBytes)
      throw new DownloadFailure({ kind: 'outOfDisk', folder, neededBytes: neededBytes + reserveBytes, freeBytes });
  }

  private async fetchPart(index: number, part: Part, stage: store.Stage): Promise<void> {
    const { remote, path } = part;
    if (stage === 'none' || stage === 'partial') {
      await this.receive(index, part);
      await store.markUnchecked(path);
    }
    this.received[index] = remote.bytes;
    if (stage !== 'final') await this.check(part);
  }

  private async receive(index: number, { remote, path }: Part): Promise<void> {
    const { connections, chunkBytes } = this.params;
    await transfer(
      {
        remote,
        path,
        connections,
        chunkBytes,
        read: (from, to, signal) => this.remotes.read(remote, from, to, signal),
        onProgress: (bytes) => {
          this.received[index] = bytes;
          this.enter('receiving');
        },
      },
      this.signal,
    );
  }

  private async check({ wanted, remote, path }: Part): Promise<void> {
    const unchecked = await store.openUnchecked(path, remote.bytes);
    if (remote.sha256 === undefined) {
      this.tools.log('warn', `${wanted.name}: nobody says what its checksum is`);
    } else {
      this.phase = 'checking';
      const found = await sha256Of(
        unchecked,
        (bytes) => {
          this.tools.report({ phase: 'checking', bytes, total: remote.bytes });
        },
        this.signal,
      );
      if (found !== remote.sha256) throw new DownloadFailure({ kind: 'corrupt', file: wanted.name, aside: await store.setAside(path) });
    }
    await store.markFinal(path);
  }

  private enter(phase: DownloadPhase): void {
    this.phase = phase;
    this.report();
  }

  private report(): void {
    this.tools.report({ phase: this.phase, bytes: this.bytes, total: this.total });
  }

  private get bytes(): number {
    return this.received.reduce((sum, bytes) => sum + bytes, 0);
  }

  private get total(): number {
    return this.parts.reduce((sum, { remote }) => sum + remote.bytes, 0);
  }

  /** One after the other. */
  private save(finished: boolean): Promise<void> {
    const saved = this.saving.then(() => this.saveNow(finished));
    this.saving = saved.catch(() => undefined);
    return saved;
  }

  private async saveNow(finished: boolean): Promise<void> {
    const record: DownloadRecord = {
      version: 1,
      source: this.params.source,
      files: this.parts.map(({ wanted, remote }) => ({
        name: wanted.name,
        bytes: remote.bytes,
        ...(remote.sha256 === undefined ? {} : { sha256: remote.sha256 }),
        ...(remote.etag === undefined ? {} : { etag: remote.etag }),
      })),
      bytes: this.bytes,
      total: this.total,
      finished,
    };
    await writeRecord(this.params.folder, record);
    await this.lock.touch();
  }
}

async function problemOf(error: unknown, { folder }: DownloadParams, { freeBytes }: RunTools): Promise<DownloadProblem> {
  const cause = error instanceof WriteFailure ? error.cause : error;
  if (!(cause instanceof Error) || !('code' in cause))
    return { kind: 'internal', detail: cause instanceof Error ? cause.message : String(cause) };
  const path = 'path' in cause && typeof cause.path === 'string' ? cause.path : folder;
  return diskProblem(cause, path, folder, async () => ({ neededBytes: 0, freeBytes: (await freeBytes(folder)) ?? 0 }));
}

/** SHA-256 of a file in hexadecimal. @param onProgress told how many bytes were read */
async function sha256Of(path: string, onProgress: (bytes: number) => void, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) {
    const chunk = piece as Buffer;
    hash.update(chunk);
    bytes += chunk.length;
    onProgress(bytes);
  }
  return hash.digest('hex');
}
