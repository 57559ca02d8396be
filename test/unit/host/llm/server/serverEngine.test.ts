import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { CancelSource } from '../../../../../src/host/llm/worker/cancelSource';
import type { EngineErrorData } from '../../../../../src/contract/engineErrors';
import type { RemoteLimits } from '../../../../../src/host/llm/server/serverLimits';
import { place, question, remoteEngine } from '../../../../fixtures/servers/serverEngines';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const running: Server[] = [];

afterEach(async () => {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

const models: Handler = (_, response) => {
  json(response, { data: [{ id: 'm', object: 'model', max_model_len: 2048 }] });
};

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function events(response: ServerResponse, ...parts: readonly string[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const part of parts) response.write(`data: ${part}\n\n`);
}

const chunk = (text: string, finish: string | null = null): string =>
  JSON.stringify({ choices: [{ index: 0, delta: { content: text }, finish_reason: finish }] });

/** A server that misbehaves as a test says, and lists one model unless told otherwise. */
async function serve(handlers: Readonly<Record<string, Handler>>): Promise<{ url: string; host: string; heard: IncomingMessage[] }> {
  const heard: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    heard.push(request);
    const handler = { '/v1/models': models, ...handlers }[request.url ?? ''];
    if (handler === undefined) json(response, { error: { message: 'no such path' } }, 404);
    else handler(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  running.push(server);
  const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return { url: `http://${host}/v1`, host, heard };
}

const silentAfter =
  (...parts: readonly string[]): Handler =>
  (_, response) => {
    events(response, ...parts);
  };

const never = new CancelSource().token;

/** How a question fails, and what of the answer was shown before. */
async function failure(url: string, limits: Partial<RemoteLimits> = {}): Promise<{ error: EngineErrorData; shown: string }> {
  let shown = '';
  const outcome = await remoteEngine(url, { limits }).chat(
    question('Hello?'),
    (progress) => {
      if (progress.kind === 'text') shown += progress.text;
    },
    never,
  );
  if (outcome.kind !== 'failed') throw new Error(`it answered ${outcome.value.text}`);
  return { error: outcome.error, shown };
}

const chat = '/v1/chat/completions';

describe('a server', () => {
  it('has its context and its cost read, whatever it leaves out', async () => {
    const usage = { prompt_tokens: 40, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 32 } };
    const { url } = await serve({
      [chat]: (_, response) => {
        events(response, chunk('He'), chunk('llo'), chunk('', 'stop'), JSON.stringify({ choices: [], usage }), '[DONE]');
        response.end();
      },
    });
    const engine = remoteEngine(url);
    const outcome = await engine.chat(question('Hi'), () => undefined, never);
    expect(outcome).toMatchObject({
      kind: 'done',
      value: {
        text: 'Hello',
        tokens: [],
        stop: 'end',
        metrics: { promptTokens: 40, reusedTokens: 32, evaluatedTokens: 8, generatedTokens: 2 },
      },
    });
    expect(engine.state.server).toMatchObject({ model: 'm', contextTokens: 2048 });
  });

  it('that writes fast is heard in few pieces, each answer in its own', async () => {
    const letters = Array.from({ length: 400 }, (_, index) => String.fromCharCode(97 + (index % 26)));
    let asked = 0;
    const { url } = await serve({
      [chat]: (_, response) => {
        const mark = String(asked++);
        events(response, ...letters.map((letter) => chunk(letter + mark)), chunk('', 'stop'), '[DONE]');
        response.end();
      },
    });
    const engine = remoteEngine(url);
    const answers = [1, 2].map(async () => {
      const pieces: string[] = [];
      const outcome = await engine.chat(question('Hi'), (progress) => progress.kind === 'text' && pieces.push(progress.text), never);
      if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome.error));
      return { pieces, text: outcome.value.text };
    });
    for (const { pieces, text } of await Promise.all(answers)) {
      expect(pieces.join('')).toBe(text);
      expect(text).toBe(letters.map((letter) => letter + text.charAt(1)).join(''));
      expect(pieces.length).toBeLessThan(letters.length / 2);
    }
  });

  it('answers whole where a listener throws', async () => {
    const { url } = await serve({
      [chat]: (_, response) => {
        events(response, chunk('He'), chunk('llo'), chunk('', 'stop'), '[DONE]');
        response.end();
      },
    });
    const listener = (): void => {
      throw new Error('a defect');
    };
    expect(await remoteEngine(url).chat(question('Hi'), listener, never)).toMatchObject({ kind: 'done', value: { text: 'Hello' } });
  });

  it('that breaks off, or ends without an end, keeps what was shown', async () => {
    for (const end of [(response: ServerResponse) => response.destroy(), (response: ServerResponse) => response.end()]) {
      const { url } = await serve({
        [chat]: (_, response) => {
          events(response, chunk('Half an '), chunk('ans'));
          setTimeout(() => end(response), 20);
        },
      });
      const { error, shown } = await failure(url);
      expect(shown).toBe('Half an ans');
      expect(error).toMatchObject({ kind: 'endpoint' });
    }
  });

  it.each([
    [401, 'key'],
    [403, 'key'],
    [404, 'notFound'],
    [400, 'refused'],
  ] as const)('that answers with %i has failed for the reason %s', async (status, reason) => {
    const { url, host } = await serve({
      [chat]: (_, response) => {
        json(response, { error: { message: 'because' } }, status);
      },
    });
    const { error } = await failure(url);
    expect(error).toMatchObject({ kind: 'endpoint', host, reason });
    expect(JSON.stringify(error)).toContain('because');
  });

  it('that is busy is asked again when it says so', async () => {
    let asked = 0;
    const { url } = await serve({
      [chat]: (_, response) => {
        asked++;
        if (asked === 1) response.writeHead(429, { 'retry-after-ms': '5' }).end();
        else {
          events(response, chunk('Yes', 'stop'), '[DONE]');
          response.end();
        }
      },
    });
    const outcome = await remoteEngine(url).chat(question('Hi'), () => undefined, never);
    expect(outcome).toMatchObject({ kind: 'done', value: { text: 'Yes' } });
    expect(asked).toBe(2);
  });

  it('that talks nonsense is told from one that cannot be reached', async () => {
    const html = await serve({
      '/v1/models': (_, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Log in</p>');
      },
    });
    expect((await failure(html.url)).error).toMatchObject({ reason: 'malformed' });
    const garbage = await serve({
      [chat]: (_, response) => {
        events(response, '{"choices": [{');
        response.end();
      },
    });
    expect((await failure(garbage.url)).error).toMatchObject({ reason: 'malformed' });
    expect((await failure('http://127.0.0.1:1/v1')).error).toMatchObject({ reason: 'unreachable', host: '127.0.0.1:1' });
  });

  it('that writes a line without end is stopped before it fills the memory, and what was shown is kept', async () => {
    let sent = 0;
    const { url } = await serve({
      [chat]: (_, response) => {
        events(response, chunk('Well, '));
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536))) sent += 65_536;
        };
        response.on('drain', more);
        more();
      },
    });
    expect(await failure(url)).toMatchObject({ error: { reason: 'malformed', detail: 'a line of over 1048576 bytes' }, shown: 'Well, ' });
    // What is on its way between the two is all that comes on top.
    expect(sent).toBeLessThan(64 << 20);
  });

  it('that answers with a web page has not answered', async () => {
    const { url } = await serve({
      [chat]: (_, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Log in</p>');
      },
    });
    expect(await failure(url)).toMatchObject({ error: { kind: 'endpoint' }, shown: '' });
  });

  it('that sends elsewhere is not followed: neither code nor key goes there', async () => {
    const elsewhere = await serve({});
    const { url } = await serve({
      [chat]: (_, response) => {
        response.writeHead(307, { location: `${elsewhere.url}/chat/completions` }).end();
      },
    });
    const outcome = await remoteEngine(url, { key: 'secret' }).chat(question('Hi'), () => undefined, never);
    expect(outcome).toMatchObject({ kind: 'failed', error: { kind: 'endpoint' } });
    expect(elsewhere.heard).toEqual([]);
  });

  it('gets the key that is its own, and none where there is none', async () => {
    const { url, heard } = await serve({});
    await remoteEngine(url, { key: 'secret' }).chat(question('Hi'), () => undefined, never);
    await remoteEngine(url).chat(question('Hi'), () => undefined, never);
    const keys = new Set(heard.map(({ headers }) => headers.authorization));
    expect(keys).toEqual(new Set(['Bearer secret', undefined]));
  });

  it('hears that a request was cancelled', async () => {
    let close = (): void => undefined;
    const closed = new Promise<void>((resolve) => (close = resolve));
    const { url } = await serve({
      [chat]: (_, response) => {
        events(response, chunk('One '));
        response.on('close', () => {
          close();
        });
      },
    });
    const source = new CancelSource();
    const outcome = await remoteEngine(url).chat(
      question('Count.'),
      () => {
        source.cancel();
      },
      source.token,
    );
    expect(outcome).toMatchObject({ kind: 'done', value: { stop: 'cancelled', text: 'One ' } });
    await closed;
  });

  it('fills in by what it knows, which is found out once', async () => {
    const bodies: unknown[] = [];
    const { url } = await serve({
      '/v1/completions': (request, response) => {
        let body = '';
        request.on('data', (part: Buffer) => (body += part.toString()));
        request.on('end', () => {
          const asked = JSON.parse(body) as { readonly suffix?: string };
          bodies.push(asked.suffix);
          if (asked.suffix !== undefined) {
            json(response, { error: { message: 'suffix is not supported' } }, 400);
            return;
          }
          events(response, JSON.stringify({ choices: [{ text: ' a + b\nprint(1)', finish_reason: null }] }));
        });
      },
    });
    const engine = remoteEngine(url);
    for (let count = 0; count < 2; count++) {
      const outcome = await engine.complete(place('def add(a, b):\n    return ', '\n'), never);
      expect(outcome).toMatchObject({ kind: 'done', value: { text: 'a + b', stop: 'rule' } });
    }
    expect(bodies).toEqual(['\n', undefined, undefined]);
  });

  it('is asked for nothing ahead', async () => {
    const { url, heard } = await serve({});
    await remoteEngine(url).complete(place('x', '', { ahead: true }), never);
    expect(heard).toEqual([]);
  });

  it('that falls silent is waited for only so long, before an answer and in the midst of it', async () => {
    const before = await serve({ [chat]: silentAfter() });
    expect(await failure(before.url, { firstToken: 50 })).toMatchObject({ error: { kind: 'endpoint', reason: 'timeout' }, shown: '' });
    const amidst = await serve({ [chat]: silentAfter(chunk('Half an ')) });
    const { error, shown } = await failure(amidst.url, { nextToken: 50 });
    expect([error, shown]).toMatchObject([{ kind: 'endpoint', reason: 'timeout' }, 'Half an ']);
    const mute = await serve({ '/v1/models': () => undefined });
    expect((await failure(mute.url, { question: 300 })).error).toMatchObject({ reason: 'timeout' });
    expect(mute.heard.length).toBe(3);
  });

  it('that falls silent in the midst of a ghost text has given none, and is in trouble', async () => {
    const { url, heard } = await serve({
      '/v1/completions': silentAfter(JSON.stringify({ choices: [{ text: 'half', finish_reason: null }] })),
    });
    const engine = remoteEngine(url, { limits: { ghostText: 60, pause: 3_600_000 } });
    const first = await engine.complete(place('x = '), never);
    expect(first).toMatchObject({ kind: 'failed', error: { kind: 'endpoint', reason: 'timeout' } });
    const count = heard.length;
    expect(await engine.complete(place('x = '), never)).toEqual(first);
    expect(heard).toHaveLength(count);
  });

  it('that was cancelled in its trouble is no less in trouble', async () => {
    const { url, heard } = await serve({ '/v1/completions': silentAfter(), [chat]: silentAfter(chunk('One ')) });
    const engine = remoteEngine(url, { limits: { ghostText: 60, pause: 3_600_000 } });
    await engine.complete(place('x = '), never);
    const source = new CancelSource();
    await engine.chat(
      question('Count.'),
      () => {
        source.cancel();
      },
      source.token,
    );
    const count = heard.length;
    expect(await engine.complete(place('x = '), never)).toMatchObject({ kind: 'failed', error: { reason: 'timeout' } });
    expect(heard).toHaveLength(count);
  });

  it('without a certificate that somebody vouches for is refused, and hears no question', async () => {
    const file = (name: string): Promise<Buffer> => readFile(new URL(`../../../../fixtures/tls/${name}.pem`, import.meta.url));
    const heard: unknown[] = [];
    const server = createTlsServer({ key: await file('key'), cert: await file('certificate') }, (request) => heard.push(request));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    running.push(server);
    const { error } = await failure(`https://localhost:${String((server.address() as AddressInfo).port)}/v1`);
    expect(error).toMatchObject({ kind: 'endpoint', reason: 'certificate' });
    expect(heard).toEqual([]);
  });

  it('that counts more tokens than was estimated gets a shorter conversation', async () => {
    const asked: number[] = [];
    const { url } = await serve({
      [chat]: (request, response) => {
        let body = '';
        request.on('data', (part: Buffer) => (body += part.toString()));
        request.on('end', () => {
          asked.push((JSON.parse(body) as { readonly messages: unknown[] }).messages.length);
          if (asked.length < 3) {
            const message = "This model's maximum context length is 2048 tokens. However, you requested 2500 tokens.";
            json(response, { object: 'error', message, type: 'BadRequestError', code: 400 }, 400);
            return;
          }
          events(response, chunk('Yes', 'stop'), '[DONE]');
          response.end();
        });
      },
    });
    const turn = { user: { text: 'And then? '.repeat(20) }, answer: { text: 'Then more. '.repeat(20) } };
    const history = Array.from({ length: 40 }, () => turn);
    const outcome = await remoteEngine(url).chat(question('Hi', { history }), () => undefined, never);
    expect(outcome).toMatchObject({ kind: 'done', value: { text: 'Yes' } });
    expect(asked).toHaveLength(3);
    expect(asked).toEqual([...asked].sort((a, b) => b - a));
    expect(new Set(asked).size).toBe(3);
    if (outcome.kind === 'done') expect(asked.at(-1)).toBe(2 + 2 * (40 - outcome.value.droppedTurns));
  });

  it('that finds a question by itself too long is not asked the same again', async () => {
    const { url, heard } = await serve({
      [chat]: (_, response) => {
        json(
          response,
          {
            error: {
              code: 400,
              message: 'the request exceeds the available context size',
              type: 'exceed_context_size_error',
              n_prompt_tokens: 2500,
              n_ctx: 2048,
            },
          },
          400,
        );
      },
    });
    expect((await failure(url)).error).toMatchObject({ kind: 'promptTooLong', promptTokens: 2500, contextTokens: 2048 });
    expect(heard.filter((request) => request.url === chat)).toHaveLength(1);
  });

  it('that cannot be reached is not asked for ghost text with every key', async () => {
    let up = false;
    const { url, heard } = await serve({
      '/v1/models': (request, response) => {
        if (up) models(request, response);
        else json(response, { error: { message: 'down' } }, 401);
      },
      [chat]: (_, response) => {
        events(response, chunk('Yes', 'stop'), '[DONE]');
        response.end();
      },
      '/v1/completions': (_, response) => {
        events(response, JSON.stringify({ choices: [{ text: ' a + b\n', finish_reason: null }] }));
      },
    });
    const engine = remoteEngine(url, { limits: { pause: 3_600_000 } });
    const ghost = (): ReturnType<typeof engine.complete> => engine.complete(place('def add(a, b):\n    return '), never);
    const first = await ghost();
    expect(first).toMatchObject({ kind: 'failed', error: { reason: 'key' } });
    const count = heard.length;
    expect(await ghost()).toEqual(first);
    expect(heard).toHaveLength(count);
    up = true;
    // A question is asked all the same, and its answer ends the pause.
    expect(await engine.chat(question('Hi'), () => undefined, never)).toMatchObject({ kind: 'done' });
    expect(await ghost()).toMatchObject({ kind: 'done', value: { text: 'a + b' } });
  });
});
