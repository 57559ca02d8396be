import { randomBytes } from 'node:crypto';
import { Uri, commands, env, type Webview, type WebviewView, type WebviewViewProvider } from 'vscode';
import type { Disposable } from '../../base/event';
import type { WebviewMessage } from '../../protocol/webview';
import { chatViewId, commandIds } from '../services/commands';
import type { Log } from '../services/log';
import type { ChatController } from './controller';
import { chatPage } from './html';
import { isOpenableLink, parseWebviewMessage } from './incoming';

/** The chat's webview. It holds nothing that the controller does not: VS Code destroys its page, not the view, whenever it is hidden. */
export class ChatView implements WebviewViewProvider, Disposable {
  private view: WebviewView | undefined;
  private readonly subscription: Disposable;

  constructor(
    private readonly extensionUri: Uri,
    private readonly controller: ChatController,
    private readonly title: string,
    private readonly log: Log,
  ) {
    this.subscription = controller.onMessage((message) => {
      this.view?.webview.postMessage(message).then(undefined, (error: unknown) => {
        log.error(`${message.type} not posted: ${String(error)}`);
      });
    });
  }

  resolveWebviewView(view: WebviewView): void {
    this.view = view;
    const roots = [Uri.joinPath(this.extensionUri, 'dist', 'webview'), Uri.joinPath(this.extensionUri, 'media')];
    view.webview.options = { enableScripts: true, enableForms: false, enableCommandUris: false, localResourceRoots: roots };
    const subscription = view.webview.onDidReceiveMessage((value: unknown) => {
      this.receive(value);
    });
    const visibility = view.onDidChangeVisibility(() => {
      // A page that is shown again is a new one and says `ready` itself.
      if (!view.visible && this.view === view) this.controller.viewClosed();
    });
    view.onDidDispose(() => {
      subscription.dispose();
      visibility.dispose();
      if (this.view !== view) return;
      this.view = undefined;
      this.controller.viewClosed();
    });
    view.webview.html = this.page(view.webview);
  }

  /** Brings the view to the front, and the focus into it. */
  async reveal(): Promise<void> {
    await commands.executeCommand(`${chatViewId}.focus`);
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private receive(value: unknown): void {
    const message = parseWebviewMessage(value);
    if (message === undefined) this.log.warn('the webview sent a message that is none');
    else
      this.handle(message).catch((error: unknown) => {
        this.log.error(`${message.type}: ${String(error)}`);
      });
  }

  private async handle(message: WebviewMessage): Promise<void> {
    const { controller } = this;
    switch (message.type) {
      case 'ready':
        return controller.viewReady();
      case 'send':
        return controller.send(message.text);
      case 'stop':
        controller.stop();
        return;
      case 'newChat':
        return controller.newChat();
      case 'showConversations':
        await commands.executeCommand(commandIds.showConversations);
        return;
      case 'draft':
        controller.setDraft(message.text);
        return;
      case 'copy':
        return env.clipboard.writeText(message.text);
      case 'openLink':
        // VS Code asks before it leaves for a site the user does not trust yet.
        if (isOpenableLink(message.href)) await env.openExternal(Uri.parse(message.href));
        return;
      case 'action':
        controller.act(message.id, message.turnId);
        return;
    }
  }

  private page(webview: Webview): string {
    const uri = (...segments: string[]): string => webview.asWebviewUri(Uri.joinPath(this.extensionUri, ...segments)).toString();
    return chatPage({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      script: uri('dist', 'webview', 'main.js'),
      styles: [uri('dist', 'webview', 'codicon.css'), uri('media', 'webview.css')],
      language: env.language,
      title: this.title,
    });
  }
}
