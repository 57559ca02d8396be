import { l10n, window } from 'vscode';
import { findHiddenCharacters, removeHiddenCharacters, type TextKind } from '../../../util/text/hiddenCharacters';

/** Hidden characters that the question names. */
const MAX_NAMED = 6;

/**
 * Text of an answer that is to leave the page: as it is where all of it is seen. Else the user is asked whether it goes without its hidden
 * characters or with them; `undefined` where they want neither.
 */
export async function settleHiddenCharacters(text: string, kind: TextKind): Promise<string | undefined> {
  const found = findHiddenCharacters(text, kind);
  if (found.length === 0) return text;
  const names = found.slice(0, MAX_NAMED).join(', ') + (found.length > MAX_NAMED ? ', …' : '');
  const remove = l10n.t('Remove Them');
  const keep = l10n.t('Keep Them');
  const detail = l10n.t('You cannot see them, and they can make code do something other than it shows.');
  const choice = await window.showWarningMessage(
    l10n.t('This text has hidden characters: {0}.', names),
    { modal: true, detail },
    remove,
    keep,
  );
  if (choice === undefined) return undefined;
  return choice === keep ? text : removeHiddenCharacters(text, kind);
}
