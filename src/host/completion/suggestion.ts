/** A suggestion as it was made: what stood before and after the cursor, and the text offered there. */
export interface Suggestion {
  readonly document: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly text: string;
}

/**
 * What is left of a suggestion at another place: the rest of its text when the user typed along with it, all of it and what was deleted
 * when the user went back; `undefined` when it does not fit. Needs no request, so what is shown does not flicker.
 */
export function continueSuggestion(last: Suggestion | undefined, document: string, prefix: string, suffix: string): string | undefined {
  if (last?.document !== document) return undefined;
  const typed = prefix.startsWith(last.prefix) ? prefix.slice(last.prefix.length) : undefined;
  if (typed === undefined || !last.text.startsWith(typed)) return undefined;
  const rest = last.text.slice(typed.length);
  return rest !== '' && sameSuffix(last.suffix, suffix) ? rest : undefined;
}

/** The editor may have closed a bracket that was typed; beyond the cursor's line nothing may differ. */
function sameSuffix(before: string, now: string): boolean {
  if (before === now) return true;
  const lineEnd = (text: string): number => (text.includes('\n') ? text.indexOf('\n') : text.length);
  const added = now.slice(0, lineEnd(now));
  return (
    before.slice(lineEnd(before)) === now.slice(lineEnd(now)) && /^[)\]}>"'`]*$/u.test(added.replace(before.slice(0, lineEnd(before)), ''))
  );
}
