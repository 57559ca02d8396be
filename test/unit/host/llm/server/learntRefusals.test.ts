import { afterEach, describe, expect, it } from 'vitest';
import { place, question, remoteEngine } from '../../../../fixtures/servers/serverEngines';
import {
  ANSWER,
  getAnswer,
  CHAT,
  COMPLETIONS,
  getCompletion,
  getFailure,
  json,
  listModels,
  refuseIf,
  send,
  serve,
  stopServers,
  stream,
  type Handler,
} from '../../../../fixtures/servers/strangeServer';

afterEach(stopServers);

const forbidden = (...loc: readonly string[]): unknown => ({
  detail: [{ type: 'extra_forbidden', loc: ['body', ...loc], msg: 'Extra inputs are not permitted', input: {} }],
});
const says = (message: string, more: object = {}): unknown => ({ error: { message, type: 'invalid_request_error', ...more } });

/** Whether a request has the parameter. */
const has =
  (name: string) =>
  (body: Readonly<Record<string, unknown>>): boolean =>
    name in body;

/** A server that refuses requests with a parameter. */
function refuse(name: string, body: unknown, status = 400): Handler {
  return refuseIf(has(name), body, status);
}

/** The client asks a failing server twice more before anything can be learnt. */
function withoutRetries<T>(bodies: readonly T[], status: number): readonly T[] {
  return status < 500 ? bodies : bodies.slice(2);
}

describe('a parameter that a server refuses is left out, and never sent again', () => {
  it.each<[string, string, unknown, number]>([
    ['by FastAPI', 'stream_options', forbidden('stream_options'), 422],
    ['by FastAPI, on an inner field', 'stream_options', forbidden('stream_options', 'include_usage'), 422],
    ['by Mistral', 'seed', { object: 'error', message: forbidden('seed'), type: 'invalid_request_error' }, 422],
    [
      'by vLLM, as a text',
      'stream_options',
      {
        object: 'error',
        code: 400,
        message: "[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'msg': 'Extra inputs are not permitted'}]",
      },
      400,
    ],
    ['by Azure', 'stream_options', says('Validation error at #/stream_options: Extra inputs are not permitted'), 400],
    ['by an older OpenAI', 'stream_options', says('Unrecognized request argument supplied: stream_options'), 400],
    ['by Groq', 'seed', says("property 'seed' is unsupported"), 400],
    ['by Google', 'seed', [says('Invalid JSON payload received. Unknown name "seed": Cannot find field.', { code: 400 })], 400],
    ['by a Go server', 'top_p', { error: 'json: unknown field "top_p"' }, 400],
    ['by ajv', 'seed', says("Additional properties are not allowed ('seed' was unexpected)"), 400],
    ['by a Python server that fails', 'seed', says("create() got an unexpected keyword argument 'seed'"), 501],
    [
      'by o-series models',
      'temperature',
      says("Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.", {
        param: 'temperature',
        code: 'unsupported_value',
      }),
      400,
    ],
    ['by its name alone', 'seed', { error: { message: 'Bad parameter', param: 'seed', code: 'unsupported_parameter' } }, 400],
    ['by the name of an inner field', 'stream_options', says('Unknown field: include_usage'), 400],
    [
      'by two that exclude each other',
      'top_p',
      says('`temperature` and `top_p` cannot both be specified for this model. Please use only one.'),
      400,
    ],
    ['in a 200', 'stream_options', says('stream_options is not supported'), 200],
    ['in Chinese', 'seed', { error: { message: '参数 seed 不支持' } }, 400],
    ['by a text about additional properties', 'seed', says('seed: Additional properties are not allowed'), 400],
    ['by pydantic', 'top_p', says('1 validation error for ChatRequest: top_p: extra fields not permitted'), 400],
    ['by all of its values', 'temperature', says('temperature is deprecated for this model.'), 400],
  ])('%s', async (_, name, body, status) => {
    const server = await serve({ [CHAT]: refuse(name, body, status) });
    const engine = remoteEngine(server.url);
    expect((await getAnswer(engine)).text).toBe('Yes');
    expect((await getAnswer(engine)).text).toBe('Yes');
    const [first, second, third, ...more] = withoutRetries(server.bodies(CHAT), status);
    expect(more).toEqual([]);
    expect(first).toHaveProperty(name);
    for (const later of [second, third]) {
      expect(later).not.toHaveProperty(name);
      expect(Object.keys(later ?? {})).toHaveLength(Object.keys(first ?? {}).length - 1);
    }
    expect(engine.state.server.learnt).toEqual([name]);
  });

  it('where several are refused one after the other', async () => {
    const server = await serve({
      [CHAT]: (request, response) => {
        const body = JSON.parse(request.text) as object;
        const bad = ['stream_options', 'seed', 'top_p'].find((name) => name in body);
        if (bad === undefined) ANSWER(request, response);
        else json(response, says(`Unknown parameter: '${bad}'.`), 400);
      },
    });
    expect((await getAnswer(remoteEngine(server.url))).text).toBe('Yes');
    expect(server.bodies(CHAT)).toHaveLength(4);
  });

  it('where it is not named: nothing but the least is sent', async () => {
    const server = await serve({ [CHAT]: refuseIf(has('seed'), { message: 'Extra fields are not permitted' }, 422) });
    const engine = remoteEngine(server.url);
    expect((await getAnswer(engine)).text).toBe('Yes');
    expect(Object.keys(server.bodies(CHAT)[1] ?? {}).sort()).toEqual(['max_tokens', 'messages', 'model', 'stream']);
  });

  it.each([
    "Unsupported value: 'stream' does not support true with this model.",
    'stream is not supported',
    'stream must be false',
    'Unknown parameter: stream',
    'body.stream: Extra inputs are not permitted',
    'This model does not support streaming',
    'Streaming is not supported for this model',
    'unrecognized field `stream`',
    '不支持参数 stream',
    'stream must be set to false',
    'Only stream=false is supported; other values are invalid',
    'stream: Extra inputs are not permitted',
  ])('where it streams nothing, and the whole answer is taken: %s', async (message) => {
    const whole = send('{"choices":[{"message":{"content":"Yes"},"finish_reason":"stop"}]}', 'application/json');
    const server = await serve({ [CHAT]: refuseIf(has('stream'), says(message), 400, whole) });
    expect((await getAnswer(remoteEngine(server.url))).text).toBe('Yes');
    expect(server.bodies(CHAT)).toHaveLength(2);
    expect(server.bodies(CHAT)[1]).not.toHaveProperty('stream_options');
  });

  it('on the route that refuses it, and on no other', async () => {
    const server = await serve({
      [COMPLETIONS]: refuseIf(
        has('stream_options'),
        forbidden('stream_options'),
        422,
        stream({ choices: [{ text: 'a + b', finish_reason: 'stop' }] }),
      ),
      [CHAT]: refuse('seed', says("property 'seed' is unsupported")),
    });
    const engine = remoteEngine(server.url);
    for (let count = 0; count < 2; count++) expect((await getCompletion(engine)).text).toBe('a + b');
    expect(server.bodies(COMPLETIONS)).toHaveLength(3);
    await getAnswer(engine);
    expect(server.bodies(CHAT)[0]).toHaveProperty('stream_options');
    await getCompletion(engine, place('x = ', '\n', { variant: 7 }));
    expect(server.bodies(COMPLETIONS)[3]).toMatchObject({ seed: 7 });
    expect(engine.state.server.learnt).toEqual(['stream_options', 'seed']);
  });

  it('but not one that a missing model is named after, nor where the server goes on refusing', async () => {
    const missing = await serve({
      [CHAT]: (_, response) => {
        json(response, says("unknown model 'seed-oss'"), 400);
      },
    });
    const engine = remoteEngine(missing.url);
    expect(await getFailure(engine)).toMatchObject({ detail: "unknown model 'seed-oss'" });
    expect(missing.bodies(CHAT)).toHaveLength(1);
    const stubborn = await serve({
      [CHAT]: (_, response) => {
        json(response, says('unsupported parameter: seed, top_p, temperature, max_tokens, stream_options, stream, model'), 400);
      },
    });
    expect(await getFailure(remoteEngine(stubborn.url))).toMatchObject({ reason: 'refused' });
    expect(stubborn.bodies(CHAT).length).toBeLessThan(10);
  });
});

describe('a value that a server refuses', () => {
  it.each<[string, string, unknown]>([
    [
      'temperature',
      'temperature=0',
      { error: 'Input validation error: `temperature` must be strictly positive', error_type: 'validation' },
    ],
    ['temperature', 'temperature=0', says('Invalid value for temperature: must be greater than 0')],
    ['temperature', 'temperature=0', says("Unsupported value: 'temperature' does not support 0 with this model.")],
    ['top_p', 'top_p=1', { error: 'Input validation error: `top_p` must be > 0.0 and < 1.0' }],
    ['top_p', 'top_p=1', { detail: [{ loc: ['body', 'top_p'], msg: 'Input should be less than 1', type: 'less_than' }] }],
    ['seed', 'seed=1', says('seed is out of range')],
  ])('of %s is left out as %s, and others are sent: %j', async (name, learnt, body) => {
    const chosen = { temperature: 0, topP: 1, topK: 1, seed: 1 };
    const bad = question('Hi', { sampling: chosen });
    const good = question('Hi', { sampling: { temperature: 0.7, topP: 0.9, topK: 1, seed: 2 } });
    const value = { temperature: 0, top_p: 1, seed: 1 }[name];
    const server = await serve({ [CHAT]: refuseIf((asked) => asked[name] === value, body, 422) });
    const engine = remoteEngine(server.url);
    for (const params of [bad, good, bad]) expect((await getAnswer(engine, params)).text).toBe('Yes');
    const sent = server.bodies(CHAT).map((asked) => name in asked);
    expect(sent).toEqual([true, false, true, false]);
    expect(engine.state.server.learnt).toEqual([learnt]);
  });

  it('is remembered for a few values, and then the parameter is left out', async () => {
    const server = await serve({ [CHAT]: refuse('seed', says('seed must be between 0 and 0')) });
    const engine = remoteEngine(server.url);
    for (let seed = 1; seed <= 8; seed++) await getAnswer(engine, question('Hi', { sampling: { temperature: 0, topP: 1, topK: 1, seed } }));
    expect(engine.state.server.learnt).toEqual(['seed']);
    expect(server.bodies(CHAT).filter(has('seed'))).toHaveLength(5);
  });
});

describe('an error that refuses no parameter', () => {
  it.each<[string, number]>([
    ['failed to extract tool calls', 500],
    ['Extra data: line 1 column 5', 500],
    ['extra fields not permitted', 500],
    ['Unrecognized token in the answer', 500],
    ['Unknown model: qwen-extra', 400],
    ['could not extract the text of the message', 400],
    ['Unknown name of a model: extravagant', 400],
    ['unexpected end of stream on http://10.0.0.1:8000/...', 400],
    ['unexpected end of stream on http://10.0.0.1:8000/...', 500],
    ['The stream was closed: unexpected EOF', 400],
    ['invalid byte in stream', 400],
    ['invalid stream: broken', 400],
    ['unexpected EOF from http://10.0.0.1/stream', 400],
    ['the upstream stream is broken: unknown reason', 400],
    ['stream error: stream ID 3; unknown error', 400],
  ])('changes nothing: “%s” with %i', async (message, status) => {
    const server = await serve({
      [CHAT]: (_, response) => {
        // The client would ask a failing server again, after a pause.
        response.setHeader('x-should-retry', 'false');
        json(response, says(message), status);
      },
    });
    const engine = remoteEngine(server.url);
    await getFailure(engine);
    expect(server.bodies(CHAT)).toHaveLength(1);
    expect(engine.state.server.learnt ?? []).toEqual([]);
  });

  it('leaves the other parameters where one is named that cannot be left out', async () => {
    const server = await serve({
      [COMPLETIONS]: refuseIf(
        has('suffix'),
        says('Unrecognized request argument supplied: suffix'),
        400,
        stream({ choices: [{ text: 'a + b', finish_reason: 'stop' }] }),
      ),
    });
    const engine = remoteEngine(server.url);
    for (let count = 0; count < 2; count++) expect((await getCompletion(engine)).text).toBe('a + b');
    expect(server.bodies(COMPLETIONS).map((body) => ['suffix' in body, 'stream_options' in body])).toEqual([
      [true, true],
      [false, true],
      [false, true],
    ]);
  });
});

describe('the length of an answer', () => {
  const useOther = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";

  it('goes under the name that the server wants', async () => {
    const server = await serve({ [CHAT]: refuse('max_tokens', says(useOther, { param: 'max_tokens', code: 'unsupported_parameter' })) });
    const engine = remoteEngine(server.url);
    for (let count = 0; count < 2; count++) await getAnswer(engine);
    const names = server.bodies(CHAT).map((body) => [body['max_tokens'], body['max_completion_tokens']]);
    expect(names).toEqual([
      [64, undefined],
      [undefined, 64],
      [undefined, 64],
    ]);
    expect(engine.state.server.learnt).toEqual(['max_tokens → max_completion_tokens']);
  });

  it.each([
    'max_tokens is too large: 64. This model supports at most 32 completion tokens, whereas you provided 64.',
    '`max_tokens` must be less than or equal to `32`',
    'Invalid max_tokens value, the valid range of max_tokens is [1, 32]',
    'Invalid max_tokens value, the valid range of max_tokens is [1,32]',
    'This model allows 2 tools and max_tokens up to 32',
  ])('is what the server takes at most: %s', async (message) => {
    const server = await serve({ [CHAT]: refuseIf(({ max_tokens: count }) => Number(count) > 32, says(message)) });
    const engine = remoteEngine(server.url);
    for (let count = 0; count < 2; count++) await getAnswer(engine);
    expect(server.bodies(CHAT).map((body) => body['max_tokens'])).toEqual([64, 32, 32]);
  });

  const long = listModels({ data: [{ id: 'm', max_model_len: 100_000 }] });

  it.each([
    'max_tokens must be at most 4,096',
    'max_tokens is over the maximum of 4,096, and far over 1,024',
    "max_tokens must be at most 4'096",
  ])('may have separators: %s', async (message) => {
    const server = await serve({
      '/v1/models': long,
      [CHAT]: refuseIf(({ max_tokens: count }) => Number(count) > 4096, says(message)),
    });
    const engine = remoteEngine(server.url);
    for (let count = 0; count < 2; count++) await getAnswer(engine, question('Hi', { maxTokens: 8000 }));
    expect(server.bodies(CHAT).map((body) => body['max_tokens'])).toEqual([8000, 4096, 4096]);
    expect(engine.state.server.learnt).toEqual(['max_tokens ≤ 4096']);
  });

  it('is not what another number in the sentence says', async () => {
    const message = 'max_tokens is invalid with at most 4 stop sequences';
    const server = await serve({ '/v1/models': long, [CHAT]: refuse('max_tokens', says(message)) });
    const engine = remoteEngine(server.url);
    await getAnswer(engine, question('Hi', { maxTokens: 8000 }));
    expect(server.bodies(CHAT).map((body) => body['max_tokens'])).toEqual([8000, undefined]);
  });

  it('leaves room for the prompt', async () => {
    const server = await serve({ '/v1/models': listModels([{ id: 'm', max_model_len: 300 }]), [CHAT]: ANSWER });
    await getAnswer(remoteEngine(server.url), question('Why? '.repeat(30), { maxTokens: 1000 }));
    const [body] = server.bodies(CHAT);
    expect(Number(body?.['max_tokens'])).toBeLessThan(300);
    expect(Number(body?.['max_tokens'])).toBeGreaterThan(64);
  });
});

describe('the system text', () => {
  const hasSystem = ({ messages }: Readonly<Record<string, unknown>>): boolean => JSON.stringify(messages).includes('"system"');

  it.each<[string, unknown, number]>([
    ['vLLM with Gemma', { object: 'error', message: 'System role not supported', type: 'BadRequestError', code: 400 }, 400],
    ['a template that fails', { error: { code: 501, message: 'Jinja Exception: System role not supported', type: 'server_error' } }, 501],
    [
      'OpenAI',
      says("Unsupported value: 'messages[0].role' does not support 'system' with this model.", { param: 'messages[0].role' }),
      400,
    ],
    ['a template of Llama 2', { error: 'Conversation roles must alternate user/assistant/user/assistant/...' }, 400],
    ['a template of Mistral', { error: 'Only user and assistant roles are supported!' }, 400],
    ['Google', says('Developer instruction is not enabled for models/gemma-3-1b-it'), 400],
    [
      'FastAPI',
      { detail: [{ type: 'literal_error', loc: ['body', 'messages', '0', 'role'], msg: "Input should be 'user' or 'assistant'" }] },
      422,
    ],
    ['a list of roles', says("'system' is not one of ['user', 'assistant'] - 'messages.0.role'"), 400],
  ])('joins the first user message for %s, and from then on', async (_, body, status) => {
    const server = await serve({ [CHAT]: refuseIf(hasSystem, body, status) });
    const engine = remoteEngine(server.url);
    const history = [{ user: { text: 'Hello?' }, answer: { text: 'Yes.' } }];
    await getAnswer(engine, question('Why?', { history }));
    await getAnswer(engine, question(' Why? '));
    const [, folded, alone, ...more] = withoutRetries(server.bodies(CHAT), status).map(({ messages }) => messages);
    expect(more).toEqual([]);
    expect(folded).toEqual([
      { role: 'user', content: 'You are a helpful assistant.\n\nHello?' },
      { role: 'assistant', content: 'Yes.' },
      { role: 'user', content: 'Why?' },
    ]);
    expect(alone).toEqual([{ role: 'user', content: 'You are a helpful assistant.\n\nWhy?' }]);
    expect(engine.state.server.learnt).toEqual(['role: system']);
  });

  it('stays where something else is refused', async () => {
    const server = await serve({ [CHAT]: refuse('seed', says('seed is not supported by this system')) });
    await getAnswer(remoteEngine(server.url));
    expect(hasSystem(server.bodies(CHAT)[1] ?? {})).toBe(true);
  });
});
