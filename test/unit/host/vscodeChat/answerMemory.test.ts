import { describe, expect, it } from 'vitest';
import { AnswerMemory } from '../../../../src/host/vscodeChat/answerMemory';

const ids = (count: number, first = 1): number[] => Array.from({ length: count }, (_, index) => first + index);

describe('AnswerMemory', () => {
  it('has the ids of an answer whose text is the same to the letter', () => {
    const memory = new AnswerMemory();
    memory.remember({ text: 'Paris.', tokens: [3, 4], fingerprint: 'one' });
    expect(memory.answer('Paris.')).toEqual({ text: 'Paris.', tokens: [3, 4], fingerprint: 'one' });
    expect(memory.answer('Paris')).toEqual({ text: 'Paris' });
    expect(memory.answer('Paris. ')).toEqual({ text: 'Paris. ' });
  });

  it('has those of the model that gave it last', () => {
    const memory = new AnswerMemory();
    memory.remember({ text: 'Yes', tokens: [1], fingerprint: 'one' });
    memory.remember({ text: 'Yes', tokens: [9], fingerprint: 'two' });
    expect(memory.answer('Yes')).toEqual({ text: 'Yes', tokens: [9], fingerprint: 'two' });
  });

  it('keeps nothing of an answer that was cancelled before its first token', () => {
    const memory = new AnswerMemory();
    memory.remember({ text: '', tokens: [], fingerprint: '' });
    expect(memory.answer('')).toEqual({ text: '' });
  });

  it('forgets what nobody has asked for longest when it holds a hundred thousand ids', () => {
    const memory = new AnswerMemory();
    memory.remember({ text: 'first', tokens: ids(40_000), fingerprint: 'f' });
    memory.remember({ text: 'second', tokens: ids(40_000), fingerprint: 'f' });
    expect(memory.answer('first').tokens).toHaveLength(40_000);
    memory.remember({ text: 'third', tokens: ids(40_000), fingerprint: 'f' });
    expect(memory.answer('second')).toEqual({ text: 'second' });
    expect(memory.answer('first').tokens).toHaveLength(40_000);
  });
});
