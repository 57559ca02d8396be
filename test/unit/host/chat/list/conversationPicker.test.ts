import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ConversationActions } from '../../../../../src/host/chat/list/conversationActions';
import type { ChatController } from '../../../../../src/host/chat/view/chatController';
import type { ConversationStore } from '../../../../../src/host/chat/store/conversationStore';
import { pickConversation } from '../../../../../src/host/chat/list/conversationPicker';
import { newConversation, newTurn, type Conversation } from '../../../../../src/host/chat/store/conversationRecords';
import { ConversationSearch } from '../../../../../src/host/chat/store/conversationSearch';
import type { ChatService } from '../../../../../src/host/chat/service/chatService';
import type { ConversationSummary } from '../../../../../src/host/chat/store/conversationSummaries';
import { FakeLog, settled } from '../chatFakes';

interface Button {
  readonly tooltip: string;
}

interface Item {
  readonly label: string;
  readonly kind?: number;
  readonly detail?: string;
  readonly alwaysShow?: boolean;
  readonly buttons?: readonly Button[];
}

const separator = -1;

/** VS Code's list: holds its listeners, so that a test can be the user. */
class FakeQuickPick {
  value = '';
  placeholder = '';
  items: readonly Item[] = [];
  activeItems: readonly Item[] = [];
  selectedItems: readonly Item[] = [];
  accept = (): void => undefined;
  hidden = (): void => undefined;
  changed = (): void => undefined;
  trigger: (event: { item: Item; button: Button }) => void = () => undefined;
  readonly onDidAccept = (listener: () => void): void => void (this.accept = listener);
  readonly onDidHide = (listener: () => void): void => void (this.hidden = listener);
  readonly onDidChangeValue = (listener: () => void): void => void (this.changed = listener);
  readonly onDidTriggerItemButton = (listener: FakeQuickPick['trigger']): void => void (this.trigger = listener);
  readonly show = vi.fn();
  readonly dispose = vi.fn();

  hide(): void {
    this.hidden();
  }

  get labels(): readonly string[] {
    return this.items.map(({ label, kind }) => (kind === separator ? `-- ${label}` : label));
  }

  async type(text: string): Promise<void> {
    this.value = text;
    this.changed();
    await settled();
  }

  async press(tooltip: string, label: string): Promise<void> {
    const item = this.items.find((each) => each.label === label);
    const button = item?.buttons?.find((each) => each.tooltip === tooltip);
    if (item === undefined || button === undefined) throw new Error(`no ${tooltip} at ${label}`);
    this.trigger({ item, button });
    await settled();
  }
}

const ui = vi.hoisted(() => {
  const state: { pick: unknown; readonly message: ReturnType<typeof vi.fn>; readonly input: ReturnType<typeof vi.fn> } = {
    pick: undefined,
    message: vi.fn(),
    input: vi.fn(),
  };
  return state;
});

vi.mock('vscode', () => ({
  QuickPickItemKind: { Default: 0, Separator: -1 },
  ThemeIcon: class {
    constructor(readonly id: string) {}
  },
  l10n: { t: (text: string) => text },
  window: { createQuickPick: () => ui.pick, showInformationMessage: ui.message, showInputBox: ui.input },
}));

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

describe('the list of conversations', () => {
  let pick: FakeQuickPick;
  let log: FakeLog;
  let conversations: FakeConversations;
  let opened: string[];
  let closed: boolean;

  beforeEach(async () => {
    ui.pick = pick = new FakeQuickPick();
    ui.message.mockReset().mockResolvedValue(undefined);
    ui.input.mockReset();
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
  });

  it('is grouped by age', () => {
    expect(pick.labels).toEqual(['-- Today', 'Parsers', 'Lexers', '-- Earlier', 'Old']);
  });

  it('opens what is picked, with the cursor where the next question goes', async () => {
    pick.selectedItems = pick.items.filter(({ label }) => label === 'Lexers');
    pick.accept();
    await settled();
    expect(opened).toEqual(['Lexers', 'focus']);
    expect([closed, pick.dispose.mock.calls.length]).toEqual([true, 1]);
  });

  it('opens in an editor what is asked for there, and closes', async () => {
    await pick.press('Open in Editor', 'Lexers');
    expect(opened).toEqual(['editor Lexers']);
    expect(closed).toBe(true);
  });

  it('finds what was asked and answered, and shows where, whatever VS Code would leave of the list', async () => {
    await pick.type('parsers');
    expect(pick.items).toMatchObject([
      { label: 'Parsers', alwaysShow: true },
      { label: 'Lexers', detail: 'They split what parsers read.', alwaysShow: true },
    ]);
    await pick.type('nothing like it');
    expect(pick.items).toEqual([]);
    await pick.type('');
    expect(pick.labels).toHaveLength(5);
  });

  it('pins and unpins, and stays on the conversation', async () => {
    pick.activeItems = pick.items.filter(({ label }) => label === 'Old');
    await pick.press('Pin Conversation', 'Old');
    expect(pick.labels).toEqual(['-- Pinned', 'Old', '-- Today', 'Parsers', 'Lexers']);
    expect(pick.activeItems.map(({ label }) => label)).toEqual(['Old']);
    await pick.press('Unpin Conversation', 'Old');
    expect(pick.labels.at(-1)).toBe('Old');
  });

  it('comes back with the new name when one was typed, for which it had to go', async () => {
    let answer: (title: string | undefined) => void = () => undefined;
    ui.input.mockReturnValue(new Promise<string | undefined>((resolve) => (answer = resolve)));
    await pick.press('Rename Conversation', 'Lexers');
    pick.hide();
    answer('Tokens');
    await settled();
    expect(pick.labels).toContain('Tokens');
    expect(pick.show).toHaveBeenCalledTimes(2);
    await settled();
    expect(closed).toBe(false);
    pick.hide();
    await settled();
    expect(closed).toBe(true);
  });

  it('takes no empty name, and no answer for none', async () => {
    ui.input.mockResolvedValue(undefined);
    await pick.press('Rename Conversation', 'Lexers');
    expect(pick.labels).toContain('Lexers');
    const [options] = ui.input.mock.calls[0] as [{ value: string; validateInput: (value: string) => string | undefined }];
    expect([options.value, options.validateInput(' '), options.validateInput('x')]).toEqual([
      'Lexers',
      'A title needs at least one character.',
      undefined,
    ]);
  });

  it('deletes at once, and brings back what was deleted by mistake', async () => {
    let answer: (choice: string | undefined) => void = () => undefined;
    ui.message.mockReturnValue(new Promise<string | undefined>((resolve) => (answer = resolve)));
    await pick.press('Delete Conversation', 'Old');
    expect(pick.labels).toEqual(['-- Today', 'Parsers', 'Lexers']);
    expect(ui.message).toHaveBeenCalledWith('Conversation deleted.', 'Undo');
    answer('Undo');
    await settled();
    expect(pick.labels).toContain('Old');
  });

  it('leaves it deleted when the message is closed', async () => {
    await pick.press('Delete Conversation', 'Old');
    expect([...conversations.records.keys()]).toEqual(['Parsers', 'Lexers']);
  });

  it('logs what could not be opened', async () => {
    pick.selectedItems = pick.items.filter(({ label }) => label === 'Old');
    pick.accept();
    await settled();
    expect(log.lines).toEqual([expect.stringContaining('the disk')]);
  });
});
