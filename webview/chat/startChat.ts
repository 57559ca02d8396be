import * as l10n from '@vscode/l10n';
import type { HostMessage } from '../../src/contract/webview/chatMessages';
import { App } from './chatApp';
import { reduce, type LocalEvent, type Model } from './chatStore';
import type { Transport } from '../shared/transport';

/**
 * Connects host, state and page. All messages of one frame are painted together.
 * @param root carries the translations, as JSON in `data-l10n`. Without them the page is English.
 */
export function startView(root: HTMLElement, transport: Transport, requestFrame: (paint: () => void) => void): void {
  l10n.config({ contents: root.dataset['l10n'] ?? '{}' });
  let model: Model | undefined;
  let app: App | undefined;
  let frameRequested = false;
  let focusWanted = false;

  const paint = (): void => {
    frameRequested = false;
    if (model === undefined) return;
    if (app === undefined) app = new App(root, model, { dispatch, post: transport.post, current: () => model });
    else app.update(model);
    if (focusWanted) app.focusInput();
    focusWanted = false;
  };

  function dispatch(event: HostMessage | LocalEvent): void {
    const before = model;
    model = reduce(model, event);
    if (event.type === 'focusInput') focusWanted = true;
    else if (model === before) return;
    if (model?.outOfStep === true && before?.outOfStep === false) transport.post({ type: 'ready' });
    const asked = model?.completion;
    if (asked?.kind === 'context' && asked.request !== before?.completion?.request)
      transport.post({ type: 'suggest', request: asked.request, query: asked.query });
    if (event.type === 'returned' && model !== undefined) {
      // Painted at once: a key pressed before the next frame would make the input's older text the draft.
      // Posted, as the host may only know what was typed since.
      paint();
      transport.post({ type: 'draft', text: model.draft });
      return;
    }
    if (frameRequested) return;
    frameRequested = true;
    requestFrame(paint);
  }

  transport.listen(dispatch);
  transport.post({ type: 'ready' });
}
