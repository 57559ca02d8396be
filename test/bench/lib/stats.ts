/** The middle of the values; of two, the mean between them. `NaN` of none. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? NaN;
  return Number.isInteger(half) ? ((sorted[half - 1] ?? NaN) + upper) / 2 : upper;
}

/** The smallest of the values that a share of them (0 to 1) does not exceed: nearest rank. `NaN` of none. */
export function percentile(values: readonly number[], share: number): number {
  const rank = Math.ceil(share * values.length);
  return ascending(values)[Math.max(0, rank - 1)] ?? NaN;
}

/** `Infinity` stands for what never came, and sorts last. */
function ascending(values: readonly number[]): number[] {
  // Not by difference: that of two infinities is none.
  return [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** To three significant figures: what a noisy machine measures has no more. `null`, which JSON has, for what is no number. */
export function figure(value: number): number | null {
  if (!Number.isFinite(value)) return null;
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
}
