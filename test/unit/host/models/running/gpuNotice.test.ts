import type { GpuFailure } from '../../../../../src/contract/models';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RememberedGpuFailure } from '../../../../../src/host/llm/worker/gpuFailureMemory';
import { registerGpu } from '../../../../../src/host/models/running/gpuNotice';
import { commandIds } from '../../../../../src/host/services/commandIds';
import { FakeEngine } from '../../../../fixtures/engine/fakeEngine';
import { Memory } from '../../../../fixtures/vscode/memento';
import { MemoryLog } from '../../../../fixtures/engine/workerClient';

type Command = (...args: readonly unknown[]) => unknown;

/** What VS Code was asked to show and to run, and which buttons are pressed. */
const { shown, ran, registered, presses } = vi.hoisted(() => ({
  shown: [] as { message: string; detail: string | undefined; buttons: readonly string[] }[],
  ran: [] as string[],
  registered: new Map<string, Command>(),
  presses: [] as string[],
}));

vi.mock('vscode', () => ({
  l10n: {
    t: (text: string, ...values: readonly string[]) => text.replace(/\{(\d)\}/g, (whole, index: string) => values[Number(index)] ?? whole),
  },
  window: {
    showWarningMessage: (message: string, ...rest: readonly (string | { readonly detail?: string })[]) => {
      const [first] = rest;
      const detail = typeof first === 'object' ? first.detail : undefined;
      const buttons = rest.filter((item) => typeof item === 'string');
      shown.push({ message, detail, buttons });
      const press = presses.shift();
      return Promise.resolve(buttons.find((button) => button === press));
    },
  },
  commands: {
    registerCommand: (id: string, command: Command) => {
      registered.set(id, command);
      return { dispose: () => registered.delete(id) };
    },
    executeCommand: (id: string) => {
      ran.push(id);
      return Promise.resolve();
    },
  },
  Disposable: {
    from: (...all: readonly { dispose(): void }[]) => ({
      dispose: () => {
        all.forEach((one) => {
          one.dispose();
        });
      },
    }),
  },
}));

const failed = (detail: string): GpuFailure => ({ device: 'vulkan', detail });

let engine: FakeEngine;
let gpu: RememberedGpuFailure;
let log: MemoryLog;

beforeEach(() => {
  for (const list of [shown, ran, presses]) list.length = 0;
  engine = new FakeEngine();
  gpu = new RememberedGpuFailure(new Memory(), '1.0.0');
  log = new MemoryLog();
  registerGpu({ engine, gpu, log });
});

describe('a GPU that could not be used', () => {
  it('gets one message, and a line in the log', async () => {
    gpu.remember(failed('signal SIGSEGV'));
    await vi.waitFor(() => {
      expect(shown).toHaveLength(1);
    });
    expect(shown[0]?.message).toBe('The GPU could not be used, so the model runs on the CPU.');
    expect(shown[0]?.buttons).toEqual(['Details']);
    expect(log.lines).toEqual(['warn the GPU (vulkan) is not used: signal SIGSEGV']);
  });

  it.each([
    ['signal SIGSEGV', 'vulkan (signal SIGSEGV)'],
    ['hang', 'vulkan (it did not answer)'],
    ['unloadable', 'vulkan (its build of llama.cpp cannot be loaded)'],
    ['outOfMemory', 'vulkan (its memory is not enough for the model)'],
  ])('has details that people understand: %s', async (detail, said) => {
    presses.push('Details', 'Show Log');
    gpu.remember(failed(detail));
    await vi.waitFor(() => {
      expect(ran).toEqual([commandIds.showLog]);
    });
    expect(shown[1]?.detail).toContain(said);
    expect(shown[1]?.buttons).toEqual(['Try GPU Again', 'Show Log']);
  });

  it('is tried again from there, and by the command', async () => {
    const restart = vi.spyOn(engine, 'restart');
    presses.push('Details', 'Try GPU Again');
    gpu.remember(failed('hang'));
    await vi.waitFor(() => {
      expect(restart).toHaveBeenCalledTimes(1);
    });
    expect(gpu.failure).toBeUndefined();
    gpu.remember(failed('hang'));
    await registered.get(commandIds.retryGpu)?.();
    expect(gpu.failure).toBeUndefined();
    expect(restart).toHaveBeenCalledTimes(2);
  });
});
