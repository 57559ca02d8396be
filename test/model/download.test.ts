import { fork } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downloadProcesses, type DownloadRun } from '../../src/host/models/download/downloadProcess';
import type { DownloadParams, DownloadProgress } from '../../src/contract/rpc/downloadMethods';
import { DownloadScene, firstHalfStalls } from '../fixtures/servers/downloadServer';
import { MemoryLog } from '../fixtures/engine/workerClient';

/** The process as built. */
const script = resolve(import.meta.dirname, '../../dist/worker/download.mjs');

let scene: DownloadScene;
let log: MemoryLog;

beforeEach(async () => {
  scene = await DownloadScene.open();
  log = new MemoryLog();
});

afterEach(async () => {
  await scene.close();
});

function start(
  params: DownloadParams = scene.params(),
  onProgress: (progress: DownloadProgress) => void = () => undefined,
  runtime = '',
): DownloadRun {
  return downloadProcesses(() => ({ script, runtime }), log)(params, onProgress);
}

/** A run that has received half, and gets no more. */
async function halfway(): Promise<DownloadRun> {
  scene.hub.fault = firstHalfStalls(0);
  return new Promise((resolve) => {
    const run = start(undefined, ({ bytes }) => {
      if (bytes >= 150_000) resolve(run);
    });
  });
}

/** Downloads the rest: less than all. */
async function goesOn(): Promise<void> {
  const note = (await readFile(`${scene.path}.ipull`)).subarray(scene.bytes.length).toString();
  const { chunks } = JSON.parse(note) as { chunks: number[] };
  const there = chunks.flatMap((state, index) => (state === 2 ? [index * 16_384] : []));
  expect(there.length).toBeGreaterThan(3);
  scene.hub.fault = () => undefined;
  scene.hub.asked.length = 0;
  expect(await start().end).toEqual({ kind: 'done', bytes: 300_000 });
  expect((await readFile(scene.path)).equals(scene.bytes)).toBe(true);
  const ranges = scene.hub.asked.flatMap(({ range }) => (range && range.to > 4 ? [range] : []));
  expect(there.filter((place) => ranges.some(({ from, to }) => from <= place && place < to))).toEqual([]);
}

describe('a download in its process', () => {
  it('arrives, with its progress', async () => {
    const progress: DownloadProgress[] = [];
    const { end } = start(scene.params(), (each) => progress.push(each));
    expect(await end).toEqual({ kind: 'done', bytes: 300_000 });
    expect((await readFile(scene.path)).equals(scene.bytes)).toBe(true);
    expect(progress.at(-1)).toEqual({ phase: 'checking', bytes: 300_000, total: 300_000 });
  });

  it('is paused, and goes on in another process', async () => {
    const run = await halfway();
    run.stop();
    expect(await run.end).toEqual({ kind: 'stopped' });
    await goesOn();
  });

  it('is killed, and goes on in another process', async () => {
    const run = await halfway();
    const { pid } = JSON.parse(await readFile(join(scene.folder, 'owner.json'), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    expect(await run.end).toEqual({ kind: 'failed', problem: { kind: 'processDied', detail: 'SIGKILL' } });
    await goesOn();
  });

  it('is left alone by another window', async () => {
    const run = await halfway();
    expect(await start().end).toEqual({ kind: 'failed', problem: { kind: 'inUse' } });
    run.stop();
    await run.end;
    await goesOn();
  });

  it('ends with its host, and keeps what is there', async () => {
    scene.hub.fault = firstHalfStalls(0);
    const child = fork(script, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const exit = once(child, 'exit');
    child.send({ jsonrpc: '2.0', id: 1, method: 'paddock/initialize', params: { protocolVersion: 1 } });
    child.send({ jsonrpc: '2.0', id: 2, method: 'paddock/download', params: scene.params() });
    await new Promise<void>((resolve) => {
      child.on('message', (message: { readonly params?: { readonly bytes?: number } }) => {
        if ((message.params?.bytes ?? 0) >= 150_000) resolve();
      });
    });
    child.disconnect();
    expect(await exit).toEqual([0, null]);
    await expect(access(join(scene.folder, 'owner.json'))).rejects.toThrow('ENOENT');
    await goesOn();
  });

  it('fails with what is wrong, as data', async () => {
    scene.hub.fault = () => ({ kind: 'status', status: 404 });
    expect(await start().end).toMatchObject({ kind: 'failed', problem: { kind: 'notFound', file: 'model.gguf' } });
  });

  it('is tried again by itself when connections drop', async () => {
    scene.hub.fault = ({ count }) => (count % 4 === 2 ? { kind: 'drop', after: 500 } : undefined);
    expect(await start().end).toEqual({ kind: 'done', bytes: 300_000 });
    expect(log.lines.some((line) => line.includes('trying again'))).toBe(true);
  });

  it('keeps its token out of the log', async () => {
    scene.hub.fault = ({ count }) => (count === 0 ? { kind: 'status', status: 500 } : undefined);
    expect(await start(scene.params({ token: 'hf_secret' })).end).toMatchObject({ kind: 'done' });
    expect(scene.hub.asked[0]?.headers.authorization).toBe('Bearer hf_secret');
    expect(log.lines.join('\n')).not.toContain('hf_secret');
  });

  it('that cannot be started says so', async () => {
    expect(await start(undefined, undefined, join(scene.home, 'nosuch')).end).toMatchObject({
      kind: 'failed',
      problem: { kind: 'processDied' },
    });
  });
});

describe.runIf(process.platform === 'linux')('a disk', () => {
  it('that is full ends it in order', async () => {
    await mkdir(scene.folder, { recursive: true });
    await symlink('/dev/full', `${scene.path}.ipull`);
    expect(await start().end).toMatchObject({ kind: 'failed', problem: { kind: 'outOfDisk' } });
    await rm(`${scene.path}.ipull`);
    expect(await start().end).toMatchObject({ kind: 'done' });
  });

  it('that takes no files of that size ends it in order, and what is noted as received is there', async () => {
    const home = await mkdtemp(join(tmpdir(), 'paddock-limit-'));
    const runtime = join(home, 'node');
    // Blocks of 512 or 1024 bytes: less than the file in either case.
    await writeFile(runtime, `#!/bin/sh\nulimit -f 200\nexec ${process.execPath} "$@"\n`);
    await chmod(runtime, 0o755);
    expect(await start(undefined, undefined, runtime).end).toMatchObject({
      kind: 'failed',
      problem: { kind: 'cannotWrite', detail: 'EFBIG' },
    });
    await rm(home, { recursive: true });
    expect(await start().end).toEqual({ kind: 'done', bytes: 300_000 });
    expect((await readFile(scene.path)).equals(scene.bytes)).toBe(true);
  });
});
