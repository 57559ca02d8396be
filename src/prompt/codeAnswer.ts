/** What a rewritten selection stands between, for {@link replacementOf}. All are lines without their line breaks. */
export interface EditPlace {
  /** The selected lines. */
  readonly original: readonly string[];
  /** Lines in front of them and behind them, as many as are at hand. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** One level of indentation in this file: a tab, or spaces. */
  readonly indentUnit: string;
}

/**
 * The lines that are to stand for the selection, by what the model has answered so far: the answer's code alone, without lines that only
 * repeat what stands around the selection, indented as the selection is. While it is not `finished` only whole lines count. `undefined`
 * while there is no code, and in the end where the answer holds none.
 */
export function replacementOf(answer: string, place: EditPlace, finished: boolean): readonly string[] | undefined {
  const code = codeOf(answer, finished);
  if (code === undefined) return undefined;
  const lines = trimRepeats(code, place, finished);
  return lines.length === 0 && !finished ? undefined : adaptIndentation(lines, place);
}

/**
 * The lines of the first fenced block in an answer; of one that is still being written, those that are complete. An answer without
 * fences is code as a whole where it looks like code, which shows only in the end.
 */
export function codeOf(answer: string, finished: boolean): readonly string[] | undefined {
  const lines = answer.replace(/\r\n?/g, '\n').split('\n');
  const whole = finished ? lines : lines.slice(0, -1);
  const open = whole.findIndex((line) => OPENING_FENCE.test(line));
  if (open >= 0) return fencedLines(whole, open);
  return finished && looksLikeCode(answer) ? withoutBlankEnds(lines) : undefined;
}

const OPENING_FENCE = /^( {0,3})(`{3,}|~{3,})[^`]*$/;

function fencedLines(lines: readonly string[], open: number): readonly string[] {
  const [, indent = '', fence = ''] = OPENING_FENCE.exec(lines[open] ?? '') ?? [];
  const rest = lines.slice(open + 1);
  const close = rest.findIndex((line) => line.trim().length >= fence.length && line.trim() === (fence[0] ?? '').repeat(line.trim().length));
  const inside = close < 0 ? rest : rest.slice(0, close);
  // A fence that is indented takes as much away from its lines.
  return withoutBlankEnds(inside.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart())));
}

function withoutBlankEnds(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return first < 0 ? [] : lines.slice(first, last + 1);
}

/** Whether a text without fences can be code: no line reads as a sentence, and half of them or more have code's punctuation or indentation. */
export function looksLikeCode(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0 || lines.some((line) => SENTENCE.test(line))) return false;
  return lines.filter((line) => CODE_LINE.test(line)).length * 2 >= lines.length;
}

/** Three words or more that begin with a capital and end as a sentence or an announcement does; or Chinese that ends so. */
const SENTENCE = /^\s*(?:[A-Z][\w'’]*(?:[ ,]+[\w'’`"()-]+){2,}[.:!?]|\p{Script=Han}.*[。：！？])\s*$/u;
const CODE_LINE = /[;{}()[\]=<>]|^\s*(?:#|\/\/|\/\*|\*|--|@)|^(?: {2}|\t)\s*\S|:\s*$/;

/** Lines without any of these, as brackets alone, could be repeated by chance. */
const SIGNIFICANT = /[\p{L}\p{N}]/u;

/** `code` without a beginning that repeats the lines in front of the selection and an end that repeats those behind it. */
function trimRepeats(code: readonly string[], { original, before, after }: EditPlace, finished: boolean): readonly string[] {
  // Until more has been written it may be either a repetition that goes on or the beginning of the answer.
  if (!finished && mayStillRepeat(code, before)) return [];
  const opens = openBrackets(original);
  const byChance = openBrackets(code) <= opens;
  const head = longest(code.length, (count) => repeats(code.slice(0, count), before.slice(-count), original.slice(0, count), byChance));
  const rest = code.slice(head);
  if (!finished) return rest;
  // A bracket that the selection does not open is the one behind it.
  const balanced = openBrackets(rest) >= opens;
  const tail = longest(rest.length, (count) => repeats(rest.slice(-count), after.slice(0, count), original.slice(-count), balanced));
  return rest.slice(0, rest.length - tail);
}

/** Brackets that `lines` open and do not close; negative for the other way round. */
function openBrackets(lines: readonly string[]): number {
  const count = (pattern: RegExp): number => lines.reduce((sum, line) => sum + (line.match(pattern)?.length ?? 0), 0);
  return count(/[([{]/g) - count(/[)\]}]/g);
}

/** The greatest count up to `most` for which `holds`; 0 where none does. */
function longest(most: number, holds: (count: number) => boolean): number {
  for (let count = most; count > 0; count--) if (holds(count)) return count;
  return 0;
}

/**
 * Whether `lines` are the `neighbours`, and not only as they `mayBeChance`. Not where the selection itself has them at that end: then they
 * belong to it.
 */
function repeats(lines: readonly string[], neighbours: readonly string[], own: readonly string[], mayBeChance: boolean): boolean {
  if (!sameLines(lines, neighbours) || sameLines(lines, own)) return false;
  return !mayBeChance || lines.some((line) => SIGNIFICANT.test(line));
}

function mayStillRepeat(code: readonly string[], before: readonly string[]): boolean {
  const ends = before.length - code.length;
  for (let start = 0; start < ends; start++) if (sameLines(code, before.slice(start, start + code.length))) return true;
  return false;
}

function sameLines(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, index) => line.trim() === other[index]?.trim());
}

/** `code` with the selection's indentation in place of its own, and tabs for spaces or spaces for tabs where the file has the other. */
export function adaptIndentation(code: readonly string[], place: EditPlace): readonly string[] {
  const base = commonIndent(place.original) ?? indentForNew(place);
  const own = commonIndent(code) ?? '';
  const inner = code.map((line) => (line.trim() === '' ? '' : line.slice(own.length)));
  const convert = indentConverter(inner, place.indentUnit);
  return inner.map((line) => (line === '' ? '' : base + convert(line)));
}

/** Where the selection is an empty line: what stands on it, else as far in as the line before says. */
function indentForNew({ original, before, indentUnit }: EditPlace): string {
  const own = original[0] ?? '';
  const previous = before.findLast((line) => line.trim() !== '') ?? '';
  if (own !== '') return own;
  return indentOf(previous) + (/[{([:]\s*$/.test(previous) ? indentUnit : '');
}

/** The white space that every line with something on it begins with; `undefined` where there is no such line. */
function commonIndent(lines: readonly string[]): string | undefined {
  return lines
    .filter((line) => line.trim() !== '')
    .map(indentOf)
    .reduce<string | undefined>((common, indent) => (common === undefined ? indent : sharedBeginning(common, indent)), undefined);
}

function sharedBeginning(one: string, other: string): string {
  const end = Array.from(one).findIndex((character, index) => character !== other[index]);
  return end < 0 ? one : one.slice(0, end);
}

function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function indentConverter(lines: readonly string[], unit: string): (line: string) => string {
  const indents = lines.filter((line) => !/^\s*\*/.test(line)).map(indentOf);
  if (unit !== '\t' && indents.some((indent) => indent.includes('\t')))
    return (line) => withIndent(line, (indent) => indent.replaceAll('\t', unit));
  const step = indents.map((indent) => indent.length).reduce(greatestCommonDivisor, 0);
  if (unit !== '\t' || step < 2 || indents.some((indent) => indent.includes('\t'))) return (line) => line;
  // Stars of a comment stand one space further in.
  return (line) => withIndent(line, ({ length }) => '\t'.repeat(Math.floor(length / step)) + ' '.repeat(length % step));
}

function withIndent(line: string, change: (indent: string) => string): string {
  const indent = indentOf(line);
  return change(indent) + line.slice(indent.length);
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
