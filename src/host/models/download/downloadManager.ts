import { join, posix } from 'node:path';
import { Emitter, type Disposable } from '../../../util/event';
import type { DownloadParams, DownloadProgress, NetworkParams } from '../../../contract/rpc/downloadMethods';
import type { Log } from '../../services/log';
import { folderNameOf, originOf, wantedFiles } from './hubAddresses';
import type { DownloadRun, RunEnd, StartRun } from './downloadProcess';
import { RateMeter } from './rateMeter';
import { deleteDownload, findDownload, findDownloads, isHeld, type FoundDownload } from './downloadRecords';
import type { DownloadedModel, DownloadEnd, Downloads, DownloadSource, DownloadState, DownloadView } from './downloadTypes';

export interface ManagerOptions {
  /** Where every download has a folder of its own. */
  readonly root: string;
  readonly startRun: StartRun;
  /** Asked at every start, as the next two are. */
  readonly endpoint: () => string;
  readonly network: () => NetworkParams;
  /** What the hub at an origin is to be told; `undefined` for nothing. */
  readonly token: (origin: string) => Promise<string | undefined>;
  readonly log: Log;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

export interface StartedDownload {
  readonly view: DownloadView;
  readonly end: Promise<DownloadEnd>;
}

/** At once, for each file. More do not make the hub any faster and take memory. */
const connections = 4;
const chunkBytes = 4 * 1024 * 1024;

/** A download that has not ended well yet. */
class Entry implements DownloadView {
  state: DownloadState = { kind: 'paused' };
  /** Settles when the run under way has ended. */
  end: Promise<DownloadEnd> | undefined;
  /** What is wanted of that run: to go on, to end and keep what is there, or to end and delete it. */
  wish: 'run' | 'pause' | 'cancel' = 'run';
  process: DownloadRun | undefined;
  readonly rate: RateMeter;

  constructor(
    readonly source: DownloadSource,
    readonly folder: string,
    now: () => number,
    public bytes = 0,
    public total = source.files.reduce((sum, file) => sum + file.bytes, 0),
  ) {
    this.rate = new RateMeter(now);
  }

  stop(wish: 'pause' | 'cancel'): void {
    this.wish = wish;
    this.process?.stop();
  }

  note({ phase, bytes, total }: DownloadProgress): void {
    if (this.state.kind !== 'running' || this.state.phase !== phase) this.rate.reset();
    this.rate.note(bytes);
    this.bytes = bytes;
    this.total = total === 0 ? this.total : total;
    this.state = { kind: 'running', phase, bytesPerSecond: this.rate.bytesPerSecond, secondsLeft: this.rate.secondsLeft(total) };
  }
}

/** The downloads of this window, and those that earlier ones have left unfinished. */
export class DownloadManager implements Downloads, Disposable {
  private readonly entries = new Map<string, Entry>();
  private readonly changed = new Emitter<undefined>();
  private readonly started = new Emitter<StartedDownload>();

  readonly onDidChange = this.changed.event;
  readonly onDidStart = this.started.event;

  constructor(private readonly options: ManagerOptions) {}

  get all(): readonly DownloadView[] {
    return [...this.entries.values()];
  }

  /** Takes up what earlier windows have left unfinished, and gives back what there is of that kind. */
  async refresh(): Promise<readonly FoundDownload[]> {
    const unfinished: FoundDownload[] = [];
    for (const found of await findDownloads(this.options.root)) {
      if (found.finished || (await isHeld(found.folder))) continue;
      unfinished.push(found);
      const { source, folder, bytes, total } = found;
      if (!this.entries.has(source.id)) this.entries.set(source.id, new Entry(source, folder, this.options.now, bytes, total));
    }
    if (unfinished.length > 0) this.changed.fire(undefined);
    return unfinished;
  }

  start(source: DownloadSource, fresh = false): Promise<DownloadEnd> {
    const { now, root } = this.options;
    const entry = this.entries.get(source.id) ?? new Entry(source, join(root, folderNameOf(source.id)), now);
    if (entry.end) return entry.end;
    this.entries.set(source.id, entry);
    entry.wish = 'run';
    entry.state = { kind: 'running', phase: 'looking', bytesPerSecond: 0, secondsLeft: undefined };
    const end = this.run(entry, source, fresh);
    entry.end = end;
    this.started.fire({ view: entry, end });
    this.changed.fire(undefined);
    return end;
  }

  pause(id: string): void {
    const entry = this.entries.get(id);
    if (entry?.end) entry.stop('pause');
  }

  async cancel(id: string): Promise<void> {
    const entry = this.entries.get(id);
    if (entry?.end) {
      entry.stop('cancel');
      await entry.end;
    } else if (entry) {
      await this.discard(entry);
      this.changed.fire(undefined);
    }
  }

  async downloaded(): Promise<readonly DownloadedModel[]> {
    const found = await findDownloads(this.options.root);
    return found
      .filter(({ finished }) => finished)
      .map(({ source, folder, files, total }) => ({
        id: source.id,
        name: source.name,
        path: join(folder, files[0]?.name ?? ''),
        bytes: total,
      }));
  }

  /** Deletes a model that was downloaded. */
  async remove(id: string): Promise<void> {
    const found = (await findDownloads(this.options.root)).find(({ finished, source }) => finished && source.id === id);
    if (found && !(await isHeld(found.folder))) await deleteDownload(found.folder);
  }

  /** Stops all; what is there stays. */
  dispose(): void {
    for (const entry of this.entries.values()) entry.stop('pause');
    this.changed.dispose();
    this.started.dispose();
  }

  private async run(entry: Entry, source: DownloadSource, fresh: boolean): Promise<DownloadEnd> {
    const runEnd = await this.perform(entry, source, fresh).catch((error: unknown): RunEnd => {
      return { kind: 'failed', problem: { kind: 'internal', detail: String(error) } };
    });
    entry.process = undefined;
    const end = await this.settle(entry, source, runEnd);
    entry.end = undefined;
    this.options.log.info(`${source.id}: ${JSON.stringify(end)}`);
    this.changed.fire(undefined);
    return end;
  }

  private async perform(entry: Entry, source: DownloadSource, fresh: boolean): Promise<RunEnd> {
    const { endpoint, network, token, startRun } = this.options;
    const hub = endpoint();
    const origin = originOf(hub);
    const files = wantedFiles(hub, source);
    if (origin === undefined) return { kind: 'failed', problem: { kind: 'badEndpoint', endpoint: hub } };
    if (!files) return { kind: 'failed', problem: { kind: 'internal', detail: `${source.repository} has no such file` } };
    if (!fresh) {
      const there = await findDownload(entry.folder);
      if (there?.finished === true && there.source.revision === source.revision) return { kind: 'done', bytes: there.total };
    }
    const params: DownloadParams = {
      folder: entry.folder,
      files,
      source,
      hubOrigin: origin,
      token: await token(origin),
      network: network(),
      connections,
      chunkBytes,
      fresh,
    };
    if (entry.wish !== 'run') return { kind: 'stopped' };
    entry.process = startRun(params, (progress) => {
      entry.note(progress);
      this.changed.fire(undefined);
    });
    return entry.process.end;
  }

  private async settle(entry: Entry, source: DownloadSource, end: RunEnd): Promise<DownloadEnd> {
    if (end.kind === 'failed' && end.problem.kind === 'inUse') {
      // It is the other window's to show, and its files are not ours to delete.
      this.entries.delete(source.id);
      return end;
    }
    if (entry.wish === 'cancel') {
      await this.discard(entry);
      return { kind: 'cancelled' };
    }
    switch (end.kind) {
      case 'done':
        this.entries.delete(source.id);
        return { kind: 'done', path: join(entry.folder, posix.basename(source.files[0]?.path ?? '')) };
      case 'stopped':
        entry.state = { kind: 'paused' };
        return { kind: 'paused' };
      case 'failed':
        entry.state = { kind: 'failed', problem: end.problem };
        return end;
    }
  }

  private async discard(entry: Entry): Promise<void> {
    this.entries.delete(entry.source.id);
    // Another window may have taken it up since this one has seen it.
    if (!(await isHeld(entry.folder))) await deleteDownload(entry.folder);
  }
}
