import type { WebviewMessage } from '../../src/contract/webview/chatMessages';

/** What every component of the page may use. */
export interface Context {
  readonly post: (message: WebviewMessage) => void;
  readonly isAnswering: () => boolean;
  /** Stores the text of a question's editor. `undefined` closes the editor. */
  readonly edit: (turnId: string, text: string | undefined) => void;
}
