import type { ChatParams } from '../../../src/contract/chat';
import type { CompletionRequest } from '../../../src/contract/completion';
import type { ModelFacts } from '../../../src/contract/models';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { killGroup, lastLines, track } from '../../../scripts/lib/exec.mjs';
import type { ChatRun, Contender, GhostRun, Progress, RequestOptions } from './contender';
import type { Prompts } from './prompts';
import { memoryOf, type Memory } from '../lib/processTreeMemory';

/** Longest that a peer may take to load a model, in milliseconds. */
const loadLimit = 180_000;

/** How prompts are laid out. */
type Layouts = Pick<Prompts, 'chat' | 'ghost' | 'fingerprint'>;

/** llama-server's `/props`, as far as it counts here. */
export interface PeerProps {
  readonly model_path?: string;
  readonly total_slots?: number;
  readonly build_info?: string;
  readonly default_generation_settings?: { readonly n_ctx?: number };
}

interface Timings {
  readonly cache_n?: number;
  readonly prompt_n?: number;
}

/** An event of a `/completion` stream. */
interface StreamEvent {
  readonly tokens?: readonly number[];
  readonly stop?: boolean;
  readonly stop_type?: string;
  readonly timings?: Timings;
  readonly prompt_progress?: { readonly processed: number; readonly cache: number };
  readonly error?: { readonly message?: string };
}

/** What one stream brought. */
interface Answer {
  readonly sent: number;
  readonly progress: Progress[];
  readonly tokens: number[];
  cached: number;
  evaluated: number;
  whole: boolean;
}

/** A llama-server, spoken to by HTTP. */
export class Peer implements Contender {
  readonly name = 'llama-server';

  private constructor(
    private readonly url: string,
    private readonly prompts: Layouts,
    private readonly child?: ChildProcess,
  ) {}

  /**
   * Starts one with the worker's own settings: threads, KV cells a lane, lanes, batch, and whether the file is mapped.
   * @param cacheMegabytes memory for prompts that have lost their lane
   * @throws Error with its last words where it does not start
   */
  static async start(script: string, facts: ModelFacts, prompts: Layouts, cacheMegabytes: number): Promise<Peer> {
    const port = await freePort();
    const { threads, lanes, contextTokens, mapped } = facts;
    const flags = {
      '--threads': threads,
      '--ctx-size': contextTokens * lanes,
      '--parallel': lanes,
      '--batch-size': 512,
      '--ubatch-size': 512,
      '--cache-ram': cacheMegabytes,
      '--load-mode': mapped ? 'mmap' : 'none',
      '--host': '127.0.0.1',
      '--port': port,
    };
    const args = [...Object.entries(flags).flatMap(([name, value]) => [name, String(value)]), '--no-kv-unified', '--no-webui'];
    const child = spawn(script, [facts.path, ...args], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-8000)));
    const untrack = track(child, 'SIGKILL');
    child.once('exit', untrack);
    const peer = new Peer(`http://127.0.0.1:${port}`, prompts, child);
    try {
      await peer.untilReady(child);
    } catch (error) {
      await peer.end();
      throw new Error(`llama-server did not start (${String(error)}): ${lastLines(words, 5)}`, { cause: error });
    }
    return peer;
  }

  /** One that runs already. */
  static at(url: string, prompts: Layouts): Peer {
    return new Peer(url.replace(/\/+$/, ''), prompts);
  }

  /** @throws where nothing that is a llama-server answers */
  static async props(url: string): Promise<PeerProps> {
    const response = await fetch(`${url.replace(/\/+$/, '')}/props`, { signal: AbortSignal.timeout(5000) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return (await response.json()) as PeerProps;
  }

  props(): Promise<PeerProps> {
    return Peer.props(this.url);
  }

  async chat(params: ChatParams, options: RequestOptions = {}): Promise<ChatRun> {
    const prompt = await this.prompts.chat(params);
    // As the worker's chat has it.
    const answer = await this.complete(prompt, params.maxTokens, { repeat_penalty: 1.1, repeat_last_n: 64 }, options);
    const { tokens } = answer;
    return {
      ...costOf(prompt, answer, options),
      progress: answer.progress,
      // Its ids stand for it; the text is none that anybody reads.
      answer: { text: '-', tokens, fingerprint: this.prompts.fingerprint },
      drafted: 0,
      confirmed: 0,
    };
  }

  async ghost(params: CompletionRequest, options: RequestOptions = {}): Promise<GhostRun> {
    const prompt = this.prompts.ghost(params);
    const answer = await this.complete(prompt, params.maxTokens, {}, options);
    const first = answer.progress.find(({ kind }) => kind === 'text')?.at ?? Infinity;
    return { ...costOf(prompt, answer, options), first, tokens: answer.tokens };
  }

  /** It knows no such thing. */
  async warm(): Promise<void> {
    await Promise.resolve();
  }

  /** It does not ask. */
  typing(): void {
    return;
  }

  async memory(): Promise<Memory | undefined> {
    return this.child?.pid === undefined ? undefined : memoryOf(this.child.pid);
  }

  async end(): Promise<void> {
    const { child } = this;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    killGroup(child.pid, 'SIGKILL');
    await exited;
  }

  private async untilReady(child: ChildProcess): Promise<void> {
    let failure: Error | undefined;
    child.once('error', (error) => (failure = error));
    const deadline = performance.now() + loadLimit;
    for (;;) {
      if (failure) throw failure;
      if (child.exitCode !== null) throw new Error(`exit code ${child.exitCode}`);
      if (performance.now() > deadline) throw new Error('it was not ready in time');
      const ok = await fetch(`${this.url}/health`).then(
        async (response) => {
          await response.body?.cancel();
          return response.ok;
        },
        () => false,
      );
      if (ok) return;
      await sleep(20);
    }
  }

  /**
   * llama-server closes a connection that was idle, or that had a hundred requests, without a word: a request that is under way to it then
   * fails, unseen by the server, and is sent again.
   */
  private async post(request: RequestInit): Promise<Response> {
    const url = `${this.url}/completion`;
    try {
      return await fetch(url, request);
    } catch (error) {
      if (request.signal?.aborted === true) throw error;
      return fetch(url, request).catch((again: unknown) => {
        const { message, cause } = again instanceof Error ? again : new Error(String(again));
        throw new Error(`llama-server cannot be reached: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}`, {
          cause: again,
        });
      });
    }
  }

  private async complete(
    prompt: readonly number[],
    maxTokens: number,
    more: object,
    { signal, onProgress }: RequestOptions,
  ): Promise<Answer> {
    const body = JSON.stringify({
      prompt,
      n_predict: maxTokens,
      temperature: 0,
      cache_prompt: true,
      stream: true,
      return_tokens: true,
      // What a request that is cancelled had cost until then.
      timings_per_token: true,
      return_progress: true,
      ...more,
    });
    const answer: Answer = { sent: performance.now(), progress: [], tokens: [], cached: 0, evaluated: 0, whole: false };
    try {
      const request = { method: 'POST', body, headers: { 'content-type': 'application/json' }, ...(signal ? { signal } : {}) };
      const response = await this.post(request);
      if (!response.ok || !response.body) throw new Error(`llama-server answers ${response.status}: ${await response.text()}`);
      for await (const data of eventsOf(response.body)) take(answer, data, onProgress);
    } catch (error) {
      // The connection's end is how llama-server is told to stop.
      if (!signal?.aborted) throw error;
    }
    return answer;
  }
}

/** The data of a stream's server-sent events, of which llama-server makes one line each. */
async function* eventsOf(body: NonNullable<Response['body']>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: ')) yield line.slice('data: '.length);
  }
}

function take(answer: Answer, data: string, onProgress: RequestOptions['onProgress']): void {
  const event = JSON.parse(data) as StreamEvent;
  if (event.error) throw new Error(`llama-server: ${event.error.message ?? data}`);
  const at = performance.now() - answer.sent;
  const { prompt_progress: prefill, timings, tokens = [] } = event;
  if (timings) {
    answer.cached = timings.cache_n ?? 0;
    answer.evaluated = timings.prompt_n ?? 0;
  }
  if (event.stop === true) answer.whole = event.stop_type === 'eos';
  const progress: Progress | undefined = prefill
    ? { kind: 'prefill', at, done: prefill.processed }
    : tokens.length > 0
      ? { kind: 'text', at, tokens: tokens.length }
      : undefined;
  if (!prefill) answer.tokens.push(...tokens);
  if (!progress) return;
  answer.progress.push(progress);
  onProgress?.(progress);
}

function costOf(prompt: readonly number[], answer: Answer, { signal }: RequestOptions): Omit<GhostRun, 'first' | 'tokens'> {
  return {
    prompt,
    reused: answer.cached,
    evaluated: answer.evaluated,
    generated: answer.tokens.length,
    cancelled: signal?.aborted ?? false,
    whole: answer.whole,
    took: performance.now() - answer.sent,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
