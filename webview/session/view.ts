import type { SessionHostMessage, SessionWebviewMessage } from '../../src/protocol/sessionPage';
import type { Transport } from '../transport';
import { SessionApp } from './app';
import { reduceSession, type SessionLocalEvent, type SessionModel } from './store';

/** Wires host, store and view. Whatever arrives within one frame is painted once. */
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
