import { describe, expect, it } from 'vitest';
import { repeat } from '../../../bench/lib/rounds';

/** Repeats something that takes so long each time. */
async function count(repeats: number, milliseconds: number, each: number): Promise<number> {
  let now = 0;
  const values = await repeat(
    { repeats, milliseconds },
    (round) => {
      now += each;
      return Promise.resolve(round);
    },
    () => now,
  );
  expect(values).toEqual(values.map((_, index) => index));
  return values.length;
}

describe('repeat', () => {
  it('measures as often as it is to, if there is time', async () => {
    expect(await count(5, 100, 20)).toBe(5);
    expect(await count(1, 0, 20)).toBe(1);
  });

  it('stops before a repeat that would take too long, but for the second', async () => {
    expect(await count(5, 100, 30)).toBe(3);
    expect(await count(5, 100, 1000)).toBe(2);
  });
});
