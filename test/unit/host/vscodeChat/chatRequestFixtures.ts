import type { Participant } from '../../../../src/host/vscodeChat/participant';
import type { ChatModelProvider } from '../../../../src/host/vscodeChat/chatModelProvider';

/** VS Code's own types, as the code under test takes them: tests outside a VS Code do not import it. */
type Asked = Parameters<ChatModelProvider['provideLanguageModelChatResponse']>;
export type Model = Asked[0];
export type Message = Asked[1][number];
export type Options = Asked[2];
export type Token = Asked[4];

type Answered = Parameters<Participant['answer']>;
export type Request = Answered[0];
export type Reference = Request['references'][number];
export type Turn = Answered[1]['history'][number];
export type Stream = Answered[2];
export type Result = Awaited<ReturnType<Participant['answer']>>;

/** A message of the user's (1) or the assistant's (2). */
export function say(role: 1 | 2, value: string): Message {
  // VS Code's enumerations are not there without it; their numbers are.
  const message: object = { role, content: [{ value }], name: undefined };
  return message as Message;
}

/** A request's options: tools may be called (1) or have to be (2). */
export function requestOptions(more: Partial<Omit<Options, 'toolMode'>> & { readonly toolMode?: 1 | 2 } = {}): Options {
  const options: object = { toolMode: 1, ...more };
  return options as Options;
}
