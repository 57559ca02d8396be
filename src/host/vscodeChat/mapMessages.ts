import type { AnswerContent, ChatTurn } from '../../contract/chat';
import type { UserContent } from '../../contract/context';
/**
 * VS Code's messages as a request to the engine. Pure: parts are told apart by their shape, since they come both as objects of VS Code's
 * classes and, where only their tokens are to be counted, as plain data.
 */

/** As much of a `LanguageModelChatRequestMessage` as is read. */
export interface RequestMessage {
  readonly role: number;
  readonly content: string | readonly unknown[];
}

export interface MappedRequest {
  readonly system: string;
  readonly history: readonly ChatTurn[];
  readonly user: UserContent;
}

/** Why messages are no question the model can be asked. */
export type MessageProblem =
  /** There is an image among them, and an answer that has not seen it would only pretend. */
  | 'image'
  /** There is no text of the user's. */
  | 'noQuestion'
  /** The last one is the assistant's: the model answers users, it does not continue itself. */
  | 'answerLast';

export type Mapping =
  { readonly kind: 'request'; readonly request: MappedRequest } | { readonly kind: 'refused'; readonly problem: MessageProblem };

/** `LanguageModelChatMessageRole`. VS Code's API ends at the second; the third is a proposal, which its own extensions already use. */
const ROLES = { user: 1, assistant: 2 } as const;

type Speaker = 'system' | 'user' | 'assistant';

interface Said {
  readonly speaker: Speaker;
  readonly text: string;
}

/**
 * Maps a conversation. `system` is Paddock's own system text and stands in front, as in its chat view, so that both share its KV; what
 * comes in a system role follows it. Messages of one speaker in a row are one. An assistant's message without a question before it answers
 * an empty one.
 * @param answerOf an answer of the conversation with its token ids, where they are known
 */
export function mapMessages(messages: readonly RequestMessage[], system: string, answerOf: (text: string) => AnswerContent): Mapping {
  if (messages.some(({ content }) => typeof content !== 'string' && content.some(isImage))) return { kind: 'refused', problem: 'image' };
  const said = messages.map((message) => ({ speaker: speakerOf(message.role), text: textOf(message.content) }));
  const systemText = [system, ...said.filter(({ speaker }) => speaker === 'system').map(({ text }) => text)].filter(isSomething);
  const runs = joined(said.filter(({ speaker, text }) => speaker !== 'system' && isSomething(text)));
  const last = runs.at(-1);
  if (last === undefined) return { kind: 'refused', problem: 'noQuestion' };
  if (last.speaker === 'assistant') return { kind: 'refused', problem: 'answerLast' };
  const request = { system: systemText.join('\n\n'), history: turnsOf(runs.slice(0, -1), answerOf), user: { text: last.text } };
  return { kind: 'request', request };
}

/**
 * The text in a message's parts. Thoughts and tool calls are another model's acts and no text; what a tool found out is. Data counts where
 * it is text.
 */
export function textOf(content: RequestMessage['content']): string {
  return typeof content === 'string' ? content : content.map(partText).join('');
}

function speakerOf(role: number): Speaker {
  if (role === ROLES.user) return 'user';
  return role === ROLES.assistant ? 'assistant' : 'system';
}

function isSomething(text: string): boolean {
  return text.trim() !== '';
}

function joined(said: readonly Said[]): readonly Said[] {
  const runs: Said[] = [];
  for (const { speaker, text } of said) {
    const before = runs.at(-1);
    if (before?.speaker === speaker) runs[runs.length - 1] = { speaker, text: `${before.text}\n\n${text}` };
    else runs.push({ speaker, text });
  }
  return runs;
}

/** Turns of runs that end with an answer. */
function turnsOf(runs: readonly Said[], answerOf: (text: string) => AnswerContent): readonly ChatTurn[] {
  return runs.flatMap(({ speaker, text }, index) =>
    speaker === 'assistant' ? [{ user: { text: runs[index - 1]?.text ?? '' }, answer: answerOf(text) }] : [],
  );
}

function partText(part: unknown): string {
  if (typeof part === 'string') return part;
  if (typeof part !== 'object' || part === null) return '';
  if ('mimeType' in part) return 'data' in part && isTextType(part.mimeType) && part.data instanceof Uint8Array ? decode(part.data) : '';
  if ('callId' in part) return 'content' in part && Array.isArray(part.content) ? textOf(part.content) : '';
  // A thought has an id, if only an undefined one.
  return 'value' in part && typeof part.value === 'string' && !('id' in part) ? part.value : '';
}

function isImage(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  if ('mimeType' in part) return typeof part.mimeType === 'string' && part.mimeType.startsWith('image/');
  return 'callId' in part && 'content' in part && Array.isArray(part.content) && part.content.some(isImage);
}

function isTextType(type: unknown): boolean {
  return typeof type === 'string' && (type.startsWith('text/') || type === 'application/json');
}

function decode(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}
