import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DraftPolicy, longestDraft, lookUpDraft, type Draft } from '../../../../src/worker/session/promptLookup';

const history = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 60 });
const most = fc.integer({ min: 1, max: 10 });

describe('lookUpDraft', () => {
  it('finds what followed the longest run that stood before, most recently', () => {
    fc.assert(
      fc.property(history, most, (tokens, length) => {
        const text = tokens.join('');
        let expected: Draft = { tokens: [], key: 0 };
        for (const key of [2, 3, 4, 5]) {
          const at = key < text.length ? text.slice(0, -1).lastIndexOf(text.slice(-key)) : -1;
          if (at >= 0) expected = { tokens: tokens.slice(at + key, at + key + length), key };
        }
        expect(lookUpDraft(tokens, length)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('drafts at least one token wherever it found something, and never more than asked for', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 10 }), (tokens, length) => {
        const draft = lookUpDraft(tokens, length);
        expect(draft.tokens.length).toBeLessThanOrEqual(length);
        if (length > 0) expect(draft.tokens.length > 0).toBe(draft.key > 0);
      }),
    );
  });

  it('quotes the prompt', () => {
    expect(lookUpDraft([1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4], 3)).toEqual({ tokens: [5, 6, 7], key: 3 });
    expect(lookUpDraft([1, 2, 5, 1, 2, 6, 1, 2], 1)).toEqual({ tokens: [6], key: 2 });
    expect(lookUpDraft([1, 2, 3, 4], 3)).toEqual({ tokens: [], key: 0 });
  });

  it('reads a history a bounded number of times, however it repeats itself', () => {
    for (const token of [
      (at: number): number => at,
      (at: number): number => (at % 6 === 5 ? at : at % 6),
      (at: number): number => (at === 3999 ? 9 : 1),
    ]) {
      let reads = 0;
      const counting = new Proxy(
        Array.from({ length: 4000 }, (_, at) => token(at)),
        {
          get: (target, name): unknown => {
            if (typeof name === 'string' && /^\d+$/.test(name)) reads++;
            return Reflect.get(target, name);
          },
        },
      );
      lookUpDraft(counting, longestDraft);
      expect(reads).toBeLessThanOrEqual(4000 * 2 * (2 + 3 + 4 + 5));
    }
  });
});

/** Milliseconds of a step, 7B on two cores. */
const large = (tokens: number): number => [0, 85, 160, 231, 139, 215, 300, 369, 259][tokens] ?? 25 * tokens;
/** A machine on which a step takes as long as its tokens alone: nothing to gain. */
const linear = (tokens: number): number => 10 * tokens;
const draftOf = (length: number, key: number): Draft => ({ tokens: Array.from({ length }, (_, at) => at), key });

/** Decodes with drafts of which each token is right as often as told, and counts time and tokens. */
function decode(
  policy: DraftPolicy,
  steps: number,
  right: number,
  time: (tokens: number) => number,
): { perToken: number; drafting: number } {
  let spent = 0;
  let gained = 0;
  let drafting = 0;
  let chance = 0;
  for (let step = 0; step < steps; step++) {
    const length = policy.length(draftOf(longestDraft, 5));
    let confirmed = 0;
    // Evenly spread instead of drawn, so that the test says the same each time.
    while (confirmed < length && (chance += right) >= 1) {
      chance -= 1;
      confirmed++;
    }
    if (length > 0) {
      drafting++;
      policy.record(5, length, confirmed);
    }
    spent += time(1 + length);
    gained += 1 + confirmed;
  }
  return { perToken: spent / gained, drafting: drafting / steps };
}

describe('DraftPolicy', () => {
  it('never drafts more than there is, nor before steps were measured', () => {
    fc.assert(
      fc.property(fc.nat(10), fc.integer({ min: 0, max: 5 }), fc.nat(100), (length, key, base) => {
        const drafted = new DraftPolicy((tokens) => base + tokens).length(draftOf(length, key));
        expect(drafted).toBeGreaterThanOrEqual(0);
        expect(drafted).toBeLessThanOrEqual(length);
        expect(new DraftPolicy(() => undefined).length(draftOf(length, key))).toBe(0);
      }),
    );
  });

  it('drafts when that pays by the times of steps, as many as pay best', () => {
    expect(new DraftPolicy(large).length(draftOf(7, 5))).toBe(3);
    expect(new DraftPolicy(() => 85).length(draftOf(7, 5))).toBe(7);
    expect(new DraftPolicy(linear).length(draftOf(7, 5))).toBe(0);
    expect(new DraftPolicy(large).length(draftOf(0, 0))).toBe(0);
  });

  it('drafts less for a key that recurs by chance', () => {
    const policy = new DraftPolicy((tokens) => 80 + 10 * tokens);
    expect(policy.length(draftOf(7, 2))).toBeLessThan(policy.length(draftOf(7, 5)));
  });

  it('decodes faster where drafts are right, and loses little where they are always wrong', () => {
    expect(decode(new DraftPolicy(large), 400, 1, large).perToken).toBeLessThan(0.5 * large(1));
    const wrong = decode(new DraftPolicy(large), 400, 0, large);
    expect(wrong.perToken).toBeLessThan(1.1 * large(1));
    expect(wrong.drafting).toBeLessThan(0.15);
  });

  it('takes drafting up again once drafts are right again', () => {
    const policy = new DraftPolicy(large);
    decode(policy, 200, 0, large);
    decode(policy, 100, 1, large);
    expect(decode(policy, 50, 1, large).drafting).toBe(1);
  });

  it('learns for each length of key apart', () => {
    const policy = new DraftPolicy(large);
    for (let step = 0; step < 20; step++) policy.record(4, 3, 0);
    expect(policy.length(draftOf(7, 4))).toBe(0);
    expect(policy.length(draftOf(7, 5))).toBe(3);
  });
});
