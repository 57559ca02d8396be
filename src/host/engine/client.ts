import { ProgressType, ResponseError, type MessageConnection } from 'vscode-jsonrpc/node';
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

  private readonly finished = new Emitter<Metrics>();

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
    return this.worker.connection.sendRequest<SessionView>(methods.session).catch(() => undefined);
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
    const state = await this.settled(cancellation);
    if (cancellation.isCancellationRequested) return { kind: 'done', value: cancelled() };
    if (state.kind === 'failed') return { kind: 'failed', error: state.error };
    if (state.kind !== 'ready' || !this.worker) return { kind: 'failed', error: { kind: 'workerUnavailable', detail: 'stopped' } };
    try {
      return { kind: 'done', value: await send(this.worker.connection) };
    } catch (error) {
      return { kind: 'failed', error: errorData(error) };
    }
  }

  /** Starts the engine if need be and waits until it is ready, has failed or was stopped, or the request is cancelled. */
  private settled(cancellation: Cancellation): Promise<EngineState> {
    this.start();
    const isSettled = (state: EngineState): boolean => state.kind === 'ready' || state.kind === 'failed' || state.kind === 'stopped';
    if (isSettled(this.current) || cancellation.isCancellationRequested) return Promise.resolve(this.current);
    return new Promise((resolve) => {
      const done = (): void => {
        onState.dispose();
        onCancel.dispose();
        resolve(this.current);
      };
      const onState = this.onDidChangeState((state) => {
        if (isSettled(state)) done();
      });
      const onCancel = cancellation.onCancellationRequested(done);
    });
  }

  private async launch(): Promise<void> {
    const generation = ++this.generation;
    this.enter({ kind: 'starting', generation });
    const command = this.options.command();
    const worker = new WorkerProcess(command, this.options.workerLog, (detail) => {
      this.onExit(generation, detail);
    });
    this.worker = worker;
    this.listen(worker.connection, generation);
    try {
      const hello = await this.handshake(worker.connection);
      this.options.log.info(`worker ${hello.pid} on ${hello.runtimeVersion}, node-llama-cpp ${hello.libraryVersion}`);
      const model = this.options.model();
      if (generation !== this.generation) return;
      this.enter({ kind: 'loading', generation, path: model.path, fraction: 0 });
      const facts = await worker.connection.sendRequest<ModelFacts>(methods.loadModel, model);
      if (generation !== this.generation) return;
      this.options.log.info(`loaded ${facts.name} in ${Math.round(facts.loadMilliseconds)} ms: ${JSON.stringify(facts)}`);
      this.enter({ kind: 'ready', generation, facts });
    } catch (error) {
      this.fail(generation, errorData(error));
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
      const data = errorData(error);
      throw data.kind === 'internal' ? new ResponseError(0, data.detail, { kind: 'workerUnavailable', detail: data.detail }) : error;
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

/** The data behind a rejected request. A connection that closed under it means that the worker died. */
function errorData(error: unknown): EngineErrorData {
  if (error instanceof ResponseError && isErrorData(error.data)) return error.data;
  const detail = error instanceof Error ? error.message : String(error);
  return /disposed|closed/i.test(detail) ? { kind: 'workerDied', detail } : { kind: 'internal', detail };
}

function isErrorData(data: unknown): data is EngineErrorData {
  return typeof data === 'object' && data !== null && 'kind' in data;
}
