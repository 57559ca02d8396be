import { ConnectionError, ErrorCodes, ProgressType, ResponseError, type MessageConnection } from 'vscode-jsonrpc/node';
import { Emitter, type Disposable } from '../../base/event';
import type { EngineErrorData } from '../../protocol/errors';
import {
  methods,
  PROTOCOL_VERSION,
  type ChatParams,
  type ChatProgress,
  type ChatResult,
  type CompleteParams,
  type CompleteResult,
  type InitializeResult,
  type LoadModelParams,
  type LoadProgress,
  type LogEntry,
  type Metrics,
  type ModelFacts,
  type SessionView,
  type WarmParams,
  type WarmResult,
} from '../../protocol/worker';
import type { Log } from '../services/log';
import type { Cancellation, Engine, EngineState, Outcome } from './engine';
import { EngineError } from './engineError';
import { WorkerProcess, type WorkerCommand } from './process';
import { RestartPolicy } from './restart';

export interface EngineClientOptions {
  /** Asked at every start, so that changed settings count. */
  readonly command: () => WorkerCommand;
  readonly model: () => LoadModelParams;
  readonly clientVersion: string;
  readonly log: Log;
  /** For messages of the worker itself. */
  readonly workerLog: Log;
  readonly policy?: RestartPolicy;
  /** Time a worker gets for the handshake, in milliseconds. */
  readonly handshakeLimit?: number;
}

const chatProgress = new ProgressType<ChatProgress>();
const nothingDone: Metrics = {
  promptTokens: 0,
  reusedTokens: 0,
  evaluatedTokens: 0,
  generatedTokens: 0,
  firstTokenMilliseconds: 0,
  tokensPerSecond: 0,
  totalMilliseconds: 0,
};

/** The host's side of the worker: starts it, keeps its state, and turns every request's end into an {@link Outcome}. */
export class EngineClient implements Engine, Disposable {
  private current: EngineState = { kind: 'stopped' };
  private readonly emitter = new Emitter<EngineState>((error) => {
    this.options.log.error(`a listener failed: ${String(error)}`);
  });
  private readonly policy: RestartPolicy;
  private worker: WorkerProcess | undefined;
  private generation = 0;
  private nextProgress = 1;
  private restartTimer: NodeJS.Timeout | undefined;
  private disposed = false;

  private readonly finished = new Emitter<Metrics>((error) => {
    this.options.log.error(`a listener failed: ${String(error)}`);
  });

  readonly onDidChangeState = this.emitter.event;
  /** What each finished chat or ghost text cost. */
  readonly onDidFinish = this.finished.event;

  constructor(private readonly options: EngineClientOptions) {
    this.policy = options.policy ?? new RestartPolicy(() => performance.now());
  }

  get state(): EngineState {
    return this.current;
  }

  /** Process id of the running worker, for tests and reports. */
  get workerPid(): number | undefined {
    return this.worker?.pid;
  }

  async chat(params: ChatParams, onProgress: (progress: ChatProgress) => void, cancellation: Cancellation): Promise<Outcome<ChatResult>> {
    const progress = this.nextProgress++;
    return this.request(
      cancellation,
      () => ({ text: '', tokens: [], fingerprint: '', stop: 'cancelled', metrics: nothingDone, droppedTurns: 0, cuts: [], contextUsed: 0 }),
      async (connection) => {
        const subscription = connection.onProgress(chatProgress, progress, onProgress);
        try {
          return this.measured(await connection.sendRequest<ChatResult>(methods.chat, { ...params, progress }, cancellation));
        } finally {
          subscription.dispose();
        }
      },
    );
  }

  complete(params: CompleteParams, cancellation: Cancellation): Promise<Outcome<CompleteResult>> {
    return this.request(
      cancellation,
      () => ({ text: '', stop: 'cancelled', metrics: nothingDone }),
      async (connection) => this.measured(await connection.sendRequest<CompleteResult>(methods.complete, params, cancellation)),
    );
  }

  async warm(params: WarmParams, cancellation: Cancellation): Promise<Outcome<WarmResult>> {
    if (this.current.kind !== 'ready') return { kind: 'done', value: { evaluatedTokens: 0 } };
    return this.request(
      cancellation,
      () => ({ evaluatedTokens: 0 }),
      (connection) => connection.sendRequest<WarmResult>(methods.warm, params, cancellation),
    );
  }

  async session(): Promise<SessionView | undefined> {
    if (this.current.kind !== 'ready' || !this.worker) return undefined;
    try {
      return await this.worker.connection.sendRequest<SessionView>(methods.session);
    } catch {
      return undefined;
    }
  }

  start(): void {
    if (this.current.kind === 'stopped' && !this.disposed) void this.launch();
  }

  restart(): void {
    this.policy.reset();
    this.end();
    this.start();
  }

  dispose(): void {
    this.disposed = true;
    this.end();
    this.emitter.dispose();
    this.finished.dispose();
  }

  private measured<T extends { readonly metrics: Metrics }>(result: T): T {
    this.finished.fire(result.metrics);
    return result;
  }

  private async request<T>(
    cancellation: Cancellation,
    cancelled: () => T,
    send: (connection: MessageConnection) => Promise<T>,
  ): Promise<Outcome<T>> {
    const worker = await this.readyWorker(cancellation);
    if (cancellation.isCancellationRequested) return { kind: 'done', value: cancelled() };
    if (!(worker instanceof WorkerProcess)) return { kind: 'failed', error: worker };
    try {
      return { kind: 'done', value: await send(worker.connection) };
    } catch (error) {
      return { kind: 'failed', error: this.failureOf(error, worker) };
    }
  }

  /**
   * The worker once its model is loaded, or why there is none. Starts the engine if need be, and waits through restarts, whoever wants
   * them. A cancelled request waits no longer.
   */
  private async readyWorker(cancellation: Cancellation): Promise<WorkerProcess | EngineErrorData> {
    for (;;) {
      this.start();
      const { current, worker } = this;
      if (current.kind === 'failed') return current.error;
      if (current.kind === 'ready' && worker) return worker;
      if (this.disposed || cancellation.isCancellationRequested) return stopped;
      await this.nextState(cancellation);
    }
  }

  private nextState(cancellation: Cancellation): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        onState.dispose();
        onCancel.dispose();
        resolve();
      };
      const onState = this.onDidChangeState(done);
      const onCancel = cancellation.onCancellationRequested(done);
    });
  }

  /** Why a request to `worker` failed. One that the worker did not answer was cut off by its end, wanted or not. */
  private failureOf(error: unknown, worker: WorkerProcess): EngineErrorData {
    if (error instanceof ResponseError && isErrorData(error.data)) return error.data;
    if (worker.isStopping) return this.disposed ? stopped : { kind: 'restarted' };
    if (worker.exitDetail !== undefined) return { kind: 'workerDied', detail: worker.exitDetail };
    const detail = messageOf(error);
    return isConnectionLoss(error) ? { kind: 'workerDied', detail } : { kind: 'internal', detail };
  }

  private async launch(): Promise<void> {
    const generation = ++this.generation;
    this.enter({ kind: 'starting', generation });
    // A listener may have restarted or ended it at once.
    if (generation !== this.generation) return;
    try {
      const worker = new WorkerProcess(this.options.command(), this.options.workerLog, (detail) => {
        this.onExit(generation, detail);
      });
      this.worker = worker;
      this.listen(worker.connection, generation);
      const hello = await this.handshake(worker.connection);
      this.options.log.info(`worker ${hello.pid} on ${hello.runtimeVersion}, node-llama-cpp ${hello.libraryVersion}`);
      if (generation !== this.generation) return;
      const model = this.options.model();
      this.enter({ kind: 'loading', generation, path: model.path, fraction: 0 });
      const facts = await this.load(worker, model);
      if (generation !== this.generation) return;
      this.options.log.info(`loaded ${facts.name} in ${Math.round(facts.loadMilliseconds)} ms: ${JSON.stringify(facts)}`);
      this.enter({ kind: 'ready', generation, facts });
    } catch (error) {
      // What is no answer of the worker's is the host's own failure to have one: a path that cannot be run, settings that cannot be read.
      this.fail(generation, error instanceof EngineError ? error.data : { kind: 'workerUnavailable', detail: messageOf(error) });
    }
  }

  private async load(worker: WorkerProcess, model: LoadModelParams): Promise<ModelFacts> {
    try {
      return await worker.connection.sendRequest<ModelFacts>(methods.loadModel, model);
    } catch (error) {
      throw new EngineError(this.failureOf(error, worker));
    }
  }

  private async handshake(connection: MessageConnection): Promise<InitializeResult> {
    const limit = this.options.handshakeLimit ?? 20_000;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${limit} ms`));
      }, limit);
    });
    try {
      const params = { protocolVersion: PROTOCOL_VERSION, clientVersion: this.options.clientVersion };
      return await Promise.race([connection.sendRequest<InitializeResult>(methods.initialize, params), late]);
    } catch (error) {
      throw error instanceof ResponseError && isErrorData(error.data) ? new EngineError(error.data) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  private listen(connection: MessageConnection, generation: number): void {
    connection.onNotification(methods.log, (entry: LogEntry) => {
      this.options.workerLog[entry.level](`${entry.topic}: ${entry.message}`);
    });
    connection.onNotification(methods.loadProgress, ({ fraction }: LoadProgress) => {
      const { current } = this;
      if (current.kind === 'loading' && current.generation === generation) this.enter({ ...current, fraction });
    });
    connection.listen();
  }

  /** The process is gone, wanted or not. */
  private onExit(generation: number, detail: string): void {
    if (generation !== this.generation || this.disposed) return;
    const before = this.current.kind;
    this.worker = undefined;
    if (before === 'failed' || before === 'stopped') return;
    this.options.log.error(`the worker ended: ${detail}`);
    if (before === 'starting') {
      this.fail(generation, { kind: 'workerUnavailable', detail });
      return;
    }
    const error: EngineErrorData = { kind: 'workerDied', detail };
    // A model whose loading kills the worker would kill the next one too.
    const decision = before === 'loading' ? ({ kind: 'giveUp' } as const) : this.policy.recordCrash();
    if (decision.kind === 'giveUp') {
      this.fail(generation, error);
      return;
    }
    // Before the state changes: a listener may restart at once, which ends this wait.
    this.restartTimer = setTimeout(() => void this.launch(), decision.delayMilliseconds);
    this.enter({ kind: 'restarting', generation, error, delayMilliseconds: decision.delayMilliseconds });
  }

  private fail(generation: number, error: EngineErrorData): void {
    if (generation !== this.generation || this.current.kind === 'failed' || this.current.kind === 'restarting') return;
    this.options.log.error(`failed: ${JSON.stringify(error)}`);
    const { worker } = this;
    this.worker = undefined;
    worker?.stop();
    // Last: a listener may restart at once, and what it starts is not to be stopped here.
    this.enter({ kind: 'failed', generation, error });
  }

  /** Ends the worker and forgets it; whatever it still sends belongs to no generation. */
  private end(): void {
    clearTimeout(this.restartTimer);
    this.generation++;
    this.worker?.stop();
    this.worker = undefined;
    this.enter({ kind: 'stopped' });
  }

  private enter(state: EngineState): void {
    this.current = state;
    this.emitter.fire(state);
  }
}

/** What a request ends in that comes after {@link EngineClient.dispose}, or is cut off by it. */
const stopped: EngineErrorData = { kind: 'workerUnavailable', detail: 'stopped' };

/** Whether the message did not get through: the channel closes a moment before the process is known to have ended. */
function isConnectionLoss(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof ResponseError && error.code === ErrorCodes.MessageWriteError);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isErrorData(data: unknown): data is EngineErrorData {
  return typeof data === 'object' && data !== null && 'kind' in data;
}
