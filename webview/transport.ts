import type { HostMessage, WebviewMessage } from '../src/protocol/webview';

/** What VS Code puts into every webview. */
interface VsCodeApi {
  postMessage(message: WebviewMessage): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Transport {
  readonly post: (message: WebviewMessage) => void;
  /** Calls `listener` with every message of the host. */
  readonly listen: (listener: (message: HostMessage) => void) => void;
}

/** The line to the host. May be called once: VS Code hands its API out a single time. */
export function connect(): Transport {
  const api = acquireVsCodeApi();
  return {
    post: (message) => {
      api.postMessage(message);
    },
    listen: (listener) => {
      // Only VS Code posts into a webview, and the host's messages are typed at their source.
      window.addEventListener('message', (event: MessageEvent<HostMessage>) => {
        listener(event.data);
      });
    },
  };
}
