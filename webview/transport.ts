import type { HostMessage, WebviewMessage } from '../src/protocol/webview';

/** What VS Code puts into every webview. */
interface VsCodeApi {
  postMessage(message: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The line between a webview and its host; the chat's unless its messages are named. */
export interface Transport<Incoming = HostMessage, Outgoing = WebviewMessage> {
  readonly post: (message: Outgoing) => void;
  /** Calls `listener` with every message of the host. */
  readonly listen: (listener: (message: Incoming) => void) => void;
}

/** The line to the host. May be called once: VS Code hands its API out a single time. */
export function connect<Incoming = HostMessage, Outgoing = WebviewMessage>(): Transport<Incoming, Outgoing> {
  const api = acquireVsCodeApi();
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
