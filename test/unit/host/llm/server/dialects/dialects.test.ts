/**
 * Servers imitated from what they publish: llama-server's tools/server/README.md, Ollama's docs/api.md and docs/openai.md, LM Studio's "REST
 * API v0", vLLM's "OpenAI-Compatible Server".
 */
import { afterEach, describe, expect, it } from 'vitest';
import { readFillTemplate } from '../../../../../../src/host/llm/server/dialects/ollamaDialect';
import { place, remoteEngine } from '../../../../../fixtures/servers/serverEngines';
import {
  ANSWER,
  getAnswer,
  CHAT,
  COMPLETIONS,
  getCompletion,
  json,
  listModels,
  send,
  serve,
  stopServers,
  stream,
  type Handler,
  type HeardRequest,
} from '../../../../../fixtures/servers/strangeServer';

afterEach(stopServers);

const props = (contextTokens: number, more: object = {}): Handler =>
  listModels({ ...more, default_generation_settings: { params: {}, n_ctx: contextTokens } });
const infilled = stream({ content: 'a + b', stop: true });
const end = place('def add(a, b):\n    return ');

describe('llama-server', () => {
  it('tells its context by /props, and fills in by /infill with the model’s name', async () => {
    const server = await serve({ '/props': props(1024), '/infill': infilled });
    const engine = remoteEngine(server.url);
    expect((await getCompletion(engine)).text).toBe('a + b');
    expect(server.bodies('/infill')[0]).toMatchObject({ model: 'm', input_prefix: 'x = ', input_suffix: '\n' });
    expect(engine.state.server).toMatchObject({ dialect: 'llama-server', contextTokens: 1024 });
  });

  const router = props(0, { role: 'router' });
  const needsModel =
    (handler: Handler): Handler =>
    (request: HeardRequest, response) => {
      const { model } = JSON.parse(request.text) as { readonly model?: string };
      if (model === 'm') handler(request, response);
      else json(response, { error: { code: 400, message: 'model name is missing from the request' } }, 400);
    };

  it.each<[string, Readonly<Record<string, Handler>>, number]>([
    ['/props of the model', { '/props?model=m&autoload=false': props(1024) }, 1024],
    ['/props of the model in a version without autoload', { '/props?model=m': props(1024) }, 1024],
    ['meta of the list', { '/v1/models': listModels({ data: [{ id: 'm', meta: { n_ctx: 1024 } }] }) }, 1024],
    [
      'meta of the list rather than by what it was trained for',
      { '/v1/models': listModels({ data: [{ id: 'm', context_length: 131072, meta: { n_ctx: 1024 } }] }) },
      1024,
    ],
    [
      'the setting, where the list has what it was trained for',
      { '/v1/models': listModels({ data: [{ id: 'm', context_length: 131072 }] }) },
      4096,
    ],
    ['the setting', { '/v1/models': listModels({ data: [{ id: 'm', status: { value: 'unloaded' } }] }) }, 4096],
  ])('as a router tells the context by %s', async (_, handlers, contextTokens) => {
    const server = await serve({
      '/v1/models': listModels({ data: [{ id: 'm' }] }),
      '/props': router,
      '/infill': needsModel(infilled),
      [CHAT]: needsModel(ANSWER),
      ...handlers,
    });
    const engine = remoteEngine(server.url);
    expect((await getAnswer(engine)).text).toBe('Yes');
    expect((await getCompletion(engine)).text).toBe('a + b');
    expect(engine.state.server).toMatchObject({ dialect: 'llama-server', contextTokens });
  });

  it('as a router loads no model to find out, and is asked again once it has', async () => {
    let isLoaded = false;
    const server = await serve({
      '/v1/models': listModels({ data: [{ id: 'a/b c' }] }),
      '/props': router,
      '/props?model=a%2Fb%20c&autoload=false': (request, response) => {
        if (isLoaded) props(1024)(request, response);
        else json(response, { error: { code: 400, message: 'model is not loaded' } }, 400);
      },
      [CHAT]: (request, response) => {
        isLoaded = true;
        ANSWER(request, response);
      },
    });
    const engine = remoteEngine(server.url);
    const known: number[] = [];
    const learnt = new Promise<void>((resolve) => {
      engine.onDidChange(() => {
        known.push(engine.state.server.contextTokens);
        if (known.length === 2) resolve();
      });
    });
    await getAnswer(engine);
    await learnt;
    expect(known).toEqual([4096, 1024]);
    expect(server.heard.filter(({ url }) => url.startsWith('/props?') && !url.includes('autoload=false'))).toEqual([]);
  });

  it.each([-1, 0, 2.5, 1e18, '4096', null])('does not have %j tokens of context without a bound', async (count) => {
    const server = await serve({ '/props': listModels({ default_generation_settings: { n_ctx: count } }), [CHAT]: ANSWER });
    const engine = remoteEngine(server.url);
    await getAnswer(engine);
    expect(engine.state.server.contextTokens).toBe(count === '4096' ? 4096 : 2048);
  });
});

const FILL =
  '{{- if .Suffix }}<|fim_prefix|>{{ .Prompt }}<|fim_suffix|>{{ .Suffix }}<|fim_middle|>{{- else }}{{ .System }}{{ .Prompt }}{{ end }}';

/** Ollama: `/v1/completions` without a suffix goes through the chat template, as does `/api/generate` that is not raw. */
function ollama(show: object, running: object = { models: [] }): Readonly<Record<string, Handler>> {
  const said = (text: string): Handler =>
    send(
      `{"response":"${text}","done":false}\n{"response":"","done":true,"done_reason":"stop","prompt_eval_count":9,"eval_count":3}\n`,
      'application/x-ndjson',
    );
  return {
    '/v1/models': listModels({ object: 'list', data: [{ id: 'm:latest', object: 'model', owned_by: 'library' }] }),
    '/api/version': listModels({ version: '0.34.1' }),
    '/api/tags': listModels({ models: [{ name: 'm:latest' }] }),
    '/api/show': listModels(show),
    '/api/ps': listModels(running),
    '/api/generate': (request, response) => {
      const { raw, suffix } = JSON.parse(request.text) as { readonly raw?: boolean; readonly suffix?: string };
      const fills = raw === true || (suffix ?? '') !== '';
      said(fills ? 'a + b' : 'Sure! Here is')(request, response);
    },
    [COMPLETIONS]: stream({ choices: [{ text: 'Sure! Here is' }] }),
    [CHAT]: ANSWER,
  };
}

describe('Ollama', () => {
  it.each<[string, object, object]>([
    ['a template that fills in', { template: FILL, capabilities: ['completion', 'insert'] }, { raw: true, suffix: undefined }],
    [
      'a template that is not understood',
      { template: '{{ if .Suffix }}{{ range .Messages }}{{ end }}{{ end }}' },
      { raw: undefined, suffix: '\n' },
    ],
    ['the capability alone', { capabilities: ['insert'] }, { raw: undefined, suffix: '\n' }],
    ['a chat template', { template: '{{ .System }}{{ .Prompt }}' }, { raw: true, suffix: undefined }],
    ['nothing', {}, { raw: true, suffix: undefined }],
  ])('is never asked by a bare prompt that it would wrap, at the end of a file, with %s', async (_, show, expected) => {
    const server = await serve(ollama(show));
    const engine = remoteEngine(server.url);
    expect(await getCompletion(engine, end)).toMatchObject({ text: 'a + b', metrics: { promptTokens: 9, generatedTokens: 3 } });
    const [body] = server.bodies('/api/generate');
    expect({ raw: body?.['raw'], suffix: body?.['suffix'] }).toEqual(expected);
    expect(server.bodies(COMPLETIONS)).toEqual([]);
    expect(engine.state.server.dialect).toBe('Ollama');
  });

  it('gets the prompt laid out by the model’s own tokens', async () => {
    const server = await serve(ollama({ template: FILL }));
    await getCompletion(remoteEngine(server.url), place('a = ', '\nb = 1\n', { path: 'a.md', language: 'markdown' }));
    expect(server.bodies('/api/generate')[0]).toMatchObject({
      model: 'm:latest',
      raw: true,
      prompt: '<|fim_prefix|>a =<|fim_suffix|>\nb = 1\n<|fim_middle|>',
      options: { temperature: 0, num_predict: 24 },
    });
  });

  it.each([
    ['/api/version', '/api/tags'],
    ['/api/tags', '/api/version'],
  ])('is known by %s alone', async (_, without) => {
    const server = await serve(Object.fromEntries(Object.entries(ollama({})).filter(([path]) => path !== without)));
    expect((await getCompletion(remoteEngine(server.url), end)).text).toBe('a + b');
  });

  it('goes on with a suffix where there is no /api/generate, and never with an empty one', async () => {
    const server = await serve({
      ...ollama({}),
      '/api/generate': (_, response) => {
        json(response, { error: 'not found' }, 404);
      },
      [COMPLETIONS]: stream({ choices: [{ text: 'a + b', finish_reason: 'stop' }] }),
    });
    expect((await getCompletion(remoteEngine(server.url), end)).text).toBe('a + b');
    expect(server.bodies(COMPLETIONS).map(({ suffix }) => suffix)).toEqual(['\n']);
  });

  it.each<[string, object, object, number]>([
    [
      'the running model',
      { model_info: { 'llama.context_length': 131072 } },
      { models: [{ name: 'm:latest', context_length: 3000 }] },
      3000,
    ],
    ['the Modelfile', { parameters: 'stop "x"\nnum_ctx                        3000\n' }, {}, 3000],
    ['what it was trained for, where that is less than the setting', { model_info: { 'llama.context_length': 2048 } }, {}, 2048],
    ['the setting, where it was trained for more', { model_info: { 'qwen2.context_length': 131072 } }, {}, 4096],
    ['the setting, where nothing is said', {}, {}, 4096],
  ])('tells its context by %s', async (_, show, running, contextTokens) => {
    const server = await serve(ollama(show, running));
    const engine = remoteEngine(server.url, { model: 'm' });
    expect((await getAnswer(engine)).text).toBe('Yes');
    expect(engine.state.server.contextTokens).toBe(contextTokens);
  });

  it.each<[string, string, ReturnType<typeof readFillTemplate>]>([
    [
      'Code Llama',
      '{{- if .Suffix }}<PRE> {{ .Prompt }} <SUF>{{ .Suffix }} <MID>\n{{- else }}{{ .Prompt }}\n{{- end }}',
      { before: '<PRE> ', between: ' <SUF>', after: ' <MID>', isSuffixFirst: false },
    ],
    ['Qwen', FILL, { before: '<|fim_prefix|>', between: '<|fim_suffix|>', after: '<|fim_middle|>', isSuffixFirst: false }],
    [
      'Codestral',
      '{{- if .Suffix }}[SUFFIX]{{ .Suffix }}[PREFIX]{{ .Prompt }}{{- else }}x{{ end }}',
      { before: '[SUFFIX]', between: '[PREFIX]', after: '', isSuffixFirst: true },
    ],
    [
      'StarCoder',
      '<fim_prefix>{{ .Prompt }}<fim_suffix>{{ .Suffix }}<fim_middle>',
      { before: '<fim_prefix>', between: '<fim_suffix>', after: '<fim_middle>', isSuffixFirst: false },
    ],
    [
      'line breaks that are trimmed',
      '{{ if .Suffix -}}\n  <A>{{ .Prompt -}}\n<B>\n{{- .Suffix }}<C>{{ end }}',
      { before: '<A>', between: '<B>', after: '<C>', isSuffixFirst: false },
    ],
    ['chat alone', '{{ .System }}{{ .Prompt }}', undefined],
    ['nothing between the two', '{{ if .Suffix }}{{ .Prompt }}{{ .Suffix }}{{ end }}', undefined],
    ['more than the two', '{{ if .Suffix }}{{ .System }}{{ .Prompt }}<S>{{ .Suffix }}{{ end }}', undefined],
  ])('has the template of %s read', (_, template, expected) => {
    expect(readFillTemplate(template)).toEqual(expected);
  });

  it('has a template that is long and hostile given up', () => {
    expect(readFillTemplate('{{ if .Suffix }}'.repeat(2_000_000))).toBeUndefined();
    expect(readFillTemplate(`{{ if .Suffix }}${' '.repeat(30_000)}{{ end }}`)).toBeUndefined();
    for (const other of [null, 7, {}, ['{{ .Suffix }}']]) expect(readFillTemplate(other)).toBeUndefined();
  });
});

describe('LM Studio', () => {
  const list = (more: object): Handler =>
    listModels({ object: 'list', data: [{ id: 'm', type: 'llm', compatibility_type: 'gguf', ...more }] });

  it.each<[string, object, number]>([
    ['it was loaded with', { state: 'loaded', max_context_length: 131072, loaded_context_length: 3000 }, 3000],
    ['the setting, where it is not loaded', { state: 'not-loaded', max_context_length: 131072 }, 4096],
    ['it can have at most', { state: 'not-loaded', max_context_length: 1024 }, 1024],
  ])('has the context that %s', async (_, more, contextTokens) => {
    const server = await serve({
      '/v1/models': listModels({ data: [{ id: 'm', owned_by: 'organization_owner' }] }),
      '/api/v0/models': list(more),
      // It answers 200 to every path.
      '/props': listModels({ error: 'Unexpected endpoint or method. (GET /props). Returning 200 anyway' }),
      '/api/version': listModels({ error: 'Unexpected endpoint or method. (GET /api/version). Returning 200 anyway' }),
      '/api/tags': listModels({ error: 'Unexpected endpoint or method. (GET /api/tags). Returning 200 anyway' }),
      [CHAT]: ANSWER,
    });
    const engine = remoteEngine(server.url);
    await getAnswer(engine);
    expect(engine.state.server).toMatchObject({ dialect: 'LM Studio', contextTokens });
  });
});

describe('vLLM', () => {
  it('continues where it does not fill in, which is found out once', async () => {
    const server = await serve({
      '/v1/models': listModels({ data: [{ id: 'm', owned_by: 'vllm', max_model_len: 1024 }] }),
      [COMPLETIONS]: (request, response) => {
        if (request.text.includes('"suffix"'))
          json(response, { object: 'error', message: 'suffix is not currently supported', code: 400 }, 400);
        else stream({ choices: [{ text: 'a + b', finish_reason: 'stop' }] })(request, response);
      },
    });
    const engine = remoteEngine(server.url);
    for (let count = 0; count < 3; count++) expect((await getCompletion(engine)).text).toBe('a + b');
    expect(server.bodies(COMPLETIONS).map((body) => 'suffix' in body)).toEqual([true, false, false, false]);
    expect(engine.state.server).toMatchObject({ dialect: 'vLLM', contextTokens: 1024 });
  });
});

describe('finding out which server it is', () => {
  it('sends nothing of the user’s, asks once, and adds no request to a completion', async () => {
    const server = await serve({ '/props': props(1024), '/infill': infilled, [CHAT]: ANSWER });
    const engine = remoteEngine(server.url);
    for (let count = 0; count < 5; count++) await getCompletion(engine);
    const urls = server.heard.map(({ url }) => url);
    expect(urls.filter((url) => url === '/infill')).toHaveLength(5);
    expect(new Set(urls).size).toBe(urls.length - 4);
    expect(server.heard.filter(({ method, url }) => method === 'POST' && url !== '/infill')).toEqual([]);
  });

  it('is over in time where paths are left unanswered', async () => {
    const silent: Handler = () => undefined;
    const server = await serve({ '/props': silent, '/api/version': silent, '/api/tags': silent, '/api/v0/models': silent, [CHAT]: ANSWER });
    const engine = remoteEngine(server.url, { limits: { detection: 20 } });
    expect((await getAnswer(engine)).text).toBe('Yes');
    expect(engine.state.server.dialect).toBe('OpenAI-compatible');
  });

  it('is done again after the first answer where the server was too busy before', async () => {
    let isBusy = true;
    const server = await serve({
      '/props': (request, response) => {
        if (!isBusy) props(1024)(request, response);
      },
      '/infill': infilled,
      [CHAT]: (request, response) => {
        isBusy = false;
        ANSWER(request, response);
      },
    });
    const engine = remoteEngine(server.url, { limits: { detection: 1_000 } });
    const found = new Promise<void>((resolve) => {
      engine.onDidChange(() => {
        if (engine.state.server.dialect === 'llama-server') resolve();
      });
    });
    await getAnswer(engine);
    await found;
    expect(engine.state.server.contextTokens).toBe(1024);
    await getCompletion(engine);
    expect(server.bodies('/infill')).toHaveLength(1);
  });

  it.each([
    { version: '166', commit: 'abc123', build_date: '2026-01-02' },
    { version: '1.0.0', name: 'a gateway' },
    { version: 7 },
    { version: '0.5.1', error: null },
  ])('does not take %j under /api/version for Ollama', async (version) => {
    const server = await serve({
      '/api/version': listModels(version),
      [CHAT]: ANSWER,
      [COMPLETIONS]: stream({ choices: [{ text: 'a + b', finish_reason: 'stop' }] }),
    });
    const engine = remoteEngine(server.url);
    expect((await getCompletion(engine)).text).toBe('a + b');
    expect(engine.state.server).toMatchObject({ dialect: 'OpenAI-compatible', contextTokens: 2048 });
    expect(server.bodies('/api/generate')).toEqual([]);
  });

  it('takes nonsense for what it is', async () => {
    const html = send('<!doctype html><p>Hello</p>', 'text/html');
    const server = await serve({
      '/props': html,
      '/api/version': listModels([]),
      '/api/tags': listModels({ models: 7 }),
      '/api/v0/models': listModels({ data: [{}] }),
      [CHAT]: ANSWER,
    });
    const engine = remoteEngine(server.url);
    expect((await getAnswer(engine)).text).toBe('Yes');
    expect(engine.state.server.dialect).toBe('OpenAI-compatible');
  });
});
