import { afterEach, describe, expect, it, vi } from 'vitest';
import { CancelSource } from '../../../../../src/host/llm/worker/cancelSource';
import { connect } from '../../../../../src/host/llm/server/serverConnection';
import { RemoteEngine } from '../../../../../src/host/llm/server/serverEngine';
import { remoteLimits } from '../../../../../src/host/llm/server/serverLimits';
import type { EndpointSettings } from '../../../../../src/host/llm/server/serverSettings';
import { place, question, remoteEngine } from '../../../../fixtures/servers/serverEngines';
import {
  ANSWER,
  CHAT,
  getAnswer,
  json,
  listModels,
  never,
  refuseIf,
  send,
  serve,
  stopServers,
  type Handler,
} from '../../../../fixtures/servers/strangeServer';

afterEach(stopServers);

const settings = (url: string): EndpointSettings => ({ url, model: '', useFor: 'both', contextTokens: 4096 });

/** Ollama, with the context that its model runs with, or with no running model where that is `undefined`. */
const ollama = (
  runningTokens: () => number | undefined,
  more: Readonly<Record<string, Handler>> = {},
): Readonly<Record<string, Handler>> => ({
  '/v1/models': listModels({ data: [{ id: 'm', owned_by: 'library' }] }),
  '/api/version': listModels({ version: '0.34.1' }),
  '/api/show': listModels({}),
  '/api/ps': (_, response) => {
    const tokens = runningTokens();
    json(response, { models: tokens === undefined ? [] : [{ name: 'm', context_length: tokens }] });
  },
  [CHAT]: ANSWER,
  ...more,
});

/** Settings that a test changes, and an engine that reads them. */
function changingEngine(url: string): { readonly engine: RemoteEngine; readonly set: (url: string) => void; readonly warned: string[] } {
  let current = url;
  const warned: string[] = [];
  const silent = (): void => undefined;
  const engine = new RemoteEngine({
    settings: () => settings(current),
    key: () => Promise.resolve(undefined),
    log: { error: silent, warn: (text) => warned.push(text), info: silent, debug: silent, trace: silent },
  });
  return { engine, set: (next) => (current = next), warned };
}

describe('the second look at a server', () => {
  it('comes after the first request that was answered, not after one that was cancelled', async () => {
    const source = new CancelSource();
    let isLoaded = false;
    const server = await serve(
      ollama(() => (isLoaded ? 3000 : undefined), {
        '/api/generate': (request, response) => {
          isLoaded = source.token.isCancellationRequested;
          if (!isLoaded) {
            source.cancel();
            return;
          }
          send('{"response":"a + b","done":true}\n', 'application/x-ndjson')(request, response);
        },
      }),
    );
    const engine = remoteEngine(server.url);
    expect(await engine.complete(place('x = ', '\n'), source.token)).toMatchObject({ value: { stop: 'cancelled' } });
    const found = new Promise<void>((resolve) => {
      engine.onDidChange(() => {
        if (engine.state.server.contextTokens === 3000) resolve();
      });
    });
    expect(await engine.complete(place('x = ', '\n'), never)).toMatchObject({ value: { text: 'a + b' } });
    await found;
    const urls = server.heard.map(({ url }) => url);
    expect(urls.filter((url) => url === '/props')).toHaveLength(2);
    expect(urls.lastIndexOf('/props')).toBeGreaterThan(urls.lastIndexOf('/api/generate'));
  });

  it('keeps a smaller context that a refusal told', async () => {
    const server = await serve(ollama(() => undefined));
    const connection = await connect(settings(server.url), undefined, remoteLimits);
    expect(connection.server.contextTokens).toBe(4096);
    connection.onDidLearn({ contextTokens: 1024 });
    await connection.refresh?.();
    expect(connection.server).toMatchObject({ dialect: 'Ollama', contextTokens: 1024 });
    expect(server.heard.filter(({ url }) => url === '/api/ps')).toHaveLength(2);
  });

  it('does not hide what is learnt after it', async () => {
    let refuses = false;
    const server = await serve(
      ollama(() => undefined, {
        [CHAT]: refuseIf((body) => refuses && 'seed' in body, { error: { message: 'Unknown parameter: seed' } }),
      }),
    );
    const engine = remoteEngine(server.url);
    await getAnswer(engine);
    await vi.waitFor(() => {
      expect(server.heard.filter(({ url }) => url === '/api/ps')).toHaveLength(2);
    });
    // The second look ends before another answer, as it was asked first.
    await getAnswer(engine);
    refuses = true;
    await getAnswer(engine);
    expect(engine.state.server.learnt).toEqual(['seed']);
  });
});

describe('the server that is shown', () => {
  it('is the one that is set, where one of earlier settings answers last', async () => {
    let release = (): void => undefined;
    const slow = await serve({
      '/v1/models': (request, response) => {
        release = () => {
          listModels({ data: [{ id: 'slow', max_model_len: 1000 }] })(request, response);
        };
      },
      [CHAT]: ANSWER,
    });
    const quick = await serve({ [CHAT]: ANSWER });
    for (const resets of [true, false]) {
      const { engine, set } = changingEngine(slow.url);
      const count = slow.heard.length;
      const first = getAnswer(engine);
      await vi.waitFor(() => {
        expect(slow.heard).toHaveLength(count + 1);
      });
      set(quick.url);
      if (resets) engine.reset();
      expect(engine.state.server).toMatchObject({ host: quick.host });
      await getAnswer(engine);
      release();
      await first;
      expect(engine.state.server).toMatchObject({ host: quick.host, model: 'm', contextTokens: 2048 });
      set(slow.url);
      expect(engine.state.server).toMatchObject({ host: slow.host, model: '' });
    }
  });

  it('may be removed while it is asked what it is', async () => {
    const { engine, set, warned } = changingEngine('http://127.0.0.1:1/v1');
    engine.start();
    set('');
    await vi.waitFor(() => {
      expect(warned).toHaveLength(1);
    }, 15_000);
    expect(warned[0]).toContain('127.0.0.1:1: ');
    expect(await engine.chat(question('Hi'), () => undefined, never)).toMatchObject({
      kind: 'failed',
      error: { kind: 'endpoint', reason: 'address' },
    });
  });
});

describe('a server that takes connections and says nothing', () => {
  it('does not keep a request that was stopped', async () => {
    const source = new CancelSource();
    const server = await serve({
      '/v1/models': () => {
        source.cancel();
      },
    });
    const engine = remoteEngine(server.url, { limits: { question: 600_000 } });
    expect(await engine.chat(question('Hi'), () => undefined, source.token)).toMatchObject({ kind: 'done', value: { stop: 'cancelled' } });
    expect(server.heard).toHaveLength(1);
  });
});
