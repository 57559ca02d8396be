/** What is said of attachments, in the user's language. */
import type { ContextBlock } from '../../../contract/context';
import { l10n } from 'vscode';
import { formatCount } from '../../ui/numberFormat';
import type { ForecastWords } from './contextGauge';

/** {@link ForecastWords} in the language VS Code runs in. */
export function forecastWords(): ForecastWords {
  return {
    source: (kind, path) => (kind === 'problems' && path !== undefined ? l10n.t('Problems in {0}', path) : sourceName(kind)),
    dropped: (turns, title) =>
      turns === 1
        ? l10n.t('To fit the context, the oldest question will be left out: “{0}”.', title)
        : l10n.t('To fit the context, the {0} oldest questions will be left out, up to “{1}”.', formatCount(turns), title),
    cut: (label, shown, total, isEstimate) =>
      isEstimate
        ? l10n.t('{0} will be cut: about {1} of about {2} tokens fit the context.', label, formatCount(shown), formatCount(total))
        : l10n.t('{0} will be cut: about {1} of its {2} tokens fit the context.', label, formatCount(shown), formatCount(total)),
    tooLong: () => l10n.t('This does not fit the context. Shorten the question, remove an attachment, or raise the context size.'),
  };
}

/** How a kind of attachment is called. */
export function sourceName(kind: ContextBlock['kind']): string {
  switch (kind) {
    case 'file':
      return l10n.t('The file');
    case 'selection':
      return l10n.t('The selection');
    case 'symbol':
      return l10n.t('The symbol');
    case 'problems':
      return l10n.t('Problems in the workspace');
    case 'terminal':
      return l10n.t('Terminal selection');
    case 'changes':
      return l10n.t('Changes not committed');
  }
}
