import { beforeEach, describe, expect, it } from 'vitest';
import { ConversationActions } from '../../../../../src/host/chat/list/conversationActions';
import type { ChatController } from '../../../../../src/host/chat/view/chatController';
import type { ConversationStore } from '../../../../../src/host/chat/store/conversationStore';
import { pickConversation } from '../../../../../src/host/chat/list/conversationPicker';
import { newConversation, newTurn, type Conversation } from '../../../../../src/host/chat/store/conversationRecords';
import { ConversationSearch } from '../../../../../src/host/chat/store/conversationSearch';
import type { ChatService } from '../../../../../src/host/chat/service/chatService';
import type { ConversationSummary } from '../../../../../src/host/chat/store/conversationSummaries';
import type { FakeQuickPick } from '../../../../fixtures/vscode/fakeQuickPick';
import { answerBy, shown, typeBy } from '../../../../fixtures/vscode/fakeWindow';
import { FakeLog, settled } from '../chatFakes';

/** Records in memory, with what the list needs of store and service. */
class FakeConversations {
  readonly records = new Map<string, Conversation>();
  readonly read = (id: string): Promise<Conversation | undefined> => Promise.resolve(this.records.get(id));
  readonly load = this.read;

  add(title: string, answer: string, updatedAt = Date.now()): void {
    const turns = [{ ...newTurn('t', { text: 'question' }), answer }];
    this.records.set(title, { ...newConversation(title, 1), title, updatedAt, turns });
  }

  readonly list = (): Promise<readonly ConversationSummary[]> =>
    Promise.resolve(
      [...this.records.values()].map(({ id, title, updatedAt, pinned = false }) => ({ id, title, updatedAt, turns: 1, pinned })),
    );

  readonly rename = (id: string, title: string): Promise<boolean> => {
    const record = this.records.get(id);
    if (record !== undefined) record.title = title;
    return Promise.resolve(true);
  };

  readonly pin = (id: string, pinned: boolean): Promise<boolean> => {
    const record = this.records.get(id);
    if (record !== undefined) record.pinned = pinned;
    return Promise.resolve(true);
  };

  readonly remove = (id: string): Promise<(() => Promise<void>) | undefined> => {
    const record = this.records.get(id);
    this.records.delete(id);
    return Promise.resolve(record && (() => Promise.resolve(void this.records.set(id, record))));
  };
}

describe('the conversation picker', () => {
  let pick: FakeQuickPick;
  let log: FakeLog;
  let conversations: FakeConversations;
  let opened: string[];
  let closed: boolean;

  beforeEach(async () => {
    log = new FakeLog();
    opened = [];
    closed = false;
    conversations = new FakeConversations();
    conversations.add('Parsers', 'They read.');
    conversations.add('Lexers', 'They split what parsers read.');
    conversations.add('Old', 'Something else.', 1);
    const { list, read, load, rename, pin, remove } = conversations;
    const service = { load, rename, pin, remove } as Partial<ChatService> as ChatService;
    const controller = {
      open: (id: string) => (id === 'Old' ? Promise.reject(new Error('the disk')) : Promise.resolve(opened.push(id) > 0)),
      focusInput: () => void opened.push('focus'),
    } as Partial<ChatController> as ChatController;
    const deps = {
      store: { list } as Partial<ConversationStore> as ConversationStore,
      search: new ConversationSearch(read),
      actions: new ConversationActions(service, () => 'id', log),
      openInEditor: (id: string) => Promise.resolve(void opened.push(`editor ${id}`)),
      language: 'en',
      log,
    };
    void pickConversation(deps, controller).then(() => (closed = true));
    await settled();
    const [first] = shown.quickPicks;
    if (first === undefined) throw new Error('no list was shown');
    pick = first;
  });

  async function press(tooltip: string, label: string): Promise<void> {
    pick.press(tooltip, label);
    await settled();
  }

  async function type(text: string): Promise<void> {
    pick.type(text);
    await settled();
  }

  it('groups conversations by age', () => {
    expect(pick.labels).toEqual(['-- Today', 'Parsers', 'Lexers', '-- Earlier', 'Old']);
  });

  it('opens the picked conversation and focuses the input', async () => {
    pick.accept('Lexers');
    await settled();
    expect(opened).toEqual(['Lexers', 'focus']);
    expect([closed, pick.disposals]).toEqual([true, 1]);
  });

  it('opens a conversation in an editor by its button, and closes the list', async () => {
    await press('Open in Editor', 'Lexers');
    expect(opened).toEqual(['editor Lexers']);
    expect(closed).toBe(true);
  });

  it('finds conversations by their questions and answers, and shows the match', async () => {
    await type('parsers');
    expect(pick.items).toMatchObject([
      { label: 'Parsers', alwaysShow: true },
      { label: 'Lexers', detail: 'They split what parsers read.', alwaysShow: true },
    ]);
    await type('nothing like it');
    expect(pick.items).toEqual([]);
    await type('');
    expect(pick.labels).toHaveLength(5);
  });

  it('pins and unpins a conversation and keeps it selected', async () => {
    pick.activeItems = pick.items.filter(({ label }) => label === 'Old');
    await press('Pin Conversation', 'Old');
    expect(pick.labels).toEqual(['-- Pinned', 'Old', '-- Today', 'Parsers', 'Lexers']);
    expect(pick.activeItems.map(({ label }) => label)).toEqual(['Old']);
    await press('Unpin Conversation', 'Old');
    expect(pick.labels.at(-1)).toBe('Old');
  });

  it('shows the list again with the new title after a rename', async () => {
    let answer: (title: string | undefined) => void = () => undefined;
    typeBy(() => new Promise((resolve) => (answer = resolve)));
    await press('Rename Conversation', 'Lexers');
    pick.hide();
    answer('Tokens');
    await settled();
    expect(pick.labels).toContain('Tokens');
    expect(pick.shows).toBe(2);
    await settled();
    expect(closed).toBe(false);
    pick.hide();
    await settled();
    expect(closed).toBe(true);
  });

  it('rejects an empty title and keeps the old one when the rename is cancelled', async () => {
    await press('Rename Conversation', 'Lexers');
    expect(pick.labels).toContain('Lexers');
    const [options] = shown.inputs;
    expect([options?.value, options?.validateInput?.(' '), options?.validateInput?.('x')]).toEqual([
      'Lexers',
      'A title needs at least one character.',
      undefined,
    ]);
  });

  it('deletes a conversation at once and restores it by Undo', async () => {
    let answer: (choice: string | undefined) => void = () => undefined;
    answerBy(() => new Promise((resolve) => (answer = resolve)));
    await press('Delete Conversation', 'Old');
    expect(pick.labels).toEqual(['-- Today', 'Parsers', 'Lexers']);
    expect(shown.questions).toMatchObject([{ message: 'Conversation deleted.', labels: ['Undo'] }]);
    answer('Undo');
    await settled();
    expect(pick.labels).toContain('Old');
  });

  it('keeps a conversation deleted when the message is dismissed', async () => {
    await press('Delete Conversation', 'Old');
    expect([...conversations.records.keys()]).toEqual(['Parsers', 'Lexers']);
  });

  it('logs a conversation that cannot be opened', async () => {
    pick.accept('Old');
    await settled();
    expect(log.lines).toEqual([expect.stringContaining('the disk')]);
  });
});
