/** What is said of ghost text's model, where a model of its own is set for it. */
import type { ModelFacts } from '../../contract/models';
import { l10n } from 'vscode';
import type { EngineErrorData } from '../../contract/engineErrors';
import { describeProblem } from './errorMessages';
import { formatGigabytes } from './numberFormat';

/** Which model writes ghost text, as a line; nothing where none is set for it. */
export function ghostTextLine({ completion }: ModelFacts): readonly string[] {
  if (!completion) return [];
  return [completion.kind === 'loaded' ? l10n.t('Ghost text: {0}', completion.facts.name) : describeGhostTextProblem(completion.error)];
}

/** Why ghost text has to do with the chat's model. */
export function describeGhostTextProblem(error: EngineErrorData): string {
  if (error.kind !== 'doesNotFit') {
    return l10n.t('The chat’s model writes ghost text, as the one set for that cannot be used. {0}', describeProblem(error).message);
  }
  return l10n.t(
    'The chat’s model writes ghost text, as the one set for that does not fit beside it: it needs {0} GB, and {1} GB are left. Choose smaller models, or close other programs.',
    formatGigabytes(error.neededBytes),
    formatGigabytes(error.freeBytes),
  );
}
