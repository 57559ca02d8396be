/** The chat's words in the user's language. */
import type { CutNote } from '../../../contract/context';
import type { StopReason } from '../../../contract/metrics';
import { l10n } from 'vscode';
import { engineView } from '../../ui/engineStatus';
import { describeProblem, labelOf } from '../../ui/errorMessages';
import { formatCount } from '../../ui/numberFormat';
import { forecastWords, sourceName } from '../context/contextMessages';
import type { ChatTexts, NoteFacts } from './chatTexts';

/** {@link ChatTexts} in the language VS Code runs in. */
export function chatTexts(): ChatTexts {
  return {
    untitled: l10n.t('New chat'),
    retry: labelOf('retry'),
    problem: describeProblem,
    notes: notesOf,
    engine: engineView,
    ...forecastWords(),
  };
}

function notesOf(facts: NoteFacts): readonly string[] {
  const ended = facts.stop === undefined ? undefined : endNote(facts.stop);
  return [...facts.cuts.map(cutNote), ...droppedNote(facts.droppedTurns), ...(ended === undefined ? [] : [ended])];
}

function cutNote(cut: CutNote): string {
  const name = cut.label === '' ? sourceName(cut.block) : cut.label;
  if (cut.shownLines > 0)
    return l10n.t(
      '{0} did not fit the context: the model saw {1} of {2} lines.',
      name,
      formatCount(cut.shownLines),
      formatCount(cut.totalLines),
    );
  // Not one line fitted whole.
  return cut.totalLines === 1
    ? l10n.t('{0} did not fit the context: the model saw at most the beginning of its one line.', name)
    : l10n.t(
        '{0} did not fit the context: the model saw at most the beginning of one of its {1} lines.',
        name,
        formatCount(cut.totalLines),
      );
}

function droppedNote(turns: number): readonly string[] {
  if (turns === 0) return [];
  if (turns === 1) return [l10n.t('The conversation outgrew the context: the model no longer saw its oldest question.')];
  return [l10n.t('The conversation outgrew the context: the model no longer saw its {0} oldest questions.', formatCount(turns))];
}

function endNote(stop: StopReason): string | undefined {
  switch (stop) {
    case 'maxTokens':
      return l10n.t('The answer reached its length limit. Ask to go on, or raise the limit in the settings.');
    case 'contextFull':
      return l10n.t('The context is full, so the answer ends here. Start a new chat, or raise the context size in the settings.');
    case 'repetition':
      return l10n.t('The answer began to repeat itself and was ended. Ask in other words, or raise the temperature in the settings.');
    case 'end':
    case 'rule':
    case 'cancelled':
      return undefined;
  }
}
