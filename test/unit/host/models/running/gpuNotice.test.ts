import type { GpuFailure } from '../../../../../src/contract/models';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RememberedGpuFailure } from '../../../../../src/host/llm/worker/gpuFailureMemory';
import { registerGpu } from '../../../../../src/host/models/running/gpuNotice';
import { commandIds } from '../../../../../src/host/services/commandIds';
import { FakeEngine } from '../../../../fixtures/engine/fakeEngine';
import { ran, registeredCommands } from '../../../../fixtures/vscode/fakeCommands';
import { answerInTurn, shown } from '../../../../fixtures/vscode/fakeWindow';
import { Memory } from '../../../../fixtures/vscode/memento';
import { MemoryLog } from '../../../../fixtures/engine/workerClient';

const failed = (detail: string): GpuFailure => ({ device: 'vulkan', detail });

let engine: FakeEngine;
let gpu: RememberedGpuFailure;
let log: MemoryLog;

beforeEach(() => {
  engine = new FakeEngine();
  gpu = new RememberedGpuFailure(new Memory(), '1.0.0');
  log = new MemoryLog();
  registerGpu({ engine, gpu, log });
});

describe('a GPU that could not be used', () => {
  it('is reported once, with a line in the log', async () => {
    gpu.remember(failed('signal SIGSEGV'));
    await vi.waitFor(() => {
      expect(shown.questions).toHaveLength(1);
    });
    expect(shown.questions[0]?.message).toBe('The GPU could not be used, so the model runs on the CPU.');
    expect(shown.questions[0]?.labels).toEqual(['Details']);
    expect(log.lines).toEqual(['warn the GPU (vulkan) is not used: signal SIGSEGV']);
  });

  it.each([
    ['signal SIGSEGV', 'vulkan (signal SIGSEGV)'],
    ['hang', 'vulkan (it did not answer)'],
    ['unloadable', 'vulkan (its build of llama.cpp cannot be loaded)'],
    ['outOfMemory', 'vulkan (its memory is not enough for the model)'],
  ])('is explained in plain words: %s', async (detail, said) => {
    answerInTurn('Details', 'Show Log');
    gpu.remember(failed(detail));
    await vi.waitFor(() => {
      expect(ran.map(({ command }) => command)).toEqual([commandIds.showLog]);
    });
    expect(shown.questions[1]?.detail).toContain(said);
    expect(shown.questions[1]?.labels).toEqual(['Try GPU Again', 'Show Log']);
  });

  it('is tried again by the button and by the command', async () => {
    const restart = vi.spyOn(engine, 'restart');
    answerInTurn('Details', 'Try GPU Again');
    gpu.remember(failed('hang'));
    await vi.waitFor(() => {
      expect(restart).toHaveBeenCalledTimes(1);
    });
    expect(gpu.failure).toBeUndefined();
    gpu.remember(failed('hang'));
    await registeredCommands.get(commandIds.retryGpu)?.();
    expect(gpu.failure).toBeUndefined();
    expect(restart).toHaveBeenCalledTimes(2);
  });
});
