/**
 * The contract between host and worker: JSON-RPC over the fork's IPC channel (vscode-jsonrpc). docs/protocol.md describes it in prose
 * and changes with it. Durations are in milliseconds, sizes in bytes, lengths of text in tokens unless a name says otherwise.
 */

/** Raised whenever a message changes shape. Host and worker ship together, so a difference means a broken installation. */
export const PROTOCOL_VERSION = 7;

export const methods = {
  initialize: 'paddock/initialize',
  loadModel: 'paddock/loadModel',
  /** What a file would take, without loading it and whatever else is loaded. */
  examineModel: 'paddock/examineModel',
  /** What loading a file would need at the least: a {@link ModelNeed}. Takes {@link ExamineModelParams}. */
  measureModel: 'paddock/measureModel',
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

export interface LoadProgress {
  /** 0 to 1 */
  readonly fraction: number;
  /** What the model is loaded on, told once, before the library is given the file: a graphics card's interface, or `false`. */
  readonly device?: string | false;
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
