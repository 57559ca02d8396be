import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EndpointKeys } from '../../../../src/host/endpoint/serverKeys';
import { chooseEndpoint, type EndpointChoice } from '../../../../src/host/endpoint/serverSetup';
import type { Config } from '../../../../src/host/services/config';
import { json, listModels, send, serve, stopServers } from '../../../fixtures/servers/strangeServer';

/** Answers of the user, in order; nothing where there are no more. */
const typed: string[] = [];
const pressed: string[] = [];
const errors: string[] = [];

vi.mock('vscode', () => ({
  env: { language: 'en' },
  l10n: {
    t: (text: string, ...values: readonly unknown[]) => text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
  ProgressLocation: { Notification: 15 },
  InputBoxValidationSeverity: { Warning: 2 },
  window: {
    showInputBox: () => Promise.resolve(typed.shift()),
    showQuickPick: (items: readonly unknown[]) => Promise.resolve(items[0]),
    showErrorMessage: (message: string) => {
      errors.push(message);
      return Promise.resolve(pressed.shift());
    },
    withProgress: (_: unknown, task: () => Promise<unknown>) => task(),
  },
}));

beforeEach(() => {
  for (const list of [typed, pressed, errors]) list.length = 0;
});
afterEach(stopServers);

const secrets = new Map<string, string>();
const keys = new EndpointKeys({
  get: (name) => Promise.resolve(secrets.get(name)),
  store: (name, value) => Promise.resolve(void secrets.set(name, value)),
  delete: (name) => Promise.resolve(void secrets.delete(name)),
});

function setUp(...answers: readonly string[]): Promise<EndpointChoice | undefined> {
  typed.push(...answers);
  return chooseEndpoint({ 'endpoint.url': '', 'endpoint.model': '' } as Config, keys);
}

describe('setting up a server', () => {
  it('keeps the address at which its API was found', async () => {
    const { host, url } = await serve({});
    for (const address of [`http://${host}`, `http://${host}/`, url, `${url}/chat/completions`])
      expect(await setUp(address)).toEqual({ url, model: 'm', useFor: 'both' });
  });

  it('keeps the query of an address, and asks for the models with it', async () => {
    const { host, url } = await serve({ '/v1/models?': listModels({ data: [{ id: 'm' }] }) });
    expect(await setUp(`http://${host}?api-version=1`)).toEqual({ url: `${url}?api-version=1`, model: 'm', useFor: 'both' });
  });

  it('says that an address often ends in /v1 where there is no API, and asks for another one', async () => {
    const wrong = await serve({ '/v1/models': send('404 page not found', 'text/plain', 404) });
    const right = await serve({});
    pressed.push('Change Address');
    expect(await setUp(`http://${wrong.host}`, right.url)).toMatchObject({ url: right.url });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('it often ends in /v1');
  });

  it('asks for a key, and goes on with it', async () => {
    const { url } = await serve({
      '/v1/models': ({ headers }, response) => {
        if (headers.authorization === 'Bearer right') json(response, { data: [{ id: 'm' }] });
        else json(response, { error: { message: 'no key' } }, 401);
      },
    });
    expect(await setUp(url, 'right')).toMatchObject({ url });
    expect(errors).toEqual([]);
  });
});
