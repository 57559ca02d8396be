import type { EngineTask } from '../engine';

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

/** An address that requests can be sent to, without what a slash at its end would change; `undefined` for anything else. */
export function parseEndpoint(url: string): URL | undefined {
  const parsed = URL.parse(url.trim());
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.host === '') return undefined;
  parsed.pathname = parsed.pathname.replace(/\/+$/, '');
  parsed.hash = '';
  parsed.search = '';
  // A key in the address would be shown wherever the address is.
  parsed.username = '';
  parsed.password = '';
  return parsed;
}

/** Whether a host is this machine, by its name. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
