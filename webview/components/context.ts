import type { WebviewMessage, WebviewStrings } from '../../src/protocol/webview';

/** What every component may use. `strings` are those of the last state. */
export interface Context {
  readonly strings: () => WebviewStrings;
  readonly post: (message: WebviewMessage) => void;
}
