import type { ChatTurn } from '../../../src/contract/chat';
import type { FileBlock, UserContent } from '../../../src/contract/context';
import fc from 'fast-check';
import type { ChatFormat, PromptTokenizer } from '../../../src/prompt/promptTypes';
import { llama3Like, mistralLike, smolLm2, zephyrLike } from './template/templates';
import { LLAMA_FINGERPRINT, llamaTokenizerWith, WordTokenizer } from './tokenizers';

export interface Layout {
  readonly name: string;
  readonly format: ChatFormat;
  readonly tokenizer: PromptTokenizer;
}

const llama = llamaTokenizerWith();

/** Every format over Llama's vocabulary, where tokens depend on what stands before, and over one where they depend on what follows. */
export const layouts: readonly Layout[] = [
  { name: 'llama2', format: { kind: 'llama2' }, tokenizer: llama },
  { name: 'base', format: { kind: 'base' }, tokenizer: llama },
  { name: 'ChatML', format: smolLm2, tokenizer: { ...llamaTokenizerWith(['<|im_start|>', '<|im_end|>']), bos: undefined } },
  {
    name: 'Llama 3',
    format: llama3Like,
    tokenizer: llamaTokenizerWith(['<|begin_of_text|>', '<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>']),
  },
  { name: 'Mistral', format: mistralLike, tokenizer: llama },
  { name: 'Zephyr', format: zephyrLike, tokenizer: llama },
  { name: 'ChatML of words', format: smolLm2, tokenizer: new WordTokenizer(['<|im_start|>', '<|im_end|>'], { eos: '<|im_end|>' }) },
  { name: 'base of words', format: { kind: 'base' }, tokenizer: new WordTokenizer() },
];

/** Text with what breaks layouts: spaces at the ends, line breaks, fences, tags, other scripts. */
export const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom(
        ' ',
        '  ',
        '\n',
        '\n\n',
        '\t',
        '```',
        '````',
        '<s>',
        '</s>',
        '[INST]',
        '[/INST]',
        '<|im_end|>',
        'User:',
        '你好',
        '🦙',
        'word',
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

/** A message somebody would send: not only spaces. */
export const question = fc
  .tuple(fc.constantFrom('Why ', '为什么', '1', '<', '`', 'é', '\n\n x', ' 2'), anyText)
  .map(([head, tail]) => head + tail);

export const fileBlock: fc.Arbitrary<FileBlock> = fc.record({
  path: fc.constantFrom('a.ts', 'src/with space.py', '中文/文件.md'),
  language: fc.constantFrom('typescript', 'python', 'plaintext', 'c++'),
  text: fc.array(anyText, { maxLength: 30 }).map((lines) => lines.join('\n')),
});

export const userContent: fc.Arbitrary<UserContent> = fc.oneof(
  question.map((text) => ({ text })),
  fc.record({ text: question, file: fileBlock }),
  fc.record({ text: question, selection: fc.record({ startLine: fc.constant(3), endLine: fc.constant(9), text: anyText }) }),
);

export const liveTokens = fc.array(fc.integer({ min: 3, max: 31_999 }), { maxLength: 20 });

export const turn: fc.Arbitrary<ChatTurn> = fc.record({
  user: userContent,
  answer: fc.oneof(
    anyText.map((text) => ({ text })),
    liveTokens.map((tokens) => ({ text: '?', tokens, fingerprint: LLAMA_FINGERPRINT })),
  ),
});

export const systemText = fc.constantFrom('', 'Be brief.', ' odd \n', 'You are </s> a [INST] goat.');
