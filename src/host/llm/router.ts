import type { ChatParams, ChatProgress, ChatResult } from '../../contract/chat';
import type { CompletionRequest, CompletionResult } from '../../contract/completion';
import type { WarmParams, WarmResult } from '../../contract/warmUp';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Emitter, type Disposable, type Event } from '../../util/event';
import { estimateTokenCount } from '../../prompt/context/tokenEstimate';
import { notWarmed } from './cancelledResults';
import type { Cancellation, LanguageModel, EngineState, Outcome } from './languageModel';
import type { RemoteEngine } from './server/serverEngine';

export interface ModelRouterDeps {
  readonly worker: LanguageModel;
  readonly remote: RemoteEngine;
  /** Whether requests go to the server, at this moment. */
  readonly isRemote: () => boolean;
  /** That may have changed. */
  readonly onDidChangeRoute: Event<unknown>;
}

/** One feature's engine: the worker, or the user's own server in its place. A request under way ends where it began. */
export class ModelRouter implements LanguageModel, Disposable {
  private readonly changes = new Emitter<EngineState>();
  private readonly subscriptions: readonly Disposable[];
  private wasRemote: boolean;

  readonly onDidChangeState: Event<EngineState> = this.changes.event;

  constructor(private readonly deps: ModelRouterDeps) {
    const { worker, remote, isRemote, onDidChangeRoute } = deps;
    this.wasRemote = isRemote();
    this.subscriptions = [
      worker.onDidChangeState((state) => {
        if (!isRemote()) this.changes.fire(state);
      }),
      remote.onDidChange(() => {
        if (isRemote()) this.changes.fire(this.state);
      }),
      onDidChangeRoute(() => {
        const now = isRemote();
        if (now !== this.wasRemote) this.changes.fire(this.state);
        this.wasRemote = now;
      }),
    ];
  }

  get state(): EngineState {
    return this.deps.isRemote() ? this.deps.remote.state : this.deps.worker.state;
  }

  chat(params: ChatParams, onProgress: (progress: ChatProgress) => void, cancellation: Cancellation): Promise<Outcome<ChatResult>> {
    return this.serving.chat(params, onProgress, cancellation);
  }

  complete(params: CompletionRequest, cancellation: Cancellation): Promise<Outcome<CompletionResult>> {
    return this.serving.complete(params, cancellation);
  }

  /** A server keeps what it has read by itself, and is not asked to read ahead. */
  async warm(params: WarmParams, cancellation: Cancellation): Promise<Outcome<WarmResult>> {
    return this.deps.isRemote() ? { kind: 'done', value: notWarmed } : this.deps.worker.warm(params, cancellation);
  }

  /** Estimates for a server. Texts are counted while the user types and attaches, and the server may not see them before they are sent. */
  countTokens(texts: readonly string[]): Promise<readonly number[] | undefined> {
    return this.deps.isRemote() ? estimateEach(texts) : this.deps.worker.countTokens(texts);
  }

  start(): void {
    if (this.deps.isRemote()) this.deps.remote.start();
    else this.deps.worker.start();
  }

  restart(): void {
    if (this.deps.isRemote()) this.deps.remote.reset();
    else this.deps.worker.restart();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changes.dispose();
  }

  private get serving(): Pick<LanguageModel, 'chat' | 'complete'> {
    return this.deps.isRemote() ? this.deps.remote : this.deps.worker;
  }
}

/** The longest file that may be attached takes 30 ms. Between two texts the extension host, which others use as well, gets its turn. */
async function estimateEach(texts: readonly string[]): Promise<readonly number[]> {
  const counts: number[] = [];
  for (const text of texts) {
    await nextTurn();
    counts.push(estimateTokenCount(text));
  }
  return counts;
}
