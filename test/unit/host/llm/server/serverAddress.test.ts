import { afterEach, describe, expect, it } from 'vitest';
import { parseEndpoint, readAddressQuery } from '../../../../../src/host/llm/server/serverSettings';
import { remoteEngine } from '../../../../fixtures/servers/serverEngines';
import {
  ANSWER,
  getAnswer,
  CHAT,
  COMPLETIONS,
  getCompletion,
  getFailure,
  json,
  listModels,
  send,
  serve,
  stopServers,
  stream,
  type Handler,
} from '../../../../fixtures/servers/strangeServer';

afterEach(stopServers);

const list = listModels({ data: [{ id: 'm', max_model_len: 1024 }] });

describe('an address without /v1', () => {
  it.each<[string, Handler | undefined]>([
    ['404 of FastAPI', undefined],
    ['404 of Ollama', send('404 page not found', 'text/plain', 404)],
    ['405', send('{"detail":"Method Not Allowed"}', 'application/json', 405)],
    ['a web page', send('<!doctype html><title>Open WebUI</title>', 'text/html')],
    ['200 of LM Studio', send('{"error":"Unexpected endpoint or method. (GET /models)"}', 'application/json')],
    ['JSON that is no list', send('{"status":"ok"}', 'application/json')],
    ['plain text', send('Ollama is running', 'text/plain')],
  ])('is found below it after %s, once', async (_, models) => {
    const server = await serve({
      ...(models ? { '/models': models } : {}),
      [CHAT]: ANSWER,
      [COMPLETIONS]: stream({ choices: [{ text: 'a + b' }] }),
    });
    const engine = remoteEngine(`http://${server.host}`);
    for (let count = 0; count < 2; count++) expect((await getAnswer(engine)).text).toBe('Yes');
    expect((await getCompletion(engine)).text).toBe('a + b');
    expect(server.heard.filter(({ url }) => url === '/models')).toHaveLength(1);
    expect(engine.state.server).toMatchObject({ host: server.host, contextTokens: 2048 });
  });

  it('is used as it is where there is an API', async () => {
    const server = await serve({ '/models': list, '/chat/completions': ANSWER });
    expect((await getAnswer(remoteEngine(`http://${server.host}/`))).text).toBe('Yes');
    expect(server.heard.filter(({ url }) => url.startsWith('/v1'))).toEqual([]);
  });

  it('but with a folder, or with Ollama’s own API', async () => {
    const proxied = await serve({ '/llm/v1/models': list, '/llm/v1/chat/completions': ANSWER });
    expect((await getAnswer(remoteEngine(`http://${proxied.host}/llm/`))).text).toBe('Yes');
    const ollama = await serve({ [CHAT]: ANSWER });
    expect((await getAnswer(remoteEngine(`http://${ollama.host}/api`))).text).toBe('Yes');
  });

  it('is said to be wrong where there is no API at all', async () => {
    const server = await serve({ '/v1/models': send('Not Found', 'text/plain', 404) });
    for (const path of ['', '/v1']) {
      const error = await getFailure(remoteEngine(`http://${server.host}${path}`));
      expect(error).toMatchObject({ kind: 'endpoint', reason: 'address' });
    }
  });

  it('is said to be wrong where the model is set and the question finds nothing', async () => {
    const server = await serve({ '/v1/models': send('Not Found', 'text/plain', 404) });
    expect(await getFailure(remoteEngine(`http://${server.host}`, { model: 'm' }))).toMatchObject({ reason: 'address' });
  });

  it('is not looked for below where the key is wrong or the server fails', async () => {
    const wrongKey: Handler = (_, response) => {
      json(response, { error: { message: 'no key' } }, 401);
    };
    const server = await serve({ '/models': wrongKey });
    expect(await getFailure(remoteEngine(`http://${server.host}`))).toMatchObject({ reason: 'key' });
    expect(server.heard.filter(({ url }) => url.startsWith('/v1'))).toEqual([]);
  });
});

describe('an address', () => {
  it.each(['/v1/chat/completions', '/v1/completions/', '/v1/models', '/v1/'])('with %s is that of the API', async (path) => {
    const server = await serve({ [CHAT]: ANSWER });
    expect((await getAnswer(remoteEngine(`http://${server.host}${path}`))).text).toBe('Yes');
    expect(parseEndpoint(`http://gpu${path}`)?.href).toBe('http://gpu/v1');
  });

  it('has its query sent with every request, and shown nowhere', async () => {
    const server = await serve({
      '/v1/models?': list,
      '/v1/chat/completions?': ANSWER,
      '/props?': listModels({ default_generation_settings: { n_ctx: 1024 } }),
      '/infill?': stream({ content: 'a + b', stop: true }),
    });
    const engine = remoteEngine(`${server.url}?api-version=2024-05-01&key=se%26cret`);
    await getAnswer(engine);
    await getCompletion(engine);
    for (const { url } of server.heard) {
      const query = new URL(url, 'http://x').searchParams;
      expect([query.get('api-version'), query.get('key')]).toEqual(['2024-05-01', 'se&cret']);
    }
    expect(JSON.stringify(engine.state.server)).not.toContain('cret');
  });

  it('has no query where it has none', () => {
    expect(readAddressQuery('http://gpu/v1')).toEqual({});
    expect(readAddressQuery(' http://gpu/v1?a=b&c= ')).toEqual({ a: 'b', c: '' });
    expect(readAddressQuery('no address')).toEqual({});
  });
});
