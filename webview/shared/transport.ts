import type { HostMessage, WebviewMessage } from '../../src/contract/webview/chatMessages';

/** The API that VS Code gives every webview. */
interface VsCodeApi {
  postMessage(message: unknown): void;
  /** VS Code keeps the state of an editor tab when the window reloads, and hands it to the host when it restores the tab. */
  setState(state: { readonly view: string }): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The connection between a page and its host. The messages are the chat's unless others are named. */
export interface Transport<Incoming = HostMessage, Outgoing = WebviewMessage> {
  readonly post: (message: Outgoing) => void;
  readonly listen: (listener: (message: Incoming) => void) => void;
}

/**
 * Connects to the host. May be called only once, as VS Code hands out its API a single time.
 * @param view id by which the host recognises a restored editor tab
 */
export function connect<Incoming = HostMessage, Outgoing = WebviewMessage>(view?: string): Transport<Incoming, Outgoing> {
  const api = acquireVsCodeApi();
  if (view !== undefined) api.setState({ view });
  return {
    post: (message) => {
      api.postMessage(message);
    },
    listen: (listener) => {
      // Only VS Code posts into a webview, and the host's messages are typed at their source.
      window.addEventListener('message', (event: MessageEvent<Incoming>) => {
        listener(event.data);
      });
    },
  };
}
