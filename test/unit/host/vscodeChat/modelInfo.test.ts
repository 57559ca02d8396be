import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineState } from '../../../../src/host/llm/languageModel';
import { modelInfo } from '../../../../src/host/vscodeChat/modelInfo';
import { estimateTokenCount, MESSAGE_TOKENS } from '../../../../src/prompt/context/tokenEstimate';
import { fakeFacts } from '../../../fixtures/engine/fakeEngine';

const configured = { path: '/models/llama-2-7b-chat.Q4_0.gguf', contextTokens: 4096 };
const settings = { system: '', maxTokens: 1024 };
const stopped: EngineState = { kind: 'stopped' };
const ready = (facts: Partial<typeof fakeFacts>): EngineState => ({
  kind: 'ready',
  generation: 1,
  responding: true,
  facts: { ...fakeFacts, path: configured.path, ...facts },
});

describe('modelInfo', () => {
  it('describes the configured file while no model is loaded', () => {
    expect(modelInfo(stopped, configured, { architecture: 'llama', trainContextTokens: 2048 }, settings)).toEqual({
      id: 'llama-2-7b-chat.Q4_0',
      name: 'llama-2-7b-chat',
      family: 'llama',
      version: 'Q4_0',
      maxInputTokens: 1536,
      maxOutputTokens: 511,
    });
  });

  it('uses the name from the store of the file', () => {
    const blob = { path: `/ollama/blobs/sha256-${'a'.repeat(64)}`, name: 'llama2:7b-chat', contextTokens: 4096 };
    expect(modelInfo(stopped, blob, {}, settings)).toMatchObject({ id: 'llama2:7b-chat', name: 'llama2:7b-chat' });
  });

  it('describes the loaded model', () => {
    const info = modelInfo(ready({ architecture: 'qwen2', contextTokens: 8192 }), configured, { architecture: 'llama' }, settings);
    expect(info).toMatchObject({ id: 'llama-2-7b-chat.Q4_0', family: 'qwen2', maxInputTokens: 7167, maxOutputTokens: 1024 });
  });

  it('describes the configured file while another model is still loaded', () => {
    const info = modelInfo(ready({ path: '/models/other.gguf', architecture: 'qwen2', contextTokens: 8192 }), configured, {}, settings);
    expect(info).toMatchObject({ family: 'unknown', maxInputTokens: 3072, maxOutputTokens: 1023 });
  });

  it('describes the server’s model, or names the host while the model is unknown', () => {
    const server = { host: 'models.example:8000', isThisMachine: false, fingerprint: 'remote', contextTokens: 8192 };
    const state = (model: string, name: string): EngineState => ({ kind: 'remote', generation: 0, server: { ...server, model, name } });
    expect(
      modelInfo(state('meta-llama/Llama-2-70b-chat-hf', 'Llama-2-70b-chat-hf'), configured, { architecture: 'llama' }, settings),
    ).toEqual({
      id: 'meta-llama/Llama-2-70b-chat-hf',
      name: 'Llama-2-70b-chat-hf',
      family: 'unknown',
      version: 'unknown',
      maxInputTokens: 7167,
      maxOutputTokens: 1024,
    });
    expect(modelInfo(state('', ''), configured, {}, settings)).toMatchObject({ id: 'models.example:8000', name: 'models.example:8000' });
  });

  it('has an id and a version for any file name', () => {
    expect(modelInfo(stopped, { ...configured, path: '/models/mine.gguf' }, {}, settings)).toMatchObject({
      id: 'mine',
      name: 'mine',
      family: 'unknown',
      version: 'unknown',
    });
  });

  it('promises no more input and output tokens than a lane holds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 512, max: 131_072 }),
        fc.integer({ min: 16, max: 8192 }),
        fc.string({ maxLength: 900 }),
        (contextTokens, maxTokens, system) => {
          const { maxInputTokens, maxOutputTokens } = modelInfo(stopped, { ...configured, contextTokens }, {}, { system, maxTokens });
          const fixed = system === '' ? 0 : estimateTokenCount(system) + MESSAGE_TOKENS;
          expect(maxOutputTokens).toBeLessThanOrEqual(maxTokens);
          expect(maxInputTokens).toBeGreaterThanOrEqual(1);
          if (maxInputTokens > 1) expect(maxInputTokens + maxOutputTokens + fixed).toBeLessThan(contextTokens);
        },
      ),
    );
  });
});
