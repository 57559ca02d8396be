import { QuickPickItemKind, ThemeIcon, l10n, window, type QuickPickItem } from 'vscode';
import type { Log } from '../services/log';
import type { ChatController } from './controller';
import type { ConversationStore, ConversationSummary } from './conversations';
import { relativeTime } from './relativeTime';
import type { ChatService } from './service';

interface ConversationItem extends QuickPickItem {
  readonly id: string;
}

export interface PickerDeps {
  readonly store: ConversationStore;
  readonly service: ChatService;
  /** BCP 47. */
  readonly language: string;
  readonly log: Log;
}

/** Lets the user pick a conversation to open, or delete some. Settles when the list is closed. */
export async function pickConversation(deps: PickerDeps, controller: ChatController): Promise<void> {
  const { store, service, language, log } = deps;
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
  const failed = (error: unknown): void => {
    log.error(`conversations: ${String(error)}`);
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
    if (item !== undefined) controller.open(item.id).catch(failed);
    pick.hide();
  });
  pick.onDidTriggerItemButton(({ item }) => {
    removeWithUndo(service, item.id, refresh).catch(failed);
  });
  pick.show();
  await refresh();
  await closed;
  pick.dispose();
}

/** Deletes at once and offers to take it back: a question before each would be in the way of somebody who tidies up. */
async function removeWithUndo(service: ChatService, id: string, changed: () => Promise<void>): Promise<void> {
  const bringBack = await service.remove(id);
  await changed();
  if (bringBack === undefined) return;
  const undo = l10n.t('Undo');
  if ((await window.showInformationMessage(l10n.t('Conversation deleted.'), undo)) !== undo) return;
  await bringBack();
  await changed();
}
