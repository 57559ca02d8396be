/** Numbers with their units, as a language writes them. */

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** A count. */
export function count(value: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(value);
}

/** A rate: read at a glance, so one decimal below ten and none above. */
export function rate(value: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

/** A share, 0 to 1, as a percentage; nothing counts as whole that is not. */
export function share(value: number, language: string): string {
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(Math.floor(value * 100) / 100);
}

const sizes = [
  ['gigabyte', 1e9],
  ['megabyte', 1e6],
  ['kilobyte', 1e3],
] as const;

/** Bytes in the largest unit of which there is one. */
export function bytes(value: number, language: string): string {
  const [unit, size] = sizes.find(([, each]) => value >= each) ?? ['byte', 1];
  const amount = value / size;
  const options = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: amount < 10 && size > 1 ? 1 : 0 } as const;
  return new Intl.NumberFormat(language, options).format(amount);
}

const spans = [
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A time in its two largest units: “2 hr, 5 min”. Below ten seconds with a decimal. */
export function duration(seconds: number, language: string): string {
  const inUnit = (value: number, unit: string, digits = 0): string =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits }).format(value);
  if (seconds < 10) return inUnit(seconds, 'second', 1);
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const [unit, size] of spans) {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    if (whole > 0) parts.push(inUnit(whole, unit));
  }
  return new Intl.ListFormat(language, { type: 'unit', style: 'short' }).format(parts.slice(0, 2));
}
