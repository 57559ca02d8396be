import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentMap } from '../../../src/util/lruCache';

describe('RecentMap', () => {
  it('forgets what has not been used for longest', () => {
    const map = new RecentMap<string, string>(2);
    map.set('a', '1');
    map.set('b', '2');
    expect(map.get('a')).toBe('1');
    map.set('c', '3');
    expect(map.get('b')).toBeUndefined();
    expect(map.get('a')).toBe('1');
    expect(map.get('c')).toBe('3');
  });

  it('keeps neither a value heavier than all it may hold, nor what that one replaced, and loses nothing else for it', () => {
    const map = new RecentMap<string, string>(3, (text) => text.length);
    map.set('a', 'x');
    map.set('b', 'y');
    map.set('b', 'long');
    expect(map.get('b')).toBeUndefined();
    expect(map.get('a')).toBe('x');
  });

  it('never holds more than its limit, has the last value of a key, and always the newest that fits', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: 0, max: 5 })), { maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 10 }), (all, limit) => {
        const map = new RecentMap<string, { weight: number }>(limit, ({ weight }) => weight);
        const last = new Map<string, { weight: number }>();
        for (const [key, weight] of all) {
          const value = { weight };
          map.set(key, value);
          last.set(key, value);
          expect(map.get(key)).toBe(weight <= limit ? value : undefined);
        }
        const held = [...last].map(([key, value]) => ({ found: map.get(key), value })).filter(({ found }) => found !== undefined);
        for (const { found, value } of held) expect(found).toBe(value);
        expect(held.reduce((sum, { value }) => sum + value.weight, 0)).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
