import { Disposable, commands, l10n, window } from 'vscode';
import { commandIds } from '../../services/commandIds';
import type { ConversationActions } from './conversationActions';
import type { ChatController } from '../view/chatController';
import type { Conversation } from '../store/conversationRecords';
import type { ChatSidebar } from '../view/chatSidebar';
import type { ChatTabs } from '../view/chatTabs';

export interface ConversationCommandsDeps {
  readonly sidebar: ChatSidebar;
  /** Of the side bar. */
  readonly controller: ChatController;
  readonly tabs: ChatTabs;
  readonly actions: ConversationActions;
  /** Lets the user choose what a view shows. */
  readonly pick: (view: ChatController) => Promise<void>;
}

/** The commands that show conversations somewhere, and those on the open one, which is the active tab's or else the side bar's. */
export function registerConversationCommands(deps: ConversationCommandsDeps): Disposable {
  const { actions, controller, sidebar, tabs } = deps;
  const current = (): ChatController => tabs.active ?? controller;
  const onOpen = (act: (conversation: Conversation) => Promise<void>) => async (): Promise<void> => {
    const conversation = await current().openConversation();
    if (conversation !== undefined) return act(conversation);
    void window.showInformationMessage(l10n.t('This chat has no question yet. Ask one, or choose a conversation from the list.'));
  };
  const handlers = {
    [commandIds.showConversations]: async () => {
      await sidebar.reveal();
      await deps.pick(controller);
    },
    [commandIds.showConversationsInTab]: () => deps.pick(current()),
    [commandIds.newChat]: async () => {
      await sidebar.reveal();
      await controller.newChat();
    },
    [commandIds.newChatInTab]: () => current().newChat(),
    [commandIds.newChatInEditor]: () => tabs.open(undefined),
    [commandIds.openChatInEditor]: async () => tabs.open((await controller.openConversation())?.id),
    [commandIds.stopAnswer]: () => {
      (tabs.active?.isAnswering === true ? tabs.active : controller).stop();
    },
    [commandIds.renameConversation]: onOpen(({ id }) => actions.rename(id)),
    [commandIds.pinConversation]: onOpen(async ({ id, pinned = false }) => {
      await actions.pin(id, !pinned);
      void window.showInformationMessage(
        pinned ? l10n.t('Conversation unpinned.') : l10n.t('Conversation pinned: it stands first in the list.'),
      );
    }),
    [commandIds.exportConversation]: onOpen(({ id }) => actions.export(id)),
    [commandIds.deleteConversation]: onOpen(({ id }) => actions.remove(id)),
    [commandIds.importConversations]: async () => {
      if (tabs.active === undefined) await sidebar.reveal();
      await actions.import(current());
    },
  };
  return Disposable.from(...Object.entries(handlers).map(([id, handler]) => commands.registerCommand(id, handler)));
}
