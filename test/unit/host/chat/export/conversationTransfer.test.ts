import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newConversation, newTurn, type Conversation } from '../../../../../src/host/chat/store/conversationRecords';
import { chooseConversations, exportConversation } from '../../../../../src/host/chat/export/conversationTransfer';
import { ran } from '../../../../fixtures/vscode/fakeCommands';
import { files } from '../../../../fixtures/vscode/fakeFiles';
import { answerBy, chooseFiles, saveTo, shown } from '../../../../fixtures/vscode/fakeWindow';
import { workspace } from '../../../../fixtures/vscode/fakeWorkspace';
import { Uri } from '../../../../fixtures/vscode/uri';
import { FakeLog, settled } from '../chatFakes';

let log: FakeLog;

/** Chooses a format, and presses a button where it is offered. */
function answer(format: string, button?: string): void {
  answerBy((labels) => labels.find((label) => label === format || label === button));
}

beforeEach(() => {
  log = new FakeLog();
  answer('Markdown');
});

afterEach(() => {
  vi.restoreAllMocks();
});

function conversation(title = 'Why?'): Conversation {
  return { ...newConversation('a', 1), title, turns: [{ ...newTurn('t', { text: 'Why?' }), answer: 'So.', state: 'done' }] };
}

async function choose(): Promise<readonly Conversation[]> {
  let ids = 0;
  const read = await chooseConversations({ newId: () => `new-${String(ids++)}`, now: 10 }, log);
  await settled();
  return read;
}

describe('exportConversation', () => {
  it.each([
    ['Markdown', '/project/Why.md'],
    ['JSON', '/project/Why.json'],
  ])('writes %s to the chosen place, and the file can be imported again', async (format, place) => {
    answer(format, 'Open File');
    await exportConversation(conversation(), log);
    await settled();
    expect(files.paths).toEqual([place]);
    expect(shown.messages).toEqual([`Conversation exported to ${place.split('/').at(-1) ?? ''}.`]);
    expect(ran).toEqual([{ command: 'vscode.open', args: [new Uri(place)] }]);
    chooseFiles(new Uri(place));
    expect(await choose()).toMatchObject([{ title: 'Why?', turns: [{ user: { text: 'Why?' }, answer: 'So.' }] }]);
  });

  it.each([
    ['../../etc: <a|b>?', '.. .. etc a b'],
    ['a\nb', 'a b'],
    ['...', 'conversation'],
    ['', 'conversation'],
    ['为什么？', '为什么？'],
  ])('offers a file name for the title %j that is valid on every system', async (title, name) => {
    await exportConversation(conversation(title), log);
    expect(files.paths).toEqual([`/project/${name}.md`]);
  });

  it.each([
    ['families', '👨‍👩‍👧‍👦', 8],
    ['rare characters', '𠮷', 50],
    ['letters', 'x', 200],
  ])('cuts a long title of %s to a file name of whole characters', async (_, one, count) => {
    await exportConversation(conversation(one.repeat(300)), log);
    expect(files.paths).toEqual([`/project/${one.repeat(count)}.md`]);
  });

  it('reports a file that cannot be written and offers the log', async () => {
    vi.spyOn(workspace.fs, 'writeFile').mockRejectedValue(new Error('ENOSPC'));
    saveTo(new Uri('/full/a.md'));
    answer('Markdown', 'Show Log');
    await exportConversation(conversation(), log);
    await settled();
    expect(shown.messages).toEqual(['The conversation could not be written to a.md. Choose another place; the log says why.']);
    expect(ran).toEqual([{ command: 'paddock.showLog', args: [] }]);
    expect(log.lines).toEqual([expect.stringContaining('ENOSPC')]);
  });

  it('writes nothing when the user cancels', async () => {
    answer('none');
    await exportConversation(conversation(), log);
    expect(files.paths).toEqual([]);
    expect(shown.messages).toEqual([]);
  });
});

describe('chooseConversations', () => {
  it('returns the readable conversations and reports every other file', async () => {
    await exportConversation(conversation('Good'), log);
    files.set('/project/notes.md', '# Notes');
    files.set('/project/huge.json', '{}', { size: 33_000_000 });
    chooseFiles(...['Good.md', 'gone.md', 'notes.md', 'huge.json'].map((name) => new Uri(`/project/${name}`)));
    shown.messages.length = 0;
    expect(await choose()).toMatchObject([{ title: 'Good' }]);
    expect(shown.messages.sort()).toEqual([
      expect.stringContaining('gone.md holds no conversation'),
      'huge.json is larger than 32 MB and was not imported. Choose a file that Paddock exported.',
      expect.stringContaining('notes.md holds no conversation'),
    ]);
    expect(log.lines).toHaveLength(2);
  });

  it('returns nothing when the user cancels', async () => {
    expect(await choose()).toEqual([]);
    expect(shown.messages).toEqual([]);
  });
});
