import type { ChatResult } from '../../contract/chat';
import { l10n } from 'vscode';
import { formatCount } from '../ui/numberFormat';

/** What there is to say about an answer beside its text, as Markdown to stand behind it; empty for nothing. */
export function answerNotes({ cuts, droppedTurns, stop }: Pick<ChatResult, 'cuts' | 'droppedTurns' | 'stop'>): string {
  const notes = [
    ...(cuts.length > 0 ? [l10n.t('Not all that is attached did fit the context: the model saw a part of it.')] : []),
    ...(droppedTurns > 0 ? [droppedNote(droppedTurns)] : []),
    ...(stop === 'contextFull'
      ? [l10n.t('The context is full, so the answer ends here. Start a new chat, or raise the context size in the settings.')]
      : []),
    ...(stop === 'repetition'
      ? [l10n.t('The answer began to repeat itself and was ended. Ask in other words, or raise the temperature in the settings.')]
      : []),
  ];
  return notes.map((note) => `\n\n_${note}_`).join('');
}

function droppedNote(turns: number): string {
  return turns === 1
    ? l10n.t('The conversation outgrew the context: the model no longer saw its oldest question.')
    : l10n.t('The conversation outgrew the context: the model no longer saw its {0} oldest questions.', formatCount(turns));
}
