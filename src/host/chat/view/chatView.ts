import { randomBytes } from 'node:crypto';
import { Uri, env, l10n, type Webview } from 'vscode';
import type { TextKind } from '../../../util/text/hiddenCharacters';
import type { Disposable } from '../../../util/event';
import type { CodeAction, WebviewMessage } from '../../../contract/webview/chatMessages';
import type { Log } from '../../services/log';
import { webviewPage } from '../../services/webviewPage';
import { codeBlocksOf, type CodeActions } from './codeBlockActions';
import type { ChatController } from './chatController';
import { settleHiddenCharacters } from './hiddenCharacterQuestion';
import { parseWebviewMessage } from './incomingChatMessages';
import { openLink } from './openLink';

/** What a page is made of, wherever it is shown. */
export interface ChatPageDeps {
  readonly extensionUri: Uri;
  readonly title: string;
  readonly log: Log;
  readonly code: CodeActions;
}

/** Where a page is shown, and what it cannot do by itself there. */
export interface ChatPlace {
  readonly webview: Webview;
  /** By which an editor tab is known again. */
  readonly view?: string;
  /** Lets the user choose which conversation to show. */
  readonly showConversations: () => PromiseLike<unknown>;
}

/** A webview with the chat in it. It holds nothing that the controller does not: VS Code destroys what is in it whenever it is hidden. */
export class ChatView implements Disposable {
  private readonly subscriptions: readonly Disposable[];

  constructor(
    private readonly place: ChatPlace,
    private readonly controller: ChatController,
    private readonly deps: ChatPageDeps,
  ) {
    const { extensionUri, log } = deps;
    const { webview } = place;
    const roots = [Uri.joinPath(extensionUri, 'dist', 'webview'), Uri.joinPath(extensionUri, 'media')];
    webview.options = { enableScripts: true, enableForms: false, enableCommandUris: false, localResourceRoots: roots };
    this.subscriptions = [
      controller.onMessage((message) => {
        webview.postMessage(message).then(undefined, (error: unknown) => {
          log.error(`${message.type} not posted: ${String(error)}`);
        });
      }),
      webview.onDidReceiveMessage((value: unknown) => {
        this.receive(value);
      }),
    ];
    webview.html = this.page();
  }

  /** The webview is gone. */
  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.controller.viewClosed();
  }

  private receive(value: unknown): void {
    const message = parseWebviewMessage(value);
    if (message === undefined) this.deps.log.warn('the webview sent a message that is none');
    else
      this.handle(message).catch((error: unknown) => {
        this.deps.log.error(`${message.type}: ${String(error)}`);
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
        await this.place.showConversations();
        return;
      case 'draft':
        controller.setDraft(message.text);
        return;
      case 'suggest':
      case 'attach':
      case 'detach':
      case 'drop':
      case 'openAttachment':
        return controller.receive(message);
      case 'openSource':
        return controller.openSource(message.turnId, message.index);
      case 'copy':
        return copyText(message.text, 'code');
      case 'openLink':
        return openLink(message.href);
      case 'action':
        controller.act(message.id, message.turnId);
        return;
      case 'askAgain':
        controller.askAgain(message.turnId, message.text);
        return;
      case 'edit':
        controller.keepEdit(message.turnId, message.text);
        return;
      case 'sibling':
        controller.showSibling(message.turnId, message.places);
        return;
      case 'copyAnswer':
        return this.copyAnswer(message.turnId);
      case 'code':
        return this.onCode(message.action, message.turnId, message.block);
    }
  }

  private async copyAnswer(turnId: string): Promise<void> {
    const turn = this.controller.turn(turnId);
    if (turn !== undefined) await copyText(turn.answer, 'prose');
  }

  /** A block whose end is still to be written has no buttons: it is not for use yet. */
  private async onCode(action: CodeAction, turnId: string, index: number): Promise<void> {
    const turn = this.controller.turn(turnId);
    if (turn === undefined) return;
    const block = codeBlocksOf(turn.answer)[index];
    if (block === undefined || !(block.complete || turn.state !== 'streaming')) return;
    const code = await settleHiddenCharacters(block.code, 'code');
    if (code !== undefined) await this.deps.code[action]({ ...block, code }, turn.user);
  }

  private page(): string {
    const { deps, place } = this;
    const { webview, view } = place;
    const uri = (...segments: string[]): string => webview.asWebviewUri(Uri.joinPath(deps.extensionUri, ...segments)).toString();
    return webviewPage({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      script: uri('dist', 'webview', 'main.js'),
      styles: [uri('dist', 'webview', 'codicon.css'), uri('media', 'webview.css')],
      language: env.language,
      title: deps.title,
      ...(l10n.bundle === undefined ? {} : { translations: l10n.bundle }),
      ...(view === undefined ? {} : { view }),
    });
  }
}

async function copyText(text: string, kind: TextKind): Promise<void> {
  const settled = await settleHiddenCharacters(text, kind);
  if (settled !== undefined) await env.clipboard.writeText(settled);
}
