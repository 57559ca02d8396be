import { randomBytes } from 'node:crypto';
import { Uri, commands, env, type Webview, type WebviewView, type WebviewViewProvider } from 'vscode';
import type { Disposable } from '../../util/event';
import { sessionViewId } from '../services/commandIds';
import type { Log } from '../services/log';
import { webviewPage } from '../services/webviewPage';
import { parseSessionMessage, type SessionController } from './sessionController';

/** The session's webview. Its page is thrown away whenever the view is hidden or collapsed, and made anew from the next look. */
export class SessionWebview implements WebviewViewProvider, Disposable {
  private view: WebviewView | undefined;
  private readonly subscription: Disposable;

  constructor(
    private readonly extensionUri: Uri,
    private readonly controller: SessionController,
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
    await commands.executeCommand(`${sessionViewId}.focus`);
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private receive(value: unknown): void {
    const message = parseSessionMessage(value);
    if (message === undefined) this.log.warn('the webview sent a message that is none');
    else if (message.type === 'ready') this.controller.viewReady();
    else
      this.controller.act(message.id).catch((error: unknown) => {
        this.log.error(`${message.id}: ${String(error)}`);
      });
  }

  private page(webview: Webview): string {
    const uri = (...segments: string[]): string => webview.asWebviewUri(Uri.joinPath(this.extensionUri, ...segments)).toString();
    return webviewPage({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      script: uri('dist', 'webview', 'session.js'),
      styles: [uri('dist', 'webview', 'codicon.css'), uri('media', 'webview.css'), uri('media', 'session.css')],
      language: env.language,
      title: this.title,
    });
  }
}
