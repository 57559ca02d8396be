import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { remoteFailure } from '../../../../../src/host/engine/remote/failures';
import { readPiece } from '../../../../../src/host/engine/remote/reading/answerPiece';
import { findError, readErrorBody } from '../../../../../src/host/engine/remote/reading/errorBody';
import { readEvents } from '../../../../../src/host/engine/remote/reading/eventStream';
import { readModels } from '../../../../../src/host/engine/remote/reading/modelList';
import { place, question, remoteEngine } from '../../../../fixtures/remote';
import {
  getAnswer,
  askChat,
  CHAT,
  COMPLETIONS,
  getCompletion,
  delta,
  getFailure,
  json,
  never,
  send,
  serve,
  stopServers,
  stream,
  type Handler,
} from '../../../../fixtures/strangeServer';

afterEach(stopServers);

const usage = { prompt_tokens: 40, completion_tokens: 2 };
const line = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const HI = line(delta('Hi', 'stop'));

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

async function answerTo(handler: Handler): Promise<string> {
  const { url } = await serve({ [CHAT]: handler });
  const { text, stop } = await getAnswer(remoteEngine(url));
  return `${text}|${stop}`;
}

describe('an answer that is nearly standard stands', () => {
  it.each<[string, Handler]>([
    ['usage without choices at the end', stream(delta('Hi'), delta('', 'stop'), { usage })],
    ['choices: null', stream(delta('Hi'), { choices: null }, delta('', 'stop'), { choices: null, usage })],
    ['a chunk that is null, a number, a text, an array, {}', stream(null, 1, 'x', [], {}, delta('Hi', 'stop'))],
    ['choices: [null]', stream({ choices: [null] }, delta('Hi', 'stop'))],
    ['choices: {}', stream({ choices: {} }, delta('Hi', 'stop'))],
    ['no delta', stream({ choices: [{ index: 0 }] }, delta('Hi'), { choices: [{ finish_reason: 'stop' }] })],
    ['delta: null', stream(delta('Hi'), { choices: [{ delta: null, finish_reason: 'stop' }] })],
    ['content: null', stream({ choices: [{ delta: { role: 'assistant', content: null } }] }, delta('Hi', 'stop'))],
    ['message instead of delta', stream({ choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] })],
    ['text instead of delta', stream({ choices: [{ text: 'Hi', finish_reason: 'stop' }] })],
    [
      'the whole message beside each delta',
      stream({ choices: [{ delta: { content: 'Hi' }, message: { content: 'Hi' }, finish_reason: 'stop' }] }),
    ],
    [
      'usage: null, error: null, usage of texts',
      stream({ ...(delta('Hi', 'stop') as object), usage: null, error: null }, { usage: { prompt_tokens: 'x' } }),
    ],
    ['a finish reason that is empty until the end', stream(delta('H', ''), delta('i', ''), delta('', 'eos'))],
    [
      'a second choice',
      stream({
        choices: [
          { index: 1, delta: { content: 'No' } },
          { index: 0, delta: { content: 'Hi' }, finish_reason: 'stop' },
        ],
      }),
    ],
    ['no finish reason but [DONE]', stream(delta('Hi'))],
    ['no [DONE]', send(HI)],
    ['no blank line at the end', send(HI.trimEnd())],
    ['no blank lines at all', send(`data: ${JSON.stringify(delta('H'))}\ndata: ${JSON.stringify(delta('i', 'stop'))}\ndata: [DONE]\n`)],
    ['CRLF', send(HI.replaceAll('\n', '\r\n'))],
    ['CR', send(HI.replaceAll('\n', '\r'))],
    ['a byte order mark', send(`\uFEFF${HI}`)],
    ['comments', send(`: ping\n\n: OPENROUTER PROCESSING\n\n${HI}: bye\n\n`)],
    ['keep-alive events without data', send(`event: ping\n\nevent: ping\ndata:\n\ndata: \n\n${HI}`)],
    ['comments inside of events', send(`data: : keepalive\n\n${HI.replace('data:', 'data: : OPENROUTER PROCESSING\n\ndata:')}`)],
    ['many words that keep the connection alive', send(`${'data: ping\n\n'.repeat(300)}${HI}`)],
    ['ids, retry and event names', send(`id: 1\nretry: 10\nevent: message\n${HI}`)],
    ['no space behind data:', send(HI.replace('data: ', 'data:'))],
    ['garbage before the answer', send(`data: hello\n\n${HI}`)],
    ['an event over several lines', send(`${JSON.stringify(delta('Hi', 'stop'), null, 2).replace(/^/gm, 'data: ')}\n\n`)],
    ['something after [DONE]', send(`${HI}data: [DONE]\n\ndata: {"error":"late"}\n\n`)],
    ['an error behind its end', stream(delta('Hi', 'stop'), { error: { message: 'usage is unknown' } })],
    ['text/plain as its type', send(HI, 'text/plain')],
    ['JSON as its type', send(HI, 'application/json')],
    ['no type', send(HI, '')],
    ['a JSON document a line', send(`${JSON.stringify(delta('Hi'))}\n${JSON.stringify(delta('', 'stop'))}\n`, 'application/x-ndjson')],
    ['Ollama’s own form', send('{"message":{"content":"Hi"},"done":false}\n{"done":true,"done_reason":"stop"}\n', 'application/x-ndjson')],
    [
      'a whole answer',
      send(JSON.stringify({ choices: [{ message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }] }), 'application/json'),
    ],
    ['a whole answer without a finish reason', send(JSON.stringify({ choices: [{ message: { content: 'Hi' } }] }), 'application/json')],
    ['a whole answer over several lines', send(JSON.stringify({ choices: [{ message: { content: 'Hi' } }] }, null, 2), 'application/json')],
  ])('with %s', async (_, handler) => {
    expect(await answerTo(handler)).toBe('Hi|end');
  });

  it('with a connection that stays open behind its end', async () => {
    const { url } = await serve({
      [CHAT]: (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(HI);
      },
    });
    expect(await getAnswer(remoteEngine(url, { limits: { afterEnd: 20 } }))).toMatchObject({ text: 'Hi', stop: 'end' });
  });

  it('with a connection that breaks behind its end', async () => {
    const { url } = await serve({
      [CHAT]: (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'content-length': '10000' });
        response.write(HI, () => response.destroy());
      },
    });
    expect(await getAnswer(remoteEngine(url))).toMatchObject({ text: 'Hi', stop: 'end' });
  });

  it('with bytes that are cut anywhere', async () => {
    const bytes = new TextEncoder().encode(
      `\uFEFF: 你好\r\n\r\n${line(delta('Grüße 🙂 你好'))}event: x\r\n${line(delta('', 'stop'))}data: [DONE]\n\n`,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 20 }), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, index) => bytes.slice(places[index], end));
        let text = '';
        for await (const item of readEvents(streamOf(chunks), 10_000)) if (item.kind === 'value') text += readPiece(item.value).text;
        expect(text).toBe('Grüße 🙂 你好');
      }),
    );
  });

  it('with costs that are wrong: none is stored that a conversation cannot hold', async () => {
    const { url } = await serve({
      [CHAT]: stream(delta('Hi', 'stop'), {
        choices: [],
        usage: { prompt_tokens: -3, completion_tokens: 1e300, prompt_tokens_details: { cached_tokens: 'x' } },
        timings: { prompt_n: 2.5, cache_n: 9 },
      }),
    });
    const { metrics } = await getAnswer(remoteEngine(url));
    expect(metrics).toMatchObject({ promptTokens: 0, reusedTokens: 0, evaluatedTokens: 0, generatedTokens: 1 });
  });

  it('with more reused tokens than the prompt has', async () => {
    const { url } = await serve({
      [CHAT]: stream(delta('Hi', 'stop'), { usage: { prompt_tokens: 5, prompt_tokens_details: { cached_tokens: 50 } } }),
    });
    expect((await getAnswer(remoteEngine(url))).metrics).toMatchObject({ promptTokens: 5, reusedTokens: 5, evaluatedTokens: 0 });
  });
});

describe('content as parts', () => {
  const part = (...content: readonly unknown[]): unknown => ({ choices: [{ index: 0, delta: { content } }] });
  const end = { choices: [{ delta: {}, finish_reason: 'stop' }] };

  it.each<[string, readonly unknown[]]>([
    ['texts', [part({ type: 'text', text: 'Hi' }), delta(' there'), end]],
    [
      'a thought before',
      [part({ type: 'thinking', thinking: [{ type: 'text', text: 'Hmm' }] }), part({ type: 'text', text: 'Hi there' }), end],
    ],
    [
      'thought and text in one chunk',
      [part({ type: 'thinking', thinking: 'Hmm' }, { type: 'text', text: 'Hi' }, { type: 'text', text: ' there' }), end],
    ],
    ['a reasoning part', [part({ type: 'reasoning', text: 'Hmm' }, { type: 'output_text', text: 'Hi there' }), end]],
    ['bare texts', [part('Hi', ' there'), end]],
    ['no type', [part({ text: 'Hi there' }), end]],
    ['a value inside', [part({ type: 'text', text: { value: 'Hi there' } }), end]],
    ['one object', [{ choices: [{ delta: { content: { type: 'text', text: 'Hi there' } } }] }, end]],
    [
      'pictures and references',
      [
        part({ type: 'image_url', image_url: { url: 'x' } }, { type: 'text', text: 'Hi there' }, { type: 'reference', reference_ids: [1] }),
        end,
      ],
    ],
    ['nothing', [part(), part(null, 7), delta('Hi there', 'stop')]],
    ['a thought beside', [{ choices: [{ delta: { reasoning_content: 'Hmm', content: '' } }] }, delta('Hi there', 'stop')]],
    [
      'a thought under another name',
      [{ choices: [{ delta: { reasoning: 'Hmm' } }] }, { choices: [{ delta: { thinking: 'Hmm' } }] }, delta('Hi there', 'stop')],
    ],
  ])('is text with %s', async (_, parts) => {
    const { url } = await serve({ [CHAT]: stream(...parts) });
    expect(await getAnswer(remoteEngine(url))).toMatchObject({ text: 'Hi there', stop: 'end' });
  });

  it.each<[string, string | null]>([
    ['length', 'length'],
    ['stop', 'stop'],
  ])('a thought alone until the finish reason %s is no empty answer', async (_, finish) => {
    const { url, host } = await serve({
      [CHAT]: stream(
        { choices: [{ delta: { reasoning_content: 'Let me think' } }] },
        { choices: [{ delta: { content: '\n' }, finish_reason: finish }] },
      ),
    });
    expect(await getFailure(remoteEngine(url))).toEqual({ kind: 'endpoint', host, reason: 'onlyThought', detail: 'only a thought' });
  });

  it('is never an object’s name, whatever a part is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (content) => {
        const { text } = readPiece({ choices: [{ delta: { content } }] });
        if (!JSON.stringify(content).includes('[object')) expect(text).not.toContain('[object');
      }),
    );
  });
});

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

describe('a completion that is nearly standard stands', () => {
  it.each<[string, Handler]>([
    ['usage alone', stream({ usage }, { choices: [{ text: 'a + b' }] }, { choices: null, usage })],
    ['a delta', stream({ choices: [{ delta: { content: 'a + b' }, finish_reason: 'stop' }] })],
    ['a whole answer', send('{"choices":[{"text":"a + b","finish_reason":"stop"}]}', 'application/json')],
    ['no [DONE]', send(line({ choices: [{ text: 'a + b', finish_reason: 'length' }] }))],
    ['keep-alive events', send(`event: ping\ndata:\n\n${line({ choices: [{ text: 'a + b', finish_reason: 'stop' }] })}`)],
  ])('with %s', async (_, handler) => {
    const { url } = await serve({ [COMPLETIONS]: handler });
    expect(await getCompletion(remoteEngine(url), place('def add(a, b):\n    return ', '\n'))).toMatchObject({ text: 'a + b' });
  });
});
