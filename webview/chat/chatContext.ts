import type { WebviewMessage, WebviewStrings } from '../../src/contract/webview/chatMessages';

/** What every component may use. `strings` are those of the last state. */
export interface Context {
  readonly strings: () => WebviewStrings;
  readonly post: (message: WebviewMessage) => void;
  /** Whether an answer is under way. */
  readonly answering: () => boolean;
  /** Notes what stands in the editor of a question, or that it was closed. */
  readonly edit: (turnId: string, text: string | undefined) => void;
}
