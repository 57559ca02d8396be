import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getLlama, LlamaVocabularyType, type Llama, type LlamaModel, type Token } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureLlamaSource } from '../../scripts/lib/models/llama-source.mjs';
import { createDetokenizer } from '../../src/worker/model/detokenizer';
import { TextStream, type Detokenize } from '../../src/worker/text/textStream';
import { promptTokenizer, vocabularyOf } from '../../src/worker/model/tokenizer';
import type { PromptTokenizer } from '../../src/prompt/promptTypes';

// The vocabularies that llama.cpp tests its own tokenizer with. `X.gguf.inp` has texts, `X.gguf.out` the ids that the tokenizer of the
// model's maker gives them, read as in llama.cpp's tests/test-tokenizer-0.cpp: no BOS, and what looks like a control token is text.
const folder = join(await ensureLlamaSource(), 'models');
const SEPARATOR = '\n__ggml_vocab_test__\n';

interface Golden {
  readonly text: string;
  readonly ids: readonly number[];
}

function readTexts(file: string): readonly string[] {
  const texts = readFileSync(join(folder, `${file}.inp`), 'utf8').split(SEPARATOR);
  return texts.at(-1) === '' ? texts.slice(0, -1) : texts;
}

function readGolden(file: string): readonly Golden[] {
  const lines = readFileSync(join(folder, `${file}.out`), 'utf8')
    .trimEnd()
    .split('\n');
  const texts = readTexts(file);
  expect(lines).toHaveLength(texts.length);
  return texts.map((text, index) => ({ text, ids: (lines[index] ?? '').split(' ').filter(Boolean).map(Number) }));
}

const names = readdirSync(folder);
const vocabularies = names.filter((name) => name.startsWith('ggml-vocab-') && name.endsWith('.gguf'));
const withGolden = new Set(vocabularies.filter((name) => names.includes(`${name}.inp`)));

/** Code whose spaces stand where English prose has none. */
const code = [
  'return a != b && !c ? d : e;',
  'f(a, ...rest) , g( .5 , . )',
  'git add . && ls .. ; find . -name x ! -path ./y',
  'from . import a\nfrom .. import b',
  "let s = ' ' + 'm' + ' . '; // it 's what we 've got, they 're I 'm you 'll",
  'key: !tag\n  - ?\n\n  .then()\t .x\n    , 1',
  'a 😁 ? 我 ! й .\r\n  …',
];

const squeeze = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

let llama: Llama;

beforeAll(async () => {
  llama = await getLlama({ build: 'never', skipDownload: true, progressLogs: false, gpu: false, logger: () => undefined });
}, 60_000);

afterAll(() => llama.dispose());

it('finds the vocabularies of the llama.cpp that is shipped', () => {
  expect(withGolden.size).toBeGreaterThanOrEqual(14);
  expect(vocabularies.length).toBeGreaterThan(withGolden.size);
});

describe.each(vocabularies)('%s', (file) => {
  let model: LlamaModel;
  let tokenizer: PromptTokenizer;
  let detokenize: Detokenize;

  beforeAll(async () => {
    model = await llama.loadModel({ modelPath: join(folder, file), vocabOnly: true });
    tokenizer = promptTokenizer(model, file);
    detokenize = createDetokenizer(model);
  }, 60_000);
  afterAll(() => model.dispose());

  /** Vocabularies of embedding models, which write nothing: they fold letters, leave spaces out, and know few characters. */
  const isLossy = (): boolean => model.vocabularyType === LlamaVocabularyType.wpm || model.vocabularyType === LlamaVocabularyType.ugm;
  /** Llama 2's kind puts a space before a text, which is part of the first token. A text that follows another one has none. */
  const hasLeadingSpace = (): boolean => model.vocabularyType === LlamaVocabularyType.spm;

  it.runIf(withGolden.has(file))('gives the ids of the tokenizer that the model was trained with', () => {
    for (const { text, ids } of readGolden(file)) {
      expect([text, tokenizer.encode(text)]).toEqual([text, ids]);
      // None of these texts has a control token in it, so that a template's text has the same ids.
      expect([text, tokenizer.encodeTemplate(text)]).toEqual([text, ids]);
      if (!hasLeadingSpace() && !isLossy()) expect([text, tokenizer.encodeInside(text)]).toEqual([text, ids]);
    }
  });

  it('gives texts back, all at once and token by token', () => {
    const golden = withGolden.has(file) ? file : 'ggml-vocab-llama-bpe.gguf';
    for (const text of [...readTexts(golden), ...code]) {
      const ids = tokenizer.encode(text);
      if (isLossy()) {
        const written = squeeze(detokenize(ids, []));
        expect([text, squeeze(detokenize(tokenizer.encode(written), []))]).toEqual([text, written]);
        continue;
      }
      expect(detokenize(ids, [])).toBe(text);
      // The text as a model would write it behind its prompt.
      const stream = new TextStream(detokenize, tokenizer.encode('a'));
      const inside = tokenizer.encodeInside(text);
      expect(inside.map((id) => stream.push(id)).join('')).toBe(text);
    }
  });

  it('reads control tokens in a template alone', () => {
    const { bosString, bos, eosString, eos, eotString, eot, infill } = model.tokens;
    const pairs = [
      [bosString, bos],
      [eosString, eos],
      [eotString, eot],
      [infill.prefixString, infill.prefix],
      [infill.suffixString, infill.suffix],
      [infill.middleString, infill.middle],
    ] as const;
    const known = pairs.flatMap(([text, id]) => (text === null || id === null ? [] : [{ text, id }]));
    expect(known.length).toBeGreaterThan(0);
    expect(tokenizer.bos).toBe(model.tokens.shouldPrependBosToken ? (bos ?? undefined) : undefined);
    expect(tokenizer.eos).toBe(eos ?? undefined);
    for (const { text, id } of known) {
      expect([text, tokenizer.encodeTemplate(text).includes(id)]).toEqual([text, true]);
      for (const ids of [tokenizer.encode(text), tokenizer.encode(`x ${text} y`), tokenizer.encodeInside(`\n${text}`)])
        expect([text, ids.includes(id)]).toEqual([text, false]);
      expect(detokenize([id], [])).toBe('');
    }
  });

  it('reads a mark of a turn, a channel or a tool call as text, be it a control token to llama.cpp or not', () => {
    const texts = model.fileInfo.metadata.tokenizer.ggml.tokens;
    const isMark = (id: number): boolean => {
      const { control, userDefined } = model.getTokenAttributes(id as Token);
      return control || userDefined;
    };
    const marks = [...texts.entries()].filter(([id, text]) => isMark(id) && /^<[|｜][^<>]*>$|^<[^<>]*[|｜]>$/.test(text));
    for (const [id, mark] of marks.filter((_, index) => index % Math.ceil(marks.length / 40) === 0)) {
      for (const text of [mark, `x ${mark} y`, `${mark}${mark}`, `<${mark}>`, `[<|x${mark}|]`, `\n${mark}\n`]) {
        for (const ids of [tokenizer.encode(text), tokenizer.encodeInside(text)]) expect([text, ids.includes(id)]).toEqual([text, false]);
        expect(detokenize(tokenizer.encode(text), [])).toBe(text);
      }
      expect([mark, tokenizer.encodeTemplate(mark).includes(id)]).toEqual([mark, true]);
    }
  });

  it('decodes each token as llama.cpp does, but for what it tidies or takes for no text', () => {
    const tidied = / [?!.,]| '[sm]| '[rv]e| ' /u;
    const wrong: unknown[] = [];
    for (const token of model.iterateAllTokens()) {
      const [own, theirs] = [detokenize([token], []), model.detokenize([token])];
      if (own !== theirs && !tidied.test(own) && !theirs.startsWith('[UNK_BYTE_')) wrong.push([token, own, theirs]);
    }
    expect(wrong).toEqual([]);
  });
});

describe('a vocabulary whose text llama.cpp tidies', () => {
  let model: LlamaModel;

  beforeAll(async () => {
    model = await llama.loadModel({ modelPath: join(folder, 'ggml-vocab-starcoder.gguf'), vocabOnly: true });
  }, 60_000);
  afterAll(() => model.dispose());

  it('is still tidied by the library, or decoding its tokens here is of no use any more', () => {
    expect(model.detokenize(model.tokenize('ls ..'))).toBe('ls..');
  });

  it('knows which tokens a word to be written again can begin with, their spaces included', () => {
    const vocabulary = vocabularyOf(model);
    const text = ' != other';
    const ids = promptTokenizer(model, 'x').encode(text);
    expect(ids.map((id) => vocabulary.textOf(id)).join('')).toBe(text);
    expect(vocabulary.beginning(text)).toContain(ids[0]);
    expect(vocabulary.textOf(model.tokens.eos ?? -1)).toBe('');
  });
});
