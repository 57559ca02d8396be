import { describe, expect, it, vi } from 'vitest';
import { Emitter } from '../../../../../src/util/event';
import type { EngineErrorData } from '../../../../../src/contract/engineErrors';
import type { LanguageModel, EngineState } from '../../../../../src/host/llm/languageModel';
import {
  chooseGhostTextModel,
  registerGhostTextModel,
  useForGhostText,
  type GhostTextChoiceDeps,
} from '../../../../../src/host/models/running/completionModel';
import type { OwnedModel } from '../../../../../src/host/models/picker/modelChoices';
import type { ConfigService } from '../../../../../src/host/services/configService';
import { fakeFacts } from '../../../../fixtures/engine/fakeEngine';
import { answerAlways, shown } from '../../../../fixtures/vscode/fakeWindow';
import { MemoryLog } from '../../../../fixtures/engine/workerClient';

describe('a model for ghost text that cannot be loaded', () => {
  const missing: EngineErrorData = { kind: 'modelNotFound', path: '/models/small.gguf' };
  const ready = (error?: EngineErrorData): EngineState => ({
    kind: 'ready',
    generation: 1,
    responding: true,
    facts: { ...fakeFacts, ...(error ? { completion: { kind: 'failed', error } } : {}) },
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
    registerGhostTextModel({ engine: { onDidChangeState: states.event } as unknown as LanguageModel, config, log });
    return { states, updates, log };
  }

  it('is reported once to the user and in the log', async () => {
    const { states, log } = start();
    states.fire(ready());
    states.fire(ready(missing));
    states.fire(ready(missing));
    await Promise.resolve();
    expect(shown.messages).toEqual([expect.stringContaining('The model file /models/small.gguf cannot be opened')]);
    expect(log.lines).toHaveLength(1);
  });

  it('is replaced by the chat’s model with a button', async () => {
    answerAlways('Use the Chat’s Model');
    const { states, updates } = start();
    states.fire(ready(missing));
    await vi.waitFor(() => {
      expect(updates).toEqual([['ghostText.modelPath', '']]);
    });
  });
});

describe('chooseGhostTextModel', () => {
  const model = (name: string, source: string): OwnedModel => ({ name, path: `/models/${name}.gguf`, bytes: 2e9, source });
  const models = [model('tiny', 'embedded'), model('chat', 'downloaded'), model('code', 'ollama')];

  function deps(setting: string): { readonly deps: GhostTextChoiceDeps; readonly updates: unknown[][] } {
    const updates: unknown[][] = [];
    const update = (...change: unknown[]): Promise<void> => {
      updates.push(change);
      return Promise.resolve();
    };
    const current = { 'ghostText.modelPath': setting, 'model.path': '/models/chat.gguf' };
    const config = { current, update } as unknown as ConfigService;
    return {
      deps: { config, embeddedPath: '/models/tiny.gguf', models: () => Promise.resolve(models), files: { get: (path) => ({ path }) } },
      updates,
    };
  }

  it('offers the chat’s model first, each other file once, and marks the present one', async () => {
    for (const [setting, label] of [
      ['', 'The chat’s model'],
      ['/models/chat.gguf', 'The chat’s model'],
      ['embedded', 'tiny'],
      ['/models/code.gguf', 'code'],
    ]) {
      const { deps: given, updates } = deps(setting ?? '');
      await chooseGhostTextModel(given);
      const offered = shown.questions.at(-1)?.entries ?? [];
      expect(offered.map((item) => item.label)).toEqual(['The chat’s model', 'tiny', 'code']);
      expect(offered.filter(({ detail }) => detail !== undefined).map((item) => item.label)).toEqual([label]);
      expect(updates).toEqual([]);
    }
  });

  it('stores the picked model', async () => {
    for (const [label, value] of [
      ['The chat’s model', ''],
      ['tiny', 'embedded'],
      ['code', '/models/code.gguf'],
    ]) {
      answerAlways(label);
      const { deps: given, updates } = deps('/models/other.gguf');
      await chooseGhostTextModel(given);
      expect(updates).toEqual([['ghostText.modelPath', value]]);
    }
  });

  it('useForGhostText stores the path even of the chat’s present model', async () => {
    const { deps: given, updates } = deps('');
    await useForGhostText('/models/chat.gguf', given);
    expect(updates).toEqual([['ghostText.modelPath', '/models/chat.gguf']]);
  });
});
