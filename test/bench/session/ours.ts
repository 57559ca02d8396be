import type { ChatParams, ChatProgress, ChatResult } from '../../../src/contract/chat';
import type { CompletionRequest, CompletionResult } from '../../../src/contract/completion';
import type { Metrics, StopReason } from '../../../src/contract/metrics';
import type { LoadModelParams, ModelFacts } from '../../../src/contract/models';
import type { WarmParams, WarmResult } from '../../../src/contract/warmUp';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ProgressType,
  ResponseError,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { killGroup, track } from '../../../scripts/lib/exec.mjs';
import { workerEnvironment } from '../../../src/host/services/childProcess';
import type { SessionView } from '../../../src/contract/sessionFacts';
import { methods, PROTOCOL_VERSION, type Activity } from '../../../src/contract/rpc/workerMethods';
import type { ChatRun, Contender, GhostRun, Progress, RequestOptions } from './contender';
import type { Prompts } from './prompts';
import { memoryOf, type Memory } from '../lib/processTreeMemory';

const chatProgress = new ProgressType<ChatProgress>();

/** Lines of the worker's log that an error shows. */
const keptLines = 20;

/** A worker as built, spoken to by its protocol, with a model loaded. */
export class OurWorker implements Contender {
  readonly name = 'Paddock';
  private readonly connection: MessageConnection;
  private readonly exited: Promise<unknown>;
  /** How it ended, and its last words; empty while it runs. */
  private ending = '';
  private nextProgress = 1;
  private prompts: Prompts | undefined;

  private constructor(private readonly child: ChildProcess) {
    const untrack = track(child, 'SIGKILL');
    const lines: string[] = [];
    if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => lines.splice(0, lines.push(line) - keptLines));
    this.connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    this.connection.listen();
    this.exited = once(child, 'exit').then(([code, signal]) => {
      untrack();
      this.ending = ['', `the worker ended: ${signal === null ? `exit code ${String(code)}` : String(signal)}`, ...lines].join('\n');
      // Whatever is pending fails, rather than wait for a process that is gone.
      this.connection.dispose();
    });
  }

  /** Starts a worker and shakes hands. */
  static async start(script: string): Promise<OurWorker> {
    const child = fork(script, [], {
      detached: true,
      env: workerEnvironment(),
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'json',
    });
    const worker = new OurWorker(child);
    await worker.request(methods.initialize, { protocolVersion: PROTOCOL_VERSION, clientVersion: 'bench' });
    return worker;
  }

  load(params: LoadModelParams): Promise<ModelFacts> {
    return this.request<ModelFacts>(methods.loadModel, params);
  }

  /** Lays out, from here on, the prompts of requests, to say which token ids they were and check that the worker sees as many. */
  usePrompts(prompts: Prompts): void {
    this.prompts = prompts;
  }

  async chat(params: ChatParams, { signal, onProgress }: RequestOptions = {}): Promise<ChatRun> {
    const prompt = await this.layouts().chat(params);
    const token = this.nextProgress++;
    const all: Progress[] = [];
    const sent = performance.now();
    const subscription = this.connection.onProgress(chatProgress, token, (event) => {
      const at = performance.now() - sent;
      const progress: Progress =
        event.kind === 'prefill' ? { kind: 'prefill', at, done: event.done } : { kind: 'text', at, tokens: event.tokens.length };
      all.push(progress);
      onProgress?.(progress);
    });
    try {
      const result = await this.cancellable<ChatResult>(methods.chat, { ...params, progress: token }, signal);
      const { text, tokens, fingerprint, metrics } = result;
      return {
        ...costOf(prompt, metrics, result.stop, performance.now() - sent),
        progress: all,
        answer: { text, tokens, fingerprint },
        drafted: metrics.draftedTokens,
        confirmed: metrics.confirmedTokens,
      };
    } finally {
      subscription.dispose();
    }
  }

  async ghost(params: CompletionRequest, { signal }: RequestOptions = {}): Promise<GhostRun> {
    const prompt = this.layouts().ghost(params);
    const sent = performance.now();
    // As many tokens as the peer writes, however unsure the model is of them.
    const { metrics, stop } = await this.cancellable<CompletionResult>(methods.complete, { ...params, unsure: true }, signal);
    const took = performance.now() - sent;
    // A ghost text comes whole. Its first token would have been received as much later than the worker had it as the whole was: what the
    // way there and back and the prompt's layout take is counted. What was remembered of the same prompt took nothing else.
    const isAnswered = stop !== 'cancelled' || metrics.generatedTokens > 0;
    const first = isAnswered ? metrics.firstTokenMilliseconds + took - metrics.totalMilliseconds : Infinity;
    return { ...costOf(prompt, metrics, stop, took), first, tokens: [] };
  }

  /** Completes code, as the host has it from the worker. */
  complete(params: CompletionRequest): Promise<CompletionResult> {
    return this.cancellable<CompletionResult>(methods.complete, params, undefined);
  }

  async warm(params: WarmParams, { signal }: RequestOptions = {}): Promise<void> {
    await this.cancellable<WarmResult>(methods.warm, params, signal);
  }

  typing(on: boolean): void {
    void this.connection.sendNotification(methods.activity, { typing: on } satisfies Activity);
  }

  session(): Promise<SessionView> {
    return this.request<SessionView>(methods.session);
  }

  async memory(): Promise<Memory | undefined> {
    return this.child.pid === undefined ? undefined : memoryOf(this.child.pid);
  }

  /** Ends it without a word, as a crash does. */
  async kill(): Promise<void> {
    killGroup(this.child.pid);
    await this.exited;
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    await this.connection.sendNotification(methods.shutdown).catch(() => undefined);
    const timer = setTimeout(killGroup, 10_000, this.child.pid);
    await this.exited;
    clearTimeout(timer);
  }

  private layouts(): Prompts {
    if (!this.prompts) throw new Error('no model is loaded');
    return this.prompts;
  }

  private async cancellable<T>(method: string, params: object, signal: AbortSignal | undefined): Promise<T> {
    const source = new CancellationTokenSource();
    const cancel = (): void => {
      source.cancel();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    try {
      return await this.request<T>(method, params, source.token);
    } finally {
      signal?.removeEventListener('abort', cancel);
      source.dispose();
    }
  }

  /** @throws Error that says what failed, with the worker's details, or its end where that was why */
  private async request<T>(method: string, params?: object, token?: CancellationToken): Promise<T> {
    try {
      return await this.connection.sendRequest<T>(method, params, token);
    } catch (error) {
      const data = error instanceof ResponseError && error.data !== undefined ? ` ${JSON.stringify(error.data)}` : '';
      throw new Error(`${method}: ${error instanceof Error ? error.message : String(error)}${data}${this.ending}`, { cause: error });
    }
  }
}

function costOf(prompt: readonly number[], metrics: Metrics, stop: StopReason, took: number): Omit<GhostRun, 'first' | 'tokens'> {
  const { promptTokens, reusedTokens, evaluatedTokens, generatedTokens } = metrics;
  if (promptTokens !== prompt.length) {
    throw new Error(
      `the worker's prompt has ${promptTokens} tokens and the benchmark's ${prompt.length}: test/bench/session/prompts.ts is outdated`,
    );
  }
  return {
    prompt,
    reused: reusedTokens,
    evaluated: evaluatedTokens,
    generated: generatedTokens,
    cancelled: stop === 'cancelled',
    whole: stop === 'end',
    took,
  };
}
