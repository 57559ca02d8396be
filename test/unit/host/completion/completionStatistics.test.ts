import { beforeEach, describe, expect, it } from 'vitest';
import { GhostNumbers } from '../../../../src/host/completion/completionStatistics';

const document = 'file:///src/a.ts';
let numbers: GhostNumbers;

beforeEach(() => {
  numbers = new GhostNumbers();
});

describe('the fate of a completion', () => {
  beforeEach(() => {
    numbers.offer({ document, offset: 10, text: 'items.map(f);' });
  });

  it('is typed through key by key', () => {
    numbers.changed({ document, offset: 10, text: 'i' });
    numbers.changed({ document, offset: 11, text: 't' });
    expect(numbers.report()).toMatchObject({ typedThrough: 2, partly: 0, accepted: 0 });
  });

  it('is taken by word, and then whole', () => {
    numbers.changed({ document, offset: 10, text: 'items' });
    numbers.changed({ document, offset: 15, text: '.map(f);' });
    numbers.taken(8);
    expect(numbers.report()).toMatchObject({ typedThrough: 0, partly: 1, accepted: 1, acceptedCharacters: 13 });
  });

  it.each([
    ['another text', { document, offset: 10, text: 'x' }],
    ['another place', { document, offset: 3, text: 'i' }],
    ['a deletion', { document, offset: 9, text: '' }],
  ])('ends with %s', (_, change) => {
    numbers.changed(change);
    numbers.changed({ document, offset: 10, text: 'items' });
    expect(numbers.report()).toMatchObject({ typedThrough: 0, partly: 0 });
  });

  it('is unaffected by a change elsewhere', () => {
    numbers.changed({ document: 'file:///src/b.ts', offset: 10, text: 'x' });
    numbers.changed({ document, offset: 10, text: 'items' });
    expect(numbers.report().partly).toBe(1);
  });
});

describe('request statistics', () => {
  it('count requests by their ending, and keep the last one that no key overtook', () => {
    numbers.ended('repeated', 20);
    numbers.ended('repeated', 30);
    numbers.ended('cancelled', 5);
    expect(numbers.last).toBe('repeated');
    expect(numbers.report().endings).toEqual([
      { ending: 'repeated', count: 2 },
      { ending: 'cancelled', count: 1 },
    ]);
  });

  it('include the latency only of requests that showed a completion', () => {
    expect(numbers.medianLatency).toBeUndefined();
    for (let each = 1; each <= 100; each++) numbers.ended('shown', each);
    numbers.ended('kept', 0);
    numbers.ended('nothing', 9000);
    expect(numbers.report().latency).toEqual({ median: 51, p95: 96 });
    expect(numbers.medianLatency).toBe(51);
  });
});
