import { afterEach, describe, expect, it } from 'vitest';
import { remoteEngine } from '../../../../fixtures/servers/serverEngines';
import {
  COMPLETIONS,
  getCompletion,
  json,
  listModels,
  refuseIf,
  serve,
  stopServers,
  stream,
} from '../../../../fixtures/servers/strangeServer';

afterEach(stopServers);

const says = (message: string, more: object = {}): unknown => ({ error: { message, type: 'invalid_request_error', ...more } });

describe('a way to complete', () => {
  const text = stream({ choices: [{ text: 'a + b', finish_reason: 'stop' }] });
  const infilled = stream({ content: 'a + b', stop: true });
  const props = listModels({ default_generation_settings: { n_ctx: 4096 } });

  it('is used again after one request was refused for its content', async () => {
    let asked = 0;
    const server = await serve({
      '/props': props,
      '/infill': (request, response) => {
        if (++asked === 1) json(response, says('the prompt has an unexpected byte'), 400);
        else infilled(request, response);
      },
      [COMPLETIONS]: text,
    });
    const engine = remoteEngine(server.url);
    for (let count = 0; count < 3; count++) expect((await getCompletion(engine)).text).toBe('a + b');
    expect(server.bodies('/infill')).toHaveLength(3);
    expect(server.bodies(COMPLETIONS)).toHaveLength(1);
  });

  it.each<[string, number, unknown]>([
    [
      '501 of llama-server',
      501,
      { error: { code: 501, message: 'Infill is not supported by this model: prefix token is missing.', type: 'not_supported_error' } },
    ],
    ['404', 404, { error: { message: 'File Not Found', type: 'not_found_error' } }],
    ['405', 405, { detail: 'Method Not Allowed' }],
    ['400 with words', 400, says('this model does not support infill')],
    ['400 of Ollama', 400, { error: 'registry.ollama.ai/library/m:latest does not support insert' }],
    ['400 for an operation', 400, says('The requested operation is unsupported.')],
    ['400 for an endpoint', 400, says('This endpoint is not supported for the model m')],
    ['500 with words', 500, says('The infill route is not implemented')],
    ['422 for a parameter', 422, says('The parameter input_extra is not supported')],
    ['200 of LM Studio', 200, { error: 'Unexpected endpoint or method. (POST /infill). Returning 200 anyway' }],
  ])('is given up where it is not there: %s', async (_, status, body) => {
    const server = await serve({
      '/props': props,
      '/infill': (_request, response) => {
        json(response, body, status);
      },
      [COMPLETIONS]: text,
    });
    const engine = remoteEngine(server.url);
    for (let count = 0; count < 3; count++) expect((await getCompletion(engine)).text).toBe('a + b');
    expect(server.bodies('/infill')).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ['vLLM', says('suffix is not currently supported')],
    ['FastAPI', { detail: [{ type: 'extra_forbidden', loc: ['body', 'suffix'], msg: 'Extra inputs are not permitted' }] }],
    ['an older OpenAI', says('Unrecognized request argument supplied: suffix')],
    ['Go', { error: 'json: unknown field "suffix"' }],
    ['Python', says("create() got an unexpected keyword argument 'suffix'")],
    ['ajv', says("Additional properties are not allowed ('suffix' was unexpected)")],
    ['its name alone', says('Bad parameter', { param: 'suffix' })],
    ['a model', says('This model does not support the suffix parameter.')],
  ])('with a suffix is given up in the words of %s', async (_, body) => {
    const server = await serve({ [COMPLETIONS]: refuseIf((asked) => 'suffix' in asked, body, 400, text) });
    const engine = remoteEngine(server.url);
    for (let count = 0; count < 3; count++) expect((await getCompletion(engine)).text).toBe('a + b');
    expect(server.bodies(COMPLETIONS).map((asked) => 'suffix' in asked)).toEqual([true, false, false, false]);
  });

  it.each<[string, unknown]>([
    ['a large value', says('suffix: value too large')],
    ['a large value by its name', says('the value is too large', { param: 'suffix' })],
    ['a byte', says('unexpected byte in suffix')],
    ['a character', says('suffix has an unsupported character')],
    ['a length', says('suffix must not be longer than 900 characters')],
  ])('with a suffix is tried again after it was refused for %s', async (_, body) => {
    let asked = 0;
    const server = await serve({ [COMPLETIONS]: refuseIf((sent) => 'suffix' in sent && ++asked === 1, body, 400, text) });
    const engine = remoteEngine(server.url);
    for (let count = 0; count < 2; count++) expect((await getCompletion(engine)).text).toBe('a + b');
    expect(server.bodies(COMPLETIONS).map((sent) => 'suffix' in sent)).toEqual([true, false, true]);
  });

  it.each<[string, number]>([
    ['Slot is not available', 400],
    ['unsupported character in prompt', 400],
    ['the language of the prompt is not supported', 400],
    ['This file type is not allowed', 422],
    ['unsupported encoding of input_prefix', 400],
    ['The model is not available at this moment', 400],
    ['unknown token in the prompt', 422],
    ['the infill prompt has an unsupported character', 400],
  ])('is used again after it said “%s” with %i', async (message, status) => {
    let asked = 0;
    const server = await serve({
      '/props': props,
      '/infill': (request, response) => {
        if (++asked === 1) json(response, says(message), status);
        else infilled(request, response);
      },
      [COMPLETIONS]: text,
    });
    const engine = remoteEngine(server.url);
    for (let count = 0; count < 2; count++) expect((await getCompletion(engine)).text).toBe('a + b');
    expect(server.bodies('/infill')).toHaveLength(2);
  });

  it.each<[string, number, unknown]>([
    ['500', 500, says('slot failed')],
    ['500 of a slot', 500, says('Slot is not available')],
    ['503', 503, says('Loading model')],
    ['429', 429, says('busy')],
    ['404 for the model', 404, says("model 'm' not found")],
  ])('is not given up for %s', async (_, status, body) => {
    let asked = 0;
    const server = await serve({
      '/props': props,
      '/infill': (request, response) => {
        if (++asked === 1) json(response, body, status);
        else infilled(request, response);
      },
      [COMPLETIONS]: text,
    });
    const engine = remoteEngine(server.url, { limits: { pause: 0 } });
    await expect(getCompletion(engine)).rejects.toThrow();
    expect((await getCompletion(engine)).text).toBe('a + b');
    expect(server.bodies(COMPLETIONS)).toEqual([]);
  });
});
