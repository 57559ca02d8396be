import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Emitter } from '../../../../src/base/event';
import type { EngineErrorData } from '../../../../src/protocol/errors';
import type { Engine, EngineState } from '../../../../src/host/engine/engine';
import { ghostTextModel, registerGhostTextModel } from '../../../../src/host/models/ghostText';
import type { ConfigService } from '../../../../src/host/services/configService';
import { fakeFacts } from '../../../fixtures/fakeEngine';
import { MemoryLog } from '../../../fixtures/workerClient';

const messages: string[] = [];
let answer: string | undefined;

vi.mock('vscode', () => ({
  env: { language: 'en' },
  l10n: {
    t: (text: string, ...values: readonly unknown[]) => text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
  commands: { executeCommand: () => Promise.resolve() },
  window: {
    showInformationMessage: (message: string) => {
      messages.push(message);
      return Promise.resolve(answer);
    },
  },
}));

beforeEach(() => {
  messages.length = 0;
  answer = undefined;
});

describe("ghost text's model", () => {
  it('is the chat’s unless another one is set, and the embedded one by a word', () => {
    expect(ghostTextModel('', '/models/a.gguf', '/extension')).toBeUndefined();
    expect(ghostTextModel('/models/a.gguf', '/models/a.gguf', '/extension')).toBeUndefined();
    expect(ghostTextModel('/models/../models/a.gguf', '/models/a.gguf', '/extension')).toBeUndefined();
    expect(ghostTextModel('/models/b.gguf', '/models/a.gguf', '/extension')).toEqual({ path: '/models/b.gguf' });
    const embedded = ghostTextModel('embedded', '/models/a.gguf', '/extension');
    expect(embedded?.path).toMatch(/extension.*\.gguf$/);
    expect(ghostTextModel('embedded', embedded?.path ?? '', '/extension')).toBeUndefined();
  });
});

describe('that ghost text has to do with the chat’s model', () => {
  const missing: EngineErrorData = { kind: 'modelNotFound', path: '/models/small.gguf' };
  const ready = (error?: EngineErrorData): EngineState => ({
    kind: 'ready',
    generation: 1,
    responding: true,
    facts: { ...fakeFacts, ...(error ? { ghostText: { kind: 'failed', error } } : {}) },
  });

  function start(): { states: Emitter<EngineState>; updates: unknown[][]; log: MemoryLog } {
    const states = new Emitter<EngineState>();
    const updates: unknown[][] = [];
    const log = new MemoryLog();
    const update = (...change: unknown[]): Promise<void> => {
      updates.push(change);
      return Promise.resolve();
    };
    const config = { current: { 'ghostText.modelPath': '/models/small.gguf' }, update } as unknown as ConfigService;
    registerGhostTextModel({ engine: { onDidChangeState: states.event } as unknown as Engine, config, log });
    return { states, updates, log };
  }

  it('is said once, and written to the log, whatever the engine does afterwards', async () => {
    const { states, log } = start();
    states.fire(ready());
    states.fire(ready(missing));
    states.fire(ready(missing));
    await Promise.resolve();
    expect(messages).toEqual([expect.stringContaining('The model file /models/small.gguf cannot be opened')]);
    expect(log.lines).toHaveLength(1);
  });

  it('is put right by a button', async () => {
    answer = 'Use the Chat’s Model';
    const { states, updates } = start();
    states.fire(ready(missing));
    await vi.waitFor(() => {
      expect(updates).toEqual([['ghostText.modelPath', '']]);
    });
  });
});
