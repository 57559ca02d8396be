import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConversationStore } from '../../../../src/host/chat/conversations';
import { newConversation, newTurn, parseConversation, titleOf, type Conversation } from '../../../../src/host/chat/records';
import { FakeLog } from './fakes';

let folder: string;
const corrupt: string[] = [];
const log = new FakeLog();

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'paddock-chat-'));
  corrupt.length = 0;
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function store(writeIntervalMilliseconds = 5): ConversationStore {
  return new ConversationStore({
    folder: path.join(folder, 'conversations'),
    log,
    onCorrupt: (file) => corrupt.push(path.basename(file)),
    writeIntervalMilliseconds,
  });
}

function conversation(id: string, answer = 'answer'): Conversation {
  const record = newConversation(id, 1);
  record.title = `title ${id}`;
  record.turns.push({ ...newTurn(`${id}-t`, { text: 'question' }), answer, tokens: [1, 2], fingerprint: 'f', state: 'done' });
  return record;
}

const file = (name: string): string => path.join(folder, 'conversations', name);

describe('ConversationStore', () => {
  it('writes what was saved last, whole, and leaves no temporary file', async () => {
    const first = store();
    const record = conversation('a', '');
    for (let length = 0; length < 200; length++) {
      const turn = record.turns[0];
      if (turn !== undefined) turn.answer += 'x';
      first.save(record);
      // At every moment there is no record or a whole one.
      const text = await readFile(file('a.json'), 'utf8').catch(() => undefined);
      if (text !== undefined) expect(() => parseConversation(text)).not.toThrow();
    }
    await first.flush();
    expect(await readdir(path.join(folder, 'conversations'))).toEqual(['a.json']);
    expect((await store().read('a'))?.turns[0]?.answer).toHaveLength(200);
  });

  it('writes at most once in an interval', async () => {
    const slow = store(10_000);
    slow.save(conversation('a'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await readdir(folder)).toEqual([]);
    await slow.flush();
    expect(await readdir(path.join(folder, 'conversations'))).toEqual(['a.json']);
  });

  it('writes what is left when disposed, also what is being written', async () => {
    const first = store(10_000);
    const record = conversation('a', 'old');
    first.save(record);
    const writing = first.flush();
    while (!existsSync(file('a.json.tmp'))) await new Promise((resolve) => setImmediate(resolve));
    const turn = record.turns[0];
    if (turn !== undefined) turn.answer = 'new';
    first.save(conversation('b'));
    first.dispose();
    await writing;
    const second = store();
    expect((await second.read('a'))?.turns[0]?.answer).toBe('new');
    expect((await second.read('b'))?.id).toBe('b');
  });

  it('sets a corrupt record aside, says so, and keeps the others', async () => {
    const first = store();
    for (const id of ['a', 'b', 'c', 'd']) first.save(conversation(id));
    await first.flush();
    await writeFile(file('b.json'), '{"schema":1,"id":"b"');
    await writeFile(file('c.json'), JSON.stringify({ ...conversation('c'), schema: 99 }));
    await writeFile(file('d.json'), JSON.stringify(conversation('../../elsewhere')));
    const listed = await store().list();
    expect(listed.map(({ id }) => id)).toEqual(['a']);
    expect(corrupt.sort()).toEqual(['b.json.corrupt', 'c.json.corrupt', 'd.json.corrupt']);
    expect((await readdir(path.join(folder, 'conversations'))).sort()).toEqual([
      'a.json',
      'b.json.corrupt',
      'c.json.corrupt',
      'd.json.corrupt',
    ]);
    expect(await readFile(file('b.json.corrupt'), 'utf8')).toBe('{"schema":1,"id":"b"');
  });

  it('lists the one changed last first', async () => {
    const first = store();
    for (const [id, updatedAt] of [
      ['a', 1],
      ['b', 3],
      ['c', 2],
    ] as const)
      first.save({ ...conversation(id), updatedAt });
    expect((await first.list()).map(({ id }) => id)).toEqual(['b', 'c', 'a']);
  });

  it('deletes for good, whatever is saved afterwards', async () => {
    const first = store();
    first.save(conversation('a'));
    await first.flush();
    const writing = first.flush();
    await first.remove('a');
    first.save(conversation('a'));
    await writing;
    await first.flush();
    expect(await first.list()).toEqual([]);
    expect(await first.read('a')).toBeUndefined();
  });

  it('reads and writes no file outside its folder', async () => {
    await writeFile(path.join(folder, 'secret.json'), JSON.stringify(conversation('../secret')));
    const first = store();
    expect(await first.read('../secret')).toBeUndefined();
    first.save(conversation('../evil'));
    await first.flush();
    await first.remove('../secret');
    expect(await readdir(folder)).toEqual(['secret.json']);
  });

  it('keeps what cannot be written for the next time', async () => {
    await writeFile(path.join(folder, 'conversations'), 'a file where the folder should be');
    const first = store();
    first.save(conversation('a'));
    await first.flush();
    await rm(path.join(folder, 'conversations'));
    await first.flush();
    expect((await store().read('a'))?.id).toBe('a');
  });
});

describe('a record', () => {
  it('of an answer that was interrupted is stopped and keeps its words', () => {
    const record = conversation('a', 'half an ans');
    const turn = record.turns[0];
    if (turn !== undefined) turn.state = 'streaming';
    expect(parseConversation(JSON.stringify(record)).turns[0]).toMatchObject({ state: 'stopped', answer: 'half an ans' });
  });

  it('with an error of an unknown kind still lives', () => {
    const record = conversation('a');
    const text = JSON.stringify({ ...record, turns: [{ ...record.turns[0], state: 'failed', error: { kind: 'fromTheFuture' } }] });
    expect(parseConversation(text).turns[0]?.error).toEqual({ kind: 'internal', detail: 'fromTheFuture' });
  });

  it('is named by its first question’s first line, cut between letters', () => {
    expect(titleOf('  Why?\nBecause.')).toBe('Why?');
    const family = '👨‍👩‍👧';
    expect(titleOf(family.repeat(80))).toBe(`${family.repeat(59)}…`);
  });
});
