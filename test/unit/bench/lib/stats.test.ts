import { describe, expect, it } from 'vitest';
import { figure, median, percentile } from '../../../bench/lib/stats';

describe('the median', () => {
  it('is the middle, or between the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 6])).toBe(5.5);
    expect(median([100, 20])).toBe(60);
  });

  it('sorts what never came last', () => {
    expect(median([Infinity, 1, 2])).toBe(2);
    expect(median([Infinity, Infinity, 2])).toBe(Infinity);
  });

  it('is no number of nothing', () => {
    expect(median([])).toBeNaN();
  });
});

describe('a percentile', () => {
  it('is one of the values: the smallest that the share does not exceed', () => {
    const values = Array.from({ length: 20 }, (_, index) => 20 - index);
    expect(percentile(values, 0.95)).toBe(19);
    expect(percentile(values, 1)).toBe(20);
    expect(percentile([7], 0.95)).toBe(7);
  });

  it('lets one request in twenty never come, and no more', () => {
    const came = Array.from({ length: 19 }, () => 1);
    expect(percentile([...came, Infinity], 0.95)).toBe(1);
    expect(percentile([...came.slice(1), Infinity, Infinity], 0.95)).toBe(Infinity);
  });

  it('is no number of nothing', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('a figure', () => {
  it('has three significant digits', () => {
    expect(figure(0.123456)).toBe(0.123);
    expect(figure(12.345)).toBe(12.3);
    expect(figure(123_456.7)).toBe(123_457);
  });

  it('is null where there is none', () => {
    expect([NaN, Infinity].map(figure)).toEqual([null, null]);
  });
});
