import type { ChatProgress } from '../../../../../src/contract/chat';
import type { WantedModels } from '../../../../../src/host/llm/worker/loadPolicy';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EngineClientOptions } from '../../../../../src/host/llm/worker/engineClient';
import { PROTOCOL_VERSION } from '../../../../../src/contract/rpc/workerMethods';
import { Cancel, chatParams, completeParams, HastyPolicy, noCancel, TestClient, valueOf } from '../../../../fixtures/engine/workerClient';

const model: WantedModels = { path: '/fake.gguf', contextTokens: 64, gpu: 'off', threads: 0 };
const workers = join(import.meta.dirname, '../../../../fixtures/workers');

const clients: TestClient[] = [];

function client(worker: string, options: Partial<EngineClientOptions> = {}): TestClient {
  const made = new TestClient(join(workers, `${worker}.mjs`), model, { policy: new HastyPolicy(), ...options });
  clients.push(made);
  return made;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function pidOf(one: TestClient): number {
  const pid = one.workerPid;
  if (pid === undefined) throw new Error('there is no worker');
  return pid;
}

async function whenState(one: TestClient, kind: TestClient['state']['kind']): Promise<void> {
  await vi.waitFor(
    () => {
      expect(one.state.kind).toBe(kind);
    },
    { timeout: 10_000, interval: 5 },
  );
}

afterEach(() => {
  for (const one of clients.splice(0)) one.dispose();
});

const ignore = (): void => undefined;

describe('with a worker that behaves', () => {
  it('asks for the model only when what is known of its file was looked up', async () => {
    const order: string[] = [];
    const one = client('good', {
      prepareModel: () => Promise.resolve().then(() => void order.push('looked up')),
      model: () => {
        order.push('asked');
        return model;
      },
    });
    await one.complete(completeParams('a'), noCancel);
    expect(order).toEqual(['looked up', 'asked']);
  });

  it('starts at the first request, and streams and answers it', async () => {
    const one = client('good');
    expect(one.state).toEqual({ kind: 'stopped' });
    const progress: ChatProgress[] = [];
    const answer = await one.chat(chatParams('Hello'), (event) => progress.push(event), noCancel);
    expect(valueOf(answer)).toMatchObject({ text: 'Hi', stop: 'end' });
    expect(progress).toEqual([{ kind: 'text', text: 'Hi', tokens: [5] }]);
    expect(one.kinds).toEqual(['starting', 'loading', 'ready']);
    expect(valueOf(await one.complete(completeParams('a'), noCancel)).text).toBe('x');
    expect(valueOf(await one.warm({ kind: 'chat', system: '', history: [] }, noCancel)).evaluatedTokens).toBe(4);
    expect(await one.session()).toMatchObject({ lanes: [], parked: [], totals: { promptTokens: 0 } });
    expect(await one.park()).toEqual({ lanes: 2 });
    expect(await one.clear()).toMatchObject({ lanes: 1, tokens: 64 });
    expect(one.hello).toMatchObject({ libraryVersion: '0', runtimeVersion: process.version });
    expect(await one.countTokens(['four', 'letters'])).toEqual([4, 7]);
  });

  it('keeps the progress of two chats apart', async () => {
    const one = client('good');
    const seen: [ChatProgress[], ChatProgress[]] = [[], []];
    await Promise.all(seen.map((list) => one.chat(chatParams('Hello'), (event) => list.push(event), noCancel)));
    expect(seen.map((list) => list.length)).toEqual([1, 1]);
  });

  it('tells what every finished request cost', async () => {
    const one = client('good');
    const costs: number[] = [];
    one.onDidFinish(({ generatedTokens }) => costs.push(generatedTokens));
    await one.chat(chatParams('Hello'), ignore, noCancel);
    await one.complete(completeParams('a'), noCancel);
    expect(costs).toEqual([2, 2]);
    // What is worked out ahead is no answer to anybody.
    await one.complete(completeParams('a', { ahead: true }), noCancel);
    expect(costs).toEqual([2, 2]);
  });

  it('starts no worker to warm one up, to count tokens or to look at the session', async () => {
    const one = client('good');
    expect(valueOf(await one.warm({ kind: 'chat', system: '', history: [] }, noCancel)).evaluatedTokens).toBe(0);
    expect(await one.session()).toBeUndefined();
    expect(await one.countTokens(['four'])).toBeUndefined();
    expect(one.states).toEqual([]);
  });

  it('ends the process with dispose, and fails what comes later', async () => {
    const one = client('good');
    await one.chat(chatParams('Hello'), ignore, noCancel);
    const pid = pidOf(one);
    one.dispose();
    await vi.waitFor(() => {
      expect(isAlive(pid)).toBe(false);
    });
    expect(await one.chat(chatParams('Hello'), ignore, noCancel)).toMatchObject({ kind: 'failed', error: { kind: 'workerUnavailable' } });
  });

  it('takes another process with restart', async () => {
    const one = client('good');
    await one.chat(chatParams('Hello'), ignore, noCancel);
    const pid = pidOf(one);
    one.restart();
    await one.chat(chatParams('Hello'), ignore, noCancel);
    expect(pidOf(one)).not.toBe(pid);
    expect(one.kinds).toEqual(['starting', 'loading', 'ready', 'stopped', 'starting', 'loading', 'ready']);
    await vi.waitFor(() => {
      expect(isAlive(pid)).toBe(false);
    });
  });

  it('is unloaded, and started by the next request alone, after the old one has parked its lanes', async () => {
    const one = client('good');
    await one.unload('idle');
    expect(one.states).toEqual([]);
    await one.chat(chatParams('Hello'), ignore, noCancel);
    const pid = pidOf(one);
    await one.unload('idle');
    expect(one.state).toEqual({ kind: 'stopped', why: 'idle' });
    expect(valueOf(await one.warm({ kind: 'chat', system: '', history: [] }, noCancel)).evaluatedTokens).toBe(0);
    expect(one.state.kind).toBe('stopped');
    expect(valueOf(await one.complete(completeParams('a'), noCancel)).text).toBe('x');
    expect(isAlive(pid)).toBe(false);
    expect(pidOf(one)).not.toBe(pid);
  });

  it('tells of its requests how long ago anything was wanted', async () => {
    const one = client('good');
    const asked = one.chat(chatParams('Hello'), ignore, noCancel);
    expect(one.clock.idleMilliseconds).toBeUndefined();
    await asked;
    expect(one.clock.idleMilliseconds).toBeGreaterThanOrEqual(0);
  });

  it('survives what is no message at all, and keeps what the worker prints', async () => {
    const one = client('babbler');
    expect(valueOf(await one.chat(chatParams('Hello'), ignore, noCancel)).text).toBe('Hi');
    await vi.waitFor(() => {
      expect(one.workerLog.lines).toEqual(expect.arrayContaining(['debug loading backends', 'debug warning: something']));
    });
  });
});

describe('with a worker that is slow', () => {
  it('says how loading goes and passes the log on', async () => {
    const one = client('slow');
    one.start();
    await whenState(one, 'ready');
    expect(one.states.flatMap((state) => (state.kind === 'loading' ? [state.fraction] : []))).toEqual([0, 0.25, 0.75]);
    expect(one.workerLog.lines).toContain('warn engine: slow disk');
  });

  it('carries a cancellation to the request, whose end is a value', async () => {
    const one = client('slow');
    const cancel = new Cancel();
    const answer = await one.chat(
      chatParams('Hello'),
      () => {
        cancel.cancel();
      },
      cancel,
    );
    expect(valueOf(answer)).toMatchObject({ text: 'Once', stop: 'cancelled' });
  });

  it('ends a request that is cancelled while the worker starts', async () => {
    const one = client('hang');
    const cancel = new Cancel();
    const answer = one.chat(chatParams('Hello'), ignore, cancel);
    cancel.cancel();
    expect(valueOf(await answer)).toMatchObject({ text: '', stop: 'cancelled' });
    expect(one.state.kind).toBe('starting');
  });

  it('settles a request under way when the engine is restarted or disposed', async () => {
    const one = client('slow');
    const begun = (): Promise<unknown> =>
      new Promise((resolve) => {
        outcomes.push(one.chat(chatParams('Hello'), resolve, noCancel));
      });
    const outcomes: Promise<unknown>[] = [];
    await begun();
    one.restart();
    await begun();
    one.dispose();
    expect(await Promise.all(outcomes)).toEqual([
      { kind: 'failed', error: { kind: 'restarted' } },
      { kind: 'failed', error: { kind: 'workerUnavailable', detail: 'stopped' } },
    ]);
  });

  it('keeps a request waiting through a restart, until there is a model or nothing more to wait for', async () => {
    const scripts = ['hang', 'good', 'hang'];
    const one = client('', { command: () => ({ script: join(workers, `${scripts.shift() ?? ''}.mjs`), runtime: '' }) });
    const answers = [1, 2].map(() => one.chat(chatParams('Hello'), ignore, noCancel));
    one.restart();
    expect((await Promise.all(answers)).map((answer) => valueOf(answer).text)).toEqual(['Hi', 'Hi']);
    one.restart();
    const waiting = one.complete(completeParams('a'), noCancel);
    one.dispose();
    expect(await waiting).toEqual({ kind: 'failed', error: { kind: 'workerUnavailable', detail: 'stopped' } });
  });
});

describe('with a worker that cannot be started', () => {
  it.each([
    ['speaks another version', 'wrongVersion', { kind: 'versionMismatch', host: PROTOCOL_VERSION, worker: PROTOCOL_VERSION + 1 }],
    ['ends at once', 'crashAtStart', { kind: 'workerUnavailable', detail: 'exit code 3' }],
    ['is not there', 'nosuchfile', { kind: 'workerUnavailable', detail: 'exit code 1' }],
    ['says nothing', 'hang', { kind: 'workerUnavailable', detail: 'no answer within 300 ms' }],
  ])('fails once when it %s', async (_, worker, error) => {
    const one = client(worker, { handshakeLimit: worker === 'hang' ? 300 : 10_000 });
    const answers = await Promise.all([
      one.chat(chatParams('Hello'), ignore, noCancel),
      one.chat(chatParams('Hello'), ignore, noCancel),
      one.complete(completeParams('a'), noCancel),
    ]);
    expect(answers).toEqual([1, 2, 3].map(() => ({ kind: 'failed', error })));
    expect(one.kinds).toEqual(['starting', 'failed']);
    // Nothing is tried again until somebody acts.
    expect(await one.complete(completeParams('a'), noCancel)).toEqual({ kind: 'failed', error });
    expect(one.kinds).toEqual(['starting', 'failed']);
  });

  it('puts the last words of a worker that ended into the log', async () => {
    const one = client('nosuchfile');
    await one.chat(chatParams('Hello'), ignore, noCancel);
    await vi.waitFor(() => {
      expect(one.workerLog.lines).toContainEqual(expect.stringMatching(/^error the worker's last words:[^]*Cannot find module/));
    });
  });

  it('fails when the runtime is not there', async () => {
    const one = client('good', { command: () => ({ script: join(workers, 'good.mjs'), runtime: '/no/such/node' }) });
    const answer = await one.chat(chatParams('Hello'), ignore, noCancel);
    expect(answer).toMatchObject({
      kind: 'failed',
      error: { kind: 'workerUnavailable', detail: expect.stringContaining('ENOENT') as unknown },
    });
    expect(one.kinds).toEqual(['starting', 'failed']);
  });

  it.each([
    ['the runtime is no path at all', { command: () => ({ script: join(workers, 'good.mjs'), runtime: 'no\0de' }) }, /null bytes/],
    [
      'the settings cannot be read',
      {
        model: (): never => {
          throw new Error('no such setting');
        },
      },
      /^no such setting$/,
    ],
  ])('fails when %s, and starts anew with restart', async (_, options, detail) => {
    const one = client('good', options);
    const failed = {
      kind: 'failed',
      error: { kind: 'workerUnavailable', detail: expect.stringMatching(detail) as unknown },
    };
    expect(await one.chat(chatParams('Hello'), ignore, noCancel)).toEqual(failed);
    expect(one.kinds).toEqual(['starting', 'failed']);
    one.restart();
    expect(await one.chat(chatParams('Hello'), ignore, noCancel)).toEqual(failed);
  });

  it('ends a process that does not end by itself', async () => {
    const one = client('hang', { handshakeLimit: 200 });
    one.start();
    const pid = pidOf(one);
    await whenState(one, 'failed');
    await vi.waitFor(
      () => {
        expect(isAlive(pid)).toBe(false);
      },
      { timeout: 10_000 },
    );
  });
});

describe('with a worker that cannot load the model', () => {
  it('fails with the error the worker gave, and starts anew with restart', async () => {
    const scripts = ['loadFailure', 'good'];
    const one = client('', { command: () => ({ script: join(workers, `${scripts.shift() ?? ''}.mjs`), runtime: '' }) });
    const error = { kind: 'modelBroken', path: '/fake.gguf', detail: 'magic' };
    expect(await one.chat(chatParams('Hello'), ignore, noCancel)).toEqual({ kind: 'failed', error });
    expect(one.kinds).toEqual(['starting', 'loading', 'failed']);
    one.restart();
    expect(valueOf(await one.chat(chatParams('Hello'), ignore, noCancel)).text).toBe('Hi');
  });

  it('does not load again what ended the worker', async () => {
    const one = client('exitInLoad');
    const answer = await one.chat(chatParams('Hello'), ignore, noCancel);
    expect(answer).toEqual({ kind: 'failed', error: { kind: 'workerDied', detail: 'exit code 139' } });
    expect(one.kinds).toEqual(['starting', 'loading', 'failed']);
  });
});

describe('with a worker whose requests fail', () => {
  it('gives the kind of each failure and stays ready', async () => {
    const one = client('badRequests');
    expect(await one.chat(chatParams('Hello'), ignore, noCancel)).toEqual({
      kind: 'failed',
      error: { kind: 'promptTooLong', promptTokens: 99, contextTokens: 64 },
    });
    expect(await one.complete(completeParams('a'), noCancel)).toMatchObject({ kind: 'failed', error: { kind: 'internal' } });
    expect(one.state.kind).toBe('ready');
  });
});

describe('with a worker that crashes in a request', () => {
  it('settles every request, keeps the text, and is ready again', async () => {
    const one = client('crashInChat');
    const texts: string[] = [];
    const onProgress = (event: ChatProgress): void => {
      if (event.kind === 'text') texts.push(event.text);
    };
    const answers = await Promise.all([1, 2].map(() => one.chat(chatParams('Hello'), onProgress, noCancel)));
    const died = { kind: 'failed', error: { kind: 'workerDied', detail: 'signal SIGKILL' } };
    expect(answers).toEqual([died, died]);
    expect(texts).toEqual(['Half an', 'Half an']);
    await whenState(one, 'ready');
    expect(one.kinds).toEqual(['starting', 'loading', 'ready', 'restarting', 'starting', 'loading', 'ready']);
    expect(one.states.find(({ kind }) => kind === 'restarting')).toMatchObject({ error: { kind: 'workerDied', detail: 'signal SIGKILL' } });
    expect(valueOf(await one.complete(completeParams('a'), noCancel)).text).toBe('x');
  });

  it('stops after five crashes, and begins anew with restart', async () => {
    const one = client('crashInChat');
    for (let crash = 1; crash <= 5; crash++) {
      const answer = await one.chat(chatParams('Hello'), ignore, noCancel);
      expect(answer).toMatchObject({ kind: 'failed', error: { kind: 'workerDied' } });
      await vi.waitFor(() => {
        expect(one.state.kind).not.toBe('ready');
      });
    }
    expect(one.state).toMatchObject({ kind: 'failed', error: { kind: 'workerDied' } });
    expect(one.kinds.filter((kind) => kind === 'restarting')).toHaveLength(4);
    one.restart();
    await whenState(one, 'ready');
    await one.chat(chatParams('Hello'), ignore, noCancel);
    await whenState(one, 'ready');
  });

  it('starts nothing more once disposed', async () => {
    const one = client('crashInChat');
    await one.chat(chatParams('Hello'), ignore, noCancel);
    one.dispose();
    expect(one.state.kind).toBe('stopped');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(one.workerPid).toBeUndefined();
  });
});

describe('a listener that acts at once', () => {
  it('may restart when the engine fails, and gets a worker that lives', async () => {
    const scripts = ['loadFailure', 'good'];
    const one = client('', { command: () => ({ script: join(workers, `${scripts.shift() ?? ''}.mjs`), runtime: '' }) });
    one.onDidChangeState(({ kind }) => {
      if (kind === 'failed') one.restart();
    });
    one.start();
    await whenState(one, 'ready');
    expect(isAlive(pidOf(one))).toBe(true);
    expect(valueOf(await one.chat(chatParams('Hello'), ignore, noCancel)).text).toBe('Hi');
  });

  it('may restart when the worker has died, and gets one worker, not two', async () => {
    const scripts = ['crashInChat', 'good', 'good'];
    const one = client('', { command: () => ({ script: join(workers, `${scripts.shift() ?? ''}.mjs`), runtime: '' }) });
    one.onDidChangeState(({ kind }) => {
      if (kind === 'restarting') one.restart();
    });
    await one.chat(chatParams('Hello'), ignore, noCancel);
    await whenState(one, 'ready');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(scripts).toEqual(['good']);
    expect(one.state.kind).toBe('ready');
  });
});
