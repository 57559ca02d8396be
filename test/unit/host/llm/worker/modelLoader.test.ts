import { describe, expect, it } from 'vitest';
import type { EngineErrorData } from '../../../../../src/contract/engineErrors';
import type { ExamineModelParams, LoadModelParams, ModelFacts, ModelNeed } from '../../../../../src/contract/models';
import { EngineError } from '../../../../../src/host/llm/engineFailures';
import type { WantedModels } from '../../../../../src/host/llm/worker/loadPolicy';
import { ModelLoader, type LoadingWorker } from '../../../../../src/host/llm/worker/modelLoader';
import { fakeFacts } from '../../../../fixtures/engine/fakeEngine';
import { MemoryLog } from '../../../../fixtures/engine/workerClient';

const chat: WantedModels = { path: '/chat.gguf', contextTokens: 8192, gpu: 'auto', threads: 0 };
const both: WantedModels = { ...chat, completion: { path: '/small.gguf', name: 'small:1b' } };
const broken: EngineErrorData = { kind: 'modelBroken', path: '/small.gguf', detail: 'x' };
const need = (path: string): ModelNeed => ({
  fingerprint: path,
  fileBytes: path === '/chat.gguf' ? 3 : 1,
  minBytes: 1,
  hasGpu: false,
  freeBytes: 9,
});

/** A worker that notes what it is asked. Whatever `ends` returns an error for is refused; `never` is a worker that died. */
class ScriptedWorker implements LoadingWorker {
  readonly asked: string[] = [];
  readonly loads: LoadModelParams[] = [];

  constructor(private readonly end: (what: string, path: string, gpu: string) => EngineErrorData | 'never' | undefined = () => undefined) {}

  measure(params: ExamineModelParams): Promise<ModelNeed> {
    return this.answer('measure', params.path, params.gpu, need(params.path));
  }

  load(params: LoadModelParams): Promise<ModelFacts> {
    this.loads.push(params);
    return this.answer('load', params.path, params.gpu, { ...fakeFacts, path: params.path });
  }

  readError(error: unknown): EngineErrorData | undefined {
    return error instanceof EngineError ? error.data : undefined;
  }

  private answer<T>(what: string, path: string, gpu: string, value: T): Promise<T> {
    this.asked.push(`${what} ${path} ${gpu}`);
    const end = this.end(what, path, gpu);
    if (end === 'never') return Promise.reject(new Error('the connection is closed'));
    return end ? Promise.reject(new EngineError(end)) : Promise.resolve(value);
  }
}

function createLoader(failure?: { device: string; detail: string }): { loader: ModelLoader; fractions: number[]; log: MemoryLog } {
  const fractions: number[] = [];
  const log = new MemoryLog();
  const loader = new ModelLoader({ gpu: { failure }, log, onProgress: (fraction) => fractions.push(fraction) });
  return { loader, fractions, log };
}

describe('ModelLoader', () => {
  it('loads two models, each with its own path, name and context, and says what became of the second', async () => {
    const { loader } = createLoader();
    const worker = new ScriptedWorker();
    const facts = await loader.load({ ...both, name: 'chat:8b', force: true }, worker);
    expect(facts).toMatchObject({ path: '/chat.gguf', completion: { kind: 'loaded', facts: { path: '/small.gguf' } } });
    expect(worker.loads).toMatchObject([
      { role: 'chat', path: '/chat.gguf', name: 'chat:8b', force: true, contextTokens: 8192, isShared: true, reservedBytes: 1 },
      { role: 'completion', path: '/small.gguf', name: 'small:1b', contextTokens: 4096, isShared: true, reservedBytes: 0 },
    ]);
    expect(worker.loads[1]).not.toHaveProperty('force');
    for (const params of worker.loads) expect(params).not.toHaveProperty('completion');
  });

  it('measures without a graphics card that is known to fail', async () => {
    const { loader } = createLoader({ device: 'vulkan', detail: 'hang' });
    const worker = new ScriptedWorker();
    await loader.load(both, worker);
    expect(new Set(worker.asked.map((each) => each.split(' ')[2]))).toEqual(new Set(['off']));
  });

  it('leaves the second model out after a worker died while it was measured', async () => {
    const { loader } = createLoader();
    const first = new ScriptedWorker((what) => (what === 'measure' ? 'never' : undefined));
    const loading = loader.load(both, first);
    expect(loader.noteDeath({ detail: 'signal SIGSEGV' })).toBe(true);
    await expect(loading).rejects.toThrow('closed');
    const second = new ScriptedWorker();
    expect(await loader.load(both, second)).toMatchObject({
      path: '/chat.gguf',
      completion: { kind: 'failed', error: { kind: 'workerDied', detail: 'signal SIGSEGV' } },
    });
    expect(second.asked).toEqual(['load /chat.gguf auto']);
  });

  it('gives up after a worker died while it loaded the only model on the CPU', async () => {
    const { loader } = createLoader();
    const loading = loader.load({ ...chat, gpu: 'off' }, new ScriptedWorker(() => 'never'));
    expect(loader.noteDeath({ detail: 'exit code 1' })).toBe(false);
    await expect(loading).rejects.toThrow('closed');
  });

  it('returns why the chat’s model cannot be loaded', async () => {
    const { loader } = createLoader();
    expect(await loader.load(chat, new ScriptedWorker(() => broken))).toEqual({ error: broken });
  });

  it('logs what could not be loaded, and on what', async () => {
    const { loader, log } = createLoader();
    const worker = new ScriptedWorker((what, path) => (what === 'load' && path === '/small.gguf' ? broken : undefined));
    await loader.load(both, worker);
    expect(log.lines).toEqual([expect.stringMatching(/^warn the model for completion was not loaded on the CPU: .*modelBroken/)]);
  });

  it('counts progress over both models by the size of their files', async () => {
    const { loader, fractions } = createLoader();
    const worker = new ScriptedWorker();
    const load = worker.load.bind(worker);
    worker.load = (params) => {
      loader.noteProgress(0.5);
      return load(params);
    };
    await loader.load(both, worker);
    expect(fractions).toEqual([0.375, 0.875]);
    loader.noteProgress(1);
    expect(fractions).toHaveLength(2);
  });

  it('tries the graphics card again once the settings are others', async () => {
    const { loader } = createLoader();
    const died = loader.load(chat, new ScriptedWorker(() => 'never'));
    loader.noteDeath({ detail: 'signal SIGSEGV' });
    await died.catch(() => undefined);
    const onCpu = new ScriptedWorker();
    expect(await loader.load(chat, onCpu)).toMatchObject({ gpuFailure: { device: 'GPU', detail: 'signal SIGSEGV' } });
    expect(onCpu.asked).toEqual(['load /chat.gguf off']);
    const off = new ScriptedWorker();
    expect(await loader.load({ ...chat, gpu: 'off' }, off)).not.toHaveProperty('gpuFailure');
    const again = new ScriptedWorker();
    await loader.load(chat, again);
    expect(again.asked).toEqual(['load /chat.gguf auto']);
  });
});
