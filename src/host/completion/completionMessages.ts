import type { DropReason } from '../../contract/completion';
import { env, l10n } from 'vscode';
import { formatCount } from '../ui/numberFormat';
import type { OffReason } from './completionControls';
import type { Ending, GhostReport } from './completionStatistics';

/** How a request for ghost text ended, as a sentence for people. */
export function describeEnding(ending: Ending): string {
  switch (ending) {
    case 'shown':
    case 'kept':
      return l10n.t('A suggestion was offered. If none is to be seen, press Escape to close the list of IntelliSense, or ask again.');
    case 'cancelled':
      return l10n.t('The next key came before the answer.');
    case 'failed':
      return l10n.t('The engine could not answer. The log says why.');
    case 'notReady':
      return l10n.t('The model was not loaded yet. The status bar shows how far it is.');
    case 'nothing':
      return l10n.t('The model had nothing to add here.');
    case 'lineEnd':
      return l10n.t('The model would have ended the line at the cursor.');
    case 'onlyBrackets':
      return l10n.t('What the model wrote was nothing but brackets and punctuation.');
    case 'inSuffix':
      return l10n.t('What the model wrote stands to the right of the cursor already.');
    case 'repeated':
      return l10n.t('What the model wrote repeats the line above or below.');
    case 'syntax':
      return l10n.t('What the model wrote would have been a syntax error.');
    case 'unsure':
      return l10n.t('The model was not sure enough of what comes next. Ask for a suggestion by hand to see its best guess.');
    default:
      return describeSkip(ending);
  }
}

function describeSkip(reason: Exclude<Ending, 'shown' | 'kept' | 'cancelled' | 'failed' | 'notReady' | DropReason>): string {
  switch (reason) {
    case 'off':
      return l10n.t('Ghost text is off.');
    case 'languageOff':
      return l10n.t('Ghost text is off for this language.');
    case 'snoozed':
      return l10n.t('Ghost text is snoozed.');
    case 'document':
      return l10n.t('This is not a document that ghost text is written in.');
    case 'excluded':
      return l10n.t('The file is excluded by the setting {0}.', 'paddock.ghostText.exclude');
    case 'secret':
      return l10n.t('The file looks like one that holds secrets. Such files are never read by the model.');
    case 'selection':
      return l10n.t('Text is selected. Clear the selection to get a suggestion at the cursor.');
    case 'cursors':
      return l10n.t('There was more than one cursor.');
    case 'wordAhead':
      return l10n.t('Something other than closing punctuation stood to the right of the cursor.');
    case 'justTaken':
      return l10n.t('A suggestion was just taken at this place. The next one comes with the next key.');
  }
}

const drops: ReadonlySet<Ending> = new Set<DropReason>(['nothing', 'lineEnd', 'onlyBrackets', 'inSuffix', 'repeated', 'syntax', 'unsure']);

/** Why ghost text does not come by itself, for the status bar: short, in brackets. */
export function describeOff(reason: OffReason | undefined, language: string, snoozedUntil: number | undefined): string {
  if (reason === undefined) return '';
  if (reason === 'languageOff') return l10n.t('(ghost text off for {0})', language);
  if (reason === 'snoozed' && snoozedUntil !== undefined) return l10n.t('(ghost text snoozed until {0})', timeOf(snoozedUntil));
  return l10n.t('(ghost text off)');
}

/** A time of day, as people of the user's language write it. */
export function timeOf(milliseconds: number): string {
  return new Intl.DateTimeFormat(env.language, { timeStyle: 'short' }).format(milliseconds);
}

/** The counters as rows of a list: what, and how many. */
export function describeReport(report: GhostReport): readonly { readonly label: string; readonly value: string }[] {
  const milliseconds = (value: number): string => l10n.t('{0} ms', formatCount(Math.round(value)));
  const of = (ending: Ending): number => report.endings.find((each) => each.ending === ending)?.count ?? 0;
  const [dropped] = report.endings.filter(({ ending }) => isDrop(ending));
  const rows = [
    { label: l10n.t('Suggestions offered'), value: formatCount(of('shown')) },
    { label: l10n.t('Shown on while typing, without asking'), value: formatCount(of('kept')) },
    { label: l10n.t('Taken whole'), value: formatCount(report.accepted) },
    { label: l10n.t('Taken by word or line'), value: formatCount(report.partly) },
    { label: l10n.t('Characters taken'), value: formatCount(report.acceptedCharacters) },
    { label: l10n.t('Characters typed as suggested'), value: formatCount(report.typedThrough) },
  ];
  if (report.latency) {
    rows.push({
      label: l10n.t('Time to an answer'),
      value: l10n.t('{0} median, {1} for 95%', milliseconds(report.latency.median), milliseconds(report.latency.p95)),
    });
  }
  if (dropped) rows.push({ label: l10n.t('Most often dropped ({0})', formatCount(dropped.count)), value: describeEnding(dropped.ending) });
  return rows;
}

function isDrop(ending: Ending): ending is DropReason {
  return drops.has(ending);
}
