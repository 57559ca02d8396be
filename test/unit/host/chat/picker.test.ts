import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatController } from '../../../../src/host/chat/controller';
import type { ConversationStore, ConversationSummary } from '../../../../src/host/chat/conversations';
import { pickConversation } from '../../../../src/host/chat/picker';
import type { ChatService } from '../../../../src/host/chat/service';
import { FakeLog, settled } from './fakes';

interface Item {
  readonly id: string;
}

/** VS Code's list: holds its listeners, so that a test can be the user. */
class FakeQuickPick {
  items: readonly Item[] = [];
  selectedItems: readonly Item[] = [];
  accept = (): void => undefined;
  hide = (): void => undefined;
  trash: (event: { item: Item }) => void = () => undefined;
  readonly onDidAccept = (listener: () => void): void => void (this.accept = listener);
  readonly onDidHide = (listener: () => void): void => void (this.hide = listener);
  readonly onDidTriggerItemButton = (listener: FakeQuickPick['trash']): void => void (this.trash = listener);
  readonly show = vi.fn();
  readonly dispose = vi.fn();
}

const ui = vi.hoisted(() => {
  const state: { pick: unknown; readonly message: ReturnType<typeof vi.fn> } = { pick: undefined, message: vi.fn() };
  return state;
});

vi.mock('vscode', () => ({
  QuickPickItemKind: { Default: 0 },
  ThemeIcon: class {
    constructor(readonly id: string) {}
  },
  l10n: { t: (text: string) => text },
  window: { createQuickPick: () => ui.pick, showInformationMessage: ui.message },
}));

/** A store and a controller of one list. */
class FakeConversations {
  readonly ids = new Set(['a', 'b']);
  readonly list = (): Promise<readonly ConversationSummary[]> =>
    Promise.resolve([...this.ids].map((id) => ({ id, title: id, updatedAt: 0, turns: 1 })));
  readonly open = vi.fn(() => Promise.reject(new Error('the disk')));
  readonly remove = (id: string): Promise<() => Promise<void>> => {
    this.ids.delete(id);
    return Promise.resolve(() => Promise.resolve(void this.ids.add(id)));
  };
}

describe('the list of conversations', () => {
  let pick: FakeQuickPick;
  let conversations: FakeConversations;
  const log = new FakeLog();

  beforeEach(async () => {
    ui.pick = pick = new FakeQuickPick();
    ui.message.mockReset();
    conversations = new FakeConversations();
    const { list, open, remove } = conversations;
    const store = { list } as Partial<ConversationStore> as ConversationStore;
    const service = { remove } as Partial<ChatService> as ChatService;
    void pickConversation({ store, service, language: 'en', log }, { open } as Partial<ChatController> as ChatController);
    await settled();
  });

  it('deletes at once, and brings back what was deleted by mistake', async () => {
    let answer: (choice: string | undefined) => void = () => undefined;
    ui.message.mockReturnValue(new Promise<string | undefined>((resolve) => (answer = resolve)));
    pick.trash({ item: { id: 'a' } });
    await settled();
    expect(pick.items.map(({ id }) => id)).toEqual(['b']);
    expect(ui.message).toHaveBeenCalledWith('Conversation deleted.', 'Undo');
    answer('Undo');
    await settled();
    expect(pick.items.map(({ id }) => id).sort()).toEqual(['a', 'b']);
  });

  it('leaves it deleted when the message is closed', async () => {
    ui.message.mockResolvedValue(undefined);
    pick.trash({ item: { id: 'a' } });
    await settled();
    expect([...conversations.ids]).toEqual(['b']);
  });

  it('logs what could not be opened', async () => {
    pick.selectedItems = [{ id: 'a' }];
    pick.accept();
    await settled();
    expect(log.lines).toEqual([expect.stringContaining('the disk')]);
  });
});
