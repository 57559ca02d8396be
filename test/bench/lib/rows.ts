import { figure } from './stats';

/** The rows of the table, in its order; what `--only` takes. */
export const rowIds = [
  'ghost',
  'ghost-in-prefill',
  'prefill',
  'trace',
  'follow-up',
  'file-block',
  'restart',
  'decode',
  'busy-core',
  'cancel',
  'memory',
] as const;
export type RowId = (typeof rowIds)[number];

/** Something a row has to reach. */
export interface Check {
  /** What it is about, where the row has more than one. */
  readonly name: string;
  readonly value: number;
  readonly sense: 'at most' | 'at least';
  readonly limit: number;
}

/** A measured figure with its unit. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 's' | 'tok/s' | 'tokens' | 'MB' | 'x' | 'share' | '';
}

export interface Row {
  readonly id: RowId;
  /** As people call it. */
  readonly name: string;
  readonly figures: readonly Figure[];
  /** The first is the row's ratio. */
  readonly checks: readonly Check[];
  /** Why the row, or a part of it, was not run. */
  readonly notRun?: string;
}

/** A row as JSON has it. Figures are rounded; `null` stands for what never came or could not be measured. */
export interface JsonRow {
  readonly row: RowId;
  readonly name: string;
  readonly figures: Readonly<Record<string, number | null>>;
  readonly ratio: number | null;
  readonly checks: readonly { name: string; value: number | null; sense: Check['sense']; limit: number; holds: boolean }[];
  /** `null` where nothing could be judged. */
  readonly holds: boolean | null;
  readonly notRun?: string;
}

export function rowHolds({ checks, notRun }: Row): boolean | null {
  if (!checks.every(checkHolds)) return false;
  // A row that is judged in part does not hold as a whole.
  return checks.length === 0 || notRun !== undefined ? null : true;
}

/** A value that is no number holds nothing. */
export function checkHolds({ value, sense, limit }: Check): boolean {
  return sense === 'at most' ? value <= limit : value >= limit;
}

export function jsonRow(row: Row): JsonRow {
  return {
    row: row.id,
    name: row.name,
    figures: Object.fromEntries(row.figures.map(({ name, value, unit }) => [unit === '' ? name : `${name}, ${unit}`, figure(value)])),
    ratio: figure(row.checks[0]?.value ?? NaN),
    checks: row.checks.map((check) => ({ ...check, value: figure(check.value), holds: checkHolds(check) })),
    holds: rowHolds(row),
    ...(row.notRun === undefined ? {} : { notRun: row.notRun }),
  };
}

const verdicts = new Map<boolean | null, string>([
  [true, 'holds'],
  [false, 'DOES NOT HOLD'],
  [null, 'not run'],
]);

/** The table for people: a line for each row with its checks, the figures below. */
export function tableOf(rows: readonly Row[]): string {
  return rows.map((row) => [headOf(row), ...detailsOf(row)].join('\n')).join('\n');
}

function headOf(row: Row): string {
  return `${(verdicts.get(rowHolds(row)) ?? '').padEnd(14)} ${row.name}`;
}

function detailsOf({ figures, checks, notRun }: Row): readonly string[] {
  const lines = checks.map((check) => {
    const sign = checkHolds(check) ? '' : '   <- not reached';
    return `${check.name}: ${shown(check.value)}, ${check.sense} ${check.limit}${sign}`;
  });
  if (figures.length > 0)
    lines.push(figures.map(({ name, value, unit }) => `${name} ${shown(value)}${unit === '' ? '' : ` ${unit}`}`).join(' | '));
  if (notRun !== undefined) lines.push(`not run: ${notRun}`);
  return lines.map((line) => `${' '.repeat(15)}${line}`);
}

function shown(value: number): string {
  const rounded = figure(value);
  return rounded === null ? (value === Infinity ? 'never' : 'unknown') : rounded.toLocaleString('en-US', { maximumSignificantDigits: 15 });
}
