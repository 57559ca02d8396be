import type { GpuFailure } from '../../../../../src/contract/models';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { RememberedGpuFailure } from '../../../../../src/host/llm/worker/gpuFailureMemory';
import type { Memento } from '../../../../../src/host/services/memento';
import { Memory } from '../../../../fixtures/vscode/memento';
import { chatParams, noCancel, TestClient, valueOf } from '../../../../fixtures/engine/workerClient';

const workers = resolve(import.meta.dirname, '../../../../fixtures/workers');
const onGpu = { path: '/fake.gguf', contextTokens: 64, gpu: 'auto', threads: 0 } as const;

const clients: TestClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});

/** A window: a client of such workers, and the failures it was told of. */
function open(
  worker: string,
  memory: Memento,
  version = '1.0.0',
): { client: TestClient; gpu: RememberedGpuFailure; failures: GpuFailure[] } {
  const gpu = new RememberedGpuFailure(memory, version);
  const failures: GpuFailure[] = [];
  gpu.onDidFail((failure) => failures.push(failure));
  const client = new TestClient(join(workers, `${worker}.mjs`), onGpu, { gpu });
  clients.push(client);
  return { client, gpu, failures };
}

const ask = async (client: TestClient): Promise<string> => valueOf(await client.chat(chatParams('Hello'), () => undefined, noCancel)).text;

describe('a GPU whose driver takes the worker with it', () => {
  it('costs one worker, and the request that waits for it is answered on the CPU', async () => {
    const { client, failures } = open('gpuCrash', new Memory());
    expect(await ask(client)).toBe('Hi');
    expect(client.kinds).toEqual(['starting', 'loading', 'starting', 'loading', 'ready']);
    expect(failures).toEqual([{ device: 'vulkan', detail: 'signal SIGSEGV' }]);
  });

  it('is not tried again by this version, and is by the next', async () => {
    const memory = new Memory();
    await ask(open('gpuCrash', memory).client);
    const again = open('gpuCrash', memory);
    await ask(again.client);
    expect(again.client.kinds).toEqual(['starting', 'loading', 'ready']);
    expect(again.failures).toEqual([]);
    const newer = open('gpuCrash', memory, '1.0.1');
    await ask(newer.client);
    expect(newer.failures).toHaveLength(1);
  });

  it('is tried again when somebody wants that', async () => {
    const { client, gpu, failures } = open('gpuCrash', new Memory());
    await ask(client);
    await gpu.forget();
    client.restart();
    await ask(client);
    expect(failures).toHaveLength(2);
  });
});

describe('a model whose loading ends the worker on the CPU too', () => {
  it('is given up after the second try, and the GPU is not to blame', async () => {
    const memory = new Memory();
    const { client, gpu, failures } = open('exitInLoad', memory);
    expect(await client.chat(chatParams('Hello'), () => undefined, noCancel)).toEqual({
      kind: 'failed',
      error: { kind: 'workerDied', detail: 'exit code 139' },
    });
    expect(client.kinds).toEqual(['starting', 'loading', 'starting', 'loading', 'failed']);
    expect(failures).toEqual([]);
    expect(gpu.failure).toBeUndefined();
  });
});

describe('the memory of a GPU that failed', () => {
  it('tells of each failure once, and keeps it for this version', () => {
    const { gpu, failures } = open('good', new Memory());
    gpu.remember({ device: 'vulkan', detail: 'outOfMemory' });
    // The same is found again at each load in this window.
    gpu.remember({ device: 'vulkan', detail: 'outOfMemory' });
    expect(failures).toEqual([{ device: 'vulkan', detail: 'outOfMemory' }]);
    expect(gpu.failure).toEqual({ device: 'vulkan', detail: 'outOfMemory' });
  });

  it('makes nothing of a memory that is not its own', async () => {
    const memory = new Memory();
    for (const kept of [null, 1, 'x', [], {}, { version: '1.0.0' }, { version: '1.0.0', device: 1, detail: 'x' }]) {
      await memory.update('paddock.gpuFailure', kept);
      expect(open('good', memory).gpu.failure).toBeUndefined();
    }
  });
});
