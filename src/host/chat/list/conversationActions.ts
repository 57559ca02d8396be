import { commands, l10n, window } from 'vscode';
import { commandIds } from '../../services/commandIds';
import type { Log } from '../../services/log';
import type { ChatController } from '../view/chatController';
import type { ChatService } from '../service/chatService';
import { chooseConversations, exportConversation } from '../export/conversationTransfer';

/** What can be done with a conversation, in the list or by a command. */
export class ConversationActions {
  constructor(
    private readonly service: ChatService,
    private readonly newId: () => string,
    private readonly log: Log,
  ) {}

  /** Asks for another title. */
  async rename(id: string): Promise<void> {
    const conversation = await this.service.load(id);
    if (conversation === undefined) return;
    const title = await window.showInputBox({
      title: l10n.t('Rename Conversation'),
      value: conversation.title,
      validateInput: (value) => (value.trim() === '' ? l10n.t('A title needs at least one character.') : undefined),
    });
    if (title !== undefined) await this.service.rename(id, title);
  }

  async pin(id: string, pinned: boolean): Promise<void> {
    await this.service.pin(id, pinned);
  }

  async export(id: string): Promise<void> {
    const conversation = await this.service.load(id);
    if (conversation !== undefined) await exportConversation(conversation, this.log);
  }

  /**
   * Deletes at once and offers to take it back: a question before each would be in the way of somebody who tidies up.
   * @param changed called when it is deleted, and when it is back
   */
  async remove(id: string, changed: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const bringBack = await this.service.remove(id);
    await changed();
    if (bringBack === undefined) return;
    const undo = l10n.t('Undo');
    if ((await window.showInformationMessage(l10n.t('Conversation deleted.'), undo)) !== undo) return;
    await bringBack();
    await changed();
  }

  /** Imports what the user chooses. One conversation is shown in `view`, of several it is said how many. */
  async import(view: ChatController): Promise<void> {
    const read = await chooseConversations({ newId: this.newId, now: Date.now() }, this.log);
    const imported = [];
    for (const each of read) imported.push(await this.service.add(each));
    const [first] = imported;
    if (first === undefined) return;
    if (imported.length === 1) {
      await view.open(first.id);
      return;
    }
    const show = l10n.t('Show Conversations');
    if ((await window.showInformationMessage(l10n.t('{0} conversations imported.', imported.length), show)) !== show) return;
    await commands.executeCommand(commandIds.showConversations);
  }
}
