import type { WantedModels } from '../../../../../src/host/llm/worker/loadPolicy';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EngineClientOptions } from '../../../../../src/host/llm/worker/engineClient';
import type { MemoryReading } from '../../../../../src/host/llm/worker/deathCause';
import type { WatchdogLimits } from '../../../../../src/host/llm/worker/watchdog';
import { chatParams, completeParams, HastyPolicy, noCancel, plenty, TestClient, valueOf } from '../../../../fixtures/engine/workerClient';

const model: WantedModels = { path: '/fake.gguf', contextTokens: 64, gpu: 'off', threads: 0 };
const workers = join(import.meta.dirname, '../../../../fixtures/workers');

/** As the real ones, but short. A worker that behaves has many times what it needs. */
const impatient: WatchdogLimits = {
  interval: 20,
  slow: { loading: 600, ready: 200 },
  hung: { loading: 1500, ready: 1500 },
  step: 1000,
  suspended: 60_000,
};
const clients: TestClient[] = [];

function client(script: string, options: Partial<EngineClientOptions> = {}, params = model): TestClient {
  const made = new TestClient(join(workers, `${script}.mjs`), params, { policy: new HastyPolicy(), watchdog: impatient, ...options });
  clients.push(made);
  return made;
}

/** A client whose workers run these scripts, one after the other. */
function clientOf(scripts: string[], options: Partial<EngineClientOptions> = {}): TestClient {
  return client('', { command: () => ({ script: join(workers, `${scripts.shift() ?? ''}.mjs`), runtime: '' }), ...options });
}

async function eventually(check: () => void): Promise<void> {
  await vi.waitFor(check, { timeout: 15_000, interval: 5 });
}

async function whenReady(one: TestClient): Promise<void> {
  one.start();
  await eventually(() => {
    expect(one.state.kind).toBe('ready');
  });
}

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

const ignore = (): void => undefined;
const hang = { kind: 'failed', error: { kind: 'workerDied', detail: 'signal SIGKILL', cause: 'hang' } };

afterEach(() => {
  for (const one of clients.splice(0)) one.dispose();
});

describe('a worker that hangs', () => {
  it('in a loop is found slow, then ended; its request fails with the cause, and another worker takes over', async () => {
    const one = clientOf(['blocks', 'good']);
    expect(await one.chat(chatParams('Hello'), ignore, noCancel)).toEqual(hang);
    expect(valueOf(await one.chat(chatParams('Hello'), ignore, noCancel)).text).toBe('Hi');
    expect(one.kinds).toEqual(['starting', 'loading', 'ready', 'restarting', 'starting', 'loading', 'ready']);
    const responding = one.states.flatMap((state) => (state.kind === 'ready' ? [state.responding] : []));
    expect(responding).toEqual([true, false, true]);
    expect(one.log.lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^warn the worker has not answered for .* s \(ready\)$/),
        expect.stringMatching(/^error the worker has not answered for .* s \(ready\): it is ended$/),
      ]),
    );
  });

  it('in a step is ended though it answers', async () => {
    const one = clientOf(['endlessStep', 'good']);
    expect(await one.chat(chatParams('Hello'), ignore, noCancel)).toEqual(hang);
    await whenReady(one);
    expect(one.log.lines).toContainEqual(expect.stringMatching(/^error the worker has been in one step for .* s \(ready\): it is ended$/));
  });

  it('as it was stopped is ended, too', async () => {
    const one = client('good');
    await whenReady(one);
    const pid = one.workerPid ?? 0;
    process.kill(pid, 'SIGSTOP');
    await eventually(() => {
      expect(one.kinds).toContain('restarting');
    });
    expect(one.states.find(({ kind }) => kind === 'restarting')).toMatchObject({ error: hang.error });
    await eventually(() => {
      expect(isAlive(pid)).toBe(false);
    });
  });

  it('in a load is ended, and that model is not loaded again by itself', async () => {
    const one = client('blocksInLoad');
    expect(await one.chat(chatParams('Hello'), ignore, noCancel)).toEqual(hang);
    expect(one.kinds).toEqual(['starting', 'loading', 'failed']);
  });
});

describe('a worker that takes its time', () => {
  it('in a step over its limit is not responding until the step is over, and lives', async () => {
    const one = client('slowStep');
    await whenReady(one);
    const pid = one.workerPid;
    for (const responding of [false, true]) {
      await one.warm({ kind: 'chat', system: '', history: [] }, noCancel);
      await eventually(() => {
        expect(one.state).toMatchObject({ kind: 'ready', responding });
      });
    }
    expect(one.workerPid).toBe(pid);
    expect(one.log.lines).toContain('info the worker answers again');
  });
});

describe('a worker that dies for want of memory', () => {
  const low: MemoryReading = { ...plenty, freeBytes: 1e8 };

  it('is restarted once, and not a second time', async () => {
    const one = client('crashInChat', { readMemory: () => low });
    const error = { kind: 'workerDied', detail: 'signal SIGKILL', cause: 'memory' };
    expect(await one.chat(chatParams('Hello'), ignore, noCancel)).toEqual({ kind: 'failed', error });
    expect(await one.chat(chatParams('Hello'), ignore, noCancel)).toEqual({ kind: 'failed', error });
    await eventually(() => {
      expect(one.state).toMatchObject({ kind: 'failed', error });
    });
    expect(one.kinds.filter((kind) => kind === 'restarting')).toHaveLength(1);
    expect(one.log.lines).toContain('error the worker ended: signal SIGKILL, for memory');
  });

  it('is known by its last words', async () => {
    const one = clientOf(['heapExhausted', 'good']);
    expect(await one.complete(completeParams('a'), noCancel)).toEqual({
      kind: 'failed',
      error: { kind: 'workerDied', detail: 'exit code 134', cause: 'memory' },
    });
  });
});

describe('a model that does not fit', () => {
  it('is loaded anyway when told so, also after a restart', async () => {
    const one = client('doesNotFit');
    one.loadAnyway();
    expect(one.states).toEqual([]);
    expect(await one.complete(completeParams('a'), noCancel)).toMatchObject({ kind: 'failed', error: { kind: 'doesNotFit', others: 1 } });
    expect(one.kinds).toEqual(['starting', 'loading', 'failed']);
    one.loadAnyway();
    await whenReady(one);
    one.restart();
    await whenReady(one);
    expect(one.state).toMatchObject({ facts: { name: 'Forced' } });
  });
});

describe('a worker with lanes to park', () => {
  it('is waited for, at a restart and when all is shut down', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'paddock-parks-'));
    try {
      const one = client('parks', {}, { ...model, path: join(folder, 'lane') });
      await whenReady(one);
      one.restart();
      await eventually(() => {
        expect(one.state).toMatchObject({ kind: 'ready', facts: { restoredTokens: 7 } });
      });
      expect(one.log.lines).toContain('info 7 tokens taken up again');
      const pid = one.workerPid;
      await one.shutDown();
      expect(isAlive(pid)).toBe(false);
      expect(one.kinds.at(-1)).toBe('stopped');
      const next = client('parks', {}, { ...model, path: join(folder, 'lane') });
      await whenReady(next);
      expect(next.state).toMatchObject({ facts: { restoredTokens: 7 } });
      await next.shutDown();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('what the user does', () => {
  it('reaches the worker that is ready, and the next one', async () => {
    const one = client('listens');
    one.activity({ typing: true });
    await whenReady(one);
    one.activity({ typing: false });
    await eventually(() => {
      expect(one.workerLog.lines).toEqual(['info activity: true', 'info activity: false']);
    });
  });
});

describe('a second model that takes the worker with it', () => {
  it('is left out, the chat’s model works, and what became of the second one is told; it is tried again when somebody restarts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'paddock-second-'));
    const loads = join(folder, 'loads');
    vi.stubEnv('PADDOCK_LOADS', loads);
    try {
      const one = client('secondModelKills', {}, { ...model, completion: { path: '/small.gguf' } });
      const read = async (): Promise<readonly string[]> => (await readFile(loads, 'utf8')).trim().split('\n');
      await whenReady(one);
      expect(await read()).toEqual(['shared', '/small.gguf', 'alone']);
      const told = { kind: 'failed', error: { kind: 'workerDied', detail: 'exit code 134' } };
      expect(one.state).toMatchObject({ kind: 'ready', facts: { completion: told } });
      // As after a death in the midst of work.
      await one.unload();
      await whenReady(one);
      expect(await read()).toEqual(['shared', '/small.gguf', 'alone', 'alone']);
      expect(one.state).toMatchObject({ facts: { completion: told } });
      one.restart();
      await whenReady(one);
      expect((await read()).slice(4)).toEqual(['shared', '/small.gguf', 'alone']);
    } finally {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true });
    }
  });
});
