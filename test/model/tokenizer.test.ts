import { getLlama, type Llama, type LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildChatPrompt } from '../../src/prompt/chat';
import { golden } from '../fixtures/golden';
import { tinyModelPath } from '../fixtures/llama';
import type { PromptTokenizer } from '../../src/prompt/types';

// llama-tokenizer-js made the golden ids. What the worker runs is llama.cpp's own tokenizer, from a GGUF's scores instead of a merge list.
let llama: Llama;
let model: LlamaModel;

beforeAll(async () => {
  llama = await getLlama({ build: 'never', skipDownload: true, progressLogs: false, gpu: false });
  model = await llama.loadModel({ modelPath: await tinyModelPath(), vocabOnly: true });
}, 60_000);

afterAll(async () => {
  await model.dispose();
  await llama.dispose();
});

describe("llama.cpp's tokenizer over the fixture's vocabulary", () => {
  it.each(golden.texts)('gives the golden ids of $text', ({ text, tokens }) => {
    expect([...model.tokenize(text, false)]).toEqual(tokens);
  });

  it.each(golden.prompts)('gives the golden prompt: $name', ({ input, budget, tokens }) => {
    const tokenizer: PromptTokenizer = {
      fingerprint: golden.fingerprint,
      bos: model.tokens.bos ?? undefined,
      eos: model.tokens.eos ?? undefined,
      encode: (text) => model.tokenize(text, false),
      encodeTemplate: (text) => model.tokenize(text, true),
    };
    const prompt = buildChatPrompt(input, { kind: 'llama2' }, tokenizer, { contextTokens: budget, reserveTokens: 0 });
    expect(prompt.tokens).toEqual(tokens);
  });

  it('reads control tokens in a template only', () => {
    expect(model.tokenize('<s>', true)).toEqual([1]);
    expect(model.tokenize('<s>', false)).not.toContain(1);
  });
});
