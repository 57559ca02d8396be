import type { HostMessage, WebviewMessage } from '../../src/contract/webview/chatMessages';

/** What VS Code puts into every webview. */
interface VsCodeApi {
  postMessage(message: unknown): void;
  /** Kept with the editor tab over reloads of the window, and handed to the host when the tab comes back. */
  setState(state: { readonly view: string }): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The line between a webview and its host; the chat's unless its messages are named. */
export interface Transport<Incoming = HostMessage, Outgoing = WebviewMessage> {
  readonly post: (message: Outgoing) => void;
  /** Calls `listener` with every message of the host. */
  readonly listen: (listener: (message: Incoming) => void) => void;
}

/**
 * The line to the host. May be called once: VS Code hands its API out a single time.
 * @param view by which the host knows an editor tab again
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
