import { QuickPickItemKind, ThemeIcon, l10n, window, type QuickPickItem } from 'vscode';
import type { ChatController } from './controller';
import type { ConversationStore, ConversationSummary } from './conversations';
import { relativeTime } from './relativeTime';

interface ConversationItem extends QuickPickItem {
  readonly id: string;
}

/** Lets the user pick a conversation to open, or delete some. Settles when the list is closed. */
export async function pickConversation(store: ConversationStore, controller: ChatController, language: string): Promise<void> {
  const pick = window.createQuickPick<ConversationItem>();
  const remove = { iconPath: new ThemeIcon('trash'), tooltip: l10n.t('Delete Conversation') };
  const toItem = (summary: ConversationSummary): ConversationItem => ({
    id: summary.id,
    kind: QuickPickItemKind.Default,
    label: summary.title,
    description: relativeTime(summary.updatedAt, Date.now(), language),
    buttons: [remove],
  });
  const refresh = async (): Promise<void> => {
    pick.busy = true;
    pick.items = (await store.list()).map(toItem);
    pick.busy = false;
    pick.placeholder = pick.items.length === 0 ? l10n.t('There are no conversations yet') : l10n.t('Open a conversation');
  };
  const closed = new Promise<void>((resolve) => {
    pick.onDidHide(() => {
      resolve();
    });
  });
  pick.title = l10n.t('Conversations');
  pick.matchOnDescription = true;
  pick.onDidAccept(() => {
    const [item] = pick.selectedItems;
    if (item !== undefined) void controller.open(item.id);
    pick.hide();
  });
  pick.onDidTriggerItemButton(({ item }) => void controller.remove(item.id).then(refresh));
  pick.show();
  await refresh();
  await closed;
  pick.dispose();
}
