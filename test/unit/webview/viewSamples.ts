import type {
  TurnView,
  ViewState,
  WebviewMessage,
  WebviewStringKey,
  WebviewStrings,
  HostMessage,
} from '../../../src/contract/webview/chatMessages';
import { webviewStringKeys } from '../../../src/contract/webview/chatMessages';
import type { Context } from '../../../webview/chat/chatContext';
import type { Transport } from '../../../webview/shared/transport';

/** Strings that name their key, each with the largest number of placeholders in use. */
export const strings = Object.fromEntries(webviewStringKeys.map((key) => [key, `${key} {0} {1}`])) as Record<
  WebviewStringKey,
  string
> satisfies WebviewStrings;

export function turn(id: string, changes: Partial<TurnView> = {}): TurnView {
  return { id, question: `question ${id}`, attachments: [], answer: '', state: { kind: 'done' }, notes: [], ...changes };
}

export function state(changes: Partial<ViewState> = {}): ViewState {
  return {
    conversationId: 'c1',
    title: 'Title',
    turns: [],
    engine: { kind: 'ready', label: 'Model' },
    draft: '',
    attachments: [],
    commands: [],
    strings,
    ...changes,
  };
}

/** What components may use, on a line to nobody unless one is given. */
export function fakeContext(changes: Partial<Context> = {}): Context {
  return { strings: () => strings, post: () => undefined, isAnswering: () => false, edit: () => undefined, ...changes };
}

/** The host's end of the line, for a test to speak through. */
export class FakeTransport implements Transport {
  readonly posted: WebviewMessage[] = [];
  private listener: (message: HostMessage) => void = () => undefined;

  readonly post = (message: WebviewMessage): void => {
    this.posted.push(message);
  };

  readonly listen = (listener: (message: HostMessage) => void): void => {
    this.listener = listener;
  };

  send(message: HostMessage): void {
    this.listener(message);
  }

  /** Messages of one type, in order. */
  of<T extends WebviewMessage['type']>(type: T): Extract<WebviewMessage, { type: T }>[] {
    return this.posted.filter((message): message is Extract<WebviewMessage, { type: T }> => message.type === type);
  }
}
