import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineState } from '../../../../src/host/engine/engine';
import { modelInfo } from '../../../../src/host/vscodeChat/modelInfo';
import { estimateTokenCount, MESSAGE_TOKENS } from '../../../../src/prompt/estimate';
import { fakeFacts } from '../../../fixtures/fakeEngine';

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
  it('is what the file and the settings say, while no model is loaded', () => {
    expect(modelInfo(stopped, configured, { architecture: 'llama', trainContextTokens: 2048 }, settings)).toEqual({
      id: 'llama-2-7b-chat.Q4_0',
      name: 'llama-2-7b-chat',
      family: 'llama',
      version: 'Q4_0',
      maxInputTokens: 1536,
      maxOutputTokens: 511,
    });
  });

  it('is what the loaded model is', () => {
    const info = modelInfo(ready({ architecture: 'qwen2', contextTokens: 8192 }), configured, { architecture: 'llama' }, settings);
    expect(info).toMatchObject({ id: 'llama-2-7b-chat.Q4_0', family: 'qwen2', maxInputTokens: 7167, maxOutputTokens: 1024 });
  });

  it('goes by the settings where another model is still loaded', () => {
    const info = modelInfo(ready({ path: '/models/other.gguf', architecture: 'qwen2', contextTokens: 8192 }), configured, {}, settings);
    expect(info).toMatchObject({ family: 'unknown', maxInputTokens: 3072, maxOutputTokens: 1023 });
  });

  it('has an identity and a version also where the file name says little', () => {
    expect(modelInfo(stopped, { ...configured, path: '/models/mine.gguf' }, {}, settings)).toMatchObject({
      id: 'mine',
      name: 'mine',
      family: 'unknown',
      version: 'unknown',
    });
  });

  it('promises no more than a lane holds: system text, question and answer', () => {
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
