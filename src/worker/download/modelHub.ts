import type { DownloadProblem } from '../../contract/rpc/downloadMethods';
import { DownloadFailure, isAbort, networkProblem } from './downloadFailure';

/** As much of a `Response` as is used. */
export interface Answer {
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** As much of `fetch` as is used: every redirect is followed here, so that each host is told what it may know. */
export type Fetch = (
  url: string,
  init: { readonly headers: Record<string, string>; readonly redirect: 'manual'; readonly signal: AbortSignal },
) => Promise<Answer>;

export interface HubOptions {
  /** The only origin that is told the token. */
  readonly origin: string;
  readonly token?: string | undefined;
  readonly fetch: Fetch;
}

/** What the hub says of a file before it sends the reader on to where the bytes are. */
export interface Linked {
  readonly sha256?: string;
  readonly bytes?: number;
}

export interface Opened {
  /** 200 or 206. */
  readonly response: Answer;
  /** Of the server that answered in the end. */
  readonly host: string;
  readonly linked: Linked;
}

const mostRedirects = 10;

/** Asks the hub, and whatever it redirects to, for bytes of a file; one attempt at a time. */
export class Hub {
  constructor(private readonly options: HubOptions) {}

  /**
   * Opens the bytes from `from` to before `to`. A server that knows no ranges answers with all of them, and status 200.
   * @throws a {@link DownloadFailure}, or an AbortError
   */
  async open(url: string, from: number, to: number, signal: AbortSignal): Promise<Opened> {
    let target = new URL(url);
    let linked: Linked = {};
    for (let count = 0; ; count++) {
      const response = await this.ask(target, from, to, signal);
      linked = { ...linkedOf(response.headers), ...linked };
      const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
      if (location === null || count === mostRedirects) {
        if (response.status === 200 || response.status === 206)
          return { response: notAPage(response, target.host), host: target.host, linked };
        const failure = this.refusal(response, target);
        await discard(response);
        throw failure;
      }
      await discard(response);
      const next = new URL(location, target);
      // What was asked for over a line that nobody can tamper with is not taken from one that anybody can: a network's login page, mostly.
      if (target.protocol === 'https:' && next.protocol !== 'https:') throw new DownloadFailure({ kind: 'webPage', host: next.host });
      target = next;
    }
  }

  get hasToken(): boolean {
    return this.options.token !== undefined;
  }

  private async ask(target: URL, from: number, to: number, signal: AbortSignal): Promise<Answer> {
    const headers: Record<string, string> = {
      accept: '*/*',
      // Compressed, neither ranges nor lengths would mean anything.
      'accept-encoding': 'identity',
      'user-agent': 'paddock',
      range: `bytes=${from}-${to - 1}`,
    };
    if (this.options.token !== undefined && this.mayKnow(target)) headers['authorization'] = `Bearer ${this.options.token}`;
    try {
      return await this.options.fetch(target.href, { headers, redirect: 'manual', signal });
    } catch (error) {
      if (isAbort(error) || error instanceof DownloadFailure) throw error;
      throw new DownloadFailure(networkProblem(error, target.host));
    }
  }

  /** The token goes to the hub itself, and never over a line that others can read. */
  private mayKnow(target: URL): boolean {
    return target.origin === this.options.origin && (target.protocol === 'https:' || isLoopback(target.hostname));
  }

  private refusal(response: Answer, target: URL): DownloadFailure {
    const retryAfter = secondsOf(response.headers.get('retry-after'));
    return new DownloadFailure(this.problemOf(response, target, retryAfter), retryAfter);
  }

  private problemOf({ status, headers }: Answer, target: URL, retryAfter: number | undefined): DownloadProblem {
    const { host } = target;
    if (status === 429) return { kind: 'rateLimited', host, seconds: retryAfter ?? 0 };
    if (target.origin !== this.options.origin) return { kind: 'server', host, status };
    const code = headers.get('x-error-code') ?? '';
    if (status === 404 || status === 410 || /^(Repo|Entry|Revision)NotFound$/.test(code))
      return { kind: 'notFound', host, file: fileOf(target) };
    if (status === 401 && this.hasToken && code !== 'GatedRepo') return { kind: 'tokenRefused', host };
    if (status === 401 || status === 403) return { kind: 'gated', host, hasToken: this.hasToken };
    return { kind: 'server', host, status };
  }
}

function notAPage(response: Answer, host: string): Answer {
  if (!/\btext\/html\b/i.test(response.headers.get('content-type') ?? '')) return response;
  void discard(response);
  throw new DownloadFailure({ kind: 'webPage', host });
}

/** The hub's own headers: the checksum and the length of a file that is kept elsewhere. */
function linkedOf(headers: Answer['headers']): Linked {
  const sha256 = /^"?([0-9a-f]{64})"?$/i.exec(headers.get('x-linked-etag') ?? '')?.[1]?.toLowerCase();
  const bytes = Number(headers.get('x-linked-size') ?? Number.NaN);
  return { ...(sha256 === undefined ? {} : { sha256 }), ...(Number.isSafeInteger(bytes) && bytes > 0 ? { bytes } : {}) };
}

/** `Retry-After` in seconds: a number, or a date. */
function secondsOf(header: string | null): number | undefined {
  if (header === null || header === '') return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

export function fileOf(url: URL): string {
  return decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
}

async function discard(response: Answer): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
