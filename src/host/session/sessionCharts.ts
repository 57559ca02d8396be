/** Speed over time, as pictures and in words. */
import { l10n } from 'vscode';
import { largest, smallest } from '../../util/lists';
import type { ChartView, SectionView } from '../../contract/webview/sessionMessages';
import type { AnswerSpeed } from '../../contract/sessionFacts';
import { formatCount, formatRate } from '../ui/numberFormat';

export function speedSection(answers: readonly AnswerSpeed[]): SectionView {
  const charts = [
    ...chartOf(l10n.t('Writing'), answers, ({ decodeTokensPerSecond }) => decodeTokensPerSecond),
    ...chartOf(l10n.t('Reading'), answers, ({ prefillTokensPerSecond }) => prefillTokensPerSecond),
  ];
  return {
    id: 'speed',
    kind: 'charts',
    title: l10n.t('Speed of the last answers'),
    charts,
    note: charts.length === 0 ? l10n.t('No answer was long enough yet to tell.') : '',
  };
}

/** Nothing where no answer has such a speed. */
function chartOf(title: string, answers: readonly AnswerSpeed[], speedOf: (answer: AnswerSpeed) => number): readonly ChartView[] {
  const known = answers.filter((answer) => speedOf(answer) > 0);
  const values = known.map(speedOf);
  const last = values.at(-1);
  if (last === undefined) return [];
  return [{ title, latest: perSecond(last), values, summary: summaryOf(title, values, last), table: tableOf(known, speedOf) }];
}

function summaryOf(title: string, values: readonly number[], last: number): string {
  if (values.length === 1) return l10n.t('{0}: one answer at {1}', title, perSecond(last));
  const [lowest, highest] = [smallest(values), largest(values)];
  return l10n.t(
    '{0}: the last {1} answers between {2} and {3}, the latest at {4}',
    title,
    formatCount(values.length),
    formatRate(lowest),
    perSecond(highest),
    perSecond(last),
  );
}

function tableOf(known: readonly AnswerSpeed[], speedOf: (answer: AnswerSpeed) => number): ChartView['table'] {
  return {
    columns: [l10n.t('Answer'), l10n.t('Tokens per second')],
    rows: known.map((answer) => [answer.role === 'chat' ? l10n.t('chat') : l10n.t('ghost text'), formatRate(speedOf(answer))]).reverse(),
  };
}

function perSecond(value: number): string {
  return l10n.t('{0} tokens/s', formatRate(value));
}
