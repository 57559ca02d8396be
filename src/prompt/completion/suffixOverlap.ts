import type { CompletionPlace } from '../../contract/completion';
import { CLOSING_BRACKETS } from '../../util/text/brackets';
import { CJK_BRACKETS, indexOfDoubledCloser } from './autoClosing';

/** A generated text beside what stands to the right of the cursor. */
export interface FittedText {
  readonly text: string;
  /** Characters to the right of the cursor that the text writes again, so that it stands in their place; all on the cursor's line. */
  readonly replaces: number;
}

/**
 * Sees to it that nothing is there twice of what the rest of the cursor's line has already, such as a bracket the editor closed. Where the
 * rest is nothing but closers and the text closes them all and goes on, the text stands in their place, if `mayReplace`. Else it ends
 * before the first closer that would close what the rest closes. A closing tag, or the end of a comment or of a template's tag, always
 * ends the text where the rest begins with it. Brackets the text opens itself stay closed. Of a semicolon, comma or colon at both ends,
 * the rest's stays.
 */
export function fitSuffix(
  text: string,
  { prefix, suffix, language }: Pick<CompletionPlace, 'prefix' | 'suffix' | 'language'>,
  mayReplace = true,
): FittedText {
  const line = suffix.split('\n', 1)[0]?.trimEnd() ?? '';
  const rest = line.trimStart();
  if (rest === '') return { text, replaces: 0 };
  const doubled = indexOfDoubledCloser(text, rest);
  if (doubled !== undefined) {
    const kept = text.slice(0, doubled);
    return { text: line.startsWith(rest) ? kept : kept.trimEnd(), replaces: 0 };
  }
  const pairs = rest.startsWith('>') ? bracketsAndAngles : brackets;
  const open = openBefore(prefix.slice(prefix.lastIndexOf('\n') + 1), rest, pairs, language);
  const due = Array.from(rest).filter((mark) => isCloser(mark, pairs) || (isQuote(mark) && open.includes(mark)));
  const closing = closingOf(text, due, open.length, pairs, language);
  if (closing !== undefined) {
    const goesOn = text.slice(closing.first) !== rest;
    if (mayReplace && closing.all && goesOn && due.length === line.length) return { text, replaces: line.length };
    return { text: text.slice(0, closing.first), replaces: 0 };
  }
  const mark = /[;,:]/u.exec(rest)?.[0];
  return { text: mark !== undefined && text.endsWith(mark) ? text.slice(0, -1) : text, replaces: 0 };
}

/** Opening brackets and what closes them. */
type Pairs = ReadonlyMap<string, string>;

const brackets: Pairs = new Map([...CLOSING_BRACKETS, ...CJK_BRACKETS]);
/** Angles are brackets only where one stands closed behind the cursor; elsewhere they compare. */
const bracketsAndAngles: Pairs = new Map([...brackets, ['<', '>']]);

function isCloser(mark: string, pairs: Pairs): boolean {
  return [...pairs.values()].includes(mark);
}

function isQuote(mark: string): boolean {
  return mark === '"' || mark === "'" || mark === '`';
}

/** Strings and arrows, to be passed over whole, or else one bracket or quote that has no partner. */
const code = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|[=-]>|[()[\]{}<>"'`（）［］｛｝【】「」『』《》〈〉〔〕〖〗]/gu;
/** The same in Rust, where a quote may begin a lifetime. */
const rustCode = /"(?:\\.|[^"\\\n])*"|'(?:\\[^'\n]+|[^'\\\n])'|[=-]>|[()[\]{}<>"（）［］｛｝【】「」『』《》〈〉〔〕〖〗]/gu;

interface Mark {
  readonly index: number;
  readonly mark: string;
}

function marksOf(text: string, language: string): readonly Mark[] {
  return Array.from(text.matchAll(language === 'rust' ? rustCode : code), ({ index, 0: mark }) => ({ index, mark })).filter(
    ({ mark }) => mark.length === 1,
  );
}

/** The closers of what the line left of the cursor leaves open, the innermost last. A quote is open if one stands behind the cursor. */
function openBefore(line: string, rest: string, pairs: Pairs, language: string): readonly string[] {
  const open: string[] = [];
  for (const { mark } of marksOf(line, language)) {
    const closer = pairs.get(mark);
    if (closer !== undefined) open.push(closer);
    else if (isQuote(mark) && rest.includes(mark)) open.push(mark);
    else if (open.at(-1) === mark) open.pop();
  }
  return open;
}

/** Where a text writes the first of the closers that are due, and whether it writes all of them. */
interface Closing {
  readonly first: number;
  readonly all: boolean;
}

/**
 * How a text closes what the rest of the line closes; `undefined` where it does not. Of the `open` brackets the rest closes the outermost;
 * those it does not close are the text's to close.
 */
function closingOf(text: string, due: readonly string[], open: number, pairs: Pairs, language: string): Closing | undefined {
  const [next, ...others] = due;
  if (next === undefined) return undefined;
  if (!isQuote(next)) return closingOfCode(text, due, open, pairs, language);
  const first = endOfString(text, next);
  if (first === undefined) return undefined;
  if (others.length === 0) return { first, all: true };
  return { first, all: closingOfCode(text.slice(first + 1), others, others.length, pairs, language)?.all ?? false };
}

/** Where the string ends that the cursor is in; `undefined` if the text does not end it. */
function endOfString(text: string, quote: string): number | undefined {
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === quote) return index;
  }
  return undefined;
}

/** The same for a text that begins outside of strings. */
function closingOfCode(text: string, due: readonly string[], open: number, pairs: Pairs, language: string): Closing | undefined {
  const own: string[] = [];
  let closed = 0;
  let first: number | undefined;
  let written = 0;
  for (const { index, mark } of marksOf(text, language)) {
    const closer = pairs.get(mark);
    if (closer !== undefined) own.push(closer);
    else if (own.at(-1) === mark) own.pop();
    else if (own.length === 0 && isCloser(mark, pairs)) {
      if (mark === due[written] && closed >= open - due.length) {
        first ??= index;
        written++;
      }
      if (written === due.length) break;
      closed++;
    }
  }
  return first === undefined ? undefined : { first, all: written === due.length };
}
