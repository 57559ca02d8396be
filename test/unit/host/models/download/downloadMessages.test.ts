import { describe, expect, it } from 'vitest';
import type { DownloadProblem, DownloadView } from '../../../../../src/host/models/download/downloadTypes';
import { describeDownloadProblem, progressLine, shortProgress, size } from '../../../../../src/host/models/download/downloadMessages';

const view = (state: DownloadView['state'], bytes = 1.72e9, total = 4e9): DownloadView => ({
  source: { id: 'tiny', name: 'Tiny', repository: 'owner/tiny', revision: 'main', files: [] },
  bytes,
  total,
  state,
});

const running = (
  phase: 'looking' | 'receiving' | 'waiting' | 'checking',
  bytesPerSecond = 0,
  secondsLeft?: number,
): DownloadView['state'] => ({
  kind: 'running',
  phase,
  bytesPerSecond,
  secondsLeft,
});

describe('progressLine', () => {
  it.each([
    [running('looking'), 'asking the server'],
    [running('receiving'), '43% of 4.00 GB'],
    [running('receiving', 12.4e6, 184), '43% of 4.00 GB · 12 MB/s · 4 min left'],
    [running('receiving', 900e6, 2), '43% of 4.00 GB · 900 MB/s · less than a minute left'],
    [running('receiving', 1.2e6, 60), '43% of 4.00 GB · 1.2 MB/s · 1 min left'],
    [running('receiving', 0.2e6, 11_400), '43% of 4.00 GB · 0.2 MB/s · 3 hr 10 min left'],
    [running('waiting'), '43% of 4.00 GB · connection lost, trying again'],
    [running('checking'), 'checking, 43%'],
    [{ kind: 'paused' }, 'stopped · 43% of 4.00 GB'],
    [{ kind: 'failed', problem: { kind: 'inUse' } }, 'failed · 43% of 4.00 GB'],
  ] as const)('describes %o as %s', (state, text) => {
    expect(progressLine(view(state))).toBe(text);
  });

  it('shortProgress is short enough for the status bar', () => {
    expect(shortProgress(view(running('receiving', 12.4e6, 184)))).toBe('43% · 12 MB/s · 4 min');
    expect(shortProgress(view(running('looking'), 0, 0))).toBe('0%');
  });

  it('shortProgress never shows 100% of an incomplete download', () => {
    expect(shortProgress(view(running('receiving'), 3_999_999_999))).toBe('99%');
  });

  it('size formats bytes with three digits', () => {
    expect([0, 1.5e6, 145e6, 4.08e9, 39.07e9].map(size)).toEqual(['0.0 MB', '1.5 MB', '145 MB', '4.08 GB', '39.1 GB']);
  });
});

describe('describeDownloadProblem', () => {
  const host = 'hub.example';
  const problems: readonly DownloadProblem[] = [
    { kind: 'noNetwork', host, detail: 'ENOTFOUND' },
    { kind: 'connectionLost', host, detail: 'ECONNRESET' },
    { kind: 'certificate', host, detail: 'SELF_SIGNED_CERT_IN_CHAIN' },
    { kind: 'proxy', detail: '407' },
    { kind: 'gated', host, hasToken: false },
    { kind: 'gated', host, hasToken: true },
    { kind: 'tokenRefused', host },
    { kind: 'notFound', host, file: 'a.gguf' },
    { kind: 'rateLimited', host, seconds: 0 },
    { kind: 'rateLimited', host, seconds: 3600 },
    { kind: 'server', host, status: 500 },
    { kind: 'webPage', host },
    { kind: 'notGguf', host, file: 'a.gguf' },
    { kind: 'wrongLength', file: 'a.gguf', expectedBytes: 2, foundBytes: 1 },
    { kind: 'otherFile', host, file: 'a.gguf' },
    { kind: 'changed', file: 'a.gguf' },
    { kind: 'outOfDisk', folder: '/models', neededBytes: 4e9, freeBytes: 1e9 },
    { kind: 'outOfDisk', folder: '/models', neededBytes: 0, freeBytes: 0 },
    { kind: 'cannotWrite', path: '/models/a.gguf', detail: 'EACCES' },
    { kind: 'corrupt', file: 'a.gguf', aside: '/models/a.gguf.corrupt' },
    { kind: 'badEndpoint', endpoint: 'nowhere' },
    { kind: 'processDied', detail: 'SIGKILL' },
    { kind: 'internal', detail: 'x' },
  ];

  it.each(problems)('names the model and offers an action for %o', (problem) => {
    const { message, actions } = describeDownloadProblem(problem, 'Tiny');
    expect(message).toMatch(/Tiny.*\.$/);
    expect(message).not.toMatch(/undefined|NaN|\{\d\}/);
    expect(actions.length).toBeGreaterThan(0);
  });

  it('says how much disk space is needed', () => {
    expect(describeDownloadProblem({ kind: 'outOfDisk', folder: '/models', neededBytes: 4e9, freeBytes: 1e9 }, 'Tiny').message).toContain(
      '4.00 GB are needed and 1.00 GB are free',
    );
  });

  it('offers the page of the licence first for a gated model', () => {
    const { actions } = describeDownloadProblem({ kind: 'gated', host, hasToken: false }, 'Tiny');
    expect(actions.map(({ label }) => label)).toEqual(['Open Model’s Page', 'Set Token…', 'Resume']);
  });

  it('offers no button when another window downloads', () => {
    expect(describeDownloadProblem({ kind: 'inUse' }, 'Tiny').actions).toEqual([]);
  });
});
