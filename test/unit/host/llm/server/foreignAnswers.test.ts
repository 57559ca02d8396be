import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { readPiece } from '../../../../../src/host/llm/server/reading/answerPiece';
import { readEvents } from '../../../../../src/host/llm/server/reading/eventStream';
import { place, remoteEngine } from '../../../../fixtures/servers/serverEngines';
import {
  getAnswer,
  CHAT,
  COMPLETIONS,
  getCompletion,
  delta,
  getFailure,
  send,
  serve,
  stopServers,
  stream,
  type Handler,
} from '../../../../fixtures/servers/strangeServer';

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
