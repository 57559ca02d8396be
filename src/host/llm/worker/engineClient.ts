import { ProgressType, type MessageConnection } from 'vscode-jsonrpc/node';
import type { ChatParams, ChatProgress, ChatResult } from '../../../contract/chat';
import type { CompletionRequest, CompletionResult } from '../../../contract/completion';
import type { EngineErrorData } from '../../../contract/engineErrors';
import type { Metrics } from '../../../contract/metrics';
import type { ExamineModelParams, ExaminedModel, ModelFacts, ModelNeed } from '../../../contract/models';
import {
  methods,
  type Activity,
  type CountTokensParams,
  type CountTokensResult,
  type InitializeResult,
  type LoadProgress,
  type LogEntry,
  type PingResult,
} from '../../../contract/rpc/workerMethods';
import type { ClearResult, ParkResult, SessionView } from '../../../contract/sessionFacts';
import type { WarmParams, WarmResult } from '../../../contract/warmUp';
import { Emitter, firstOf, type Disposable } from '../../../util/event';
import type { Log } from '../../services/log';
import { cancelledChat, cancelledCompletion, notWarmed } from '../cancelledResults';
import { EngineError, errorDataOf, failureOf, messageOf, stopped } from '../engineFailures';
import type { Cancellation, EngineState, EngineTask, Finished, LanguageModel, Outcome, WorkerControl } from '../languageModel';
import { readMemory, workerDied, type MemoryReading, type WorkerEnd } from './deathCause';
import type { RememberedGpuFailure } from './gpuFailureMemory';
import { shakeHands } from './handshake';
import { IdleClock } from './idleUnload';
import type { WantedModels } from './loadPolicy';
import { ModelLoader } from './modelLoader';
import { RestartPolicy } from './restartPolicy';
import { Supervisor } from './supervisor';
import type { WatchdogLimits } from './watchdog';
import { stopLimits, WorkerProcess, type WorkerCommand } from './workerProcess';

export interface EngineClientOptions {
  /** Asked at every start, so that changed settings count. */
  readonly command: () => WorkerCommand;
  readonly model: () => WantedModels;
  /** Awaited before a model is asked for that is about to be loaded: time to look up what is known of its file. Never rejects. */
  readonly prepareModel?: () => Promise<void>;
  readonly clientVersion: string;
  readonly log: Log;
  /** For messages of the worker itself. */
  readonly workerLog: Log;
  readonly policy?: RestartPolicy;
  readonly gpu?: RememberedGpuFailure;
  /** Time a worker gets for the handshake, in milliseconds. */
  readonly handshakeLimit?: number;
  readonly watchdog?: WatchdogLimits;
  readonly readMemory?: () => MemoryReading;
}

type Send<T> = (connection: MessageConnection) => Promise<T>;
type StateOf<Kind extends EngineState['kind']> = Extract<EngineState, { kind: Kind }>;

/** A state with what exists only in it. */
type Life =
  | { readonly state: StateOf<'stopped' | 'failed'> }
  /** The worker is absent while the one before it leaves. */
  | { readonly state: StateOf<'starting'>; readonly worker?: WorkerProcess }
  | { readonly state: StateOf<'loading' | 'ready'>; readonly worker: WorkerProcess; readonly supervisor: Supervisor }
  | { readonly state: StateOf<'restarting'>; readonly timer: NodeJS.Timeout };

const chatProgress = new ProgressType<ChatProgress>();

/** The host's side of the worker: starts it, keeps its state, and turns every request's end into an {@link Outcome}. */
export class EngineClient implements LanguageModel, WorkerControl, Disposable {
  private life: Life = { state: { kind: 'stopped' } };
  private readonly listenerFailed = (error: unknown): void => {
    this.options.log.error(`a listener failed: ${String(error)}`);
  };
  private readonly emitter = new Emitter<EngineState>(this.listenerFailed);
  private readonly finished = new Emitter<Finished>(this.listenerFailed);
  private readonly policy: RestartPolicy;
  private readonly loader: ModelLoader;
  private generation = 0;
  private nextProgress = 1;
  /** Resolves when the worker that was told to end last is gone. */
  private leaving: Promise<void> | undefined;
  /** Models to load whether they fit or not, by their paths. */
  private readonly forced = new Set<string>();
  private greeting: InitializeResult | undefined;
  private typing = false;
  private disposed = false;

  /** Told of every request. */
  readonly clock = new IdleClock(() => performance.now());
  readonly onDidChangeState = this.emitter.event;
  /** What each finished chat or ghost text cost. */
  readonly onDidFinish = this.finished.event;

  constructor(private readonly options: EngineClientOptions) {
    this.policy = options.policy ?? new RestartPolicy(() => performance.now());
    this.loader = new ModelLoader({
      gpu: options.gpu,
      log: options.log,
      onProgress: (fraction) => {
        const { life } = this;
        if ('supervisor' in life && life.state.kind === 'loading') this.enter({ ...life, state: { ...life.state, fraction } });
      },
    });
  }

  get state(): EngineState {
    return this.life.state;
  }

  get hello(): InitializeResult | undefined {
    return this.greeting;
  }

  /** Process id of the running worker, for tests and reports. */
  get workerPid(): number | undefined {
    return this.worker?.pid;
  }

  async chat(params: ChatParams, onProgress: (progress: ChatProgress) => void, cancellation: Cancellation): Promise<Outcome<ChatResult>> {
    const progress = this.nextProgress++;
    return this.request(cancellation, cancelledChat, async (connection) => {
      const subscription = connection.onProgress(chatProgress, progress, onProgress);
      try {
        return this.measured('chat', await connection.sendRequest<ChatResult>(methods.chat, { ...params, progress }, cancellation));
      } finally {
        subscription.dispose();
      }
    });
  }

  complete(params: CompletionRequest, cancellation: Cancellation): Promise<Outcome<CompletionResult>> {
    const send: Send<CompletionResult> = async (connection) => {
      const result = await connection.sendRequest<CompletionResult>(methods.complete, params, cancellation);
      // What is worked out ahead is nobody's answer yet.
      return params.ahead ? result : this.measured('ghostText', result);
    };
    return this.request(cancellation, cancelledCompletion, send, !params.ahead);
  }

  async warm(params: WarmParams, cancellation: Cancellation): Promise<Outcome<WarmResult>> {
    if (this.state.kind !== 'ready') return { kind: 'done', value: notWarmed };
    const send: Send<WarmResult> = (connection) => connection.sendRequest(methods.warm, params, cancellation);
    return this.request(cancellation, notWarmed, send, false);
  }

  async countTokens(texts: readonly string[]): Promise<readonly number[] | undefined> {
    const result = await this.ask<CountTokensResult>(methods.countTokens, { texts } satisfies CountTokensParams);
    return result?.counts;
  }

  /** What a file would take; `undefined` without a ready worker, or where the file cannot be read. Does not start one. */
  examineModel(path: string): Promise<ExaminedModel | undefined> {
    const { contextTokens, gpu } = this.options.model();
    return this.ask<ExaminedModel>(methods.examineModel, { path, contextTokens, gpu } satisfies ExamineModelParams);
  }

  session(): Promise<SessionView | undefined> {
    return this.ask<SessionView>(methods.session);
  }

  park(): Promise<ParkResult | undefined> {
    return this.ask<ParkResult>(methods.park);
  }

  clear(): Promise<ClearResult | undefined> {
    return this.ask<ClearResult>(methods.clear);
  }

  activity({ typing }: Activity): void {
    this.typing = typing;
    this.sendActivity();
  }

  start(): void {
    if (this.state.kind === 'stopped' && !this.disposed) void this.launch();
  }

  restart(): void {
    this.policy.reset();
    this.loader.forget();
    this.end();
    this.start();
  }

  loadAnyway(): void {
    const { state } = this;
    if (state.kind !== 'failed' || state.error.kind !== 'doesNotFit') return;
    this.forced.add(state.error.path);
    this.restart();
  }

  /**
   * Where a model is loaded: ends the worker, its lanes parked, and resolves when it is gone. The next request starts one.
   * @param why `idle`: nobody asked it anything for long
   */
  async unload(why?: 'idle'): Promise<void> {
    if (this.state.kind === 'ready') this.end({ kind: 'stopped', ...(why ? { why } : {}) });
    await this.leaving;
  }

  /** Ends everything, and resolves when the worker has parked its lanes and is gone. */
  async shutDown(): Promise<void> {
    this.dispose();
    await this.leaving;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.end();
    this.emitter.dispose();
    this.finished.dispose();
  }

  private measured<T extends { readonly metrics: Metrics }>(task: EngineTask, result: T): T {
    this.finished.fire({ ...result.metrics, task });
    return result;
  }

  /** A question to the worker there is; `undefined` where there is none ready, or it does not answer. */
  private async ask<T>(method: string, ...params: readonly object[]): Promise<T | undefined> {
    const worker = this.readyProcess;
    if (!worker) return undefined;
    try {
      return await worker.connection.sendRequest<T>(method, ...params);
    } catch {
      return undefined;
    }
  }

  private request<T>(cancellation: Cancellation, cancelled: T, send: Send<T>, wanted = true): Promise<Outcome<T>> {
    return this.clock.during(() => this.settled(cancellation, cancelled, send), wanted);
  }

  private async settled<T>(cancellation: Cancellation, cancelled: T, send: Send<T>): Promise<Outcome<T>> {
    const worker = await this.readyWorker(cancellation);
    if (cancellation.isCancellationRequested) return { kind: 'done', value: cancelled };
    if (!(worker instanceof WorkerProcess)) return { kind: 'failed', error: worker };
    try {
      return { kind: 'done', value: await send(worker.connection) };
    } catch (error) {
      return { kind: 'failed', error: failureOf(error, worker, this.disposed) };
    }
  }

  /**
   * The worker once its model is loaded, or why there is none. Starts the engine if need be, and waits through restarts, whoever wants
   * them. A cancelled request waits no longer.
   */
  private async readyWorker(cancellation: Cancellation): Promise<WorkerProcess | EngineErrorData> {
    for (;;) {
      this.start();
      const { state, readyProcess } = this;
      if (state.kind === 'failed') return state.error;
      if (readyProcess) return readyProcess;
      if (this.disposed || cancellation.isCancellationRequested) return stopped;
      await firstOf(this.onDidChangeState, cancellation.onCancellationRequested);
    }
  }

  private get worker(): WorkerProcess | undefined {
    return 'worker' in this.life ? this.life.worker : undefined;
  }

  /** The worker whose model is loaded. */
  private get readyProcess(): WorkerProcess | undefined {
    return this.state.kind === 'ready' ? this.worker : undefined;
  }

  private async launch(): Promise<void> {
    const generation = ++this.generation;
    const starting: StateOf<'starting'> = { kind: 'starting', generation };
    this.enter({ state: starting });
    // A listener may have restarted or ended it at once.
    if (generation !== this.generation) return;
    // Two workers at once would want memory twice over, and what the old one parks is what the new one takes up.
    if (this.leaving) await this.leaving;
    if (generation !== this.generation) return;
    try {
      const worker = new WorkerProcess(
        this.options.command(),
        this.options.workerLog,
        (end) => {
          this.onExit(generation, end);
        },
        this.options.readMemory ?? readMemory,
      );
      this.enter({ state: starting, worker });
      this.listen(worker.connection, generation);
      const hello = await shakeHands(worker.connection, this.options.clientVersion, this.options.handshakeLimit);
      this.greeting = hello;
      this.options.log.info(`worker ${hello.pid} on ${hello.runtimeVersion}, node-llama-cpp ${hello.libraryVersion}`);
      await this.options.prepareModel?.();
      if (generation !== this.generation) return;
      const model = this.modelToLoad();
      const supervisor = this.supervise(worker);
      this.enter({ state: { kind: 'loading', generation, path: model.path, fraction: 0 }, worker, supervisor });
      const facts = await this.load(worker, model);
      if (generation !== this.generation) return;
      this.options.log.info(`loaded ${facts.name} in ${Math.round(facts.loadMilliseconds)} ms: ${JSON.stringify(facts)}`);
      if (facts.gpuFailure) this.options.gpu?.remember(facts.gpuFailure);
      if (facts.restoredTokens > 0) this.options.log.info(`${facts.restoredTokens} tokens taken up again`);
      this.enter({ state: { kind: 'ready', generation, facts, responding: true }, worker, supervisor });
      if (this.typing) this.sendActivity();
    } catch (error) {
      // What is no answer of the worker's is the host's own failure to have one: a path that cannot be run, settings that cannot be read.
      this.fail(generation, error instanceof EngineError ? error.data : { kind: 'workerUnavailable', detail: messageOf(error) });
    }
  }

  private modelToLoad(): WantedModels {
    const model = this.options.model();
    return this.forced.has(model.path) ? { ...model, force: true } : model;
  }

  private supervise(worker: WorkerProcess): Supervisor {
    return new Supervisor({
      worker: {
        ping: () => worker.connection.sendRequest<PingResult>(methods.ping),
        noteMemory: () => {
          worker.noteMemory();
        },
      },
      phase: () => (this.state.kind === 'loading' ? 'loading' : 'ready'),
      log: this.options.log,
      limits: this.options.watchdog,
      onResponding: (responding) => {
        const { life } = this;
        if ('supervisor' in life && life.state.kind === 'ready') this.enter({ ...life, state: { ...life.state, responding } });
      },
      onHung: () => {
        worker.kill('hang');
      },
    });
  }

  private sendActivity(): void {
    this.readyProcess?.connection.sendNotification(methods.activity, { typing: this.typing } satisfies Activity).catch(() => undefined);
  }

  private async load(worker: WorkerProcess, model: WantedModels): Promise<ModelFacts> {
    const { connection } = worker;
    let facts: Awaited<ReturnType<ModelLoader['load']>>;
    try {
      facts = await this.loader.load(model, {
        measure: (params) => connection.sendRequest<ModelNeed>(methods.measureModel, params),
        load: (params) => connection.sendRequest<ModelFacts>(methods.loadModel, params),
        readError: errorDataOf,
      });
    } catch (error) {
      throw new EngineError(failureOf(error, worker, this.disposed));
    }
    if ('error' in facts) throw new EngineError(facts.error);
    return facts;
  }

  private listen(connection: MessageConnection, generation: number): void {
    connection.onNotification(methods.log, (entry: LogEntry) => {
      this.options.workerLog[entry.level](`${entry.topic}: ${entry.message}`);
    });
    connection.onNotification(methods.loadProgress, ({ fraction, device }: LoadProgress) => {
      const { state } = this;
      if (state.kind !== 'loading' || state.generation !== generation) return;
      if (device !== undefined) this.loader.noteDevice(device);
      this.loader.noteProgress(fraction);
    });
    connection.listen();
  }

  /** The process is gone, wanted or not. */
  private onExit(generation: number, end: WorkerEnd): void {
    if (generation !== this.generation || this.disposed) return;
    const before = this.state.kind;
    if (before === 'failed' || before === 'stopped') return;
    this.options.log.error(`the worker ended: ${end.detail}${end.cause === undefined ? '' : `, for ${end.cause}`}`);
    if (before === 'starting') {
      this.fail(generation, { kind: 'workerUnavailable', detail: end.detail });
      return;
    }
    const error = workerDied(end);
    if (before === 'loading' && this.loader.noteDeath(end)) {
      void this.launch();
      return;
    }
    // A model whose loading kills the worker would kill the next one too.
    const decision = before === 'loading' ? ({ kind: 'giveUp' } as const) : this.policy.recordCrash(end.cause);
    if (decision.kind === 'giveUp') {
      this.fail(generation, error);
      return;
    }
    const { delayMilliseconds } = decision;
    const timer = setTimeout(() => void this.launch(), delayMilliseconds);
    this.enter({ state: { kind: 'restarting', generation, error, delayMilliseconds }, timer });
  }

  private fail(generation: number, error: EngineErrorData): void {
    if (generation !== this.generation || this.state.kind === 'failed' || this.state.kind === 'restarting') return;
    this.options.log.error(`failed: ${JSON.stringify(error)}`);
    this.enter({ state: { kind: 'failed', generation, error } });
  }

  /** Ends the worker and forgets it; whatever it still sends belongs to no generation. */
  private end(state: StateOf<'stopped'> = { kind: 'stopped' }): void {
    this.generation++;
    this.enter({ state });
  }

  /** Goes on to the next state, and gives up what existed only in the one before. */
  private enter(next: Life): void {
    const before = this.life;
    this.life = next;
    if ('timer' in before) clearTimeout(before.timer);
    if ('supervisor' in before && !('supervisor' in next && next.supervisor === before.supervisor)) before.supervisor.dispose();
    if ('worker' in before && before.worker !== this.worker) this.dismiss(before.worker, before.state);
    // Last: a listener may restart at once.
    if (next.state !== before.state) this.emitter.fire(next.state);
  }

  /** Tells a worker to park its lanes and end. */
  private dismiss(worker: WorkerProcess, state: EngineState): void {
    worker.stop(state.kind === 'ready' && state.responding ? stopLimits.parking : stopLimits.idle);
    this.leaving = worker.gone;
  }
}
