import type { DownloadProblem } from '../../contract/rpc/downloadMethods';

/** A {@link DownloadProblem} as an exception. */
export class DownloadFailure extends Error {
  override readonly name = 'DownloadFailure';

  /** @param retryAfter seconds that the server wants to be left alone for */
  constructor(
    readonly problem: DownloadProblem,
    readonly retryAfter?: number,
  ) {
    super(JSON.stringify(problem));
  }
}

/** What a look or a connection that failed means. */
export function networkProblem(error: unknown, host: string): DownloadProblem {
  const detail = detailOf(error);
  const code = codesOf(error).at(-1) ?? '';
  if (badCertificate.test(code)) return { kind: 'certificate', host, detail: code };
  const refusedByProxy = /Proxy response \((\d+)\)/.exec(detail)?.[1];
  if (refusedByProxy !== undefined) return { kind: 'proxy', detail: refusedByProxy };
  if (unreachable.has(code)) return { kind: 'noNetwork', host, detail: code };
  return { kind: 'connectionLost', host, detail: code === '' ? detail : code };
}

/** What a write that failed means. `remaining` and `free` are read when it is for want of space. */
export async function diskProblem(
  error: unknown,
  path: string,
  folder: string,
  room: () => Promise<{ readonly neededBytes: number; readonly freeBytes: number }>,
): Promise<DownloadProblem> {
  const code = codesOf(error).at(-1) ?? '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return { kind: 'outOfDisk', folder, ...(await room()) };
  return { kind: 'cannotWrite', path, detail: code === '' ? detailOf(error) : code };
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

const badCertificate = /CERT|SIGNATURE|SELF_SIGNED|ERR_TLS|ERR_SSL|UNABLE_TO_GET_ISSUER/;

const unreachable = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The codes along the chain of causes, the innermost last. */
function codesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  // What was tried at several addresses fails with all of their errors: the first speaks for them.
  const inner: unknown = error instanceof AggregateError && error.errors.length > 0 ? (error.errors[0] as unknown) : error.cause;
  return [...code, ...codesOf(inner)];
}

function detailOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.cause instanceof Error ? detailOf(error.cause) : error.message;
  return text.split('\n', 1)[0] ?? '';
}
