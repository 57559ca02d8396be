import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePlain, findMarkup } from '../../../../src/worker/model/plainEncoding';

/** The pieces in which a text is encoded. */
function piecesOf(text: string, markup: ReadonlySet<string>): readonly string[] {
  const pieces: string[] = [];
  const record = (piece: string): readonly number[] => [pieces.push(piece)];
  encodePlain(text, markup, record, record);
  return pieces;
}

function modelWith(tokens: readonly string[], userDefined: readonly string[], template?: unknown): Parameters<typeof findMarkup>[0] {
  const ids = new Set(userDefined.map((text) => tokens.indexOf(text)));
  return {
    fileInfo: { metadata: { tokenizer: { ggml: { tokens }, chat_template: template } } },
    getTokenAttributes: (token: number) => ({ userDefined: ids.has(token) }),
  } as unknown as Parameters<typeof findMarkup>[0];
}

describe('findMarkup', () => {
  const tokens = ['<|User|>', '<｜Assistant｜>', '<|tool_call>', '<channel|>', '<think>', '[ARGS]', '<td>', '    ', '<|end|>', '<|', 'a'];

  it('finds user-defined marks with a bar, and those that the chat template writes', () => {
    const userDefined = tokens.filter((text) => text !== '<|end|>' && text !== 'a');
    const barred = ['<|User|>', '<｜Assistant｜>', '<|tool_call>', '<channel|>'];
    expect([...findMarkup(modelWith(tokens, userDefined))]).toEqual(barred);
    expect([...findMarkup(modelWith(tokens, userDefined, 'a<think>\n</think>    [ARGS]'))]).toEqual([...barred, '<think>', '[ARGS]']);
  });

  it('takes a chat template that is no text for none', () => {
    for (const template of [2, ['<think>'], null])
      expect([...findMarkup(modelWith(tokens, ['<|User|>', '<think>'], template))]).toEqual(['<|User|>']);
  });

  it('leaves tags and spaces that are text to the model, and control tokens, which llama.cpp leaves alone itself', () => {
    expect([...findMarkup(modelWith(tokens, ['<td>', '    ', '<|']))]).toEqual([]);
  });
});

describe('encodePlain', () => {
  const markup = new Set(['<|User|>', '<think>', '[ARGS]', '<a[ARGS]>']);

  it('encodes a text without markup in one piece', () => {
    for (const text of ['', 'if (a < b && c > d) x[i] = [1, 2];', '<|User', '<td>', 'think>'])
      expect(piecesOf(text, markup)).toEqual([text]);
  });

  it('cuts each mark behind its first letter', () => {
    expect(piecesOf('a <|User|>b[ARGS]', markup)).toEqual(['a <', '|User|>b[', 'ARGS]']);
    expect(piecesOf('<think><think>', markup)).toEqual(['<', 'think><', 'think>']);
    expect(piecesOf('<a[ARGS]>', markup)).toEqual(['<', 'a[', 'ARGS]>']);
  });

  it('leaves no mark whole, and changes no text', () => {
    const parts = fc.constantFrom('<', '>', '[', ']', '|', 'User', 'think', 'ARGS', 'a', ' ', '\n', '<|User|>', '<think>', '[ARGS]');
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 24 }), (all) => {
        const text = all.join('');
        const pieces = piecesOf(text, markup);
        expect(pieces.join('')).toBe(text);
        for (const piece of pieces) for (const mark of markup) expect(piece).not.toContain(mark);
      }),
      { numRuns: 500 },
    );
  });
});
