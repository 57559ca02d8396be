import { describe, expect, it } from 'vitest';
import { shownPath } from '../../../../../src/host/chat/store/turnTree';
import { historyOf, newConversation, newTurn, parseConversation, titleOf } from '../../../../../src/host/chat/store/conversationRecords';

const turn = (id: string, more: object = {}): object => ({
  id,
  user: { text: `${id}?`, file: { path: 'a.ts', language: 'typescript', text: 'x' } },
  title: `Title ${id}`,
  answer: `answer ${id}`,
  tokens: [1, 2],
  fingerprint: 'f',
  state: 'done',
  droppedTurns: 1,
  cuts: [{ block: 'file', label: 'a.ts', shownLines: 1, totalLines: 2 }],
  ...more,
});

const first = (...turns: object[]): string => JSON.stringify({ schema: 1, id: 'c', title: 'Title', createdAt: 1, updatedAt: 2, turns });

describe('a record of schema 1', () => {
  it('is migrated to a chain of turns without loss', () => {
    const record = parseConversation(first(turn('a'), turn('b'), turn('c')));
    expect(record).toMatchObject({ schema: 2, id: 'c', title: 'Title', createdAt: 1, updatedAt: 2, shown: {} });
    expect(record.turns).toEqual([turn('a'), turn('b', { parent: 'a' }), turn('c', { parent: 'b' })]);
    expect(shownPath(record)).toEqual(record.turns);
  });

  it('turns a superseded answer into an earlier branch', () => {
    const failed = { state: 'failed', error: { kind: 'workerDied', detail: '' }, superseded: true };
    const record = parseConversation(first(turn('a'), turn('b', failed), turn('b2', failed), turn('b3'), turn('c')));
    expect(record.turns.map(({ id, parent }) => [id, parent])).toEqual([
      ['a', undefined],
      ['b', 'a'],
      ['b2', 'a'],
      ['b3', 'a'],
      ['c', 'b3'],
    ]);
    expect(record.turns[1]).not.toHaveProperty('superseded');
    expect(shownPath(record).map(({ id }) => id)).toEqual(['a', 'b3', 'c']);
    expect(historyOf(shownPath(record)).map(({ answer }) => answer.text)).toEqual(['answer a', 'answer b3', 'answer c']);
  });
});

describe('a record', () => {
  const withFile = (more: object): string =>
    JSON.stringify({
      ...newConversation('c', 1),
      turns: [
        {
          ...newTurn('a', { text: 'a?' }),
          state: 'done',
          user: { text: 'a?', file: { path: 'a.ts', language: 'ts', text: 'x', ...more } },
        },
      ],
    });

  it('of an older version without URIs of attached files can be read', () => {
    expect(parseConversation(withFile({})).turns[0]?.user.file).toEqual({ path: 'a.ts', language: 'ts', text: 'x' });
  });

  it('keeps the URI of an attached file and drops only unknown fields', () => {
    const uri = 'file:///web/a.ts';
    expect(parseConversation(withFile({ uri })).turns[0]?.user.file?.uri).toBe(uri);
    expect(parseConversation(withFile({ uri, hash: 'of a later version' })).turns[0]?.user.file).toEqual({
      path: 'a.ts',
      language: 'ts',
      text: 'x',
      uri,
    });
  });

  it('sends no URI to the model', () => {
    const { turns } = parseConversation(withFile({ uri: 'file:///web/a.ts' }));
    for (const each of turns) each.answer = 'So.';
    expect(historyOf(turns)[0]?.user.file).toEqual({ path: 'a.ts', language: 'ts', text: 'x' });
  });

  it('with turns that are no tree is invalid', () => {
    const record = { ...newConversation('c', 1), turns: [newTurn('b', { text: 'x' }, 'a'), newTurn('a', { text: 'x' }, 'b')] };
    expect(() => parseConversation(JSON.stringify(record))).toThrow('no tree');
  });

  it('keeps its branches and unsent edits', () => {
    const turns = [newTurn('a', { text: 'x' }), { ...newTurn('b', { text: 'y' }), state: 'done' as const, edit: 'z' }];
    const record = { ...newConversation('c', 1), turns, shown: { '': 'a' } };
    const read = parseConversation(JSON.stringify(record));
    expect(shownPath(read).map(({ id }) => id)).toEqual(['a']);
    expect(read.turns[1]?.edit).toBe('z');
  });
});

describe('a title', () => {
  it('is the first line, cut between graphemes', () => {
    expect(titleOf('  Why?\nBecause.')).toBe('Why?');
    expect(titleOf('👨‍👩‍👧‍👦'.repeat(61))).toBe(`${'👨‍👩‍👧‍👦'.repeat(59)}…`);
  });

  it('is short for any question', () => {
    expect(titleOf(`a${'\u0301'.repeat(400_000)}`).length).toBeLessThan(100);
  });

  it('replaces half a surrogate pair by U+FFFD', () => {
    expect(titleOf('Why \ud83d?')).toBe('Why \ufffd?');
  });
});
