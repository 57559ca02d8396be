import { describe, expect, it } from 'vitest';
import { parseAnonymous, readWorkerMemory } from '../../../src/worker/processMemory';

describe('the worker’s memory', () => {
  it('is what this process takes', () => {
    const { residentBytes, anonymousBytes } = readWorkerMemory();
    expect(residentBytes).toBeGreaterThan(10e6);
    // The two are read one after the other.
    if (anonymousBytes !== undefined) expect(anonymousBytes).toBeLessThan(1.5 * residentBytes);
  });

  it('has a part that is in no file, where the system tells', () => {
    expect(parseAnonymous('VmRSS:\t  5000 kB\nRssAnon:\t    1234 kB\nRssFile:\t 3766 kB\n')).toBe(1234 * 1024);
    expect(parseAnonymous('VmRSS:\t  5000 kB\n')).toBeUndefined();
  });
});
