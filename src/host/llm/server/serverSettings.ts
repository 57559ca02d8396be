import type { EngineTask } from '../languageModel';

/** As the settings have it. */
export interface EndpointSettings {
  /** Base address of an OpenAI-compatible API, as `http://127.0.0.1:8080/v1`; empty for none. */
  readonly url: string;
  /** The model's name there; empty for the first that the server lists. */
  readonly model: string;
  readonly useFor: 'off' | 'both' | EngineTask;
  /** Tokens of context where the server does not say how many. */
  readonly contextTokens: number;
}

/** Whether requests of `task` go to the server. */
export function serves({ url, useFor }: EndpointSettings, task: EngineTask): boolean {
  return parseEndpoint(url) !== undefined && (useFor === 'both' || useFor === task);
}

/**
 * An address that requests can be sent to, without a slash at its end and without one of the API's own paths, which people copy with it;
 * `undefined` for anything else. The query is read by {@link readAddressQuery}.
 */
export function parseEndpoint(url: string): URL | undefined {
  const parsed = URL.parse(url.trim());
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.host === '') return undefined;
  parsed.pathname = parsed.pathname.replace(/\/+$/, '').replace(/\/(?:(?:chat\/)?completions|models)$/, '');
  parsed.hash = '';
  parsed.search = '';
  // A key in the address would be shown wherever the address is.
  parsed.username = '';
  parsed.password = '';
  return parsed;
}

/** Parameters in an address, as Azure's `api-version`. Every request has them; they are shown nowhere. */
export function readAddressQuery(url: string): Readonly<Record<string, string>> {
  return Object.fromEntries(URL.parse(url.trim())?.searchParams ?? []);
}

/** An address with the query of the one that was typed, to be kept as a setting. */
export function withQuery(url: URL, typed: string): string {
  return Object.assign(new URL(url), { search: URL.parse(typed.trim())?.search ?? '' }).href;
}

/** Whether a host is this machine, by its name. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
