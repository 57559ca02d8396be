import { provideVSCodeDesignSystem, vsCodeButton, vsCodeProgressRing, vsCodeTextArea } from '@vscode/webview-ui-toolkit';
import type { HostMessage } from '../src/protocol/webview';
import { App } from './app';
import { reduce, type LocalEvent, type Model } from './store';
import { connect } from './transport';

/** Wires host, store and view. Whatever arrives within one frame is painted once. */
function start(root: HTMLElement): void {
  const transport = connect();
  let model: Model | undefined;
  let app: App | undefined;
  let frame: number | undefined;
  let focusWanted = false;

  const paint = (): void => {
    frame = undefined;
    if (model === undefined) return;
    if (app === undefined) app = new App(root, model, { dispatch, post: transport.post });
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
    frame ??= requestAnimationFrame(paint);
  }

  transport.listen(dispatch);
  transport.post({ type: 'ready' });
}

provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeTextArea(), vsCodeProgressRing());
const root = document.getElementById('app');
if (root !== null) start(root);
