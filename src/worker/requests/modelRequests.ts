import type { ChatParams, ChatProgress, ChatResult, Sampling, WarmChat } from '../../contract/chat';
import type { CompleteParams, CompleteResult, WarmGhost } from '../../contract/completion';
import type { UserContent } from '../../contract/context';
import type { SessionFacts } from '../../contract/sessionFacts';
import type { WarmResult } from '../../contract/warmUp';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { buildChatPrompt, chatBudget, chatPrefix } from '../../prompt/chat/chatPrompt';
import { buildGhostPrompt } from '../../prompt/completion/completionPrompt';
import { finishGhost, ghostIsComplete, wholeLines, wholeWords } from '../../prompt/completion/finishCompletion';
import { answerEndFor, AnswerWriter, detokenizer } from '../text/answerWriter';
import { countTokens } from '../text/countTokens';
import type { JobSpec } from '../session/job';
import type { StepGate } from '../session/stepGate';
import { GhostMemo } from '../completion/completionCache';
import { SyntaxReader, type GhostSyntax } from '../completion/syntaxFilter';
import { Grammars } from '../syntax/grammars';
import { asTokens, loadModel, type EngineLog, type LoadedModel, type LoadOptions } from '../model/loadModel';
import { Outlines } from '../syntax/outlines';
import type { ParkingPlace } from '../session/snapshotPolicy';
import { remember } from '../tuning/calibrationStore';
import { Session, type Cleared } from '../session/session';
import { factsOf } from '../session/sessionView';
import { Sureness } from '../completion/confidence';
import { vocabularyOf } from '../model/tokenizer';
import type { Vocabulary } from '../model/vocabulary';
import { openPlace } from '../kvStore/openSnapshotStore';

/** Ghost text is what the model holds most likely: nobody wants a suggestion that differs each time. */
const greedy: Sampling = { temperature: 0, topK: 1, topP: 1, seed: 0 };
/** For alternatives: as free as a model may be whose text is to make sense. */
const varied = { temperature: 0.8, topK: 40, topP: 0.95 };

/** llama.cpp's old default: keeps small models out of loops, and is too mild to change what a large one says. */
const chatRepeatPenalty = 1.1;

/** Share of a lane that a ghost text's prompt may fill, and its most tokens: reading them cold has to stay bearable on a slow machine. */
const ghostShare = 0.25;
const ghostMost = 1024;
/** The longest context that ghost text makes use of. */
export const ghostContextTokens = ghostMost / ghostShare;

/** Longest that parked lanes are taken up at a load, and that lanes are parked at the end; milliseconds. */
const takeUpLimit = 2000;
export const closeLimit = 2500;

export interface EngineOptions extends Omit<LoadOptions, 'folder' | 'onIdentified'> {
  readonly storage?: { readonly folder: string; readonly maxBytes: number; readonly owner: string } | undefined;
  /** Where the worker has another session. */
  readonly gate?: StepGate | undefined;
}

/** What is known of an engine once it is ready. */
export type EngineFacts = LoadedModel['facts'] & {
  readonly decodeThreads: number;
  readonly prefillTokensPerSecond: number;
  readonly calibrationMilliseconds: number;
  readonly restoreMilliseconds: number;
  readonly restoredTokens: number;
};

/** One worker's, whichever models it loads one after the other. */
const grammars = new Grammars();

/** One loaded model and its session, as requests see it. */
export class Engine {
  private memo = new GhostMemo();
  private readonly syntax = new SyntaxReader();
  private readonly vocabulary: Vocabulary;
  private readonly outlines: Outlines;

  private constructor(
    private readonly loaded: LoadedModel,
    private readonly session: Session,
    readonly facts: EngineFacts,
    /** Whose parked lanes are its own; nobody's where nothing is parked. */
    private readonly owner: string | undefined,
    private readonly log: EngineLog,
  ) {
    this.vocabulary = vocabularyOf(loaded.model);
    this.outlines = new Outlines(grammars, (message) => {
      log('warn', message);
    });
  }

  /**
   * Loads a model and makes it ready: calibrated, and with the lanes that were parked last.
   * @throws EngineFailure for everything a user can do something about
   */
  static async load(options: EngineOptions, onProgress: (fraction: number) => void, log: EngineLog): Promise<Engine> {
    const { storage, ...wanted } = options;
    const folder = storage?.folder;
    let place: Promise<ParkingPlace | undefined> = Promise.resolve(undefined);
    const onIdentified = (fingerprint: string): void => {
      if (storage) place = openPlace({ ...storage, fingerprint, contextTokens: options.contextTokens, gpu: options.gpu, log });
    };
    let loaded: LoadedModel | undefined;
    try {
      loaded = await loadModel({ ...wanted, folder, onIdentified }, onProgress, log);
      return await Engine.begin(loaded, await place, options, log);
    } catch (error) {
      await (await place)?.dispose();
      await loaded?.dispose();
      throw error;
    }
  }

  /** Measures, and takes parked lanes up. */
  private static async begin(
    loaded: LoadedModel,
    place: ParkingPlace | undefined,
    { storage, gate }: EngineOptions,
    log: EngineLog,
  ): Promise<Engine> {
    const folder = storage?.folder;
    const started = performance.now();
    const lanes = Session.lanesOf(loaded);
    const { key, remembered, repackedBytes } = loaded;
    const calibration = await Session.calibrate(loaded, lanes, remembered?.calibration);
    if (folder !== undefined && (calibration !== remembered?.calibration || repackedBytes !== remembered.repackedBytes)) {
      await remember(folder, { key, calibration, repackedBytes });
    }
    const calibrated = performance.now();
    const session = new Session(loaded, lanes, { calibration, place, gate });
    const restoredTokens = await session.takeUp(takeUpLimit);
    const ready = performance.now();
    return new Engine(
      loaded,
      session,
      {
        ...loaded.facts,
        decodeThreads: calibration.decodeThreads,
        prefillTokensPerSecond: session.tuning.prefillTokensPerSecond,
        calibrationMilliseconds: calibrated - started,
        restoreMilliseconds: ready - calibrated,
        restoredTokens,
        loadMilliseconds: loaded.facts.loadMilliseconds + ready - started,
      },
      storage?.owner,
      log,
    );
  }

  /** The session as it is now. */
  get view(): SessionFacts {
    return factsOf(this.session, this.owner);
  }

  get stepTime(): Session['stepTime'] {
    return this.session.stepTime;
  }

  /** Whether somebody is typing: steps are short then. */
  set typing(typing: boolean) {
    this.session.tuning.typing = typing;
  }

  /** Bytes of its weights and its lanes. */
  get takenBytes(): number {
    return this.loaded.takenBytes;
  }

  /** Tokens of each text by itself. */
  countTokens(texts: readonly string[]): Promise<readonly number[]> {
    return countTokens(texts, this.loaded.tokenizer);
  }

  /** Keeps what the lanes hold. @returns lanes that are kept now */
  park(): Promise<number> {
    return this.session.park();
  }

  /** Forgets what no request is using: lanes, what is parked for this owner, and what ghost text is known to follow. */
  clear(): Promise<Cleared> {
    this.memo = new GhostMemo();
    return this.session.clear();
  }

  /**
   * Answers a question in a conversation.
   * @throws PromptTooLongError, ChatTemplateError
   */
  async chat(request: ChatParams, onEvent: (event: ChatProgress) => void, signal: AbortSignal): Promise<ChatResult> {
    const { tokenizer, format, facts } = this.loaded;
    await this.prepareOutlines([...request.history.map(({ user }) => user), request.user]);
    const prompt = await buildChatPrompt(request, format, tokenizer, chatBudget(facts.contextTokens, request.maxTokens), this.outlines.of);
    const answer = new AnswerWriter(this.loaded, prompt.tokens, await answerEndFor(this.loaded), onEvent);
    const result = await this.session.run(
      {
        priority: 'chat',
        role: 'chat',
        subject: request.subject,
        prompt: prompt.tokens,
        maxTokens: request.maxTokens,
        sampling: { ...request.sampling, repeatPenalty: chatRepeatPenalty },
        drafts: true,
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
      stop: answer.isCut && result.stop !== 'cancelled' ? 'end' : result.stop,
      metrics: result.metrics,
      droppedTurns: prompt.droppedTurns,
      cuts: prompt.cuts,
      contextUsed: result.laneTokens,
    };
  }

  /** Evaluates what later chats will begin with, at idle priority; settles early when a real request comes. */
  async warmChat(input: Omit<WarmChat, 'kind'>, signal: AbortSignal): Promise<WarmResult> {
    const { tokenizer, format, facts } = this.loaded;
    const { history, file } = input;
    await this.prepareOutlines([...history.map(({ user }) => user), ...(file ? [{ text: '', file }] : [])]);
    const prompt = await chatPrefix(input, format, tokenizer, chatBudget(facts.contextTokens, 0), this.outlines.of);
    return this.warm({ role: 'chat', subject: input.subject, prompt }, signal);
  }

  /** Has the grammars at hand by which what may not fit whole is cut. A token is a character at least. */
  private prepareOutlines(contents: readonly UserContent[]): Promise<void> {
    const blocks = contents.flatMap(({ file, context = [] }) => [...(file ? [file] : []), ...context]);
    const least = this.loaded.facts.contextTokens / 16;
    return this.outlines.prepare(blocks.flatMap((block) => ('language' in block && block.text.length > least ? [block.language] : [])));
  }

  /** Evaluates what a completion at this place will begin with; otherwise as {@link warmChat}. */
  async warmGhost(input: Omit<WarmGhost, 'kind'>, signal: AbortSignal): Promise<WarmResult> {
    const { tokens } = buildGhostPrompt({ ...input, multiline: false }, this.loaded.tokenizer, this.ghostBudget());
    // The last token is evaluated with the request, for its logits, or is another one by then.
    const outcome = await this.warm({ role: 'completion', subject: input.path, prompt: tokens.slice(0, -1) }, signal);
    if (!outcome.overtaken && !signal.aborted) (await this.readSyntax(input))?.dispose();
    return outcome;
  }

  private async warm(wanted: Pick<JobSpec, 'role' | 'subject' | 'prompt'>, signal: AbortSignal): Promise<WarmResult> {
    if (wanted.prompt.length === 0) return { evaluatedTokens: 0, overtaken: false };
    const { metrics, stop } = await this.session.run({ priority: 'background', ...wanted, maxTokens: 0, sampling: greedy }, signal);
    return { evaluatedTokens: metrics.evaluatedTokens, overtaken: stop === 'cancelled' && !signal.aborted };
  }

  /** Completes code at a cursor. */
  async complete(request: CompleteParams, signal: AbortSignal): Promise<CompleteResult> {
    let reading: Promise<GhostSyntax | undefined> | undefined;
    // Not before the first token: parsing would keep one of the cores that it is evaluated on.
    const readSyntax = (): Promise<GhostSyntax | undefined> => (reading ??= this.readSyntax(request));
    try {
      const { raw, owed, cut, result } = await this.generateGhost(request, readSyntax, signal);
      if (result.stop === 'cancelled' || request.ahead) return { text: '', stop: result.stop, metrics: result.metrics };
      const whole = result.stop === 'maxTokens' ? wholeLines(raw) : raw;
      const verdict = finish(whole, request, { owed, cut }, await readSyntax());
      // Too little is left of a text that was cut off for the rules to say what is wrong with it.
      const dropped = verdict.dropped && cut ? 'unsure' : verdict.dropped;
      const { text, replaces = 0 } = verdict;
      return { text, ...(replaces > 0 ? { replaces } : {}), ...(dropped ? { dropped } : {}), stop: result.stop, metrics: result.metrics };
    } finally {
      (await reading)?.dispose();
    }
  }

  private async generateGhost(request: CompleteParams, onFirst: () => unknown, signal: AbortSignal) {
    const { model, tokenizer } = this.loaded;
    const { variant = 0, unsure = variant !== 0 } = request;
    const { tokens: prompt, owed } = buildGhostPrompt(request, tokenizer, this.ghostBudget());
    const stream = detokenizer(this.loaded, prompt);
    const sure = new Sureness();
    let [raw, cut] = ['', false];
    const spec: JobSpec = {
      priority: request.ahead ? 'background' : 'interactive',
      role: 'completion',
      subject: request.path,
      prompt,
      maxTokens: request.maxTokens,
      drafts: true,
      ...(variant === 0 ? { sampling: greedy, confidence: true, ranking: true } : { sampling: { ...varied, seed: variant } }),
      // A space alone is left to the model, which may rather end the line.
      ...(owed.trim() === '' ? {} : { begin: { text: owed, vocabulary: this.vocabulary } }),
      onToken: (token, confidence = 1) => {
        if (!request.ahead) onFirst();
        // The end of a filled-in middle, where the GGUF does not say that it is one; nothing behind a token that is no text is wanted.
        if (asTokens([token]).some((id) => model.getTokenAttributes(id).control)) return 'rule';
        const piece = stream.push(token);
        cut = !unsure && !sure.holds(confidence);
        raw = cut ? wholeWords(raw, piece) : raw + piece;
        return cut || ghostIsComplete(raw, request) ? 'rule' : 'continue';
      },
    };
    const result = await (variant === 0 ? this.memo.run(this.session, spec, signal) : this.session.run(spec, signal));
    return { raw, owed, cut, result };
  }

  /** Parses what is around a place. Never rejects: without syntax, the other rules hold. */
  private async readSyntax({
    language,
    prefix,
    suffix,
  }: Pick<CompleteParams, 'language' | 'prefix' | 'suffix'>): Promise<GhostSyntax | undefined> {
    const warn = (message: string): void => {
      this.log('warn', message);
    };
    try {
      const parser = await grammars.parserOf(language, warn);
      await nextTurn();
      return parser && this.syntax.read(parser, prefix, suffix);
    } catch (error) {
      warn(`the syntax of a ${language} document cannot be read: ${String(error)}`);
      return undefined;
    }
  }

  /** Ends every request, parks what is worth it within so many milliseconds, and gives the memory back. */
  async dispose(limit = closeLimit): Promise<void> {
    await this.session.close(limit);
    this.syntax.dispose();
    await this.loaded.dispose();
  }

  private ghostBudget(): number {
    return Math.min(ghostMost, Math.floor(this.loaded.facts.contextTokens * ghostShare));
  }
}

/** A generated text besides its characters: what it had to begin with, and whether it was cut off as the model was not sure. */
interface GhostFacts {
  readonly owed: string;
  readonly cut: boolean;
}

/** What of a ghost text is offered: by the rules for any text, and by the language's syntax where that is known. */
function finish(
  raw: string,
  request: CompleteParams,
  { owed, cut }: GhostFacts,
  syntax: GhostSyntax | undefined,
): Pick<CompleteResult, 'text' | 'replaces' | 'dropped'> {
  if (!syntax) return finishGhost(raw, request, owed);
  const input = syntax.inComment ? { ...request, multiline: false } : request;
  const verdict = finishGhost(raw, input, owed);
  if (verdict.text === '' || syntax.inComment) return verdict;
  const { replaces = 0 } = verdict;
  if (replaces > 0 && syntax.takes(verdict.text, replaces)) return verdict;
  const beside = replaces > 0 ? finishGhost(raw, input, owed, false) : verdict;
  if (beside.text === '') return beside;
  const fitting = syntax.fit(beside.text, cut);
  return fitting === undefined ? { text: '', dropped: 'syntax' } : { text: fitting };
}
