import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { EnvHttpProxyAgent, fetch } from 'undici';
import type { NetworkParams } from '../../contract/rpc/downloadMethods';
import { DownloadFailure } from './downloadFailure';
import type { Fetch } from './modelHub';

/** Milliseconds: to connect, for the first line of an answer, and between two pieces of one. What takes longer counts as a lost connection. */
const limits = { connect: 20_000, headers: 30_000, body: 30_000 } as const;

/** A `fetch` by the proxy and the certificates that are asked for; what is not asked for is as in the environment. */
export function openNetwork(params: NetworkParams): { readonly fetch: Fetch; close(): Promise<void> } {
  const security = { rejectUnauthorized: params.strictTls, ca: [...authorities(params.systemCertificates)] };
  const agent = openAgent(params, security);
  return {
    fetch: (url, init) => fetch(url, { ...init, dispatcher: agent }),
    close: () => agent.destroy(),
  };
}

function openAgent(
  { proxy, proxyAuthorization, noProxy }: NetworkParams,
  security: { readonly rejectUnauthorized: boolean; readonly ca: string[] },
): EnvHttpProxyAgent {
  try {
    return new EnvHttpProxyAgent({
      ...(proxy === undefined ? {} : { httpProxy: proxy, httpsProxy: proxy }),
      ...(noProxy === undefined ? {} : { noProxy }),
      ...(proxyAuthorization === undefined ? {} : { token: proxyAuthorization }),
      connect: { ...security, timeout: limits.connect },
      requestTls: security,
      proxyTls: security,
      headersTimeout: limits.headers,
      bodyTimeout: limits.body,
    });
  } catch (error) {
    // An address that is none, or of a kind of proxy that cannot be used.
    throw new DownloadFailure({ kind: 'proxy', detail: error instanceof Error ? error.message : String(error) });
  }
}

/** Whose certificates count: Node's list, the one named in NODE_EXTRA_CA_CERTS, which Electron may not heed, and the system's. */
function authorities(system: boolean): ReadonlySet<string> {
  // From Node 22.15 on.
  const { getCACertificates } = tls as typeof tls & { readonly getCACertificates?: (type: 'default' | 'system') => string[] };
  const list = (type: 'default' | 'system'): readonly string[] => {
    try {
      return getCACertificates?.(type) ?? [];
    } catch {
      return [];
    }
  };
  return new Set([...tls.rootCertificates, ...list('default'), ...(system ? list('system') : []), ...extraAuthorities()]);
}

function extraAuthorities(): readonly string[] {
  const path = process.env['NODE_EXTRA_CA_CERTS'];
  if (path === undefined || path === '') return [];
  try {
    return [readFileSync(path, 'utf8')];
  } catch {
    return [];
  }
}
