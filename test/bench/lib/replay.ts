import type { ChatParams, ChatResult, ChatTurn, Sampling, WarmChat } from '../../../src/contract/chat';
import type { CompletionRequest, WarmCompletion } from '../../../src/contract/completion';
import type { SelectionBlock, UserContent } from '../../../src/contract/context';
import { decideTrigger, type SkipReason } from '../../../src/host/completion/completionTrigger';
import { explainQuestion } from '../../../src/prompt/tasks/explainQuestion';
import { anchoredTail } from '../../../src/prompt/completion/completionPrompt';
import { BRIEF_SYSTEM_TEXT } from '../../../src/prompt/chat/systemPrompt';
import type { Trace, TraceEvent, TraceExplain } from './trace';

/** What the host asks of the worker at one moment of a trace; `at` is in milliseconds from its beginning. */
export type ReplayStep = { readonly at: number } & (
  | ReplayTouch
  /** Idle-priority work for the place of the cursor: a file was opened, or the user has stopped typing. */
  | { readonly kind: 'warm'; readonly params: WarmCompletion }
  /** A conversation was opened: its history is evaluated ahead. */
  | { readonly kind: 'open'; readonly conversation: string; readonly params: (history: readonly ChatTurn[]) => WarmChat }
  | ReplayChat
);

/** The text or the cursor changed: cancels the ghost text and the warm-up of before. */
export type ReplayTouch =
  | { readonly kind: 'ghost'; readonly params: CompletionRequest }
  /** A place where the host asks for nothing. */
  | { readonly kind: 'skip'; readonly reason: SkipReason };

/**
 * A question. `params` takes the finished turns of its conversation: the user of the replay keeps them, and must not ask before the
 * answer before has come. See {@link Histories}.
 */
export interface ReplayChat {
  readonly kind: 'chat';
  readonly conversation: string;
  readonly user: UserContent;
  readonly params: (history: readonly ChatTurn[]) => ChatParams;
}

export const ghostTokens = 8;
export const chatTokens = 48;

/** How long nobody has typed when the host warms the place of the cursor. */
export const idleMilliseconds = 1000;

/** As the host has them; see src/host/completion/completionProvider.ts. */
const mostBefore = 32_000;
const mostAfter = 4_000;

const greedy: Sampling = { temperature: 0, topP: 1, topK: 1, seed: 0 };
const system = BRIEF_SYSTEM_TEXT;

/** A file as it is edited. */
class Buffer {
  cursor = 0;

  constructor(
    readonly path: string,
    readonly language: string,
    public text: string,
  ) {}

  insert(text: string): void {
    this.text = this.text.slice(0, this.cursor) + text + this.text.slice(this.cursor);
    this.cursor += text.length;
  }

  delete(count: number): void {
    const from = this.cursor - count;
    if (from < 0) throw new RangeError(`${this.path}: ${count} characters to delete and ${this.cursor} before the cursor`);
    this.text = this.text.slice(0, from) + this.text.slice(this.cursor);
    this.cursor = from;
  }

  jump(offset: number): void {
    if (offset > this.text.length)
      throw new RangeError(`${this.path}: a jump to ${offset}, which is behind its end at ${this.text.length}`);
    this.cursor = offset;
  }

  /** The place of the cursor, as much of it as the host sends. */
  place(): WarmCompletion {
    const { path, language, text, cursor } = this;
    const prefix = anchoredTail(text.slice(0, cursor), mostBefore);
    return { kind: 'completion', path, language, prefix, suffix: text.slice(cursor, cursor + mostAfter) };
  }

  touch(): ReplayTouch {
    const { path, language, prefix, suffix } = this.place();
    const before = this.text.slice(this.text.lastIndexOf('\n', this.cursor - 1) + 1, this.cursor);
    const after = suffix.split('\n', 1)[0] ?? '';
    const document = { path: `/${path}`, scheme: 'file', excluded: false };
    const editor = { selectionIsEmpty: true, cursors: 1, invoked: false, off: undefined, justTaken: false };
    const decision = decideTrigger({ ...document, ...editor, before, after });
    if (decision.kind === 'skip') return decision;
    return { kind: 'ghost', params: { path, language, prefix, suffix, multiline: decision.multiline, maxTokens: ghostTokens } };
  }

  /** Whole lines. */
  selection(startLine: number, endLine: number): SelectionBlock {
    const lines = this.text.split('\n').slice(startLine - 1, endLine);
    if (startLine < 1 || lines.length !== endLine - startLine + 1)
      throw new RangeError(`${this.path} has no lines ${startLine}-${endLine}`);
    return { startLine, endLine, text: lines.join('\n') };
  }
}

/**
 * The requests that a trace makes of the worker, in order and always the same; returns the files' texts by path at the end. Answers have
 * no influence but as the history of questions: suggestions are never taken, as the trace is of typing.
 * @throws RangeError where an event does not fit the text
 */
export function* replay(trace: Trace): Generator<ReplayStep, ReadonlyMap<string, string>> {
  const buffers = new Map(trace.files.map(({ path, language, text }) => [path, new Buffer(path, language, text)]));
  const bufferOf = (path: string): Buffer => {
    const buffer = buffers.get(path);
    if (!buffer) throw new RangeError(`the trace has no file ${path}`);
    return buffer;
  };
  let open: Buffer | undefined;
  for (const event of trace.events) {
    if (event.kind === 'switch') open = bufferOf(event.file);
    if (!open) throw new RangeError('the trace begins without a file');
    yield* stepsOf(event, open, bufferOf);
  }
  return new Map([...buffers].map(([path, { text }]) => [path, text]));
}

function* stepsOf(event: TraceEvent, buffer: Buffer, bufferOf: (path: string) => Buffer): Generator<ReplayStep> {
  const { at } = event;
  switch (event.kind) {
    case 'key':
      buffer.insert(event.text);
      yield { at, ...buffer.touch() };
      return;
    case 'delete':
      buffer.delete(event.count);
      yield { at, ...buffer.touch() };
      return;
    case 'jump':
      if (event.file !== buffer.path) throw new RangeError(`a jump in ${event.file}, while ${buffer.path} is open`);
      buffer.jump(event.offset);
      yield { at, ...buffer.touch() };
      return;
    case 'switch':
      yield { at, kind: 'warm', params: buffer.place() };
      yield { at, ...buffer.touch() };
      return;
    case 'pause':
      if (event.milliseconds >= idleMilliseconds) yield { at: at + idleMilliseconds, kind: 'warm', params: buffer.place() };
      return;
    case 'open':
      yield { at, kind: 'open', conversation: event.conversation, params: (history) => ({ kind: 'chat', system, history }) };
      return;
    case 'ask':
      yield { at, ...question(event.conversation, { text: event.text }) };
      return;
    case 'explain':
      yield { at, ...question(event.conversation, explanation(event, bufferOf(event.file))) };
  }
}

function explanation({ startLine, endLine }: TraceExplain, buffer: Buffer): UserContent {
  const { path, language, text } = buffer;
  return {
    text: explainQuestion({ language, locale: 'en' }),
    file: { path, language, text },
    selection: buffer.selection(startLine, endLine),
  };
}

function question(conversation: string, user: UserContent): ReplayChat {
  const params = (history: readonly ChatTurn[]): ChatParams => ({ system, history, user, sampling: greedy, maxTokens: chatTokens });
  return { kind: 'chat', conversation, user, params };
}

/** The conversations of one replay, as far as they have been answered. */
export class Histories {
  private readonly turns = new Map<string, ChatTurn[]>();

  /** The finished turns of a conversation, oldest first. */
  of(conversation: string): readonly ChatTurn[] {
    return this.turns.get(conversation) ?? [];
  }

  /** Adds an answer; one without a word is no turn, as in the host. */
  add({ conversation, user }: ReplayChat, { text, tokens, fingerprint }: Pick<ChatResult, 'text' | 'tokens' | 'fingerprint'>): void {
    if (text === '') return;
    this.turns.set(conversation, [...this.of(conversation), { user, answer: { text, tokens, fingerprint } }]);
  }
}
