import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { grouped } from '../../../../../src/host/chat/list/conversationGroups';
import { newConversation, newTurn, parseConversation, type Conversation } from '../../../../../src/host/chat/store/conversationRecords';
import { ConversationSummaries, type ConversationSummary } from '../../../../../src/host/chat/store/conversationSummaries';
import { FakeLog } from '../chatFakes';

let folder: string;
let loaded: string[];
let log: FakeLog;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'paddock-summaries-'));
  loaded = [];
  log = new FakeLog();
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function open(): ConversationSummaries {
  return new ConversationSummaries({
    folder,
    log,
    load: async (file) => {
      loaded.push(path.basename(file, '.json'));
      const text = await readFile(file, 'utf8').catch(() => '');
      return text === '' ? undefined : parseConversation(text);
    },
  });
}

async function write(id: string, more: Partial<Conversation> = {}): Promise<void> {
  const record = { ...newConversation(id, 1), title: `title ${id}`, turns: [newTurn('t', { text: 'question' })], ...more };
  await writeFile(path.join(folder, `${id}.json`), JSON.stringify(record));
}

const ids = (list: readonly ConversationSummary[]): readonly string[] => list.map(({ id }) => id);

describe('ConversationSummaries', () => {
  it('reads each record once, also after a restart', async () => {
    await write('a', { updatedAt: 1, pinned: true });
    await write('b', { updatedAt: 2 });
    const first = open();
    expect(await first.list()).toEqual([
      { id: 'b', title: 'title b', updatedAt: 2, turns: 1, pinned: false },
      { id: 'a', title: 'title a', updatedAt: 1, turns: 1, pinned: true },
    ]);
    await first.list();
    expect(await open().list()).toHaveLength(2);
    expect(loaded.sort()).toEqual(['a', 'b']);
  });

  it('reads changed records again and drops deleted ones', async () => {
    await write('a');
    await write('b');
    const list = open();
    await list.list();
    await write('a', { title: 'another title' });
    await rm(path.join(folder, 'b.json'));
    expect(await list.list()).toMatchObject([{ id: 'a', title: 'another title' }]);
    expect(loaded.sort()).toEqual(['a', 'a', 'b']);
    expect(await readFile(path.join(folder, 'summaries.index'), 'utf8')).not.toContain('title b');
  });

  it('lists the readable records and tries the others again', async () => {
    await write('a');
    await writeFile(path.join(folder, 'b.json'), '');
    const list = open();
    expect(ids(await list.list())).toEqual(['a']);
    await list.list();
    expect(loaded.sort()).toEqual(['a', 'b', 'b']);
  });

  it.each(['', '{', '{"version":2,"entries":{}}', '{"version":1,"entries":{"a.json":{"size":"x"}}}'])(
    'rebuilds the list when its cache holds %j',
    async (text) => {
      await write('a');
      await writeFile(path.join(folder, 'summaries.index'), text);
      expect(ids(await open().list())).toEqual(['a']);
      expect(ids(await open().list())).toEqual(['a']);
      expect(loaded).toEqual(['a']);
      expect(log.lines).toHaveLength(1);
    },
  );

  it('works without a writable cache and leaves no temporary file', async () => {
    expect(
      await new ConversationSummaries({ folder: path.join(folder, 'none'), log, load: () => Promise.resolve(undefined) }).list(),
    ).toEqual([]);
    await write('a');
    await open().list();
    expect((await readdir(folder)).sort()).toEqual(['a.json', 'summaries.index']);
  });
});

describe('groups', () => {
  const at = (day: number, hour: number): number => new Date(2026, 2, day, hour).getTime();
  const summary = (id: string, updatedAt: number, pinned = false): ConversationSummary => ({ id, title: id, updatedAt, turns: 1, pinned });

  it('are the pinned conversations, then calendar days', () => {
    const list = [
      summary('now', at(30, 9)),
      summary('midnight', at(30, 0)),
      summary('last night', at(29, 23)),
      summary('pinned', at(29, 12), true),
      summary('yesterday', at(29, 0)),
      summary('before', at(28, 23)),
    ];
    expect(grouped(list, at(30, 10)).map(({ group, summaries }) => [group, ids(summaries)])).toEqual([
      ['pinned', ['pinned']],
      ['today', ['now', 'midnight']],
      ['yesterday', ['last night', 'yesterday']],
      ['earlier', ['before']],
    ]);
  });

  it('are left out when empty', () => {
    expect(grouped([], at(30, 10))).toEqual([]);
    expect(grouped([summary('a', at(30, 11))], at(30, 10)).map(({ group }) => group)).toEqual(['today']);
  });
});
