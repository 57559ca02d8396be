import { describe, expect, it } from 'vitest';
import {
  deathCause,
  parseOomKills,
  readMemory,
  workerDied,
  type DeathFacts,
  type MemoryReading,
} from '../../../../../src/host/llm/worker/deathCause';

const plenty: MemoryReading = { freeBytes: 8e9, totalBytes: 16e9, oomKills: 3 };
const low: MemoryReading = { ...plenty, freeBytes: 1e9 };
const facts: DeathFacts = { signal: 'SIGKILL', killedFor: undefined, lastWords: [], before: plenty, after: plenty };

describe('deathCause', () => {
  it.each<[string, Partial<DeathFacts>]>([
    ['the kernel has ended a process meanwhile', { after: { ...plenty, oomKills: 4 } }],
    ['memory was low when it last answered', { before: low }],
    ['memory is low still', { before: undefined, after: low }],
    [
      'V8 ran out',
      { signal: 'SIGABRT', lastWords: ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', '---'] },
    ],
    ['V8 ran out, on Windows', { signal: null, lastWords: ['Allocation failed - JavaScript heap out of memory'] }],
    ['C++ ran out', { signal: 'SIGABRT', lastWords: ["terminate called after throwing an instance of 'std::bad_alloc'"] }],
  ])('is memory where %s', (_, more) => {
    expect(deathCause({ ...facts, ...more })).toBe('memory');
  });

  it.each<[string, Partial<DeathFacts>]>([
    ['somebody killed it with memory to spare', {}],
    ['nothing is known of memory', { before: undefined, after: { freeBytes: undefined, totalBytes: 16e9, oomKills: undefined } }],
    ['there were kills before, which it was not among', { before: undefined, after: plenty }],
    ['it crashed, if with little memory', { signal: 'SIGSEGV', before: low, after: low }],
    ['it ended with words of another kind', { signal: 'SIGABRT', lastWords: ['GGML_ASSERT(n > 0) failed'] }],
  ])('is unknown where %s', (_, more) => {
    expect(deathCause({ ...facts, ...more })).toBeUndefined();
  });

  it('is the host’s own, where that ended it', () => {
    expect(deathCause({ ...facts, killedFor: 'hang', before: low, after: low })).toBe('hang');
  });
});

describe('workerDied', () => {
  it('has a cause only where one is known', () => {
    expect(workerDied({ detail: 'exit code 1' })).toEqual({ kind: 'workerDied', detail: 'exit code 1' });
    expect(workerDied({ detail: 'signal SIGKILL', cause: 'memory' })).toEqual({
      kind: 'workerDied',
      detail: 'signal SIGKILL',
      cause: 'memory',
    });
  });
});

describe('a reading', () => {
  it('finds the kernel’s count, and nothing where there is none', () => {
    expect(parseOomKills('drop_slab 0\noom_kill 12\nswap_ra 1\n')).toBe(12);
    expect(parseOomKills('thp_oom_kill 12\noom_kill_x 3\n')).toBeUndefined();
  });

  it('has no more free than there is', () => {
    const { freeBytes, totalBytes } = readMemory();
    expect(totalBytes).toBeGreaterThan(0);
    expect(freeBytes ?? 0).toBeLessThanOrEqual(totalBytes);
  });
});
