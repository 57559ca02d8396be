import { BASE_STOP_STRINGS } from '../../prompt/base';
import { buildChatPrompt, chatPrefix } from '../../prompt/chat';
import { buildGhostPrompt, type GhostInput } from '../../prompt/ghost';
import { finishGhost, ghostIsComplete, wholeLines } from '../../prompt/ghostStop';
import type { ChatInput, CutNote, FileBlock } from '../../prompt/types';
import { isLooping, StopStrings, TextStream } from './generate';
import type { JobResult, Metrics, Sampling, StopReason } from './job';
import { asTokens, loadModel, type EngineLog, type LoadedModel, type LoadOptions } from './model';
import { Session } from './session';

export interface ChatRequest extends ChatInput {
  readonly sampling: Sampling;
  readonly maxTokens: number;
}

export type ChatEvent =
  | { readonly kind: 'prefill'; readonly done: number; readonly total: number }
  | { readonly kind: 'text'; readonly text: string; readonly tokens: readonly number[] };

export interface ChatAnswer {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly fingerprint: string;
  readonly stop: StopReason;
  readonly metrics: Metrics;
  readonly droppedTurns: number;
  readonly cuts: readonly CutNote[];
  readonly contextUsed: number;
}

export interface GhostRequest extends GhostInput {
  readonly maxTokens: number;
}

export interface GhostAnswer {
  readonly text: string;
  readonly stop: StopReason;
  readonly metrics: Metrics;
}

/** Ghost text is what the model holds most likely: nobody wants a suggestion that differs each time. */
const greedy: Sampling = { temperature: 0, topK: 1, topP: 1, seed: 0 };

/** llama.cpp's old default: keeps small models out of loops, and is too mild to change what a large one says. */
const chatRepeatPenalty = 1.1;

/** Share of a lane that a ghost text's prompt may fill, and its most tokens: reading them cold has to stay bearable on a slow machine. */
const ghostShare = 0.25;
const ghostMost = 1024;

/** One loaded model and its session, as requests see it. */
export class Engine {
  private constructor(
    private readonly loaded: LoadedModel,
    private readonly session: Session,
  ) {}

  /**
   * Loads a model and makes it ready.
   * @throws EngineFailure for everything a user can do something about
   */
  static async load(options: LoadOptions, onProgress: (fraction: number) => void, log: EngineLog): Promise<Engine> {
    const loaded = await loadModel(options, onProgress, log);
    const session = new Session(loaded);
    const threads = await session.calibrate();
    log('info', `prefill with ${loaded.facts.threads} threads, decode with ${threads}`);
    return new Engine(loaded, session);
  }

  get facts(): LoadedModel['facts'] & {
    readonly decodeThreads: number;
    readonly calibrationMilliseconds: number;
    readonly restoreMilliseconds: number;
    readonly restoredTokens: number;
  } {
    return { ...this.loaded.facts, decodeThreads: 1, calibrationMilliseconds: 0, restoreMilliseconds: 0, restoredTokens: 0 };
  }

  get lanes(): readonly { id: number; purpose: 'chat' | 'ghost'; tokens: number; capacity: number; busy: boolean }[] {
    return this.session.lanes.map(({ id, purpose, tokens, capacity, busy }) => ({ id, purpose, tokens: tokens.length, capacity, busy }));
  }

  /**
   * Answers a question in a conversation.
   * @throws PromptTooLongError, ChatTemplateError
   */
  async chat(request: ChatRequest, onEvent: (event: ChatEvent) => void, signal: AbortSignal): Promise<ChatAnswer> {
    const { tokenizer, format, facts } = this.loaded;
    const prompt = buildChatPrompt(request, format, tokenizer, this.chatBudget(request.maxTokens));
    const answer = new AnswerWriter(this.loaded, prompt.tokens, onEvent);
    const result = await this.session.run(
      {
        kind: 'chat',
        prompt: prompt.tokens,
        maxTokens: request.maxTokens,
        sampling: { ...request.sampling, repeatPenalty: chatRepeatPenalty },
        onPrefill: (done) => {
          onEvent({ kind: 'prefill', done, total: prompt.tokens.length });
        },
        onToken: (token) => answer.push(token),
      },
      signal,
    );
    answer.end();
    return {
      text: answer.text,
      tokens: answer.tokens(result),
      fingerprint: facts.fingerprint,
      // A stop string is how a model without an end token ends its answer.
      stop: result.stop === 'rule' ? 'end' : result.stop,
      metrics: result.metrics,
      droppedTurns: prompt.droppedTurns,
      cuts: prompt.cuts,
      contextUsed: result.laneTokens,
    };
  }

  /** Evaluates what later requests will begin with, at idle priority; settles early when a real request comes. */
  async warm(input: { system: string; history: ChatInput['history']; file?: FileBlock }, signal: AbortSignal): Promise<{ evaluatedTokens: number; overtaken: boolean }> {
    const { tokenizer, format } = this.loaded;
    const prompt = chatPrefix(input, format, tokenizer, this.chatBudget(0));
    if (prompt.length === 0) return { evaluatedTokens: 0, overtaken: false };
    const result = await this.session.run({ kind: 'warm', prompt, maxTokens: 0, sampling: greedy }, signal);
    return { evaluatedTokens: result.metrics.evaluatedTokens, overtaken: result.stop === 'cancelled' && !signal.aborted };
  }

  /** Completes code at a cursor. */
  async complete(request: GhostRequest, signal: AbortSignal): Promise<GhostAnswer> {
    const { tokenizer, facts } = this.loaded;
    const budget = Math.min(ghostMost, Math.floor(facts.contextTokens * ghostShare));
    const { tokens: prompt, owed } = buildGhostPrompt(request, tokenizer, budget);
    const stream = this.textStream(prompt);
    let raw = '';
    const result = await this.session.run(
      {
        kind: 'ghost',
        prompt,
        maxTokens: request.maxTokens,
        sampling: greedy,
        onToken: (token) => {
          raw += stream.push(token);
          return ghostIsComplete(raw, request) ? 'rule' : 'continue';
        },
      },
      signal,
    );
    const whole = result.stop === 'maxTokens' ? wholeLines(raw) : raw;
    const text = result.stop === 'cancelled' ? '' : finishGhost(whole, request, owed);
    return { text, stop: result.stop, metrics: result.metrics };
  }

  dispose(): Promise<void> {
    return this.loaded.dispose();
  }

  private chatBudget(maxTokens: number): { contextTokens: number; reserveTokens: number } {
    const contextTokens = this.loaded.facts.contextTokens - 1;
    // An answer may be cut by the end of the context, but a quarter of it is always kept for one.
    return { contextTokens, reserveTokens: Math.min(maxTokens || Infinity, Math.floor(contextTokens / 4)) };
  }

  private textStream(prompt: readonly number[]): TextStream {
    return detokenizer(this.loaded, prompt);
  }
}

function detokenizer({ model }: LoadedModel, prompt: readonly number[]): TextStream {
  return new TextStream((tokens, previous) => model.detokenize(asTokens(tokens), false, asTokens(previous)), prompt);
}

/** Collects an answer's text and hands it on as it becomes certain. */
class AnswerWriter {
  text = '';
  private readonly stream: TextStream;
  private readonly stops: StopStrings;
  /** Length of the raw text after each token. */
  private readonly lengths: number[] = [];
  private rawLength = 0;
  private leading = 0;
  private unsent: number[] = [];
  private readonly all: number[] = [];

  constructor(
    loaded: LoadedModel,
    prompt: readonly number[],
    private readonly onEvent: (event: ChatEvent) => void,
  ) {
    this.stream = detokenizer(loaded, prompt);
    this.stops = new StopStrings(loaded.format.kind === 'base' ? BASE_STOP_STRINGS : []);
  }

  push(token: number): 'continue' | 'rule' | 'repetition' {
    const piece = this.stream.push(token);
    this.rawLength += piece.length;
    this.lengths.push(this.rawLength);
    this.unsent.push(token);
    const { text, stopped } = this.stops.push(piece);
    this.emit(text);
    this.all.push(token);
    if (stopped) return 'rule';
    return isLooping(this.all) ? 'repetition' : 'continue';
  }

  end(): void {
    this.emit(this.stops.flush());
  }

  /** The answer's tokens: those generated, without any of a stop string. */
  tokens(result: JobResult): readonly number[] {
    if (result.stop !== 'rule') return result.tokens;
    const shown = this.text.length + this.leading;
    return result.tokens.filter((_, index) => (this.lengths[index] ?? Infinity) <= shown);
  }

  /** The space that Llama puts before an answer is part of its tokens and not of its text. */
  private emit(piece: string): void {
    const text = this.text === '' ? piece.trimStart() : piece;
    this.leading += piece.length - text.length;
    if (text === '') return;
    this.text += text;
    this.onEvent({ kind: 'text', text, tokens: this.unsent });
    this.unsent = [];
  }
}
