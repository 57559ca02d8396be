import type { ChatParams, ChatProgress, ChatResult } from '../contract/chat';
import type { CompletionRequest, CompletionResult } from '../contract/completion';
import type { ExamineModelParams, ExaminedModel, LoadModelParams, ModelFacts, ModelNeed } from '../contract/models';
import type { WarmParams, WarmResult } from '../contract/warmUp';
import { ProgressType, ResponseError, type CancellationToken, type MessageConnection } from 'vscode-jsonrpc/node';
import { ENGINE_ERROR_CODE, type EngineErrorData } from '../contract/engineErrors';
import type { ClearResult, ParkResult, SessionView } from '../contract/sessionFacts';
import {
  methods,
  PROTOCOL_VERSION,
  type CountTokensParams,
  type CountTokensResult,
  type InitializeParams,
  type InitializeResult,
  type LoadProgress,
  type LogEntry,
  type Activity,
  type PingResult,
} from '../contract/rpc/workerMethods';
import { ModelSet } from './requests/modelSet';
import { examineModel } from './model/examineModel';
import { measureModel, type EngineLog } from './model/loadModel';
import { TextThrottle } from '../util/textThrottle';
import { noSession } from './session/sessionView';
import type { TemplateThread } from './templates/templateThread';
import { libraryVersion } from './model/llamaLibrary';
import { accountOf, toErrorData } from './rpcErrors';
import { readWorkerMemory } from './processMemory';

/** The type of a chat request's progress. */
const chatProgress = new ProgressType<ChatProgress>();

/** Routes every request of the protocol to the engine. Holds the worker's models. */
export class Handlers {
  private readonly models: ModelSet;
  private loading: Promise<unknown> | undefined;

  private greeted = false;

  /** @param templates renders the chat templates of model files */
  constructor(
    private readonly connection: MessageConnection,
    private readonly templates: TemplateThread,
  ) {
    this.models = new ModelSet(templates);
  }

  /** Registers the handlers; call before the connection listens. */
  register(): void {
    const { connection } = this;
    connection.onRequest(methods.initialize, (params: InitializeParams) => this.initialize(params));
    connection.onRequest(methods.loadModel, (params: LoadModelParams) => this.answer(() => this.loadModel(params)));
    connection.onRequest(methods.examineModel, (params: ExamineModelParams) =>
      this.answer((): Promise<ExaminedModel> => examineModel(params)),
    );
    connection.onRequest(methods.measureModel, (params: ExamineModelParams) =>
      this.answer((): Promise<ModelNeed> => measureModel(params, this.engineLog)),
    );
    connection.onRequest(methods.chat, (params: ChatParams & { progress: number }, token: CancellationToken) =>
      this.answer(() => this.chat(params, token)),
    );
    connection.onRequest(methods.warm, (params: WarmParams, token: CancellationToken) => this.answer(() => this.warm(params, token)));
    connection.onRequest(methods.complete, (params: CompletionRequest, token: CancellationToken) =>
      this.answer(() => this.complete(params, token)),
    );
    connection.onRequest(methods.countTokens, ({ texts }: CountTokensParams) =>
      this.answer(async (): Promise<CountTokensResult> => ({ counts: await loaded(this.models.countTokens(texts)) })),
    );
    connection.onRequest(methods.park, () => this.answer(async (): Promise<ParkResult> => ({ lanes: await this.running().park() })));
    connection.onRequest(methods.clear, () => this.answer((): Promise<ClearResult> => this.running().clear()));
    // Whatever state the worker is in: an answer at all is what the host wants to know first.
    connection.onRequest(methods.ping, (): PingResult => this.models.stepTime);
    connection.onNotification(methods.activity, ({ typing }: Activity) => {
      this.models.typing = typing;
    });
    connection.onRequest(methods.session, () => this.answer(() => this.view()));
  }

  async dispose(): Promise<void> {
    await Promise.all([this.models.dispose(), this.templates.dispose()]);
  }

  private async initialize(params: InitializeParams): Promise<InitializeResult> {
    if (params.protocolVersion !== PROTOCOL_VERSION) {
      throw failure({ kind: 'versionMismatch', host: params.protocolVersion, worker: PROTOCOL_VERSION });
    }
    this.greeted = true;
    return {
      protocolVersion: PROTOCOL_VERSION,
      pid: process.pid,
      libraryVersion: await libraryVersion(),
      runtimeVersion: process.version,
    };
  }

  private async loadModel(params: LoadModelParams): Promise<ModelFacts> {
    await this.loading?.catch(() => undefined);
    const load = this.load(params);
    this.loading = load;
    return load;
  }

  private load(params: LoadModelParams): Promise<ModelFacts> {
    let progress: LoadProgress = { fraction: 0 };
    return this.models.load(params, {
      onProgress: (fraction) => {
        progress = { fraction };
        this.notify(methods.loadProgress, progress);
      },
      onDevice: (device) => {
        this.notify(methods.loadProgress, { ...progress, device } satisfies LoadProgress);
      },
      log: this.engineLog,
    });
  }

  private chat(params: ChatParams & { progress: number }, token: CancellationToken): Promise<ChatResult> {
    const throttle = new TextThrottle(
      (event: ChatProgress) => {
        this.connection.sendProgress(chatProgress, params.progress, event).catch(() => undefined);
      },
      () => performance.now(),
    );
    return withSignal(token, async (signal) => {
      try {
        return await loaded(this.models.chat).answer(
          params,
          (event) => {
            throttle.push(event);
          },
          signal,
        );
      } finally {
        throttle.flush();
      }
    });
  }

  private async warm(params: WarmParams, token: CancellationToken): Promise<WarmResult> {
    return withSignal(token, (signal) => {
      const { chat, completion } = this.models;
      return params.kind === 'completion' ? loaded(completion).warm(params, signal) : loaded(chat).warm(params, signal);
    });
  }

  private complete(params: CompletionRequest, token: CancellationToken): Promise<CompletionResult> {
    return withSignal(token, (signal) => loaded(this.models.completion).complete(params, signal));
  }

  private view(): SessionView {
    return { ...(this.models.view ?? noSession), memory: readWorkerMemory() };
  }

  private running(): ModelSet {
    loaded(this.models.chat);
    return this.models;
  }

  private readonly engineLog: EngineLog = (level, message) => {
    this.notify(methods.log, { level, topic: 'engine', message } satisfies LogEntry);
  };

  /** Does `work` once hands are shaken. Turns whatever it throws into an error with data, so that the host always knows the kind. */
  private async answer<T>(work: () => T | Promise<T>): Promise<T> {
    if (!this.greeted) throw failure({ kind: 'internal', detail: `the first request has to be ${methods.initialize}` });
    try {
      return await work();
    } catch (error) {
      if (error instanceof ResponseError) throw error;
      const data = toErrorData(error);
      if (data.kind === 'internal')
        this.notify(methods.log, { level: 'error', topic: 'worker', message: accountOf(error) } satisfies LogEntry);
      throw failure(data);
    }
  }

  private notify(method: string, params: unknown): void {
    // A host that is gone no longer wants to know.
    this.connection.sendNotification(method, params).catch(() => undefined);
  }
}

/** @throws an error with data where there is no model yet */
function loaded<T>(part: T | undefined): T {
  if (part === undefined) throw failure({ kind: 'noModel' });
  return part;
}

function failure(data: EngineErrorData): ResponseError<EngineErrorData> {
  return new ResponseError(ENGINE_ERROR_CODE, data.kind, data);
}

async function withSignal<T>(token: CancellationToken, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const subscription = token.onCancellationRequested(() => {
    controller.abort();
  });
  if (token.isCancellationRequested) controller.abort();
  try {
    return await work(controller.signal);
  } finally {
    subscription.dispose();
  }
}
