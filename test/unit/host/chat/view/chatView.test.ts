import { describe, expect, it, vi } from 'vitest';
import { Emitter } from '../../../../../src/util/event';
import type { HostMessage } from '../../../../../src/contract/webview/chatMessages';
import type { ChatController } from '../../../../../src/host/chat/view/chatController';
import { ChatSidebar } from '../../../../../src/host/chat/view/chatSidebar';
import { l10n } from '../../../../fixtures/vscode/fakeEnvironment';
import { FakeWebviewView } from '../../../../fixtures/vscode/fakeWebview';
import { Uri } from '../../../../fixtures/vscode/uri';
import { FakeLog, noCode, settled } from '../chatFakes';

const log = new FakeLog();
function opened(): { place: FakeWebviewView; seen: string[]; messages: Emitter<HostMessage> } {
  const seen: string[] = [];
  const messages = new Emitter<HostMessage>();
  const controller: Partial<ChatController> = {
    onMessage: messages.event,
    viewReady: () => Promise.resolve(void seen.push('ready')),
    viewClosed: () => void seen.push('closed'),
  };
  const place = new FakeWebviewView();
  vi.spyOn(place.webview, 'postMessage').mockRejectedValue(new Error('the page is gone'));
  const sidebar = new ChatSidebar(controller as ChatController, {
    extensionUri: new Uri('/ext'),
    title: 'Chat',
    log,
    code: noCode,
  });
  sidebar.resolveWebviewView(place);
  place.webview.fromPage.fire({ type: 'ready' });
  return { place, seen, messages };
}

describe('ChatSidebar', () => {
  it('closes the view while it is hidden, and opens it when the new page is ready', () => {
    const { place, seen } = opened();
    place.become(false);
    expect(seen).toEqual(['ready', 'closed']);
    place.become(true);
    place.webview.fromPage.fire({ type: 'ready' });
    expect(seen).toEqual(['ready', 'closed', 'ready']);
  });

  it('hands its page the translations of VS Code, and none in English', () => {
    expect(opened().place.webview.html).not.toContain('data-l10n');
    l10n.bundle = { Stop: '停止' };
    expect(opened().place.webview.html).toContain('data-l10n="{&quot;Stop&quot;:&quot;停止&quot;}"');
  });

  it('closes the view when it is disposed, and ignores later messages', () => {
    const { place, seen } = opened();
    place.close();
    place.become(false);
    place.webview.fromPage.fire({ type: 'ready' });
    expect(seen).toEqual(['ready', 'closed']);
  });

  it('posts nothing once it is thrown away', async () => {
    const { place, messages } = opened();
    const post = vi.spyOn(place.webview, 'postMessage');
    place.close();
    messages.fire({ type: 'delta', turnId: 'a', at: 0, text: 'a' });
    await settled();
    expect(post).not.toHaveBeenCalled();
  });

  it('logs a message that cannot be posted', async () => {
    const { messages } = opened();
    messages.fire({ type: 'focusInput' });
    await settled();
    expect(log.lines).toEqual([expect.stringContaining('the page is gone')]);
  });
});
