import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { folderNameOf } from '../../../../../src/host/models/download/hubAddresses';
import { DownloadManager } from '../../../../../src/host/models/download/downloadManager';
import type { RunEnd } from '../../../../../src/host/models/download/downloadProcess';
import { DownloadReporter } from '../../../../../src/host/models/download/downloadReporter';
import type { DownloadSource } from '../../../../../src/host/models/download/downloadTypes';
import type { DownloadParams } from '../../../../../src/contract/rpc/downloadMethods';
import { ran } from '../../../../fixtures/vscode/fakeCommands';
import { openedAddresses } from '../../../../fixtures/vscode/fakeEnvironment';
import { answerInTurn, shown } from '../../../../fixtures/vscode/fakeWindow';
import { MemoryLog } from '../../../../fixtures/engine/workerClient';

const source: DownloadSource = {
  id: 'tiny',
  name: 'Tiny',
  repository: 'owner/tiny',
  revision: 'main',
  files: [{ path: 'tiny.gguf', bytes: 4 }],
};

let root: string;
let manager: DownloadManager;
let reporter: DownloadReporter;
/** How the next runs end. */
let ends: RunEnd[];
let runs: DownloadParams[];
let used: string[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paddock-reporter-'));
  [ends, runs, used] = [[], [], []];
  manager = new DownloadManager({
    root,
    startRun: (params) => {
      runs.push(params);
      return { end: Promise.resolve(ends.shift() ?? { kind: 'done', bytes: 4 }), stop: () => undefined };
    },
    endpoint: () => 'https://hub.example',
    network: () => ({ strictTls: true, systemCertificates: true }),
    token: () => Promise.resolve(undefined),
    log: new MemoryLog(),
    now: () => 0,
  });
  reporter = new DownloadReporter({
    manager,
    endpoint: () => 'https://hub.example',
    use: (path) => Promise.resolve(void used.push(path)),
    log: new MemoryLog(),
  });
});

afterEach(async () => {
  reporter.dispose();
  manager.dispose();
  await rm(root, { recursive: true });
});

async function settled(): Promise<void> {
  await vi.waitFor(() => {
    expect(manager.all.every(({ state }) => state.kind !== 'running')).toBe(true);
  });
  await new Promise((resolve) => setImmediate(resolve));
}

describe('DownloadReporter', () => {
  it('offers to use a downloaded model', async () => {
    answerInTurn('Use This Model');
    await reporter.resume(source);
    expect(shown.messages).toEqual(['Tiny is downloaded and checked.']);
    expect(used).toEqual([join(root, folderNameOf('tiny'), 'tiny.gguf')]);
  });

  it('reports a failed download and resumes it by a button', async () => {
    ends = [{ kind: 'failed', problem: { kind: 'connectionLost', host: 'hub.example', detail: 'ECONNRESET' } }];
    answerInTurn('Resume');
    await manager.start(source);
    await vi.waitFor(() => {
      expect(runs).toHaveLength(2);
    });
    await settled();
    expect(shown.messages[0]).toContain('the connection to hub.example was lost again and again (ECONNRESET)');
    expect(shown.messages[1]).toBe('Tiny is downloaded and checked.');
  });

  it('downloads a damaged file again', async () => {
    ends = [{ kind: 'failed', problem: { kind: 'corrupt', file: 'tiny.gguf', aside: '/models/tiny.gguf.corrupt' } }];
    answerInTurn('Download Again');
    await manager.start(source);
    await vi.waitFor(() => {
      expect(runs.map(({ fresh }) => fresh)).toEqual([false, true]);
    });
    await settled();
  });

  it('opens the page of a licence and shows the message again', async () => {
    answerInTurn('Open Model’s Page', 'Resume');
    await reporter.explain({ kind: 'gated', host: 'hub.example', hasToken: false }, source);
    expect(openedAddresses).toEqual(['https://hub.example/owner/tiny']);
    expect(shown.messages.slice(0, 2).every((text) => text.includes('accepted its licence'))).toBe(true);
    expect(runs).toHaveLength(1);
  });

  it('offers to set a token and does not continue without one', async () => {
    answerInTurn('Set Token…');
    await reporter.explain({ kind: 'tokenRefused', host: 'hub.example' }, source);
    expect(ran).toEqual([{ command: 'paddock.setHuggingFaceToken', args: [] }]);
    expect(runs).toEqual([]);
  });

  it('asks before it deletes a partial download', async () => {
    const found = await leave();
    answerInTurn();
    await reporter.cancel(source);
    expect(shown.messages).toEqual(['Delete what has arrived of Tiny (2.0 MB)?']);
    expect(await manager.refresh()).toEqual([found]);
    answerInTurn('Delete');
    await reporter.cancel(source);
    expect(await manager.refresh()).toEqual([]);
  });

  it('offers to resume an unfinished download and starts nothing without an answer', async () => {
    const found = await leave();
    await reporter.offer([found]);
    expect(shown.messages).toEqual(['Resume the download of Tiny? 50% of 4.0 MB has arrived.']);
    expect(runs).toEqual([]);
    answerInTurn('Resume');
    await reporter.offer([found]);
    expect(runs).toHaveLength(1);
  });

  it('shows the list of downloads when several are unfinished', async () => {
    const found = await leave();
    answerInTurn('Show Downloads');
    await reporter.offer([found, found]);
    expect(shown.messages).toEqual(['2 downloads of models are unfinished.']);
    expect(ran).toEqual([{ command: 'paddock.showDownloads', args: [] }]);
  });
});

/** Leaves half of it, as a window that was closed does. */
async function leave(): Promise<Awaited<ReturnType<DownloadManager['refresh']>>[number]> {
  const folder = join(root, folderNameOf('tiny'));
  await mkdir(folder, { recursive: true });
  const record = { version: 1, source, files: [{ name: 'tiny.gguf', bytes: 4e6 }], bytes: 2e6, total: 4e6, finished: false };
  await writeFile(join(folder, 'download.json'), JSON.stringify(record));
  const [found] = await manager.refresh();
  if (!found) throw new Error('what was left is not found');
  return found;
}
