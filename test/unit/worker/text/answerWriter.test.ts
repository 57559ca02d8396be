import type { ChatProgress } from '../../../../src/contract/chat';
import { describe, expect, it } from 'vitest';
import { AnswerWriter } from '../../../../src/worker/text/answerWriter';
import type { JobResult } from '../../../../src/worker/session/job';
import type { LoadedModel } from '../../../../src/worker/model/loadModel';

const marks = ['<|im_end|>', '<|im_start|>user'];
const CONTROL = 99;

/** Writes an answer of these pieces, each a token whose id is its index. */
function write(pieces: readonly string[], { stop = 'end', ids }: { readonly stop?: string; readonly ids?: readonly number[] } = {}) {
  const events: ChatProgress[] = [];
  const model = { detokenize: (tokens: readonly number[]) => tokens.map((token) => pieces[token] ?? '').join('') };
  const tokenizer = { encodeInside: (text: string) => Array.from(text).map((character) => 1000 + character.charCodeAt(0)) };
  const writer = new AnswerWriter({ model, tokenizer } as unknown as LoadedModel, [], { marks, tokens: new Set([CONTROL]) }, (event) => {
    events.push(event);
  });
  const generated: number[] = [];
  let verdict = 'continue';
  for (const token of ids ?? pieces.keys()) {
    generated.push(token);
    verdict = writer.push(token);
    if (verdict !== 'continue') break;
  }
  writer.end();
  const tokens = writer.tokens({ tokens: generated, stop: verdict === 'continue' ? stop : verdict } as unknown as JobResult);
  const sent = events.flatMap((event) => (event.kind === 'text' ? event.tokens : []));
  const text = events.map((event) => (event.kind === 'text' ? event.text : '')).join('');
  expect(text).toBe(writer.text);
  return { text, tokens, sent, isCut: writer.isCut, verdict };
}

describe('an answer', () => {
  it('ends at a mark in plain text, and keeps the tokens before it', () => {
    const { sent, ...answer } = write(['Four', '.', '<', '|', 'im', '_end', '|', '>', '<|im_start|>user']);
    expect(answer).toEqual({ text: 'Four.', tokens: [0, 1], isCut: true, verdict: 'rule' });
    expect(sent).toEqual([0, 1]);
  });

  it('keeps the characters that share a token with the mark', () => {
    expect(write(['Four', '.<|', 'im_end|>'])).toMatchObject({ text: 'Four.', tokens: [0, 1000 + '.'.charCodeAt(0)], isCut: true });
  });

  it('is cut at a mark behind which nothing more comes', () => {
    expect(write(['Four.', '`', '<|im_end|>'], { stop: 'maxTokens' })).toMatchObject({ text: 'Four.`', tokens: [0, 1], isCut: true });
  });

  it('has no white space in front of a mark', () => {
    expect(write(['Four.', '\n\n', '<|im_end|>'])).toMatchObject({ text: 'Four.', tokens: [0] });
  });

  it('has all tokens when nothing was cut, and all of the text', () => {
    expect(write([' Four', '.', '\n'])).toMatchObject({ text: 'Four.\n', tokens: [0, 1, 2], sent: [0, 1, 2], isCut: false });
  });

  it('sends tokens with the text that they complete', () => {
    const { sent } = write(['a', ' <|im', 'age|>', ' b']);
    expect(sent).toEqual([0, 1, 2, 3]);
  });

  it('ends at a control token that is a mark', () => {
    expect(write(['Four', '.'], { ids: [0, 1, CONTROL] })).toMatchObject({ text: 'Four.', tokens: [0, 1], isCut: true, verdict: 'rule' });
  });

  it('that is empty but for a mark has no tokens', () => {
    expect(write(['<|im_end|>'])).toMatchObject({ text: '', tokens: [], isCut: true });
  });
});
