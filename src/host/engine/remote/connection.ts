import type { OpenAI } from 'openai';
import * as v from 'valibot';
import type { RemoteServer } from '../engine';
import { boundedFetch } from './boundedFetch';
import type { RemoteLimits } from './limits';
import { isLoopback, parseEndpoint, type EndpointSettings } from './settings';

/** A server with what it says of itself. */
export interface Connection {
  readonly client: OpenAI;
  readonly server: RemoteServer;
  /** Where llama-server has what OpenAI's API has not; `undefined` for other servers. */
  readonly llamaServer: string | undefined;
  readonly limits: RemoteLimits;
}

/** Tries after the first, on a busy or failing server, with growing pauses or as long as it says. Nothing was shown by then. */
const RETRIES = 2;

const listed = v.looseObject({ id: v.string(), max_model_len: v.optional(v.number()) });
const list = v.looseObject({ data: v.array(listed) });
const props = v.looseObject({ default_generation_settings: v.looseObject({ n_ctx: v.number() }) });

/** A client for a server. The library is read only when there is one. */
export async function createClient(url: URL, key: string | undefined, { firstToken }: RemoteLimits): Promise<OpenAI> {
  const { OpenAI: Client } = await import('openai');
  return new Client({
    baseURL: url.href.replace(/\/$/, ''),
    // The library wants one; without a key of the user's none is sent, nor what the environment may have for other servers.
    apiKey: key ?? 'none',
    organization: null,
    project: null,
    ...(key === undefined ? { defaultHeaders: { Authorization: null } } : {}),
    logLevel: 'off',
    timeout: firstToken,
    maxRetries: RETRIES,
    fetch: boundedFetch(),
    // Questions hold the user's code: they go to the server that was named, and to none that it names.
    fetchOptions: { redirect: 'error' },
  });
}

/** The models that a server lists. */
export async function listModels(
  client: OpenAI,
  { question }: RemoteLimits,
): Promise<readonly { readonly id: string; readonly contextTokens?: number }[]> {
  // Not by the library's own call, which takes a page of HTML for an empty list.
  const said = await client.get<unknown>('/models', { timeout: question });
  const { data: models } = v.parse(list, said);
  return models.map(({ id, max_model_len: contextTokens }) => ({ id, ...(contextTokens === undefined ? {} : { contextTokens }) }));
}

/**
 * Asks a server what it is.
 * @throws whatever the client does
 */
export async function connect(settings: EndpointSettings, key: string | undefined, limits: RemoteLimits): Promise<Connection> {
  const url = parseEndpoint(settings.url);
  if (url === undefined) throw new TypeError(`${settings.url} is no address`);
  const client = await createClient(url, key, limits);
  const models = await listModels(client, limits);
  const chosen = models.find(({ id }) => id === settings.model);
  const model = settings.model || (models[0]?.id ?? '');
  const root = url.href.replace(/\/(?:v1\/?)?$/, '');
  const context = await llamaServerContext(client, root, limits);
  return {
    client,
    server: serverOf(url, model, context ?? chosen?.contextTokens ?? models[0]?.contextTokens ?? settings.contextTokens),
    llamaServer: context === undefined ? undefined : root,
    limits,
  };
}

/** A server as it is known from its address alone. */
export function serverOf(url: URL, model: string, contextTokens: number): RemoteServer {
  const name =
    model
      .split('/')
      .at(-1)
      ?.replace(/\.gguf$/i, '') ?? '';
  return { host: url.host, isThisMachine: isLoopback(url), model, name, contextTokens, fingerprint: `remote ${url.href} ${model}` };
}

/** Tokens of context of a request, where the server is llama-server. */
async function llamaServerContext(client: OpenAI, root: string, { question }: RemoteLimits): Promise<number | undefined> {
  try {
    const said = await client.get<unknown>(`${root}/props`, { timeout: question, maxRetries: 0 });
    return v.parse(props, said).default_generation_settings.n_ctx;
  } catch {
    return undefined;
  }
}
