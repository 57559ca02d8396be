import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EndpointKeys } from '../../../../src/host/endpoint/serverKeys';
import { chooseEndpoint, type EndpointChoice } from '../../../../src/host/endpoint/serverSetup';
import type { Config } from '../../../../src/host/services/config';
import { answerBy, shown, typeInTurn } from '../../../fixtures/vscode/fakeWindow';
import { json, listModels, send, serve, stopServers } from '../../../fixtures/servers/strangeServer';

const changeAddress = 'Change Address';

beforeEach(() => {
  // The first entry of each list.
  answerBy((labels) => (labels.includes(changeAddress) ? changeAddress : labels[0]));
});
afterEach(stopServers);

const secrets = new Map<string, string>();
const keys = new EndpointKeys({
  get: (name) => Promise.resolve(secrets.get(name)),
  store: (name, value) => Promise.resolve(void secrets.set(name, value)),
  delete: (name) => Promise.resolve(void secrets.delete(name)),
});

function setUp(...answers: readonly string[]): Promise<EndpointChoice | undefined> {
  typeInTurn(...answers);
  return chooseEndpoint({ 'endpoint.url': '', 'endpoint.model': '' } as Config, keys);
}

describe('chooseEndpoint', () => {
  it('returns the address at which the API was found', async () => {
    const { host, url } = await serve({});
    for (const address of [`http://${host}`, `http://${host}/`, url, `${url}/chat/completions`])
      expect(await setUp(address)).toEqual({ url, model: 'm', useFor: 'both' });
  });

  it('keeps the query of the address and lists the models with it', async () => {
    const { host, url } = await serve({ '/v1/models?': listModels({ data: [{ id: 'm' }] }) });
    expect(await setUp(`http://${host}?api-version=1`)).toEqual({ url: `${url}?api-version=1`, model: 'm', useFor: 'both' });
  });

  it('suggests an address that ends in /v1 when there is no API, and asks again', async () => {
    const wrong = await serve({ '/v1/models': send('404 page not found', 'text/plain', 404) });
    const right = await serve({});
    expect(await setUp(`http://${wrong.host}`, right.url)).toMatchObject({ url: right.url });
    expect(shown.messages).toHaveLength(1);
    expect(shown.messages[0]).toContain('it often ends in /v1');
  });

  it('asks for a key when the server requires one', async () => {
    const { url } = await serve({
      '/v1/models': ({ headers }, response) => {
        if (headers.authorization === 'Bearer right') json(response, { data: [{ id: 'm' }] });
        else json(response, { error: { message: 'no key' } }, 401);
      },
    });
    expect(await setUp(url, 'right')).toMatchObject({ url });
    expect(shown.messages).toEqual([]);
  });
});
