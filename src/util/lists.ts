/**
 * Lists of any length. `list.push(...more)` and `Math.max(...values)` put every element on the stack and throw a RangeError from about
 * 120,000 elements on, which files, prompts and answers have.
 */

/** Appends in place. */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const each of more) list.push(each);
}

/** The largest of `values`, and at least `min`. */
export function largest(values: Iterable<number>, min = -Infinity): number {
  let result = min;
  for (const value of values) if (value > result) result = value;
  return result;
}

/** The smallest of `values`, and at most `max`. */
export function smallest(values: Iterable<number>, max = Infinity): number {
  let result = max;
  for (const value of values) if (value < result) result = value;
  return result;
}

/** The sum of `values`; 0 for none. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** How many elements two lists share at the beginning, and of the others at the end. */
export function commonEnds<T>(one: readonly T[], other: readonly T[]): { readonly head: number; readonly tail: number } {
  const max = Math.min(one.length, other.length);
  let head = 0;
  while (head < max && one[head] === other[head]) head++;
  let tail = 0;
  while (tail < max - head && one.at(-1 - tail) === other.at(-1 - tail)) tail++;
  return { head, tail };
}
