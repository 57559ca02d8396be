/** A suggestion as it was made: what stood before and after the cursor, and the text offered there. */
export interface Suggestion {
  readonly document: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly text: string;
}

/**
 * What is left of a suggestion at another place: the rest of its text when the user typed along with it, more of it again when the user
 * went back; `undefined` when it does not fit. Needs no request, so what is shown does not flicker.
 */
export function continueSuggestion(last: Suggestion | undefined, document: string, prefix: string, suffix: string): string | undefined {
  if (last?.document !== document || !prefix.startsWith(last.prefix)) return undefined;
  const typed = prefix.slice(last.prefix.length);
  const closed = closedByEditor(last.suffix, suffix);
  if (closed === undefined || !last.text.startsWith(typed)) return undefined;
  // What the editor closed is text of the suggestion that is there already; elsewhere than at the end it cannot be left out.
  const rest = last.text.slice(typed.length);
  return rest.endsWith(closed) && rest !== closed ? rest.slice(0, rest.length - closed.length) : undefined;
}

/** The brackets and quotes that the editor put in front of a suffix when their opening ones were typed; `undefined` at any other change. */
function closedByEditor(before: string, now: string): string | undefined {
  if (!now.endsWith(before)) return undefined;
  const added = now.slice(0, now.length - before.length);
  return /^[)\]}>"'`]*$/u.test(added) ? added : undefined;
}
