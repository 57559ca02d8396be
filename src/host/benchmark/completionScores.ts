import { distance } from 'fastest-levenshtein';

/** A place in a file, and the text that an engine offers for it. */
export interface Offered {
  readonly text: string;
  /** Characters of the suffix in whose place the text stands. */
  readonly replaces?: number | undefined;
  /** What was taken out at the cursor, and what follows it. */
  readonly missing: string;
  readonly suffix: string;
}

/** Characters up to the first that is not the file's, but for those that stood behind the cursor already. */
export function keptCharacters({ text, replaces = 0, missing, suffix }: Offered): number {
  const truth = missing + suffix;
  let length = 0;
  let there = 0;
  while (length < text.length && text[length] === truth[length]) {
    if (there < replaces && text[length] === suffix[there]) there++;
    length++;
  }
  return length - there;
}

/** Whether the first line is the file's; where that goes on with what was there already, both are right. */
export function isExactFirstLine({ text, missing, suffix }: Offered): boolean {
  const [line] = text.split('\n', 1);
  return [missing, missing + suffix].some((truth) => truth.split('\n', 1)[0]?.trimEnd() === line?.trimEnd());
}

/** One minus Levenshtein's distance to as many lines of the file, over the longer of both. */
export function similarity({ text, missing, suffix }: Offered): number {
  const lines = text.split('\n').length;
  const truth = (lines === 1 ? missing : missing + suffix).split('\n').slice(0, lines).join('\n');
  const longer = Math.max(text.length, truth.length);
  return longer === 0 ? 1 : 1 - distance(text, truth) / longer;
}
