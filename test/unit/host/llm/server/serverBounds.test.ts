import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { OversizeError } from '../../../../../src/host/llm/server/boundedFetch';
import { maxAnswerCharacters } from '../../../../../src/host/llm/server/serverLimits';
import { readEvents, type StreamItem } from '../../../../../src/host/llm/server/reading/eventStream';
import { place, question, remoteEngine } from '../../../../fixtures/servers/serverEngines';
import {
  getAnswer,
  askChat,
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

/** Writes the same again for as long as somebody reads, and counts the bytes. */
function flood(part: string, type = 'text/event-stream'): { readonly handler: Handler; readonly sent: () => number } {
  let sent = 0;
  const write = async (response: ServerResponse): Promise<void> => {
    response.writeHead(200, { 'content-type': type });
    const piece = part.repeat(Math.ceil(65_536 / part.length));
    while (!response.destroyed) {
      sent += piece.length;
      if (response.write(piece)) continue;
      const settled = new AbortController();
      await Promise.race(['drain', 'close'].map((name) => once(response, name, { signal: settled.signal }))).finally(() => {
        settled.abort();
      });
    }
  };
  return { handler: (_, response) => void write(response), sent: () => sent };
}

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
/** What is on its way between two sockets, and what a bounded reader takes. */
const ON_THE_WAY = 24 << 20;

describe('a server that writes without end', () => {
  it.each<[string, string]>([
    ['in short pieces', event(delta('word '))],
    ['in long pieces', event(delta('word '.repeat(20_000)))],
    ['a thought', event({ choices: [{ delta: { reasoning_content: 'hmm ' } }] })],
  ])('%s is cut off at 32 characters a token, and what came is kept', async (_, part) => {
    const { handler, sent } = flood(part);
    const { url, host } = await serve({ [CHAT]: handler });
    const { outcome, pieces } = await askChat(remoteEngine(url), question('Hi', { maxTokens: 16 }));
    expect(outcome).toEqual({ kind: 'failed', error: { kind: 'endpoint', host, reason: 'oversize', detail: 'more than 512 characters' } });
    const shown = pieces.join('');
    if (!part.includes('reasoning')) expect(shown).toBe('word '.repeat(103).slice(0, 512));
    expect(sent()).toBeLessThan(ON_THE_WAY);
  });

  it.each<[string, string]>([
    ['of nothing', event({ choices: [] })],
    ['of comments', ': ping\n\n'],
    ['of garbage', 'data: x\n\n'],
  ])('chunks %s is given up after a bounded number of bytes', async (_, part) => {
    const { handler, sent } = flood(part);
    const { url } = await serve({ [CHAT]: handler });
    expect(await getFailure(remoteEngine(url), question('Hi', { maxTokens: 16 }))).toMatchObject({ reason: 'malformed' });
    expect(sent()).toBeLessThan(ON_THE_WAY);
  });

  it.each<[string, string, string]>([
    ['of an error page', 'x', 'text/html'],
    ['of JSON', '[1,', 'application/json'],
    ['of lines of a document', '{\n', 'application/json'],
  ])('a body %s is given up after a bounded number of bytes', async (_, part, type) => {
    const { handler, sent } = flood(part, type);
    const { url } = await serve({ [CHAT]: handler, '/props': handler, '/api/tags': handler });
    expect(await getFailure(remoteEngine(url))).toMatchObject({ reason: 'malformed' });
    expect(sent()).toBeLessThan(3 * ON_THE_WAY);
  });

  it('a list of models is given up after a bounded number of bytes, as events too', async () => {
    for (const type of ['application/json', 'text/event-stream']) {
      const { handler, sent } = flood('{"id":"m"},\n', type);
      const { url } = await serve({ '/v1/models': handler });
      expect((await askChat(remoteEngine(url))).outcome.kind).toBe('failed');
      expect(sent()).toBeLessThan(4 * ON_THE_WAY);
    }
  });

  it('a completion is cut off at 16 characters a token, and judged by the same rules', async () => {
    const { handler, sent } = flood(event({ choices: [{ text: 'wordword' }] }));
    const { url } = await serve({ [COMPLETIONS]: handler });
    const { text, stop } = await getCompletion(remoteEngine(url), place('x = ', '\n', { maxTokens: 8 }));
    expect([text, stop]).toEqual(['wordword'.repeat(16), 'maxTokens']);
    expect(sent()).toBeLessThan(ON_THE_WAY);
  });

  it('that only keeps the connection alive is waited for no longer than one that is silent', async () => {
    const { url } = await serve({
      [CHAT]: (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const timer = setInterval(() => response.write(`: ping\n\n${event({ choices: [{ delta: { role: 'assistant' } }] })}`), 5);
        response.on('close', () => {
          clearInterval(timer);
        });
      },
    });
    expect(await getFailure(remoteEngine(url, { limits: { firstToken: 100 } }))).toMatchObject({ reason: 'timeout' });
  });

  it('in time is given up, and what came is kept', async () => {
    const { url } = await serve({
      [CHAT]: (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const timer = setInterval(() => response.write(event(delta('x'))), 5);
        response.on('close', () => {
          clearInterval(timer);
        });
      },
    });
    const { outcome, pieces } = await askChat(remoteEngine(url, { limits: { answer: 2_000 } }), question('Hi', { maxTokens: 100_000 }));
    expect(outcome).toMatchObject({ kind: 'failed', error: { reason: 'timeout' } });
    expect(pieces.length).toBeGreaterThan(0);
  });
});

describe('the bound of an answer', () => {
  it('is never reached by one that is as long as it may be', async () => {
    const { url } = await serve({ [CHAT]: stream(delta('x'.repeat(512)), delta('', 'length')) });
    expect(await getAnswer(remoteEngine(url), question('Hi', { maxTokens: 16 }))).toMatchObject({
      text: 'x'.repeat(512),
      stop: 'maxTokens',
    });
    expect([0, 1, 16, 1e9].map(maxAnswerCharacters)).toEqual([4_000_000, 32, 512, 4_000_000]);
  });

  it('does not fall inside a character', async () => {
    const { url } = await serve({ [CHAT]: stream(delta(`x${'🙂'.repeat(300)}`, 'stop')) });
    const { pieces } = await askChat(remoteEngine(url), question('Hi', { maxTokens: 16 }));
    expect(pieces.join('')).toBe(`x${'🙂'.repeat(255)}`);
  });

  it('counts bytes, lines and documents of a stream', async () => {
    const read = async (text: string, maxBytes: number): Promise<StreamItem[]> => {
      const items: StreamItem[] = [];
      for await (const item of readEvents(new Blob([text]).stream(), maxBytes)) items.push(item);
      return items;
    };
    await expect(read(event(1).repeat(100), 500)).rejects.toThrow(OversizeError);
    await expect(read('x'.repeat(2 << 20), 8 << 20)).rejects.toThrow('a line of over');
    await expect(read('{ "a": [\n'.repeat(1 << 19), 8 << 20)).rejects.toThrow(OversizeError);
    expect(await read(event(1).repeat(100), 5000)).toHaveLength(100);
  });
});

describe('a text is never cut inside a character', () => {
  it('on its way to a server', async () => {
    const server = await serve({
      '/props': send('{"default_generation_settings":{"n_ctx":4096}}', 'application/json'),
      '/infill': stream({ content: 'a + b', stop: true }),
      [CHAT]: stream(delta('Yes', 'stop')),
      [COMPLETIONS]: stream({ choices: [{ text: 'a + b' }] }),
    });
    const local = remoteEngine(server.url);
    const other = await serve({ [COMPLETIONS]: stream({ choices: [{ text: 'a + b' }] }) });
    const remote = remoteEngine(other.url);
    const half = '🙂'.slice(0, 1);
    for (const engine of [local, remote]) {
      for (const pad of [998, 999, 1000]) {
        const params = place(`${'🙂'.repeat(3000)}${'y'.repeat(pad)} = `, `${'x'.repeat(pad)}🙂 and more`, {
          related: [{ path: 'b.py', text: `# ${half}` }],
        });
        await getCompletion(engine, params);
      }
      await getCompletion(engine, place(`a${half}`, `${'🙂'.slice(1)}b`));
    }
    await getAnswer(local, question(`What is ${half}?`, { system: half, history: [{ user: { text: half }, answer: { text: half } }] }));
    const bodies = [...server.bodies('/infill'), ...server.bodies(CHAT), ...other.bodies(COMPLETIONS)];
    expect(bodies.length).toBeGreaterThanOrEqual(9);
    for (const body of bodies) expect(everyText(body).filter((text) => !isWellFormed(text))).toEqual([]);
    expect(server.bodies('/infill')[1]?.['input_suffix']).toBe('x'.repeat(999));
  });

  it('on its way to the user', async () => {
    const [high, low] = ['🙂'.slice(0, 1), '🙂'.slice(1)];
    const { url } = await serve({ [CHAT]: stream(delta(`a${high}`), delta(`${low}b${high}`), delta('', 'stop')) });
    const { outcome, pieces } = await askChat(remoteEngine(url));
    expect(pieces.every(isWellFormed)).toBe(true);
    expect(outcome).toMatchObject({ kind: 'done', value: { text: 'a🙂b\uFFFD' } });
    expect(pieces.join('')).toBe('a🙂b\uFFFD');
  });
});

function everyText(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(everyText) : [];
}

function isWellFormed(text: string): boolean {
  return !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text);
}
