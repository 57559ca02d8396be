import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Peer } from '../../../bench/session/peer';
import { chatParams, completeParams } from '../../../fixtures/engine/workerClient';

const prompts = { chat: () => Promise.resolve([1, 2, 3, 4, 5, 6]), ghost: () => [1, 2, 3], fingerprint: 'of the model' };

/** An event of llama-server's stream, as it was seen: progress carries a token that is none. */
const prefill = (cache: number, processed: number): object => ({
  content: '',
  tokens: [0],
  timings: { cache_n: cache, prompt_n: processed - cache },
  prompt_progress: { total: 6, cache, processed, time_ms: 1 },
});
const token = (id: number, cache: number, evaluated: number): object => ({
  content: 'é',
  tokens: [id],
  stop: false,
  timings: { cache_n: cache, prompt_n: evaluated },
});
const last = (stopType: string): object => ({
  content: '',
  tokens: [],
  stop: true,
  stop_type: stopType,
  timings: { cache_n: 2, prompt_n: 4 },
});

describe('llama-server', () => {
  let server: Server;
  let peer: Peer;
  let bodies: Record<string, unknown>[];
  /** What is written for the next request, each string a chunk of its own; the response ends behind it unless it is to hang. */
  let answer: { readonly status?: number; readonly chunks: readonly (string | Buffer)[]; readonly hangs?: boolean };
  let closed: Promise<unknown>;

  beforeEach(async () => {
    bodies = [];
    server = createServer((request, response) => void serve(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    peer = Peer.at(`http://127.0.0.1:${typeof address === 'object' ? String(address?.port) : ''}/`, prompts);
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    closed = once(response, 'close');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>);
    response.writeHead(answer.status ?? 200);
    for (const chunk of answer.chunks) {
      response.write(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (answer.hangs !== true) response.end();
  }

  const lines = (events: readonly object[]): string => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

  it('is asked for the ids of a prompt, greedy and with its cache', async () => {
    answer = { chunks: [lines([token(7, 2, 1), last('limit')])] };
    await peer.ghost(completeParams('a', { maxTokens: 8 }));
    expect(bodies).toEqual([
      expect.objectContaining({ prompt: [1, 2, 3], n_predict: 8, temperature: 0, cache_prompt: true, stream: true }),
    ]);
  });

  it('is told on by what it evaluated and generated', async () => {
    answer = { chunks: [lines([prefill(2, 2), prefill(2, 6), token(7, 2, 4), token(8, 2, 4), last('eos')])] };
    const seen: string[] = [];
    const run = await peer.chat(chatParams('Hi', { maxTokens: 9 }), { onProgress: ({ kind }) => seen.push(kind) });
    expect(run).toMatchObject({ prompt: [1, 2, 3, 4, 5, 6], reused: 2, evaluated: 4, generated: 2, whole: true, cancelled: false });
    expect(run.answer).toMatchObject({ tokens: [7, 8], fingerprint: 'of the model' });
    expect(run.progress).toMatchObject([
      { kind: 'prefill', done: 2 },
      { kind: 'prefill', done: 6 },
      { kind: 'text', tokens: 1 },
      { kind: 'text', tokens: 1 },
    ]);
    expect(seen).toEqual(['prefill', 'prefill', 'text', 'text']);
  });

  it('may cut its stream anywhere, within a character as well', async () => {
    const whole = Buffer.from(lines([prefill(2, 6), token(7, 2, 4), last('limit')]));
    answer = { chunks: [...whole].map((byte) => Buffer.from([byte])) };
    expect(await peer.ghost(completeParams('a'))).toMatchObject({ tokens: [7], evaluated: 4, whole: false });
  });

  it('is cancelled by the end of the connection, and what it did until then counts', async () => {
    answer = { chunks: [lines([prefill(2, 6), token(7, 2, 4)])], hangs: true };
    const control = new AbortController();
    const run = await peer.chat(chatParams('Hi'), {
      signal: control.signal,
      onProgress: ({ kind }) => {
        if (kind === 'text') control.abort();
      },
    });
    expect(run).toMatchObject({ cancelled: true, generated: 1, reused: 2, evaluated: 4 });
    await closed;
  });

  it('has no first token where it was cancelled before', async () => {
    answer = { chunks: [], hangs: true };
    const control = new AbortController();
    const running = peer.ghost(completeParams('a'), { signal: control.signal });
    control.abort();
    expect(await running).toMatchObject({ first: Infinity, generated: 0, evaluated: 0, cancelled: true });
  });

  it('fails in words', async () => {
    answer = { status: 503, chunks: ['{"error":{"message":"Loading model"}}'] };
    await expect(peer.ghost(completeParams('a'))).rejects.toThrow(/answers 503: .*Loading model/);
    answer = { chunks: [lines([{ error: { message: 'the prompt is too long' } }])] };
    await expect(peer.ghost(completeParams('a'))).rejects.toThrow('llama-server: the prompt is too long');
  });
});
