import type { WebviewMessage, WebviewStrings } from '../../src/protocol/webview';

/** What every component may use. `strings` are those of the last state. */
export interface Context {
  strings(): WebviewStrings;
  post(message: WebviewMessage): void;
}
