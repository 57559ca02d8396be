import type { ChatParams, ChatProgress, ChatResult } from '../../../contract/chat';
import type { CompletionRequest, CompletionResult } from '../../../contract/completion';
import type { Metrics } from '../../../contract/metrics';
import { Emitter, type Disposable } from '../../../util/event';
import { TextThrottle } from '../../../util/textThrottle';
import type { Log } from '../../services/log';
import { cancelledChat, cancelledCompletion } from '../cancelledResults';
import type { Cancellation, EngineState, EngineTask, Finished, Outcome } from '../languageModel';
import { remoteChat } from './serverChat';
import { RemoteCompleter } from './serverCompletion';
import { connect, describeServer, type Connection } from './serverConnection';
import { remoteFailure } from './serverFailures';
import { remoteLimits, type RemoteLimits } from './serverLimits';
import { GhostTextPause } from './serverPause';
import { parseEndpoint, type EndpointSettings } from './serverSettings';

export interface RemoteEngineDeps {
  readonly settings: () => EndpointSettings;
  /** The key for the server at an address, from where secrets are kept. */
  readonly key: (url: URL) => Promise<string | undefined>;
  readonly log: Log;
  readonly limits?: RemoteLimits;
}

type RemoteState = Extract<EngineState, { kind: 'remote' }>;

/**
 * A server of the user's own in the worker's place. Every promise settles once and never rejects, as the worker's do. What was asked of a
 * server before the settings changed goes on there.
 */
export class RemoteEngine implements Disposable {
  private generation = 0;
  private pending: { readonly settings: string; readonly connection: Promise<Connection> } | undefined;
  /** Connection of {@link pending}, once it is there. */
  private current: Connection | undefined;
  private readonly limits: RemoteLimits;
  private readonly pause: GhostTextPause;
  private readonly completer = new RemoteCompleter();
  private readonly refreshed = new WeakSet<Connection>();
  private readonly changes = new Emitter<undefined>();
  private readonly finished = new Emitter<Finished>();

  /** More of the server is known than before. */
  readonly onDidChange = this.changes.event;
  readonly onDidFinish = this.finished.event;

  constructor(private readonly deps: RemoteEngineDeps) {
    this.limits = deps.limits ?? remoteLimits;
    this.pause = new GhostTextPause(this.limits, () => performance.now());
  }

  /** As it is known now. Only while the settings name a server. */
  get state(): RemoteState {
    const settings = this.deps.settings();
    const address = parseEndpoint(settings.url);
    if (address === undefined) throw new Error('no server is set');
    // A server that is no longer set may be another machine.
    const known = this.pending?.settings === nameSettings(settings) ? this.current?.server : undefined;
    const server = known ?? describeServer(address, settings.model, settings.contextTokens);
    return { kind: 'remote', generation: this.generation, server };
  }

  /** Asks the server again what it is, as after a change of the settings or of the key. */
  reset(): void {
    this.generation++;
    this.pending = undefined;
    this.current = undefined;
    this.pause.end();
    this.changes.fire(undefined);
  }

  /** Asks the server what it is, unless that is known. */
  start(): void {
    const { host } = this;
    this.connect().catch((error: unknown) => {
      this.deps.log.warn(`${host}: ${String(error)}`);
    });
  }

  chat(params: ChatParams, onProgress: (progress: ChatProgress) => void, cancellation: Cancellation): Promise<Outcome<ChatResult>> {
    const throttle = new TextThrottle(
      (progress: ChatProgress) => {
        try {
          onProgress(progress);
        } catch (error) {
          // A timer calls it, where nothing else would.
          this.deps.log.error(`a listener failed: ${String(error)}`);
        }
      },
      () => performance.now(),
    );
    return this.request('chat', cancellation, cancelledChat, async (connection, signal) => {
      try {
        return await remoteChat(
          connection,
          params,
          (progress) => {
            throttle.push(progress);
          },
          signal,
        );
      } finally {
        throttle.flush();
      }
    });
  }

  async complete(params: CompletionRequest, cancellation: Cancellation): Promise<Outcome<CompletionResult>> {
    // A server is not asked for what nobody may want: it may cost money, and others wait.
    if (params.ahead === true) return { kind: 'done', value: cancelledCompletion };
    const error = this.pause.reason;
    if (error) return { kind: 'failed', error };
    return this.request('ghostText', cancellation, cancelledCompletion, (connection, signal) =>
      this.completer.complete(connection, params, signal),
    );
  }

  dispose(): void {
    this.changes.dispose();
    this.finished.dispose();
  }

  /** Host of the server that is set; empty where none is. */
  private get host(): string {
    return parseEndpoint(this.deps.settings().url)?.host ?? '';
  }

  private async request<T extends { readonly metrics: Metrics }>(
    task: EngineTask,
    cancellation: Cancellation,
    cancelled: T,
    ask: (connection: Connection, signal: AbortSignal) => Promise<T>,
  ): Promise<Outcome<T>> {
    const { host } = this;
    const abort = new AbortController();
    const subscription = cancellation.onCancellationRequested(() => {
      abort.abort();
    });
    const isAborted = (): boolean => abort.signal.aborted;
    try {
      if (cancellation.isCancellationRequested) return { kind: 'done', value: cancelled };
      const connection = await waitUnlessAborted(this.connect(), abort.signal);
      if (connection === undefined || abort.signal.aborted) return { kind: 'done', value: cancelled };
      const value = await ask(connection, abort.signal);
      this.finished.fire({ ...value.metrics, task });
      // One that was cancelled says nothing of the server, which may not have loaded the model.
      if (!isAborted()) {
        this.pause.end();
        this.refresh(connection);
      }
      return { kind: 'done', value };
    } catch (error) {
      if (abort.signal.aborted) return { kind: 'done', value: cancelled };
      const data = remoteFailure(error, host);
      this.pause.failed(data);
      this.deps.log.error(`${host}: ${JSON.stringify(data)}`);
      return { kind: 'failed', error: data };
    } finally {
      subscription.dispose();
    }
  }

  private connect(): Promise<Connection> {
    const settings = this.deps.settings();
    const name = nameSettings(settings);
    if (this.pending?.settings === name) return this.pending.connection;
    const pending = { settings: name, connection: this.open(settings) };
    this.pending = pending;
    this.current = undefined;
    pending.connection.then(
      (connection) => {
        // A slow server of earlier settings may answer last.
        if (this.pending === pending) this.adopt(connection);
      },
      () => {
        // The next request tries again.
        if (this.pending === pending) this.pending = undefined;
      },
    );
    return pending.connection;
  }

  private async open(settings: EndpointSettings): Promise<Connection> {
    const url = parseEndpoint(settings.url);
    const connection: Connection = await connect(settings, url && (await this.deps.key(url)), this.limits, () => {
      const { host, learnt = [], contextTokens } = connection.server;
      this.deps.log.info(`${host}: learnt from a refusal: ${[...learnt, `${String(contextTokens)} tokens of context`].join(', ')}`);
      this.update(connection);
    });
    return connection;
  }

  private adopt(connection: Connection): void {
    const { host, model, contextTokens, dialect = '' } = connection.server;
    this.current = connection;
    this.deps.log.info(`${host}: ${dialect}, ${model}, ${String(contextTokens)} tokens of context`);
    this.changes.fire(undefined);
  }

  /** More is known of a server; nothing is shown of one that is no longer set. */
  private update(connection: Connection): void {
    if (this.current === connection) this.changes.fire(undefined);
  }

  /** Asks once, after the first request that was answered, for what a server could not tell before it. No request waits for this. */
  private refresh(connection: Connection): void {
    const { refresh, server } = connection;
    if (refresh === undefined || this.refreshed.has(connection)) return;
    this.refreshed.add(connection);
    refresh()
      .then(() => {
        const { host, dialect = '', contextTokens } = connection.server;
        if (dialect === server.dialect && contextTokens === server.contextTokens) return;
        this.deps.log.info(`${host}: ${dialect}, ${String(contextTokens)} tokens of context, as it says by now`);
        this.update(connection);
      })
      .catch(() => undefined);
  }
}

/** Two settings with one name have the same connection. */
function nameSettings({ url, model, contextTokens }: EndpointSettings): string {
  return JSON.stringify([url, model, contextTokens]);
}

/** Waits for a promise, and no longer than until a signal aborts the wait. There is no value then. */
async function waitUnlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let stop = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => {
      resolve(undefined);
    };
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
