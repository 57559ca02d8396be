import { getLlama, type Llama, type LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildChatPrompt } from '../../src/prompt/chat/chatPrompt';
import { fimLayout } from '../../src/prompt/completion/completionPrompt';
import { fimGolden, golden } from '../fixtures/templates/tokenGolden';
import { tinyInfillModelPath, tinyModelPath } from '../fixtures/models/llama';
import { promptTokenizer, vocabularyOf } from '../../src/worker/model/tokenizer';

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

  it.each(golden.prompts)('gives the golden prompt: $name', async ({ input, budget, tokens }) => {
    const tokenizer = promptTokenizer(model, golden.fingerprint);
    const prompt = await buildChatPrompt(input, { kind: 'llama2' }, tokenizer, { contextTokens: budget, reserveTokens: 0 });
    expect(prompt.tokens).toEqual(tokens);
  });

  it('reads control tokens in a template only', () => {
    expect(model.tokenize('<s>', true)).toEqual([1]);
    expect(model.tokenize('<s>', false)).not.toContain(1);
  });
});

describe("the texts of llama.cpp's tokens", () => {
  it('are those of the pieces of a text', () => {
    const vocabulary = vocabularyOf(model);
    const [first = 0, ...rest] = model.tokenize('the total of all values,\n    returned; \t42', false);
    expect([vocabulary.textOf(first).trimStart(), ...rest.map((token) => vocabulary.textOf(token))].join('')).toBe(
      'the total of all values,\n    returned; \t42',
    );
    expect(vocabulary.textOf(1)).toBe('');
  });

  it('are read together as each of them is by itself', () => {
    const vocabulary = vocabularyOf(model);
    const before = model.tokenize('a', false).slice(-1);
    for (const token of model.iterateAllTokens()) {
      const alone = model.detokenize([token], false, before);
      if (vocabulary.textOf(token) !== alone) expect([token, vocabulary.textOf(token)]).toEqual([token, alone]);
    }
    expect(vocabulary.beginning('a').length).toBeGreaterThan(100);
  });

  it('have a beginning for whatever is a word', () => {
    const vocabulary = vocabularyOf(model);
    for (const letter of Array.from('ABCXYZabcxyz019_$')) {
      for (const text of [letter, ` ${letter}`, `${letter}zq`]) {
        const texts = vocabulary.beginning(text).map((token) => vocabulary.textOf(token));
        expect(texts).not.toEqual([]);
        for (const each of texts) expect(each.startsWith(text) || text.startsWith(each)).toBe(true);
      }
    }
  });
});

describe("a GGUF with Code Llama's vocabulary", () => {
  let infill: LlamaModel;

  beforeAll(async () => {
    infill = await llama.loadModel({ modelPath: await tinyInfillModelPath(), vocabOnly: true });
  }, 60_000);
  afterAll(() => infill.dispose());

  it('names the ids for filling in, and is laid out with the suffix first', () => {
    expect(promptTokenizer(infill, 'x').fim).toEqual({ prefix: 32007, suffix: 32008, middle: 32009, order: 'suffixFirst' });
  });

  it.each(fimGolden.prompts)('gives the golden prompts: $name', ({ prefix, suffix, suffixFirst, prefixFirst }) => {
    const tokenizer = promptTokenizer(infill, 'x');
    const { fim } = tokenizer;
    if (!fim) throw new Error('the GGUF names no ids for filling in');
    const parts = [tokenizer.encode(prefix), tokenizer.encodeInside(suffix)] as const;
    expect([1, ...fimLayout(fim, ...parts)]).toEqual(suffixFirst);
    expect([1, ...fimLayout({ ...fim, order: 'prefixFirst' }, ...parts)]).toEqual(prefixFirst);
  });

  it('reads what looks like a mark in a document as text', () => {
    const tokenizer = promptTokenizer(infill, 'x');
    for (const tokens of [tokenizer.encode('a <PRE> b <EOT>'), tokenizer.encodeInside('<SUF> <MID>')])
      expect(Math.max(...tokens)).toBeLessThan(32_000);
  });
});

describe('a GGUF without ids for filling in', () => {
  it('has the text before the cursor alone as its prompt', () => {
    expect(promptTokenizer(model, 'x').fim).toBeUndefined();
  });
});
