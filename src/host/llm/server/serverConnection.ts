import type { OpenAI } from 'openai';
import type { RemoteServer } from '../languageModel';
import { boundedFetch } from './boundedFetch';
import type { Dialect } from './dialects/dialect';
import { detectDialect } from './dialects/detectDialect';
import { remoteFailure } from './serverFailures';
import type { RemoteLimits } from './serverLimits';
import { findError } from './reading/errorBody';
import { firstModel, readModels, type ListedModel } from './reading/listedModels';
import { Refusals } from './learntRefusals';
import { AddressError, ReportedError, UnreadableError } from './serverErrors';
import { isLoopback, parseEndpoint, readAddressQuery, type EndpointSettings } from './serverSettings';

/** Facts about a server that only its errors tell: what it refuses, and how long its context is. */
export type LearntFacts = Pick<RemoteServer, 'learnt'> | Pick<RemoteServer, 'contextTokens'>;

/** A server with what it says of itself. */
export interface Connection {
  readonly client: OpenAI;
  server: RemoteServer;
  dialect: Dialect;
  readonly refusals: Refusals;
  /** Called with what a request taught about the server. It changes the connection. */
  readonly onDidLearn: (more: LearntFacts) => void;
  readonly limits: RemoteLimits;
  /** Asks the server again what it is, where it could not tell all of it before. Changes the connection. */
  readonly refresh: (() => Promise<void>) | undefined;
}

/** A server's API, found by its list of models. */
export interface OpenedApi {
  readonly client: OpenAI;
  /** Base address of the API, which may be longer than the one that was set. */
  readonly url: URL;
  readonly models: readonly ListedModel[];
}

/** Tries after the first, on a busy or failing server, with growing pauses or as long as it says. Nothing was shown by then. */
const RETRIES = 2;

/**
 * A client for a server. The library is read only when there is one.
 * @param query parameters that every request has, as Azure wants them
 */
export async function createClient(
  url: URL,
  key: string | undefined,
  { firstToken }: RemoteLimits,
  query: Readonly<Record<string, string>> = {},
): Promise<OpenAI> {
  const { OpenAI: Client } = await import('openai');
  return new Client({
    baseURL: url.href.replace(/\/$/, ''),
    // The library wants one; without a key of the user's none is sent, nor what the environment may have for other servers.
    apiKey: key ?? 'none',
    organization: null,
    project: null,
    ...(key === undefined ? { defaultHeaders: { Authorization: null } } : {}),
    defaultQuery: { ...query },
    logLevel: 'off',
    timeout: firstToken,
    maxRetries: RETRIES,
    fetch: boundedFetch(),
    // Questions hold the user's code: they go to the server that was named, and to none that it names.
    fetchOptions: { redirect: 'error' },
  });
}

/** The models that a server lists. */
export async function listModels(client: OpenAI, { question }: RemoteLimits): Promise<readonly ListedModel[]> {
  // Not by the library's own call, which takes a page of HTML for an empty list.
  const said = await client.get<unknown>('/models', { timeout: question });
  const error = findError(said);
  if (error !== undefined) throw new ReportedError(error, said);
  const models = readModels(said);
  if (models === undefined) throw new UnreadableError(typeof said === 'string' ? said.slice(0, 200) : 'no list of models');
  return models;
}

/**
 * Finds a server's API at an address, or below it in `/v1`, which people leave out.
 * @param address as it was typed; its query goes with every request
 * @throws whatever the client does, and {@link AddressError} where no list of models is at any of these
 */
export async function openApi(address: string, key: string | undefined, limits: RemoteLimits): Promise<OpenedApi> {
  const url = parseEndpoint(address);
  if (url === undefined) throw new AddressError(`${address} is no address`);
  const query = readAddressQuery(address);
  let first: unknown;
  for (const candidate of withVersion(url)) {
    const client = await createClient(candidate, key, limits, query);
    try {
      return { client, url: candidate, models: await listModels(client, limits) };
    } catch (error) {
      if (!isElsewhere(error, candidate.host)) throw error;
      first ??= error;
    }
  }
  const failure = remoteFailure(first, url.host);
  const isNowhere = failure.kind === 'endpoint' && ['address', 'notFound'].includes(failure.reason);
  throw isNowhere || (first instanceof ReportedError && /endpoint|route|path|not found/i.test(first.message))
    ? new AddressError(failure.kind === 'endpoint' ? failure.detail : '', { cause: first })
    : first;
}

function withVersion(url: URL): readonly URL[] {
  const path = url.pathname.replace(/\/$/, '');
  if (/\/v\d+\w*$/.test(path)) return [url];
  const paths = [`${path}/v1`, ...(path.endsWith('/api') ? [path.replace(/\/api$/, '/v1')] : [])];
  return [url, ...paths.map((each) => Object.assign(new URL(url), { pathname: each }))];
}

/** Tells whether there may be an API at another path: this one is unknown, or answers something else. */
function isElsewhere(error: unknown, host: string): boolean {
  const failure = remoteFailure(error, host);
  if (failure.kind !== 'endpoint') return false;
  return ['address', 'notFound', 'malformed'].includes(failure.reason) || error instanceof ReportedError;
}

/**
 * Asks a server what it is.
 * @throws whatever the client does
 */
export async function connect(
  settings: EndpointSettings,
  key: string | undefined,
  limits: RemoteLimits,
  onDidLearn: (more: LearntFacts) => void = () => undefined,
): Promise<Connection> {
  const { client, url, models } = await openOrTrust(settings, key, limits);
  const model = settings.model || firstModel(models);
  const root = url.href.replace(/\/(?:v1\/?)?$/, '');
  const detection = { client, root, models, model, settingTokens: settings.contextTokens, limits };
  const dialect = await detectDialect(detection);
  /** Context that a refusal told. A server that is asked again may still say what it was trained for. */
  let learntTokens = Infinity;
  const connection: Connection = {
    client,
    server: describeServer(url, model, settings.contextTokens),
    dialect,
    refusals: new Refusals(),
    onDidLearn: (more) => {
      if ('contextTokens' in more) learntTokens = Math.min(learntTokens, more.contextTokens);
      connection.server = { ...connection.server, ...more };
      onDidLearn(more);
    },
    limits,
    refresh:
      dialect.isProvisional === true
        ? async () => {
            adopt(await detectDialect(detection));
          }
        : undefined,
  };
  const adopt = (found: Dialect): void => {
    const { name, contextTokens = settings.contextTokens } = found;
    connection.dialect = found;
    connection.server = { ...connection.server, dialect: name, contextTokens: Math.min(contextTokens, learntTokens) };
  };
  adopt(dialect);
  return connection;
}

/** Some servers list no models. One whose model is set is asked all the same. */
async function openOrTrust(settings: EndpointSettings, key: string | undefined, limits: RemoteLimits): Promise<OpenedApi> {
  const { url: address, model } = settings;
  try {
    return await openApi(address, key, limits);
  } catch (error) {
    const url = parseEndpoint(address);
    if (model === '' || url === undefined || !isElsewhere(error, url.host)) throw error;
    return { client: await createClient(url, key, limits, readAddressQuery(address)), url, models: [] };
  }
}

/** A server as it is known from its address alone. */
export function describeServer(url: URL, model: string, contextTokens: number): RemoteServer {
  const name =
    model
      .split('/')
      .at(-1)
      ?.replace(/\.gguf$/i, '') ?? '';
  return { host: url.host, isThisMachine: isLoopback(url), model, name, contextTokens, fingerprint: `remote ${url.href} ${model}` };
}
