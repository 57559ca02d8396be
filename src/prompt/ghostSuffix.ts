import type { GhostInput } from './ghost';

/**
 * Leaves out of a generated text what the rest of the cursor's line already has, such as a bracket the editor closed: the text ends
 * before the first closer that would close what the rest closes. Brackets the text opens itself stay closed. Of a semicolon, comma or
 * colon at both ends, the rest's stays.
 */
export function trimSuffixOverlap(text: string, { prefix, suffix, language }: Pick<GhostInput, 'prefix' | 'suffix' | 'language'>): string {
  const rest = suffix.split('\n', 1)[0]?.trim() ?? '';
  if (rest === '') return text;
  const pairs = rest.startsWith('>') ? bracketsAndAngles : brackets;
  const open = openBefore(prefix.slice(prefix.lastIndexOf('\n') + 1), rest, pairs, language);
  const due = Array.from(rest).filter((mark) => isCloser(mark, pairs) || (isQuote(mark) && open.includes(mark)));
  const [next] = due;
  const end = next !== undefined && isQuote(next) ? endOfString(text, next) : endOfCode(text, due, open.length, pairs, language);
  if (end !== undefined) return text.slice(0, end);
  const mark = /[;,:]/u.exec(rest)?.[0];
  return mark !== undefined && text.endsWith(mark) ? text.slice(0, -1) : text;
}

/** Opening brackets and what closes them. */
type Pairs = ReadonlyMap<string, string>;

const brackets: Pairs = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);
/** Angles are brackets only where one stands closed behind the cursor; elsewhere they compare. */
const bracketsAndAngles: Pairs = new Map([...brackets, ['<', '>']]);

function isCloser(mark: string, pairs: Pairs): boolean {
  return [...pairs.values()].includes(mark);
}

function isQuote(mark: string): boolean {
  return mark === '"' || mark === "'" || mark === '`';
}

/** Strings and arrows, to be passed over whole, or else one bracket or quote that has no partner. */
const code = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|[=-]>|[()[\]{}<>"'`]/gu;
/** The same in Rust, where a quote may begin a lifetime. */
const rustCode = /"(?:\\.|[^"\\\n])*"|'(?:\\[^'\n]+|[^'\\\n])'|[=-]>|[()[\]{}<>"]/gu;

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

/** Where the string ends that the cursor is in; `undefined` if the text does not end it. */
function endOfString(text: string, quote: string): number | undefined {
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === quote) return index;
  }
  return undefined;
}

/**
 * Where the text writes the first closer that the rest has. Of the `open` brackets the rest closes the outermost; those it does not
 * close are the text's to close.
 */
function endOfCode(text: string, due: readonly string[], open: number, pairs: Pairs, language: string): number | undefined {
  const own: string[] = [];
  let closed = 0;
  for (const { index, mark } of marksOf(text, language)) {
    const closer = pairs.get(mark);
    if (closer !== undefined) own.push(closer);
    else if (own.at(-1) === mark) own.pop();
    else if (own.length === 0 && isCloser(mark, pairs)) {
      if (mark === due[0] && closed >= open - due.length) return index;
      closed++;
    }
  }
  return undefined;
}
