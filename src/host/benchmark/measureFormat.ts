import { env, l10n } from 'vscode';
import { formatCount, formatRate, formatUnit } from '../ui/numberFormat';
import type { Figures } from './benchmarkResults';

/** One thing that was measured: what it is called, how it reads, and what is better. */
export interface Measure {
  readonly id: string;
  readonly label: string;
  readonly better: 'less' | 'more';
  readonly of: (figures: Figures) => number | null;
  readonly format: (value: number) => string;
  /** Whether it has a chart; all are in the table. */
  readonly chart: boolean;
}

/** All that is measured, in the order of the page, in the user's language. */
export function measures(): readonly Measure[] {
  return [
    chart('cold', l10n.t('First word of an answer, nothing known'), 'less', (f) => f.coldFirstTokenMilliseconds, milliseconds),
    chart('warm', l10n.t('First word of the next answer'), 'less', (f) => f.warmFirstTokenMilliseconds, milliseconds),
    chart('decode', l10n.t('Writing'), 'more', (f) => f.decodeTokensPerSecond, perSecond),
    chart('prefill', l10n.t('Reading'), 'more', (f) => f.prefillTokensPerSecond, perSecond),
    row('reused', l10n.t('Tokens reused for the next answer'), 'more', (f) => f.reusedTokens, formatCount),
    row('evaluated', l10n.t('Tokens read for the next answer'), 'less', (f) => f.evaluatedTokens, formatCount),
    row('saved', l10n.t('Time saved by that'), 'more', (f) => (f.savedSeconds === null ? null : f.savedSeconds * 1000), milliseconds),
    chart('ghost', l10n.t('Ghost text: half come within'), 'less', (f) => f.ghost.medianMilliseconds, milliseconds),
    row('ghost95', l10n.t('Ghost text: 95% come within'), 'less', (f) => f.ghost.percentile95Milliseconds, milliseconds),
    row('keyLater', l10n.t('Ghost text, one key later'), 'less', (f) => f.ghost.keyLaterMilliseconds, milliseconds),
    row('places', l10n.t('Places tried'), 'more', (f) => f.ghost.places, formatCount),
    row('shown', l10n.t('Places with a ghost text'), 'more', (f) => f.ghost.shown, formatCount),
    chart('exact', l10n.t('First line exactly right'), 'more', (f) => f.ghost.exactLine, share),
    row('kept', l10n.t('Characters right from the start'), 'more', (f) => f.ghost.kept, share),
    chart('similar', l10n.t('Likeness to the real code'), 'more', (f) => f.ghost.similarity, share),
  ];
}

type Part = Pick<Measure, 'of' | 'format'>;

function chart(id: string, label: string, better: Measure['better'], of: Part['of'], format: Part['format']): Measure {
  return { id, label, better, of, format, chart: true };
}

function row(id: string, label: string, better: Measure['better'], of: Part['of'], format: Part['format']): Measure {
  return { id, label, better, of, format, chart: false };
}

export function perSecond(value: number): string {
  return l10n.t('{0} tokens/s', formatRate(value));
}

/** A time, in the unit that is read at a glance. */
export function milliseconds(value: number): string {
  if (value < 1000) return formatUnit(value, 'millisecond', { maximumFractionDigits: 0 });
  return formatUnit(value / 1000, 'second', { maximumFractionDigits: 1 });
}

export function share(value: number): string {
  return new Intl.NumberFormat(env.language, { style: 'percent', maximumFractionDigits: 0 }).format(value);
}
