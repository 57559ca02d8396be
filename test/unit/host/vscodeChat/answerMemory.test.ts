import { describe, expect, it } from 'vitest';
import { AnswerMemory } from '../../../../src/host/vscodeChat/answerMemory';

const ids = (count: number, first = 1): number[] => Array.from({ length: count }, (_, index) => first + index);

describe('AnswerMemory', () => {
  it('returns the token ids of an answer with exactly the same text', () => {
    const memory = new AnswerMemory();
    memory.remember({ text: 'Paris.', tokens: [3, 4], fingerprint: 'one' });
    expect(memory.answer('Paris.')).toEqual({ text: 'Paris.', tokens: [3, 4], fingerprint: 'one' });
    expect(memory.answer('Paris')).toEqual({ text: 'Paris' });
    expect(memory.answer('Paris. ')).toEqual({ text: 'Paris. ' });
  });

  it('returns the token ids of the model that gave the answer last', () => {
    const memory = new AnswerMemory();
    memory.remember({ text: 'Yes', tokens: [1], fingerprint: 'one' });
    memory.remember({ text: 'Yes', tokens: [9], fingerprint: 'two' });
    expect(memory.answer('Yes')).toEqual({ text: 'Yes', tokens: [9], fingerprint: 'two' });
  });

  it('stores nothing for an answer without tokens', () => {
    const memory = new AnswerMemory();
    memory.remember({ text: '', tokens: [], fingerprint: '' });
    expect(memory.answer('')).toEqual({ text: '' });
  });

  it('drops the least recently used answers above a hundred thousand ids', () => {
    const memory = new AnswerMemory();
    memory.remember({ text: 'first', tokens: ids(40_000), fingerprint: 'f' });
    memory.remember({ text: 'second', tokens: ids(40_000), fingerprint: 'f' });
    expect(memory.answer('first').tokens).toHaveLength(40_000);
    memory.remember({ text: 'third', tokens: ids(40_000), fingerprint: 'f' });
    expect(memory.answer('second')).toEqual({ text: 'second' });
    expect(memory.answer('first').tokens).toHaveLength(40_000);
  });
});
