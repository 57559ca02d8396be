import type { SessionHostMessage, SessionWebviewMessage } from '../../src/contract/webview/sessionMessages';
import type { Transport } from '../shared/transport';
import { SessionApp } from './sessionApp';
import { reduceSession, type SessionLocalEvent, type SessionModel } from './sessionReducer';

/** Connects host, state and page. All messages of one frame are painted together. */
export function startSessionView(
  root: HTMLElement,
  transport: Transport<SessionHostMessage, SessionWebviewMessage>,
  requestFrame: (paint: () => void) => void,
): void {
  let model: SessionModel | undefined;
  let frameRequested = false;
  const app = new SessionApp(root, (id) => {
    dispatch({ type: 'pressed' });
    transport.post({ type: 'action', id });
  });

  function dispatch(event: SessionHostMessage | SessionLocalEvent): void {
    const before = model;
    model = reduceSession(model, event);
    if (model === before || frameRequested) return;
    frameRequested = true;
    requestFrame(() => {
      frameRequested = false;
      if (model !== undefined) app.update(model);
    });
  }

  transport.listen(dispatch);
  transport.post({ type: 'ready' });
}
