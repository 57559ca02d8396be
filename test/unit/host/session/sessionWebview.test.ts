import { describe, expect, it, vi } from 'vitest';
import { Emitter } from '../../../../src/util/event';
import type { SessionController } from '../../../../src/host/session/sessionController';
import { SessionWebview } from '../../../../src/host/session/sessionWebview';
import type { SessionHostMessage } from '../../../../src/contract/webview/sessionMessages';
import { FakeLog, settled } from '../chat/chatFakes';

vi.mock('vscode', () => ({
  Uri: { joinPath: (_base: unknown, ...segments: string[]) => segments.join('/') },
  commands: {},
  env: { language: 'en' },
}));

/** The view's place in the side bar. VS Code keeps it while it is collapsed, and destroys its page. */
class FakePlace {
  visible = true;
  readonly visibility = new Emitter<undefined>();
  readonly disposal = new Emitter<undefined>();
  readonly fromPage = new Emitter<unknown>();
  readonly posted: unknown[] = [];
  readonly webview = {
    options: {},
    html: '',
    cspSource: 'csp',
    asWebviewUri: (uri: unknown) => uri,
    onDidReceiveMessage: this.fromPage.event,
    postMessage: (message: unknown) => Promise.resolve(this.posted.push(message)),
  };
  readonly onDidChangeVisibility = this.visibility.event;
  readonly onDidDispose = this.disposal.event;

  become(visible: boolean): void {
    this.visible = visible;
    this.visibility.fire(undefined);
  }
}

function opened(): { place: FakePlace; seen: string[]; log: FakeLog; messages: Emitter<SessionHostMessage> } {
  const seen: string[] = [];
  const log = new FakeLog();
  const messages = new Emitter<SessionHostMessage>();
  const controller: Partial<SessionController> = {
    onMessage: messages.event,
    viewReady: () => void seen.push('ready'),
    viewClosed: () => void seen.push('closed'),
    act: (id) => (id === 'broken' ? Promise.reject(new Error('it broke')) : Promise.resolve(void seen.push(id))),
  };
  const place = new FakePlace();
  const uri: unknown = {};
  const view = new SessionWebview(uri as ConstructorParameters<typeof SessionWebview>[0], controller as SessionController, 'Session', log);
  view.resolveWebviewView(place as unknown as Parameters<SessionWebview['resolveWebviewView']>[0]);
  return { place, seen, log, messages };
}

describe('the session’s place in the side bar', () => {
  it('has a page of its own', () => {
    const { html, options } = opened().place.webview;
    expect(html).toContain('dist/webview/session.js');
    expect(html).toContain('media/session.css');
    expect(options).toMatchObject({ enableForms: false, enableCommandUris: false });
  });

  it('is looked at from when its page is ready until it is collapsed or thrown away', () => {
    const { place, seen } = opened();
    place.fromPage.fire({ type: 'ready' });
    place.become(false);
    place.become(true);
    place.fromPage.fire({ type: 'ready' });
    place.disposal.fire(undefined);
    place.fromPage.fire({ type: 'ready' });
    expect(seen).toEqual(['ready', 'closed', 'ready', 'closed']);
  });

  it('hands buttons on, and logs what is no message and what fails', async () => {
    const { place, seen, log } = opened();
    for (const message of [{ type: 'action', id: 'park' }, { type: 'eval' }, { type: 'action', id: 'broken' }])
      place.fromPage.fire(message);
    await settled();
    expect(seen).toEqual(['park']);
    expect(log.lines).toEqual(['the webview sent a message that is none', expect.stringContaining('it broke')]);
  });

  it('passes on what the page is to show', () => {
    const { place, messages } = opened();
    messages.fire({ type: 'notice', text: 'Parked.' });
    expect(place.posted).toEqual([{ type: 'notice', text: 'Parked.' }]);
  });
});
