/**
 * The contract between host and worker: JSON-RPC over the fork's IPC channel (vscode-jsonrpc). docs/protocol.md describes it in prose
 * and changes with it. Durations are in milliseconds, sizes in bytes, lengths of text in tokens unless a name says otherwise.
 */

export type { GhostTextModel, GpuFailure, ModelFacts, PromptFormat } from '../models';

/** Raised whenever a message changes shape. Host and worker ship together, so a difference means a broken installation. */
export const PROTOCOL_VERSION = 6;

export const methods = {
  initialize: 'paddock/initialize',
  loadModel: 'paddock/loadModel',
  /** What a file would take, without loading it and whatever else is loaded. */
  examineModel: 'paddock/examineModel',
  chat: 'paddock/chat',
  warm: 'paddock/warm',
  complete: 'paddock/complete',
  countTokens: 'paddock/countTokens',
  session: 'paddock/session',
  /** Keeps what the lanes hold, as a reload or a restart is about to come. */
  park: 'paddock/park',
  /** Drops what the lanes hold and what is parked for this owner. */
  clear: 'paddock/clear',
  /** Answered at once, whatever the model is doing: how the host tells a busy worker from one that hangs. */
  ping: 'paddock/ping',
  /** host -> worker, notification: an {@link Activity} */
  activity: 'paddock/activity',
  shutdown: 'paddock/shutdown',
  /** worker -> host, notification: a {@link LogEntry} */
  log: 'paddock/log',
  /** worker -> host, notification: a {@link LoadProgress} */
  loadProgress: 'paddock/loadProgress',
} as const;

export interface InitializeParams {
  readonly protocolVersion: number;
  readonly clientVersion: string;
}

export interface InitializeResult {
  readonly protocolVersion: number;
  readonly pid: number;
  /** node-llama-cpp's version. */
  readonly libraryVersion: string;
  /** `process.version` of the runtime the worker is in. */
  readonly runtimeVersion: string;
}

export type GpuChoice = 'auto' | 'off';

export interface LoadModelParams {
  /** Absolute; of a model in parts that of the first one. */
  readonly path: string;
  /** What the model is called where its file is from, where the file's own name does not tell, as `llama2:7b-chat` in Ollama's store. */
  readonly name?: string;
  /** Tokens of context for each lane; capped by what the model was trained with. */
  readonly contextTokens: number;
  readonly gpu: GpuChoice;
  /** Threads wanted, 0 to let the worker choose. Never more than physical cores are used. */
  readonly threads: number;
  /** Where lanes are parked and measurements remembered; without it nothing outlives the worker. */
  readonly storage?: WorkerStorage;
  /** Load although the measured memory looks too small. */
  readonly force?: boolean;
  /** A model of its own for ghost text, loaded beside this one where memory allows it. Without it, or with the same model, this one does both. */
  readonly ghostText?: { readonly path: string; readonly name?: string };
}

export interface WorkerStorage {
  /** Absolute path of a folder of Paddock's own; created when needed. Windows may share it. */
  readonly folder: string;
  /** Most bytes that parked lanes may take there; 0 to park nothing on disk. */
  readonly maxBytes: number;
  /** Whose lanes are taken up first after a restart: the workspace's. */
  readonly owner: string;
}

export interface LoadProgress {
  /** 0 to 1 */
  readonly fraction: number;
  /** What the model is loaded on, told once, before the library is given the file: a graphics card's interface, or `false`. */
  readonly device?: string | false;
}

export interface ExamineModelParams {
  readonly path: string;
  /** Tokens of context that are wanted in each lane. */
  readonly contextTokens: number;
  readonly gpu: GpuChoice;
}

/** What a GGUF file says of itself, and what loading it would take by that. */
export interface ExaminedModel {
  readonly path: string;
  /** `general.name`; empty where the file has none. */
  readonly name: string;
  readonly fileBytes: number;
  readonly architecture: string;
  readonly parameters: number;
  readonly layers: number;
  /** As trained; 0 where the file does not say. */
  readonly trainContextTokens: number;
  /** Memory for the weights, wherever they go. */
  readonly weightBytes: number;
  readonly kvBytesPerToken: number;
  /** Whether the vocabulary has tokens for filling in the middle. */
  readonly hasFim: boolean;
  readonly hasChatTemplate: boolean;
  /** Where layers can go to; absent on a machine without, and where the settings say so. */
  readonly gpu?: { readonly name: string; readonly freeBytes: number } | undefined;
}

/** A whole file given to the model as context. Stands first in the prompt so that its KV is shared. */
export interface FileBlock {
  /** Path relative to the workspace, with forward slashes. */
  readonly path: string;
  /** VS Code language id, used as the fence's info string. */
  readonly language: string;
  readonly text: string;
}

/** Lines are 1-based and inclusive. */
export interface LineRange {
  readonly startLine: number;
  readonly endLine: number;
}

/** The part of {@link FileBlock.text} a question is about. */
export interface SelectionBlock extends LineRange {
  readonly text: string;
}

/** One of the things attached to a question beside {@link UserContent.file}. Stands behind it, in the order attached. */
export type ContextBlock =
  | (FileBlock & { readonly kind: 'file' })
  | (FileBlock & LineRange & { readonly kind: 'selection' })
  /** A declaration, by its name. */
  | (FileBlock & LineRange & { readonly kind: 'symbol'; readonly name: string })
  /** What VS Code reports, a line each; of one file where `path` is there. */
  | { readonly kind: 'problems'; readonly path?: string; readonly text: string }
  /** Text selected in a terminal. */
  | { readonly kind: 'terminal'; readonly text: string }
  /** A diff of what is not committed yet. */
  | { readonly kind: 'changes'; readonly text: string };

/** What the user sent in one turn. */
export interface UserContent {
  readonly text: string;
  readonly file?: FileBlock;
  readonly selection?: SelectionBlock;
  /** Line of {@link file} where the user is, 1-based; where that file is too long, the declaration there is shown as well. */
  readonly cursorLine?: number;
  readonly context?: readonly ContextBlock[];
}

/** What the model answered. `tokens` are the generated ids and stand for `text` when `fingerprint` is the loaded model's. */
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

export interface ChatParams {
  /** System text; empty for none. */
  readonly system: string;
  /** Finished turns, oldest first. */
  readonly history: readonly ChatTurn[];
  readonly user: UserContent;
  readonly sampling: Sampling;
  /** Most tokens to generate. */
  readonly maxTokens: number;
  /** What it is about, by a name that means something to the host alone. The lane that serves it keeps the name. */
  readonly subject?: string | undefined;
}

/** Progress of a chat request, sent by `$/progress` with the request's own token. */
export type ChatProgress =
  /** Prompt tokens that need no more evaluation, of all. */
  | { readonly kind: 'prefill'; readonly done: number; readonly total: number }
  /** Text to append, and the token ids behind it. Text of an id may come with a later one (UTF-8 split over tokens). */
  | { readonly kind: 'text'; readonly text: string; readonly tokens: readonly number[] };

export type StopReason =
  /** The model ended its answer. */
  | 'end'
  /** `maxTokens` reached. */
  | 'maxTokens'
  /** The lane is full. */
  | 'contextFull'
  /** A stop rule for ghost text. */
  | 'rule'
  /** The answer had begun to repeat itself without end. */
  | 'repetition'
  | 'cancelled';

/** What a request cost. Every answer carries it. */
export interface Metrics {
  readonly promptTokens: number;
  /** Prompt tokens whose KV was already in the lane. */
  readonly reusedTokens: number;
  /** Prompt tokens evaluated for this request. */
  readonly evaluatedTokens: number;
  readonly generatedTokens: number;
  /** Tokens drafted by prompt lookup, and of those the ones the model confirmed. */
  readonly draftedTokens: number;
  readonly confirmedTokens: number;
  /** From the request's arrival in the worker to its first token; 0 if there was none. */
  readonly firstTokenMilliseconds: number;
  /** Decode rate after the first token; 0 below two tokens. */
  readonly tokensPerSecond: number;
  readonly totalMilliseconds: number;
}

/** What was left out of a block to fit the budget. Lines. */
export interface CutNote {
  readonly block: ContextBlock['kind'];
  /** Which one, as the user knows it: a path, with its lines where it is a part of a file. Empty where the kind says it. */
  readonly label: string;
  readonly shownLines: number;
  readonly totalLines: number;
}

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

/** Evaluate, at idle priority, what a later request will begin with. Settles when done or overtaken. */
export type WarmParams = WarmChat | WarmGhost;

export interface WarmChat {
  readonly kind: 'chat';
  readonly system: string;
  readonly history: readonly ChatTurn[];
  readonly file?: FileBlock;
  /** As in {@link ChatParams}. */
  readonly subject?: string | undefined;
}

/** The place where a completion is likely to be asked for; see {@link CompleteParams}. */
export interface WarmGhost {
  readonly kind: 'ghost';
  readonly path: string;
  readonly language: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly related?: readonly RelatedChunk[] | undefined;
}

export interface WarmResult {
  readonly evaluatedTokens: number;
  /** Whether it was overtaken; what was evaluated stays. */
  readonly overtaken: boolean;
}

/**
 * The rule by which nothing is offered: the model wrote nothing; it ended the line at the cursor; what it wrote is but brackets and
 * punctuation; the rest of the line has it already; the line above or below does; it would be a syntax error; the model was not
 * sure enough of it.
 */
export type DropReason = 'nothing' | 'lineEnd' | 'onlyBrackets' | 'inSuffix' | 'repeated' | 'syntax' | 'unsure';

/** Some lines of another file. */
export interface RelatedChunk {
  /** Path relative to the workspace, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface CompleteParams {
  /** Path relative to the workspace, with forward slashes. */
  readonly path: string;
  /** VS Code language id. */
  readonly language: string;
  /** Text before the cursor; the host may cut its beginning, the worker anchors it. */
  readonly prefix: string;
  /** Text after the cursor, at least the rest of the line and some lines more. */
  readonly suffix: string;
  /** Parts of other files, in the order in which they stand in the prompt; as many of the last ones as there is room for. */
  readonly related?: readonly RelatedChunk[] | undefined;
  /** Whether more than one line is wanted. */
  readonly multiline: boolean;
  readonly maxTokens: number;
  /** 0 or nothing for what the model thinks likeliest; each other number for something else that it might say. */
  readonly variant?: number | undefined;
  /** Whether the text may go on where the model is no longer sure of it, as when somebody asks for one. */
  readonly unsure?: boolean | undefined;
  /** Whether it is only what may be asked next: worked out while nothing else is asked, and remembered. The result has no text. */
  readonly ahead?: boolean | undefined;
}

export interface CompleteResult {
  /** Text for the cursor's place, of which the suffix has nothing already but what it replaces; empty for none. */
  readonly text: string;
  /**
   * Characters to the right of the cursor that the text writes again: it stands in their place. Closing brackets and quotes on the cursor's
   * line.
   */
  readonly replaces?: number | undefined;
  /** Why there is none, unless it was cancelled. */
  readonly dropped?: DropReason | undefined;
  readonly stop: StopReason;
  readonly metrics: Metrics;
}

export interface CountTokensParams {
  readonly texts: readonly string[];
}

export interface CountTokensResult {
  /** Of each text by itself, in order. Long texts are counted piece by piece: where two meet, a token more or less. */
  readonly counts: readonly number[];
}

export interface PingResult {
  /** How long the step in flight has been running; 0 without one. */
  readonly stepMilliseconds: number;
  /** How long it may at the very most, by what steps have taken so far. */
  readonly stepLimitMilliseconds: number;
}

/** What the user is doing, as far as the length of steps depends on it. */
export interface Activity {
  readonly typing: boolean;
}

export interface LogEntry {
  readonly level: 'error' | 'warn' | 'info' | 'debug' | 'trace';
  readonly topic: string;
  readonly message: string;
}
