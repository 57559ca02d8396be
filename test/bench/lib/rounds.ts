/** How often something is measured. */
export interface Rounds {
  /** At most. */
  readonly repeats: number;
  /** Once it has taken this long it is not repeated again, but for {@link fewest}; milliseconds. */
  readonly milliseconds: number;
}

/** With one there would be no median. */
const fewest = 2;

/** Measures as often as there is time for, if it takes what it took before on average. */
export async function repeat<T>(
  { repeats, milliseconds }: Rounds,
  measure: (round: number) => Promise<T>,
  now: () => number = () => performance.now(),
): Promise<readonly T[]> {
  const started = now();
  const values: T[] = [];
  while (values.length < repeats) {
    const average = values.length === 0 ? 0 : (now() - started) / values.length;
    if (values.length >= fewest && (values.length + 1) * average > milliseconds) break;
    values.push(await measure(values.length));
  }
  return values;
}
