import { describe, expect, it } from 'vitest';
import { readChatTemplate, readKey, tokenTexts } from '../../../../src/worker/model/libraryMetadata';

type Metadata = Parameters<typeof readKey>[0];

const tokens = ['<s>', 'a'];
/** The metadata as the library holds them for the same file with other keys beside its own. */
const shapes: readonly (readonly [string, object])[] = [
  ['no other key', { tokenizer: { ggml: { tokens }, chat_template: 'x' } }],
  ['a key called tokenizer behind them', { 'tokenizer.ggml': { tokens }, 'tokenizer.chat_template': 'x', tokenizer: 'word' }],
  ['a key called tokenizer.ggml behind them', { tokenizer: { 'ggml.tokens': tokens, ggml: 1, chat_template: 'x' } }],
  ['both', { tokenizer: 1, 'tokenizer.ggml': 2, 'tokenizer.ggml.tokens': tokens, 'tokenizer.chat_template': 'x' }],
];

describe('the metadata of a file', () => {
  it.each(shapes)('have the vocabulary and the chat template with %s', (_, metadata) => {
    expect(tokenTexts(metadata as Metadata)).toBe(tokens);
    expect(readChatTemplate(metadata as Metadata)).toBe('x');
    expect(readKey(metadata as Metadata, 'tokenizer.ggml.model')).toBeUndefined();
  });

  it.each([1, true, null, undefined, ['x'], { default: 'x' }, '', ' \n'])('have no chat template where it is %j', (source) => {
    expect(readChatTemplate({ tokenizer: { chat_template: source } } as unknown as Metadata)).toBeUndefined();
  });

  it.each([{}, { tokenizer: null }, { tokenizer: 'x' }, { tokenizer: { ggml: { tokens: 3 } } }])('have no vocabulary in %j', (metadata) => {
    expect(tokenTexts(metadata as unknown as Metadata)).toEqual([]);
  });

  it('are not looked for among what every object has', () => {
    expect(readKey({} as Metadata, 'constructor.name')).toBeUndefined();
  });
});
