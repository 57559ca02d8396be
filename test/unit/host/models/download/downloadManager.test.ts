import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderNameOf } from '../../../../../src/host/models/download/hubAddresses';
import { DownloadManager } from '../../../../../src/host/models/download/downloadManager';
import type { DownloadRun, RunEnd } from '../../../../../src/host/models/download/downloadProcess';
import type { DownloadSource } from '../../../../../src/host/models/download/downloadTypes';
import type { DownloadParams, DownloadProgress } from '../../../../../src/contract/rpc/downloadMethods';
import { FakeTimers } from '../../../../fixtures/timers';
import { MemoryLog } from '../../../../fixtures/engine/workerClient';

/** A download’s process that does as a test says. */
class FakeRun implements DownloadRun {
  readonly end: Promise<RunEnd>;
  isStopped = false;
  settle: (end: RunEnd) => void = () => undefined;

  constructor(
    readonly params: DownloadParams,
    readonly report: (progress: DownloadProgress) => void,
  ) {
    this.end = new Promise((resolve) => (this.settle = resolve));
  }

  stop(): void {
    this.isStopped = true;
    this.settle({ kind: 'stopped' });
  }
}

const source: DownloadSource = {
  id: 'tiny',
  name: 'Tiny',
  repository: 'owner/tiny',
  revision: 'main',
  files: [{ path: 'tiny.gguf', bytes: 4, sha256: 'ab' }],
};

let root: string;
let runs: FakeRun[];
let clock: FakeTimers;
let endpoint: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paddock-manager-'));
  runs = [];
  clock = new FakeTimers();
  endpoint = 'https://hub.example';
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

function open(): DownloadManager {
  return new DownloadManager({
    root,
    startRun: (params, report) => {
      const run = new FakeRun(params, report);
      runs.push(run);
      return run;
    },
    endpoint: () => endpoint,
    network: () => ({ strictTls: true, systemCertificates: true }),
    token: (origin) => Promise.resolve(origin === 'https://hub.example' ? 'secret' : undefined),
    log: new MemoryLog(),
    now: clock.now,
  });
}

/** The run that begins, once it has. */
async function begun(count = 1): Promise<FakeRun> {
  for (;;) {
    const run = runs[count - 1];
    if (run) return run;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Leaves what a process would leave. */
async function leave(more: { readonly finished: boolean; readonly bytes?: number; readonly source?: DownloadSource }): Promise<string> {
  const of = more.source ?? source;
  const folder = join(root, folderNameOf(of.id));
  await mkdir(folder, { recursive: true });
  const record = {
    version: 1,
    source: of,
    files: [{ name: 'tiny.gguf', bytes: 4 }],
    bytes: more.bytes ?? 4,
    total: 4,
    finished: more.finished,
  };
  await writeFile(join(folder, 'download.json'), JSON.stringify(record));
  await writeFile(join(folder, more.finished ? 'tiny.gguf' : 'tiny.gguf.ipull'), 'GGUF');
  return folder;
}

describe('a download', () => {
  it('runs in a process that is told where from, and by what token', async () => {
    const manager = open();
    const end = manager.start(source);
    const run = await begun();
    expect(run.params).toMatchObject({
      folder: join(root, folderNameOf('tiny')),
      files: [{ url: 'https://hub.example/owner/tiny/resolve/main/tiny.gguf', name: 'tiny.gguf', bytes: 4, sha256: 'ab' }],
      source,
      hubOrigin: 'https://hub.example',
      token: 'secret',
      fresh: false,
    });
    run.settle({ kind: 'done', bytes: 4 });
    expect(await end).toEqual({ kind: 'done', path: join(root, folderNameOf('tiny'), 'tiny.gguf') });
    expect(manager.all).toEqual([]);
  });

  it('is shown as it comes, with its rate and the time left', async () => {
    const manager = open();
    let changes = 0;
    manager.onDidChange(() => changes++);
    void manager.start(source);
    const run = await begun();
    run.report({ phase: 'receiving', bytes: 1e6, total: 10e6 });
    clock.time = 2000;
    run.report({ phase: 'receiving', bytes: 5e6, total: 10e6 });
    expect(manager.all).toMatchObject([
      { source, bytes: 5e6, total: 10e6, state: { kind: 'running', phase: 'receiving', bytesPerSecond: 2e6, secondsLeft: 2.5 } },
    ]);
    expect(changes).toBe(3);
  });

  it('is joined by whoever starts it again', async () => {
    const manager = open();
    const first = manager.start(source);
    expect(manager.start(source)).toBe(first);
    (await begun()).settle({ kind: 'done', bytes: 4 });
    await first;
    expect(runs).toHaveLength(1);
  });

  it('is paused, keeps what is there, and goes on', async () => {
    const manager = open();
    const end = manager.start(source);
    await begun();
    await leave({ finished: false, bytes: 2 });
    manager.pause('tiny');
    expect(await end).toEqual({ kind: 'paused' });
    expect(manager.all).toMatchObject([{ state: { kind: 'paused' } }]);
    expect(await readdir(root)).toHaveLength(1);
    void manager.start(source);
    expect((await begun(2)).params.fresh).toBe(false);
  });

  it('that is paused before its process is there never has one', async () => {
    const manager = open();
    const end = manager.start(source);
    manager.pause('tiny');
    expect(await end).toEqual({ kind: 'paused' });
    expect(runs).toEqual([]);
  });

  it.each(['running', 'paused'])('that is %s is cancelled, and nothing of it stays', async (state) => {
    const manager = open();
    const end = manager.start(source);
    await begun();
    await leave({ finished: false });
    if (state === 'paused') {
      manager.pause('tiny');
      await end;
    }
    await manager.cancel('tiny');
    if (state === 'running') expect(await end).toEqual({ kind: 'cancelled' });
    expect(manager.all).toEqual([]);
    expect(await readdir(root)).toEqual([]);
  });

  it('that fails says why, and can be tried again', async () => {
    const manager = open();
    const end = manager.start(source);
    const problem = { kind: 'webPage', host: 'hub.example' } as const;
    (await begun()).settle({ kind: 'failed', problem });
    expect(await end).toEqual({ kind: 'failed', problem });
    expect(manager.all).toMatchObject([{ state: { kind: 'failed', problem } }]);
    void manager.start(source, true);
    expect((await begun(2)).params.fresh).toBe(true);
  });

  it('of another window is neither shown nor deleted', async () => {
    const manager = open();
    const end = manager.start(source);
    const folder = await leave({ finished: false });
    (await begun()).settle({ kind: 'failed', problem: { kind: 'inUse' } });
    expect(await end).toEqual({ kind: 'failed', problem: { kind: 'inUse' } });
    expect(manager.all).toEqual([]);
    expect(await readdir(folder)).toContain('tiny.gguf.ipull');
  });

  it('from an address that is none fails without a process', async () => {
    endpoint = 'nowhere';
    expect(await open().start(source)).toEqual({ kind: 'failed', problem: { kind: 'badEndpoint', endpoint: 'nowhere' } });
    expect(runs).toEqual([]);
  });

  it('tells no mirror the hub’s token', async () => {
    endpoint = 'https://mirror.example';
    void open().start(source);
    expect((await begun()).params).toMatchObject({ hubOrigin: 'https://mirror.example', token: undefined });
  });
});

describe('what earlier windows have left', () => {
  it('finished is done without a process', async () => {
    const folder = await leave({ finished: true });
    const manager = open();
    expect(await manager.start(source)).toEqual({ kind: 'done', path: join(folder, 'tiny.gguf') });
    expect(runs).toEqual([]);
    expect(await manager.downloaded()).toEqual([{ id: 'tiny', name: 'Tiny', path: join(folder, 'tiny.gguf'), bytes: 4 }]);
    await manager.remove('tiny');
    expect(await manager.downloaded()).toEqual([]);
  });

  it('finished, with a file gone since, is fetched again', async () => {
    const folder = await leave({ finished: true });
    await rm(join(folder, 'tiny.gguf'));
    const manager = open();
    expect(await manager.downloaded()).toEqual([]);
    void manager.start(source);
    await begun();
  });

  it('finished in another version is fetched again', async () => {
    await leave({ finished: true });
    void open().start({ ...source, revision: 'abcdef' });
    await begun();
  });

  it('unfinished is shown as paused, and starts nothing', async () => {
    await leave({ finished: false, bytes: 2 });
    const manager = open();
    expect(await manager.refresh()).toMatchObject([{ source: { id: 'tiny' }, bytes: 2, total: 4 }]);
    expect(manager.all).toMatchObject([{ source: { id: 'tiny' }, bytes: 2, total: 4, state: { kind: 'paused' } }]);
    expect(runs).toEqual([]);
  });

  it('under way in another window is left to that', async () => {
    const folder = await leave({ finished: false });
    await writeFile(join(folder, 'owner.json'), JSON.stringify({ pid: process.ppid, host: hostname() }));
    const manager = open();
    expect(await manager.refresh()).toEqual([]);
    expect(manager.all).toEqual([]);
  });

  it('that cannot be read is none', async () => {
    const folder = await leave({ finished: false });
    await writeFile(join(folder, 'download.json'), '{"version":9}');
    expect(await open().refresh()).toEqual([]);
    await rm(root, { recursive: true });
    expect(await open().refresh()).toEqual([]);
    await mkdir(root);
  });
});
