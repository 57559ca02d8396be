import type { FileBlock, CutNote, UserContent } from './context';
import type { Metrics, StopReason } from './metrics';

/** An answer of the model. `tokens` are the generated ids. They stand for `text` when `fingerprint` is the loaded model's. */
export interface AnswerContent {
  readonly text: string;
  readonly tokens?: readonly number[];
  readonly fingerprint?: string;
}

export interface ChatTurn {
  readonly user: UserContent;
  readonly answer: AnswerContent;
}

export interface Sampling {
  /** 0 is greedy. */
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  readonly seed: number;
}

/** A question and the conversation before it. */
export interface ChatInput {
  /** System text; empty for none. */
  readonly system: string;
  /** Finished turns, oldest first. */
  readonly history: readonly ChatTurn[];
  readonly user: UserContent;
}

export interface ChatParams extends ChatInput {
  readonly sampling: Sampling;
  /** Most tokens to generate. */
  readonly maxTokens: number;
  /** Name of the request's topic, which only the host understands. The lane that serves the request keeps the name. */
  readonly subject?: string | undefined;
}

/** Progress of a chat request, sent by `$/progress` with the request's own token. */
export type ChatProgress =
  /** Prompt tokens that need no more evaluation, of all. */
  | { readonly kind: 'prefill'; readonly done: number; readonly total: number }
  /** Text to append, and the token ids behind it. Text of an id may come with a later one (UTF-8 split over tokens). */
  | { readonly kind: 'text'; readonly text: string; readonly tokens: readonly number[] };

export interface ChatResult {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly fingerprint: string;
  readonly stop: StopReason;
  readonly metrics: Metrics;
  /** Oldest turns of the history that no longer fit and were left out. */
  readonly droppedTurns: number;
  /** Cuts made in this turn's own blocks. */
  readonly cuts: readonly CutNote[];
  /** Tokens of the lane in use after this turn. */
  readonly contextUsed: number;
}

export interface WarmChat {
  readonly kind: 'chat';
  readonly system: string;
  readonly history: readonly ChatTurn[];
  readonly file?: FileBlock;
  /** The same as {@link ChatParams.subject}. */
  readonly subject?: string | undefined;
}

/** Result of a message that begins with a command. */
export type CommandResult<Question> =
  | { readonly kind: 'question'; readonly question: Question }
  /** It was done elsewhere, so there is nothing to ask in the chat. */
  | { readonly kind: 'done' }
  /** It could not be done, and the user was told why. */
  | { readonly kind: 'refused' };
