import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConversationStore } from '../../../../../src/host/chat/store/conversationStore';
import {
  newConversation,
  newTurn,
  parseConversation,
  titleOf,
  type Conversation,
} from '../../../../../src/host/chat/store/conversationRecords';
import { LOCKED_DELAYS, whileLocked, whileLockedSync } from '../../../../../src/host/chat/store/retryWhileLocked';
import { fakeMetrics } from '../../../../fixtures/engine/fakeEngine';
import { FakeLog } from '../chatFakes';

let folder: string;
const corrupt: string[] = [];
let failing: number;
const log = new FakeLog();

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'paddock-chat-'));
  corrupt.length = 0;
  failing = 0;
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function store(writeIntervalMilliseconds = 5): ConversationStore {
  return new ConversationStore({
    folder: path.join(folder, 'conversations'),
    log,
    onCorrupt: (file) => corrupt.push(path.basename(file)),
    onWriteFailing: () => failing++,
    writeIntervalMilliseconds,
    retryMilliseconds: 2,
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
    while (!(existsSync(file('')) && readdirSync(file('')).some((name) => name.endsWith('.tmp'))))
      await new Promise((resolve) => setImmediate(resolve));
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
      'summaries.index',
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

  it.skipIf(process.platform === 'win32')('keeps records from other users of the machine, those written at the end too', async () => {
    const first = store();
    first.save(conversation('a'));
    await first.flush();
    first.save(conversation('b'));
    first.dispose();
    const modes = await Promise.all(['', 'a.json', 'b.json'].map(async (name) => (await stat(file(name))).mode & 0o777));
    expect(modes).toEqual([0o700, 0o600, 0o600]);
  });

  it('deletes what earlier windows left in the middle of a write, and a deleted conversation leaves nothing', async () => {
    const first = store();
    first.save(conversation('a'));
    await first.flush();
    const left = file('a.json.2093-6.tmp');
    await writeFile(left, 'the text of a conversation');
    await utimes(left, 1, 1);
    expect((await store().list()).map(({ id }) => id)).toEqual(['a']);
    await first.remove('a');
    expect(readdirSync(file('')).filter((name) => name.includes('a.json'))).toEqual([]);
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

  it('tries again by itself what cannot be written, and says so once', async () => {
    await writeFile(path.join(folder, 'conversations'), 'a file where the folder should be');
    const first = store();
    first.save(conversation('a'));
    await vi.waitFor(() => {
      expect(failing).toBe(1);
    });
    await first.flush();
    await first.flush();
    expect(failing).toBe(1);
    // Not on disk, and not lost.
    expect((await first.read('a'))?.id).toBe('a');
    await rm(path.join(folder, 'conversations'));
    await vi.waitFor(() => {
      expect(existsSync(file('a.json'))).toBe(true);
    });
    first.dispose();
  });

  it('says so again when writing fails anew after it had worked', async () => {
    const first = store();
    for (const round of [1, 2]) {
      await writeFile(path.join(folder, 'conversations'), '');
      first.save(conversation('a'));
      for (let attempt = 0; attempt < 3; attempt++) await first.flush();
      expect(failing).toBe(round);
      await rm(path.join(folder, 'conversations'));
      await first.flush();
      await rm(path.join(folder, 'conversations'), { recursive: true });
    }
    first.dispose();
  });

  it('brings a deleted record back', async () => {
    const first = store();
    first.save(conversation('a'));
    await first.remove('a');
    await first.restore(conversation('a'));
    expect((await first.read('a'))?.id).toBe('a');
  });

  it('shares its folder: two write the same conversation at once, and a whole record stays', async () => {
    const [first, second] = [store(), store()];
    for (let round = 0; round < 20; round++) {
      first.save(conversation('a', 'first '.repeat(1000)));
      second.save(conversation('a', 'second'));
      await Promise.all([first.flush(), second.flush()]);
    }
    expect(log.lines.filter((line) => line.includes('ENOENT'))).toEqual([]);
    expect(await readdir(file(''))).toEqual(['a.json']);
    expect((await store().read('a'))?.id).toBe('a');
  });
});

describe('a file that is held', () => {
  const error = (code: string): Error => Object.assign(new Error(code), { code });

  it.each(['EPERM', 'EBUSY'])('is tried again for a while: %s', async (code) => {
    let attempts = 0;
    const waited: number[] = [];
    const action = (): void => {
      if (++attempts < 3) throw error(code);
    };
    const wait = (milliseconds: number): Promise<void> => Promise.resolve(void waited.push(milliseconds));
    await whileLocked(action, wait);
    expect(waited).toEqual(LOCKED_DELAYS.slice(0, 2));
    attempts = 0;
    whileLockedSync(action);
    expect(attempts).toBe(3);
  });

  it('is given up in the end, and every other failure at once', async () => {
    const fail = (code: string) => () => {
      throw error(code);
    };
    await expect(whileLocked(fail('EBUSY'), () => Promise.resolve())).rejects.toThrow('EBUSY');
    await expect(whileLocked(fail('ENOSPC'), () => Promise.reject(new Error('waited')))).rejects.toThrow('ENOSPC');
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

  it('from before there were drafts has none', () => {
    const { draftedTokens, confirmedTokens, ...old } = fakeMetrics;
    const record = conversation('a');
    const text = JSON.stringify({ ...record, turns: [{ ...record.turns[0], metrics: old }] });
    expect(parseConversation(text).turns[0]?.metrics).toEqual({ ...old, draftedTokens: 0, confirmedTokens: 0 });
    expect([draftedTokens, confirmedTokens]).not.toContain(undefined);
  });

  it('keeps what is known of a model that did not fit, and of a worker’s death', () => {
    for (const error of [
      { kind: 'doesNotFit', path: '/m', neededBytes: 2, freeBytes: 1, others: 1, othersBytes: 5 },
      { kind: 'workerDied', detail: 'signal SIGKILL', cause: 'memory' },
    ]) {
      const record = conversation('a');
      const text = JSON.stringify({ ...record, turns: [{ ...record.turns[0], state: 'failed', error }] });
      expect(parseConversation(text).turns[0]?.error).toEqual(error);
    }
  });

  it('is named by its first question’s first line, cut between letters', () => {
    expect(titleOf('  Why?\nBecause.')).toBe('Why?');
    const family = '👨‍👩‍👧';
    expect(titleOf(family.repeat(80))).toBe(`${family.repeat(59)}…`);
  });
});
