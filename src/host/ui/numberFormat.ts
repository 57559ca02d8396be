/** Numbers with their units, as a language writes them. The language is by default the one that VS Code runs in. */
import { env } from 'vscode';

/** A whole number with the separators of the language. */
export function formatCount(value: number, language = env.language): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(value);
}

/** A rate with one decimal below ten and none above, so that it is read at a glance. */
export function formatRate(value: number, language = env.language): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

/** A share from 0 to 1 as a percentage, rounded down: 100% only when it is whole. */
export function formatShare(value: number, language = env.language): string {
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(Math.floor(value * 100) / 100);
}

/** A number with its unit in the short form. */
export function formatUnit(
  value: number,
  unit: string,
  digits: Pick<Intl.NumberFormatOptions, 'minimumFractionDigits' | 'maximumFractionDigits'>,
  language = env.language,
): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', ...digits }).format(value);
}

/** Bytes as gigabytes with one decimal, without the unit. */
export function formatGigabytes(bytes: number, language = env.language): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 1, minimumFractionDigits: 1 }).format(bytes / 1e9);
}

const sizes = [
  ['gigabyte', 1e9],
  ['megabyte', 1e6],
  ['kilobyte', 1e3],
] as const;

/** Bytes in the largest unit of which there is one. */
export function formatBytes(value: number, language = env.language): string {
  const [unit, size] = sizes.find(([, each]) => value >= each) ?? ['byte', 1];
  const amount = value / size;
  return formatUnit(amount, unit, { maximumFractionDigits: amount < 10 && size > 1 ? 1 : 0 }, language);
}

const spans = [
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A time in its two largest units: “2 hr, 5 min”. Below ten seconds with a decimal. */
export function formatDuration(seconds: number, language = env.language): string {
  if (seconds < 10) return formatUnit(seconds, 'second', { maximumFractionDigits: 1 }, language);
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const [unit, size] of spans) {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    if (whole > 0) parts.push(formatUnit(whole, unit, { maximumFractionDigits: 0 }, language));
  }
  return new Intl.ListFormat(language, { type: 'unit', style: 'short' }).format(parts.slice(0, 2));
}
