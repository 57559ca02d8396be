import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DownloadProblem } from '../../../../src/contract/rpc/downloadMethods';
import { DownloadFailure } from '../../../../src/worker/download/downloadFailure';
import { Retries, transferLimits } from '../../../../src/worker/download/retries';

const lost = new DownloadFailure({ kind: 'connectionLost', host: 'hub', detail: 'ECONNRESET' });

describe('what failed', () => {
  it('is tried again after waits that double, up to a limit, until it is given up', () => {
    const retries = new Retries(transferLimits);
    const waits = Array.from({ length: transferLimits.failures }, () => retries.after(lost));
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, undefined]);
  });

  it('is given up only where nothing is received between failures', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (received) => {
        const retries = new Retries(transferLimits);
        let inRow = 0;
        for (const some of received) {
          if (some) retries.progressed();
          inRow = some ? 1 : inRow + 1;
          expect(retries.after(lost) === undefined).toBe(inRow >= transferLimits.failures);
        }
      }),
    );
  });

  it('waits for as long as the server wants, and not for hours', () => {
    const limited = (seconds: number): DownloadFailure => new DownloadFailure({ kind: 'rateLimited', host: 'hub', seconds }, seconds);
    expect(new Retries(transferLimits).after(limited(90))).toBe(90_000);
    expect(new Retries(transferLimits).after(limited(3600))).toBeUndefined();
    expect(new Retries(transferLimits).after(limited(0))).toBe(250);
  });

  it.each<DownloadProblem>([
    { kind: 'notFound', host: 'hub', file: 'a.gguf' },
    { kind: 'gated', host: 'hub', hasToken: true },
    { kind: 'certificate', host: 'hub', detail: 'CERT_HAS_EXPIRED' },
    { kind: 'server', host: 'hub', status: 400 },
    { kind: 'wrongLength', file: 'a.gguf', expectedBytes: 2, foundBytes: 1 },
    { kind: 'webPage', host: 'hub' },
  ])('is not tried again where that cannot help: $kind', (problem) => {
    expect(new Retries(transferLimits).after(new DownloadFailure(problem))).toBeUndefined();
  });

  it.each([500, 502, 503, 403, 408])('is tried again after status %i of a store', (status) => {
    expect(new Retries(transferLimits).after(new DownloadFailure({ kind: 'server', host: 'store', status }))).toBe(250);
  });
});
