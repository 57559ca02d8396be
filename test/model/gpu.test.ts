import type { GpuFailure } from '../../src/contract/models';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RememberedGpuFailure } from '../../src/host/llm/worker/gpuFailureMemory';
import { tinyModelPath } from '../fixtures/models/llama';
import { Memory } from '../fixtures/vscode/memento';
import { loadParams, workerScript } from '../fixtures/engine/realWorker';
import { chatParams, noCancel, TestClient, valueOf } from '../fixtures/engine/workerClient';

/** Where the package has a build for a GPU, and the library looks for what drives one in folders that can be named. */
const canFail = process.platform === 'linux' && process.arch === 'x64';

const pathBefore = process.env['LD_LIBRARY_PATH'];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paddock-vulkan-'));
  // What drives a GPU is found here, and llama.cpp's build for it cannot be loaded by it.
  await writeFile(join(folder, 'libvulkan.so.1'), 'no library');
  process.env['LD_LIBRARY_PATH'] = folder;
});

afterAll(async () => {
  if (pathBefore === undefined) delete process.env['LD_LIBRARY_PATH'];
  else process.env['LD_LIBRARY_PATH'] = pathBefore;
  await rm(folder, { recursive: true });
});

describe.skipIf(!canFail)('a machine whose Vulkan is broken', () => {
  it('runs the model on the CPU, says so once, and does not try again at the next start', async () => {
    const path = await tinyModelPath();
    const memory = new Memory();
    const failures: GpuFailure[] = [];
    const open = (): TestClient => {
      const gpu = new RememberedGpuFailure(memory, '1.0.0');
      gpu.onDidFail((failure) => failures.push(failure));
      return new TestClient(workerScript, loadParams(path, { gpu: 'auto', contextTokens: 512, threads: 1 }), { gpu });
    };
    for (const client of [open(), open()]) {
      const answer = valueOf(await client.chat(chatParams('Hello', { maxTokens: 4 }), () => undefined, noCancel));
      expect(answer.metrics.generatedTokens).toBeGreaterThan(0);
      expect(client.kinds).toEqual(['starting', 'loading', 'ready']);
      expect(client.state).toMatchObject({ facts: { gpu: false } });
      await client.shutDown();
    }
    expect(failures).toEqual([{ device: 'vulkan', detail: 'unloadable' }]);
  });
});
