/** Lines [start, end) of a list, from 0. */
export interface LineSpan {
  readonly start: number;
  readonly end: number;
}

/** How alike two texts are, from 0 to 1: the share of words they have in common. Signs count where there are no words. */
export function similarity(one: string, other: string): number {
  return likeness(wordsOf(one), wordsOf(other));
}

/** The words of `text`, or the signs of one without words. */
export function wordsOf(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}_$]+/gu) ?? text.match(/\S/gu) ?? [];
}

/** {@link similarity} of texts that have been taken apart by {@link wordsOf}. */
export function likeness(ones: readonly string[], others: readonly string[]): number {
  if (ones.length + others.length === 0) return 1;
  return (2 * sharedCount(ones, others)) / (ones.length + others.length);
}

/** How many of `ones` are in `others`, each counted as often as it is in both. */
export function sharedCount(ones: readonly string[], others: readonly string[]): number {
  const left = new Map<string, number>();
  for (const each of others) left.set(each, (left.get(each) ?? 0) + 1);
  let shared = 0;
  for (const each of ones) {
    const count = left.get(each) ?? 0;
    if (count === 0) continue;
    left.set(each, count - 1);
    shared++;
  }
  return shared;
}

/** The lines that say something, without their indentation: no blank ones, and none of brackets alone. */
export function significant(lines: readonly string[]): string[] {
  return lines.map((line) => line.trim()).filter((line) => /[\p{L}\p{N}]/u.test(line));
}
