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
  it('loses nothing: its turns follow each other', () => {
    const record = parseConversation(first(turn('a'), turn('b'), turn('c')));
    expect(record).toMatchObject({ schema: 2, id: 'c', title: 'Title', createdAt: 1, updatedAt: 2, shown: {} });
    expect(record.turns).toEqual([turn('a'), turn('b', { parent: 'a' }), turn('c', { parent: 'b' })]);
    expect(shownPath(record)).toEqual(record.turns);
  });

  it('has a superseded answer as an earlier branch of the question asked again', () => {
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

  it('of an older version has no URI of an attached file, and is read', () => {
    expect(parseConversation(withFile({})).turns[0]?.user.file).toEqual({ path: 'a.ts', language: 'ts', text: 'x' });
  });

  it('keeps the URI of an attached file, and what a later version adds costs nothing but itself', () => {
    const uri = 'file:///web/a.ts';
    expect(parseConversation(withFile({ uri })).turns[0]?.user.file?.uri).toBe(uri);
    expect(parseConversation(withFile({ uri, hash: 'of a later version' })).turns[0]?.user.file).toEqual({
      path: 'a.ts',
      language: 'ts',
      text: 'x',
      uri,
    });
  });

  it('tells the model no URI', () => {
    const { turns } = parseConversation(withFile({ uri: 'file:///web/a.ts' }));
    for (const each of turns) each.answer = 'So.';
    expect(historyOf(turns)[0]?.user.file).toEqual({ path: 'a.ts', language: 'ts', text: 'x' });
  });

  it('whose turns are no tree is none', () => {
    const record = { ...newConversation('c', 1), turns: [newTurn('b', { text: 'x' }, 'a'), newTurn('a', { text: 'x' }, 'b')] };
    expect(() => parseConversation(JSON.stringify(record))).toThrow('no tree');
  });

  it('keeps its branches, and other words for a question that were not sent', () => {
    const turns = [newTurn('a', { text: 'x' }), { ...newTurn('b', { text: 'y' }), state: 'done' as const, edit: 'z' }];
    const record = { ...newConversation('c', 1), turns, shown: { '': 'a' } };
    const read = parseConversation(JSON.stringify(record));
    expect(shownPath(read).map(({ id }) => id)).toEqual(['a']);
    expect(read.turns[1]?.edit).toBe('z');
  });
});

describe('a title', () => {
  it('is the first line, cut between characters as people see them', () => {
    expect(titleOf('  Why?\nBecause.')).toBe('Why?');
    expect(titleOf('👨‍👩‍👧‍👦'.repeat(61))).toBe(`${'👨‍👩‍👧‍👦'.repeat(59)}…`);
  });

  it('is short, whatever the question is made of', () => {
    expect(titleOf(`a${'\u0301'.repeat(400_000)}`).length).toBeLessThan(100);
  });

  it('has U+FFFD for half a character, as the title of an imported conversation may contain', () => {
    expect(titleOf('Why \ud83d?')).toBe('Why \ufffd?');
  });
});
