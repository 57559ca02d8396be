import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { append, commonEnds, largest, smallest, sum } from '../../../src/util/lists';

const COUNT = 300_000;

describe('lists of any length', () => {
  it('appends 300,000 elements', () => {
    const list = [-1];
    append(list, Array(COUNT).keys());
    expect([list.length, list[1], list.at(-1)]).toEqual([COUNT + 1, 0, COUNT - 1]);
  });

  it('finds the largest and the smallest of 300,000 values', () => {
    const values = Array.from(Array(COUNT).keys());
    expect([largest(values), smallest(values)]).toEqual([COUNT - 1, 0]);
  });

  it('adds values up', () => {
    expect([sum([]), sum([1, 2, 3.5])]).toEqual([0, 6.5]);
  });

  it('gives the bound for no values', () => {
    expect([largest([], -1), smallest([], 8), largest([]), smallest([])]).toEqual([-1, 8, -Infinity, Infinity]);
  });

  it('keeps to the bound, as Math.max and Math.min with one more argument do', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (values, bound) => {
        expect(largest(values, bound)).toBe(Math.max(bound, ...values));
        expect(smallest(values, bound)).toBe(Math.min(bound, ...values));
      }),
    );
  });

  it('finds common ends that do not overlap', () => {
    const letters = fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 });
    fc.assert(
      fc.property(letters, letters, (one, other) => {
        const { head, tail } = commonEnds(one, other);
        expect(one.slice(0, head)).toEqual(other.slice(0, head));
        expect(one.slice(one.length - tail)).toEqual(other.slice(other.length - tail));
        expect(head + tail).toBeLessThanOrEqual(Math.min(one.length, other.length));
      }),
    );
  });
});
