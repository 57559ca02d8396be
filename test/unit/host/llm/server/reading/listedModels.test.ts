import { afterEach, describe, expect, it } from 'vitest';
import { readModels } from '../../../../../../src/host/llm/server/reading/listedModels';
import { remoteEngine } from '../../../../../fixtures/servers/serverEngines';
import { ANSWER, getAnswer, CHAT, listModels, send, serve, stopServers } from '../../../../../fixtures/servers/strangeServer';

afterEach(stopServers);

describe('the list of models of a server', () => {
  it.each<[string, unknown, string, number]>([
    [
      'an adapter without a context of its own has its base model’s',
      {
        data: [
          { id: 'base', max_model_len: 4096 },
          { id: 'lora-sql', max_model_len: null, parent: 'base' },
        ],
      },
      'lora-sql',
      4096,
    ],
    [
      'null where others have a number',
      {
        data: [
          { id: 'base', max_model_len: 1024 },
          { id: 'm', max_model_len: null },
        ],
      },
      'm',
      1024,
    ],
    ['a bare array', [{ id: 'm', context_length: 1024 }], 'm', 1024],
    ['models instead of data', { models: [{ id: 'm', max_context_length: 1024 }] }, 'm', 1024],
    ['a list of names', { data: ['m', 'n'] }, 'm', 4096],
    ['name instead of id', { models: [{ name: 'm', details: { context_length: 1024 } }] }, 'm', 1024],
    ['meta of llama-server', { data: [{ id: 'm', meta: { n_ctx: 1024, n_ctx_train: 131072 } }] }, 'm', 1024],
    ['top_provider of OpenRouter', { data: [{ id: 'm', top_provider: { context_length: 1024 } }] }, 'm', 1024],
    ['parameters of TabbyAPI', { data: [{ id: 'm', parameters: { max_seq_len: 1024 } }] }, 'm', 1024],
    ['the context as a string', { data: [{ id: 'm', context_window: '1024' }] }, 'm', 1024],
    ['entries that are none', { data: [null, 7, {}, { id: '' }, { id: 'm' }] }, 'm', 4096],
    ['data: null', { object: 'list', data: null }, '', 4096],
    ['an object around the list', { data: { data: [{ id: 'm', n_ctx: 1024 }] } }, 'm', 1024],
  ])('is read with %s', async (_, list, model, contextTokens) => {
    const { url } = await serve({ '/v1/models': listModels(list), [CHAT]: ANSWER });
    const engine = remoteEngine(url, { model });
    expect(await getAnswer(engine)).toMatchObject({ text: 'Yes' });
    expect(engine.state.server).toMatchObject({ model, contextTokens });
  });

  it.each([0, -1, 1e18, 4096.5, 10_000_001, Number.MAX_SAFE_INTEGER, 'many', null, [4096]])(
    'has its context taken from the setting where it says %s',
    async (count) => {
      const { url } = await serve({ '/v1/models': listModels({ data: [{ id: 'm', max_model_len: count }] }), [CHAT]: ANSWER });
      const engine = remoteEngine(url);
      await getAnswer(engine);
      expect(engine.state.server).toMatchObject({ contextTokens: 4096 });
    },
  );

  it('is read with a byte order mark and a charset', async () => {
    const { url } = await serve({
      '/v1/models': send('\uFEFF{"data":[{"id":"m"}]}', 'application/json; charset=utf-8'),
      [CHAT]: ANSWER,
    });
    const engine = remoteEngine(url);
    await getAnswer(engine);
    expect(engine.state.server.model).toBe('m');
  });

  it('is held to a thousand models with names of 200 characters, without control characters', () => {
    const ids = Array.from({ length: 5000 }, (_, index) => ({ id: `m${String(index)}` }));
    expect(readModels({ data: ids })).toHaveLength(1000);
    expect(readModels([{ id: 'x'.repeat(201) }, { id: 'a\nb' }, { id: 'x'.repeat(200) }])).toEqual([{ id: 'x'.repeat(200) }]);
  });

  it('is read however deep it is nested', () => {
    expect(readModels(JSON.parse(`${'{"data":'.repeat(5000)}1${'}'.repeat(5000)}`))).toBeDefined();
  });

  it('does not make an embedding model the one that is asked', async () => {
    const { url } = await serve({
      '/v1/models': listModels({ data: [{ id: 'text-embedding-nomic' }, { id: 'qwen' }] }),
      [CHAT]: ANSWER,
    });
    const engine = remoteEngine(url);
    await getAnswer(engine);
    expect(engine.state.server.model).toBe('qwen');
  });

  it('may be missing where the model is set', async () => {
    const { url } = await serve({ '/v1/models': send('nothing', 'text/plain', 404), [CHAT]: ANSWER });
    const engine = remoteEngine(url, { model: 'mine' });
    expect(await getAnswer(engine)).toMatchObject({ text: 'Yes' });
  });
});
