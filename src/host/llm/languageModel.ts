import type { ChatParams, ChatProgress, ChatResult } from '../../contract/chat';
import type { CompletionRequest, CompletionResult } from '../../contract/completion';
import type { Metrics } from '../../contract/metrics';
import type { ModelFacts, PromptFormat } from '../../contract/models';
import type { WarmParams, WarmResult } from '../../contract/warmUp';
import type { Disposable, Event } from '../../util/event';
import type { EngineErrorData } from '../../contract/engineErrors';
import type { ClearResult, ParkResult, SessionView } from '../../contract/sessionFacts';
import type { Activity, InitializeResult } from '../../contract/rpc/workerMethods';

/** What an engine is asked for. */
export type EngineTask = 'chat' | 'ghostText';

/** What a request has cost that somebody waited for. */
export interface Finished extends Metrics {
  readonly task: EngineTask;
}

/** Where the engine is in its life. `generation` counts worker processes, so that a late event of an old one is told apart. */
export type EngineState =
  /** No worker; the next request starts one. `idle`: there was one, and nobody asked it anything for long. */
  | { readonly kind: 'stopped'; readonly why?: 'idle' }
  | { readonly kind: 'starting'; readonly generation: number }
  /** `fraction` is 0 to 1. */
  | { readonly kind: 'loading'; readonly generation: number; readonly path: string; readonly fraction: number }
  /** Not `responding`: the worker keeps the host waiting; it recovers, or is ended and restarted. */
  | { readonly kind: 'ready'; readonly generation: number; readonly facts: ModelFacts; readonly responding: boolean }
  /** Requests go to a server that the user has named; there is nothing to load, and no worker need run. */
  | { readonly kind: 'remote'; readonly generation: number; readonly server: RemoteServer }
  /** The worker died; another follows after `delayMilliseconds`. */
  | { readonly kind: 'restarting'; readonly generation: number; readonly error: EngineErrorData; readonly delayMilliseconds: number }
  /** Nothing is tried again until the user acts or the settings change. */
  | { readonly kind: 'failed'; readonly generation: number; readonly error: EngineErrorData };

/** A server of the user's own, as far as it is known. */
export interface RemoteServer {
  /** Host and port, as in its address. */
  readonly host: string;
  /** Whether that is this machine, so that nothing leaves it. */
  readonly isThisMachine: boolean;
  /** What requests call the model. */
  readonly model: string;
  /** The same for people: without folders, and what a file's name ends in. */
  readonly name: string;
  /** As the server says, else as the settings do. */
  readonly contextTokens: number;
  /** Stands for server and model, and never for the vocabulary of a file. */
  readonly fingerprint: string;
  /** The program that it is, by its own name; absent until it was asked. */
  readonly dialect?: string;
  /** Parameters and roles that it refused and that are no longer sent, in terms of OpenAI's API. */
  readonly learnt?: readonly string[];
}

/** Facts of the model that would answer a request made now. */
export interface ServingModel {
  readonly name: string;
  readonly contextTokens: number;
  readonly fingerprint: string;
  readonly promptFormat: PromptFormat;
  /** `countTokens` estimates for this model: only its server could count, and no text is sent there to be counted. */
  readonly estimatesTokens: boolean;
}

/** The model that a request made now would be answered by without waiting for a worker; `undefined` where there is none yet. */
export function servingModel(state: EngineState): ServingModel | undefined {
  if (state.kind === 'ready') return { ...state.facts, estimatesTokens: false };
  // A server writes the prompt by the template of its model.
  return state.kind === 'remote' ? { ...state.server, promptFormat: 'template', estimatesTokens: true } : undefined;
}

/** A request's end. A cancelled request ends in a value whose `stop` is `cancelled`. */
export type Outcome<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'failed'; readonly error: EngineErrorData };

/** As much of VS Code's `CancellationToken` as the engine needs. */
export interface Cancellation {
  readonly isCancellationRequested: boolean;
  readonly onCancellationRequested: (listener: () => void) => Disposable;
}

/**
 * What features ask for. Every promise settles exactly once and never rejects; a request made while no worker runs starts one and waits
 * for its model.
 */
export interface LanguageModel {
  readonly state: EngineState;
  readonly onDidChangeState: Event<EngineState>;
  chat(params: ChatParams, onProgress: (progress: ChatProgress) => void, cancellation: Cancellation): Promise<Outcome<ChatResult>>;
  complete(params: CompletionRequest, cancellation: Cancellation): Promise<Outcome<CompletionResult>>;
  /** Evaluates ahead at idle priority; does not start a worker. */
  warm(params: WarmParams, cancellation: Cancellation): Promise<Outcome<WarmResult>>;
  /**
   * Tokens of each text by itself, counted on this machine. They are estimates where a server answers: no text may leave before the user sends
   * it. Returns `undefined` without a ready worker, and does not start one.
   */
  countTokens(texts: readonly string[]): Promise<readonly number[] | undefined>;
  /** Starts a worker and loads the model, unless that is done, under way or has failed. */
  start(): void;
  /** Ends the worker, if any, with its lanes parked, forgets past crashes and starts anew. */
  restart(): void;
}

/** The worker of this window and its session, whoever answers requests. */
export interface WorkerControl {
  /** Tells the worker what the user is doing, now and when the next one is ready. */
  activity(activity: Activity): void;
  /** The lanes as they are; `undefined` without a ready worker. */
  session(): Promise<SessionView | undefined>;
  /** Keeps what the lanes hold; `undefined` without a ready worker. */
  park(): Promise<ParkResult | undefined>;
  /** Drops what the lanes hold and what is parked for this workspace; `undefined` without a ready worker. */
  clear(): Promise<ClearResult | undefined>;
  /** What the worker that started last said of itself. */
  readonly hello: InitializeResult | undefined;
  /** Where the engine failed with `doesNotFit`: loads that model all the same, now and whenever it is loaded in this window. */
  loadAnyway(): void;
}

/** How chat answers are sampled beside their temperature. As in Meta's reference code; `topK` is llama.cpp's default. */
export const CHAT_SAMPLING = { topP: 0.9, topK: 40 } as const;

/** What a chat request is about that belongs to no conversation: stands in place of a conversation's id. */
export const taskSubjects = { edit: 'task:edit', commitMessage: 'task:commitMessage', vscodeChat: 'task:vscodeChat' } as const;

export type TaskSubject = (typeof taskSubjects)[keyof typeof taskSubjects];

export function isTaskSubject(subject: string): subject is TaskSubject {
  return Object.values<string>(taskSubjects).includes(subject);
}
