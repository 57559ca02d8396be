import { describe, expect, it } from 'vitest';
import { Emitter } from '../../../../src/util/event';
import type { SessionController } from '../../../../src/host/session/sessionController';
import { SessionWebview } from '../../../../src/host/session/sessionWebview';
import type { SessionHostMessage } from '../../../../src/contract/webview/sessionMessages';
import { FakeWebviewView } from '../../../fixtures/vscode/fakeWebview';
import { Uri } from '../../../fixtures/vscode/uri';
import { FakeLog, settled } from '../chat/chatFakes';

function opened(): { place: FakeWebviewView; seen: string[]; log: FakeLog; messages: Emitter<SessionHostMessage> } {
  const seen: string[] = [];
  const log = new FakeLog();
  const messages = new Emitter<SessionHostMessage>();
  const controller: Partial<SessionController> = {
    onMessage: messages.event,
    viewReady: () => void seen.push('ready'),
    viewClosed: () => void seen.push('closed'),
    act: (id) => (id === 'broken' ? Promise.reject(new Error('it broke')) : Promise.resolve(void seen.push(id))),
  };
  const place = new FakeWebviewView();
  const view = new SessionWebview(new Uri('/ext'), controller as SessionController, 'Session', log);
  view.resolveWebviewView(place);
  return { place, seen, log, messages };
}

describe('SessionWebview', () => {
  it('loads the session page without forms and command links', () => {
    const { html, options } = opened().place.webview;
    expect(html).toContain('dist/webview/session.js');
    expect(html).toContain('media/session.css');
    expect(options).toMatchObject({ enableForms: false, enableCommandUris: false });
  });

  it('is open from ready until it is collapsed or disposed', () => {
    const { place, seen } = opened();
    place.webview.fromPage.fire({ type: 'ready' });
    place.become(false);
    place.become(true);
    place.webview.fromPage.fire({ type: 'ready' });
    place.close();
    place.webview.fromPage.fire({ type: 'ready' });
    expect(seen).toEqual(['ready', 'closed', 'ready', 'closed']);
  });

  it('passes actions to the controller, and logs invalid messages and failures', async () => {
    const { place, seen, log } = opened();
    for (const message of [{ type: 'action', id: 'park' }, { type: 'eval' }, { type: 'action', id: 'broken' }])
      place.webview.fromPage.fire(message);
    await settled();
    expect(seen).toEqual(['park']);
    expect(log.lines).toEqual(['the webview sent a message that is none', expect.stringContaining('it broke')]);
  });

  it('posts the messages of the controller', () => {
    const { place, messages } = opened();
    messages.fire({ type: 'notice', text: 'Parked.' });
    expect(place.webview.posted).toEqual([{ type: 'notice', text: 'Parked.' }]);
  });
});
