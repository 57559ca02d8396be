import { commands, type WebviewView, type WebviewViewProvider } from 'vscode';
import type { Disposable } from '../../../util/event';
import { chatViewId, commandIds } from '../../services/commandIds';
import type { ChatController } from './chatController';
import { ChatView, type ChatPageDeps } from './chatView';

/** The chat's place in the side bar. */
export class ChatSidebar implements WebviewViewProvider, Disposable {
  private shown: ChatView | undefined;

  constructor(
    private readonly controller: ChatController,
    private readonly deps: ChatPageDeps,
  ) {}

  resolveWebviewView(place: WebviewView): void {
    this.shown?.dispose();
    const { webview } = place;
    const showConversations = (): Thenable<unknown> => commands.executeCommand(commandIds.showConversations);
    const view = new ChatView({ webview, showConversations }, this.controller, this.deps);
    this.shown = view;
    const visibility = place.onDidChangeVisibility(() => {
      // A page that is shown again is a new one and says `ready` itself.
      if (!place.visible && this.shown === view) this.controller.viewClosed();
    });
    place.onDidDispose(() => {
      visibility.dispose();
      if (this.shown === view) this.dispose();
    });
  }

  /** Brings the chat to the front, and the focus into it. */
  async reveal(): Promise<void> {
    await commands.executeCommand(`${chatViewId}.focus`);
  }

  dispose(): void {
    this.shown?.dispose();
    this.shown = undefined;
  }
}
