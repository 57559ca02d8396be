import { isAutoClosed } from '../../prompt/completion/autoClosing';

/** What is offered at a place: a text, and the closing marks to the right of the cursor that it writes again and so stands in the place of. */
export interface Offered {
  readonly text: string;
  readonly replaced: string;
}

/** A suggestion as it was made: what stood before and after the cursor, and what was offered there. */
export interface Suggestion extends Offered {
  readonly document: string;
  readonly prefix: string;
  readonly suffix: string;
}

/**
 * What is left of a suggestion at another place: the rest of its text when the user typed along with it, more of it again when the user
 * went back; `undefined` when it does not fit. Needs no request, so what is shown does not flicker.
 */
export function continueSuggestion(last: Suggestion | undefined, document: string, prefix: string, suffix: string): Offered | undefined {
  if (last?.document !== document || !prefix.startsWith(last.prefix)) return undefined;
  const typed = prefix.slice(last.prefix.length);
  const behind = last.suffix.slice(last.replaced.length);
  if (!last.text.startsWith(typed) || !suffix.endsWith(behind)) return undefined;
  // What the editor closed meanwhile, and what was there before and was not typed over.
  const closed = suffix.slice(0, suffix.length - behind.length);
  const text = last.text.slice(typed.length);
  if (text === closed || !isAutoClosed(closed) || !isWithin(closed, text)) return undefined;
  return text.endsWith(closed) ? { text: text.slice(0, text.length - closed.length), replaced: '' } : { text, replaced: closed };
}

/** Whether the characters of `part` stand in `whole` in this order: else the editor could not show the one in the other's place. */
function isWithin(part: string, whole: string): boolean {
  let from = 0;
  for (const character of part) {
    from = whole.indexOf(character, from) + 1;
    if (from === 0) return false;
  }
  return true;
}
