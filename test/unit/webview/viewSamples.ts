import type { TurnView, ViewState, WebviewMessage, HostMessage } from '../../../src/contract/webview/chatMessages';
import type { Context } from '../../../webview/chat/chatContext';
import type { Transport } from '../../../webview/shared/transport';

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
    ...changes,
  };
}

/** What components may use, on a line to nobody unless one is given. */
export function fakeContext(changes: Partial<Context> = {}): Context {
  return { post: () => undefined, isAnswering: () => false, edit: () => undefined, ...changes };
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
