import { describe, expect, it, vi } from 'vitest';
import { Emitter } from '../../../../../src/util/event';
import type { HostMessage } from '../../../../../src/contract/webview/chatMessages';
import type { ChatController } from '../../../../../src/host/chat/view/chatController';
import { ChatSidebar } from '../../../../../src/host/chat/view/chatSidebar';
import type { ChatPageDeps } from '../../../../../src/host/chat/view/chatView';
import { FakeLog, noCode, settled } from '../chatFakes';

vi.mock('vscode', () => ({
  Uri: { joinPath: (base: unknown) => base },
  commands: {},
  env: { language: 'en' },
}));

const log = new FakeLog();
const emitter = <T>(): Emitter<T> =>
  new Emitter<T>((error) => {
    log.error(String(error));
  });

const uri = { toString: () => 'file:///ext' };

/** The chat's place in the side bar. VS Code keeps it while it is hidden, and destroys its page. */
class FakePlace {
  visible = true;
  readonly visibility = emitter<undefined>();
  readonly disposal = emitter<undefined>();
  readonly fromPage = emitter<unknown>();
  readonly webview = {
    options: {},
    html: '',
    cspSource: 'csp',
    asWebviewUri: (uri: unknown) => uri,
    onDidReceiveMessage: this.fromPage.event,
    postMessage: () => Promise.reject(new Error('the page is gone')),
  };
  readonly onDidChangeVisibility = this.visibility.event;
  readonly onDidDispose = this.disposal.event;

  become(visible: boolean): void {
    this.visible = visible;
    this.visibility.fire(undefined);
  }
}

function opened(): { place: FakePlace; seen: string[]; messages: Emitter<HostMessage> } {
  const seen: string[] = [];
  const messages = emitter<HostMessage>();
  const controller: Partial<ChatController> = {
    onMessage: messages.event,
    viewReady: () => Promise.resolve(void seen.push('ready')),
    viewClosed: () => void seen.push('closed'),
  };
  const place = new FakePlace();
  const sidebar = new ChatSidebar(controller as ChatController, {
    extensionUri: uri as unknown as ChatPageDeps['extensionUri'],
    title: 'Chat',
    log,
    code: noCode,
  });
  sidebar.resolveWebviewView(place as unknown as Parameters<ChatSidebar['resolveWebviewView']>[0]);
  place.fromPage.fire({ type: 'ready' });
  return { place, seen, messages };
}

describe('the chat’s place in the side bar', () => {
  it('counts as closed while it is hidden, and as open when its new page is ready', () => {
    const { place, seen } = opened();
    place.become(false);
    expect(seen).toEqual(['ready', 'closed']);
    place.become(true);
    place.fromPage.fire({ type: 'ready' });
    expect(seen).toEqual(['ready', 'closed', 'ready']);
  });

  it('counts as closed when it is thrown away, and then hears nothing more', () => {
    const { place, seen } = opened();
    place.disposal.fire(undefined);
    place.become(false);
    place.fromPage.fire({ type: 'ready' });
    expect(seen).toEqual(['ready', 'closed']);
  });

  it('posts nothing once it is thrown away', async () => {
    const { place, messages } = opened();
    const post = vi.spyOn(place.webview, 'postMessage');
    place.disposal.fire(undefined);
    messages.fire({ type: 'delta', turnId: 'a', at: 0, text: 'a' });
    await settled();
    expect(post).not.toHaveBeenCalled();
  });

  it('logs a message that could not be posted', async () => {
    const { messages } = opened();
    messages.fire({ type: 'focusInput' });
    await settled();
    expect(log.lines).toEqual([expect.stringContaining('the page is gone')]);
  });
});
