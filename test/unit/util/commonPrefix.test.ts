import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonPrefixLength } from '../../../src/util/commonPrefix';

const tokens = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 });

describe('commonPrefixLength', () => {
  it('is the longest run that both begin with', () => {
    fc.assert(
      fc.property(tokens, tokens, (a, b) => {
        const length = commonPrefixLength(a, b);
        expect(a.slice(0, length)).toEqual(b.slice(0, length));
        const differ = length === a.length || length === b.length || a[length] !== b[length];
        expect(differ).toBe(true);
      }),
    );
  });

  it('is the same either way round, and all of what is shared', () => {
    fc.assert(
      fc.property(tokens, tokens, (a, b) => {
        expect(commonPrefixLength(a, b)).toBe(commonPrefixLength(b, a));
        expect(commonPrefixLength([...a, ...b], a)).toBe(a.length);
      }),
    );
  });
});
