import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { remoteFailure } from '../../../../../src/host/llm/server/serverFailures';
import { readPiece } from '../../../../../src/host/llm/server/reading/answerPiece';
import { findError, readErrorBody } from '../../../../../src/host/llm/server/reading/errorBody';
import { readModels } from '../../../../../src/host/llm/server/reading/listedModels';
import { place, question, remoteEngine } from '../../../../fixtures/servers/serverEngines';
import {
  getAnswer,
  askChat,
  CHAT,
  COMPLETIONS,
  delta,
  getFailure,
  json,
  never,
  send,
  serve,
  stopServers,
  stream,
  type Handler,
} from '../../../../fixtures/servers/strangeServer';

afterEach(stopServers);

describe('an error inside a 200', () => {
  it.each<[string, Handler, string, string]>([
    ['in a stream', stream({ error: { message: 'out of memory on the GPU', code: 500 } }), 'failed', 'out of memory on the GPU'],
    ['as a text', stream({ error: 'the model crashed' }), 'failed', 'the model crashed'],
    ['as the whole answer', send('{"error":{"message":"model m is not loaded"}}', 'application/json'), 'failed', 'model m is not loaded'],
    ['as the whole answer, a text', send('{"error":"model m is not loaded"}', 'application/json'), 'failed', 'model m is not loaded'],
    ['as an event', send('event: error\ndata: {"message":"worker died"}\n\n'), 'failed', 'worker died'],
    ['as an event without JSON', send('event: error\ndata: worker died\n\n'), 'failed', 'worker died'],
    ['without data: before it', send('{"error":{"message":"backend gone","code":503}}\n', 'text/event-stream'), 'busy', 'backend gone'],
    ['as detail', send('{"detail":"Model is overloaded"}', 'application/json'), 'failed', 'Model is overloaded'],
    [
      'as FastAPI’s list',
      send('{"detail":[{"loc":["body","messages"],"msg":"field required"}]}', 'application/json'),
      'failed',
      'body.messages: field required',
    ],
    ['as object: error', stream({ object: 'error', message: 'CUDA error', code: 50002 }), 'failed', 'CUDA error'],
    ['as type: error', stream({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }), 'busy', 'Overloaded'],
    [
      'in a choice',
      stream({ choices: [{ delta: {}, finish_reason: 'error', error: { code: 502, message: 'Upstream idle' } }] }),
      'failed',
      'Upstream idle',
    ],
    ['in a list', stream([{ error: { code: 429, message: 'Resource exhausted' } }]), 'busy', 'Resource exhausted'],
    [
      'in what a proxy passes on',
      stream({ error: { message: 'Provider returned error', code: 400, metadata: { raw: '{"error":{"message":"no such tool"}}' } } }),
      'refused',
      'Provider returned error; no such tool',
    ],
    ['as JSON in a text', stream({ error: '{"error":{"message":"inner words"}}' }), 'failed', 'inner words'],
    ['that is a name alone', stream({ error: { type: 'server_error', message: '' } }), 'failed', 'server_error'],
    ['that is a wrong key', stream({ error: { message: 'bad key', code: '401' } }), 'key', 'bad key'],
    ['that is a rate by its name', stream({ error: { message: 'slow down', type: 'rate_limit_error' } }), 'busy', 'slow down'],
    ['that is a missing model by its name', stream({ error: { message: 'no m', code: 'model_not_found' } }), 'notFound', 'no m'],
    ['with line breaks', stream({ error: { message: 'one\n\n two' } }), 'failed', 'one two'],
  ])('%s is a failure with its words', async (_, handler, reason, detail) => {
    const { url, host } = await serve({ [CHAT]: handler });
    expect(await getFailure(remoteEngine(url))).toEqual({ kind: 'endpoint', host, reason, detail });
  });

  it('keeps what was shown before it', async () => {
    const { url } = await serve({ [CHAT]: stream(delta('Half an '), { error: { message: 'out of memory' } }) });
    const { outcome, pieces } = await askChat(remoteEngine(url));
    expect(pieces.join('')).toBe('Half an ');
    expect(outcome).toMatchObject({ kind: 'failed', error: { reason: 'failed', detail: 'out of memory' } });
  });

  it('is the reason of a missing completion', async () => {
    const { url } = await serve({ [COMPLETIONS]: send('{"error":{"message":"model m is not loaded"}}', 'application/json') });
    const outcome = await remoteEngine(url).complete(place('x = ', '\n'), never);
    expect(outcome).toMatchObject({ kind: 'failed', error: { reason: 'failed', detail: 'model m is not loaded' } });
  });

  it('that says the prompt is too long makes it shorter', async () => {
    let asked = 0;
    const { url, bodies } = await serve({
      [CHAT]: (request, response) => {
        asked++;
        const refused = { error: { type: 'exceed_context_size_error', message: 'too big', n_prompt_tokens: 2500, n_ctx: 2048 } };
        (asked === 1 ? stream(refused) : stream(delta('Yes', 'stop')))(request, response);
      },
    });
    const turn = { user: { text: 'And then? '.repeat(20) }, answer: { text: 'Then more. '.repeat(20) } };
    const { text, droppedTurns } = await getAnswer(remoteEngine(url), question('Hi', { history: Array.from({ length: 40 }, () => turn) }));
    expect(text).toBe('Yes');
    const lengths = bodies(CHAT).map(({ messages }) => (messages as unknown[]).length);
    expect(lengths).toHaveLength(2);
    expect(lengths[1]).toBeLessThan(lengths[0] ?? 0);
    expect(droppedTurns).toBeGreaterThan(0);
  });

  it('that says how long the context is teaches that: the next conversation is short enough at once', async () => {
    const { url, bodies } = await serve({
      '/v1/models': send('{"data":[{"id":"m"}]}', 'application/json'),
      [CHAT]: (request, response) => {
        const tooLong = { error: { message: "The input (9000 tokens) is longer than the model's context length (1000 tokens)." } };
        (request.text.length > 2500 ? stream(tooLong) : stream(delta('Yes', 'stop')))(request, response);
      },
    });
    const turn = { user: { text: 'And then? '.repeat(20) }, answer: { text: 'Then more. '.repeat(20) } };
    const engine = remoteEngine(url);
    const ask = question('Hi', { history: Array.from({ length: 40 }, () => turn) });
    await getAnswer(engine, ask);
    const first = bodies(CHAT).length;
    expect(first).toBeGreaterThan(1);
    expect(engine.state.server.contextTokens).toBe(1000);
    await getAnswer(engine, ask);
    expect(bodies(CHAT).length - first).toBeLessThan(first);
  });

  it('that says the context is full in the midst of an answer ends it there', async () => {
    const { url } = await serve({
      [CHAT]: stream(delta('So far'), { error: { code: 500, message: 'Context size has been exceeded.', type: 'server_error' } }),
    });
    expect(await getAnswer(remoteEngine(url))).toMatchObject({ text: 'So far', stop: 'contextFull' });
  });

  it('is none where it is null, false or empty', () => {
    for (const error of [null, false, '', {}, [], { code: null, message: null }])
      expect(findError({ choices: [{ delta: { content: 'x' } }], error }), JSON.stringify(error)).toBeUndefined();
  });
});

describe('an error response', () => {
  it.each<[number, unknown, string, string]>([
    [400, { error: { message: 'because' } }, 'refused', 'because'],
    [400, { error: 'because' }, 'refused', 'because'],
    [400, { message: 'because' }, 'refused', 'because'],
    [422, { detail: [{ loc: ['body', 'model'], msg: 'Field required', type: 'missing' }] }, 'refused', 'body.model: Field required'],
    [422, { object: 'error', message: { detail: [{ msg: 'because', loc: ['body'] }] } }, 'refused', 'body: because'],
    [400, { error: { error: { error: { message: 'because' } } } }, 'refused', 'because'],
    [400, { errors: [{ message: 'one' }, { message: 'two' }] }, 'refused', 'one; two'],
    [404, { error: "model 'x' not found" }, 'notFound', "model 'x' not found"],
    [403, { detail: 'forbidden' }, 'key', 'forbidden'],
  ])('of %i with %j keeps the words', async (status, body, reason, detail) => {
    const { url, host } = await serve({
      [CHAT]: (_, response) => {
        json(response, body, status);
      },
    });
    expect(await getFailure(remoteEngine(url))).toEqual({ kind: 'endpoint', host, reason, detail });
  });

  it('has its words bounded and read, whatever its shape', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (body) => {
        expect(readErrorBody(body).message.length).toBeLessThanOrEqual(2000);
      }),
    );
    expect(readErrorBody(JSON.parse('['.repeat(5000) + ']'.repeat(5000))).message).toBe('');
    expect(readErrorBody({ error: { message: 'x'.repeat(1e6) } }).message).toHaveLength(2000);
    const long = remoteFailure(Object.assign(new Error(), { status: 400, error: { message: 'x'.repeat(1e6) } }), 'h');
    expect(long).toMatchObject({ detail: 'x'.repeat(300) });
  });
});

describe('no exception of our own code', () => {
  it('is blamed on the network', () => {
    for (const error of [new TypeError("Cannot read properties of undefined (reading '0')"), new RangeError('x'), new ReferenceError('y')])
      expect(remoteFailure(error, 'h')).toEqual({ kind: 'internal', detail: error.message });
    const wrapped = new Error('Connection error.', { cause: new TypeError('x is not a function') });
    expect(remoteFailure(wrapped, 'h')).toMatchObject({ kind: 'internal' });
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    for (const error of [new TypeError('fetch failed', { cause: refused }), new Error('Connection error.')])
      expect(remoteFailure(error, 'h')).toMatchObject({ kind: 'endpoint', reason: 'unreachable' });
  });

  it('comes of any JSON that a server may send', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        expect(() => [readPiece(value), readModels(value), findError(value)]).not.toThrow();
      }),
    );
    for (const deep of ['['.repeat(5000) + ']'.repeat(5000), `${'{"content":'.repeat(5000)}1${'}'.repeat(5000)}`]) {
      const value: unknown = JSON.parse(deep);
      expect(() => [
        readPiece(value),
        readPiece({ choices: [{ delta: { content: value } }] }),
        readModels(value),
        findError(value),
      ]).not.toThrow();
    }
  });

  it('comes of a server that speaks no HTTP, or closes at once', async () => {
    for (const say of ['SSH-2.0-OpenSSH_9.6\r\n', '']) {
      const server = createServer((socket) => socket.end(say)).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const error = await getFailure(remoteEngine(`http://127.0.0.1:${String(port)}/v1`));
      expect(error).toMatchObject({ kind: 'endpoint', reason: 'unreachable' });
      server.close();
    }
  });
});
