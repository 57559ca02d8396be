/** The chat's words in the user's language. */
import { env, l10n } from 'vscode';
import type { CutNote, StopReason } from '../../protocol/worker';
import { engineView } from '../engine/engineView';
import { describeProblem, labelOf } from '../engine/problems';
import { webviewStrings } from './strings';
import type { ChatTexts, NoteFacts } from './texts';

/** {@link ChatTexts} in the language VS Code runs in. */
export function chatTexts(): ChatTexts {
  return {
    webview: webviewStrings(),
    untitled: l10n.t('New chat'),
    retry: labelOf('retry'),
    problem: describeProblem,
    notes: notesOf,
    engine: engineView,
  };
}

function notesOf(facts: NoteFacts): readonly string[] {
  const ended = facts.stop === undefined ? undefined : endNote(facts.stop);
  return [...facts.cuts.map(cutNote), ...droppedNote(facts.droppedTurns), ...(ended === undefined ? [] : [ended])];
}

function cutNote(cut: CutNote): string {
  if (cut.shownLines === 0) return lineCutNote(cut);
  const shown = number(cut.shownLines);
  const total = number(cut.totalLines);
  return cut.block === 'file'
    ? l10n.t('The file did not fit the context: the model saw {0} of its {1} lines.', shown, total)
    : l10n.t('The selection did not fit the context: the model saw {0} of its {1} lines.', shown, total);
}

/** Not one line fitted whole. */
function lineCutNote({ block, totalLines }: CutNote): string {
  if (block === 'file')
    return totalLines === 1
      ? l10n.t('The file did not fit the context: the model saw only the beginning of its one line.')
      : l10n.t('The file did not fit the context: the model saw only the beginning of its first line.');
  return totalLines === 1
    ? l10n.t('The selection did not fit the context: the model saw only the beginning of its one line.')
    : l10n.t('The selection did not fit the context: the model saw only the beginning of its first line.');
}

function droppedNote(turns: number): readonly string[] {
  if (turns === 0) return [];
  if (turns === 1) return [l10n.t('The conversation outgrew the context: the model no longer saw its oldest question.')];
  return [l10n.t('The conversation outgrew the context: the model no longer saw its {0} oldest questions.', number(turns))];
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

function number(value: number): string {
  return new Intl.NumberFormat(env.language).format(value);
}
