import { findFenceEnd, isMarkdown, parseOpeningFence, type FenceEnd, type FenceLine } from '../../util/text/fences';
import { getIndent, trimBlankLines } from '../../util/text/lines';
import { withoutThoughts } from '../../util/text/thoughts';

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
  const code = codeOf(answer, finished, place);
  if (code === undefined) return undefined;
  const lines = trimRepeats(code, place, finished);
  return lines.length === 0 && !finished ? undefined : adaptIndentation(lines, place);
}

/**
 * The lines of the fenced block of an answer that is most like the selection, or like what stands around an empty one; without a `place` the
 * first block. Of a block that is still being written, the lines that are complete. An answer without fences is code as a whole where it
 * looks like code, which shows only in the end. Nothing that the model only thought counts.
 */
export function codeOf(answer: string, finished: boolean, place?: EditPlace): readonly string[] | undefined {
  const text = withoutThoughts(answer).replace(/\r\n?/g, '\n');
  const lines = text.split('\n');
  const whole = finished ? lines : lines.slice(0, -1);
  const hasFences = place?.original.some((line) => OPENING_FENCE.test(line)) === true;
  const blocks = findBlocks(whole, finished, hasFences);
  const complete = blocks.filter(({ closed }) => closed);
  const best = mostLike(finished || complete.length === 0 ? blocks : complete, place);
  if (best === undefined) return finished && looksLikeCode(text) ? trimBlankLines(lines) : undefined;
  const code = trimBlankLines(best.lines);
  // The selection has fences, and the model put none around its answer.
  if (!finished || place === undefined || !hasFences || blocks.some(({ info }) => mayHoldMarkdown(info))) return code;
  const bare = trimBlankLines(withoutAnnouncement(lines));
  return likeness(bare, place.original) > likeness(code, place.original) ? bare : code;
}

function mayHoldMarkdown(info: string): boolean {
  return isMarkdown(info) || /^\s*(?:te?xt|plaintext)?\s*$/i.test(info);
}

/** A fence in any list or quote. What stands in front of it is taken from the block's lines too. */
const OPENING_FENCE = /^([\s>]{0,40}(?:(?:[-*+]|\d{1,9}[.)])\s{1,4})?)(`{3,}[^`]*|~{3,}[^]*)$/;

interface FencedBlock {
  readonly lines: readonly string[];
  readonly info: string;
  readonly closed: boolean;
}

/** @param hasFences what is rewritten has fences itself, so that a block without a language may have some too */
function findBlocks(lines: readonly string[], finished: boolean, hasFences: boolean): readonly FencedBlock[] {
  const blocks: FencedBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, before = '', opening] = OPENING_FENCE.exec(lines[at] ?? '') ?? [];
    const fence = opening === undefined ? undefined : parseOpeningFence({ indent: 0, text: opening });
    if (fence === undefined) continue;
    const inner = (line: string): string => withoutContainer(line, before);
    const holdsMarkdown = hasFences && mayHoldMarkdown(fence.info) ? true : undefined;
    const end = (maxIndent: number): FenceEnd =>
      findFenceEnd((line) => fenceLine(lines[line], inner, maxIndent), at, fence, lines.length, holdsMarkdown);
    const strict = end(Number.POSITIVE_INFINITY);
    // Some models put the end as far in as the code.
    const found = finished && !strict.closed ? end(3) : strict;
    const content = lines.slice(at + 1, found.line).map(inner);
    blocks.push({ lines: found.closed ? content : withoutShortEnd(content), info: fence.info.trim(), closed: found.closed });
    at = found.line;
  }
  return blocks;
}

function fenceLine(line: string | undefined, inner: (line: string) => string, maxIndent: number): FenceLine | undefined {
  if (line === undefined) return undefined;
  const text = inner(line);
  return { indent: Math.min(maxIndent, getIndent(text).length), text: text.trimStart() };
}

/** `line` without the indentation, the list's or the quote's marks that stand in front of its block's fence. */
function withoutContainer(line: string, before: string): string {
  if (before.includes('>')) return line.replace(/^(?:\s*>)+ ?/, '');
  const own = getIndent(line).length;
  return own >= before.length ? line.slice(before.length) : line.trimStart();
}

/** A block that begins with four backticks and ends with three has its end all the same. */
function withoutShortEnd(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => line.trim() !== '');
  const fences = lines.filter((line) => OPENING_FENCE.test(line)).length;
  return fences % 2 === 1 && /^(?:`{3,}|~{3,})$/.test(lines[last]?.trim() ?? '') ? lines.slice(0, last) : lines;
}

/** A block that only quotes the selection is taken where there is no other. */
function mostLike(blocks: readonly FencedBlock[], place: EditPlace | undefined): FencedBlock | undefined {
  if (place === undefined || blocks.length < 2) return blocks[0];
  const { original, before, after } = place;
  const isEmpty = original.every((line) => line.trim() === '');
  const reference = isEmpty ? [...before, ...after] : original;
  const score = ({ lines }: FencedBlock): number =>
    sameLines(trimBlankLines(lines), trimBlankLines(original)) ? -1 : likeness(lines, reference);
  return blocks.reduce<FencedBlock | undefined>(
    (best, block) => (best === undefined || score(block) > score(best) ? block : best),
    undefined,
  );
}

/** Letters of two texts that are compared. */
const MAX_COMPARED = 20_000;

/** How much two texts have in common, from 0 to 1: twice the words of both, by the words of each. */
function likeness(one: readonly string[], other: readonly string[]): number {
  const words = (lines: readonly string[]): readonly string[] =>
    lines
      .join('\n')
      .slice(0, MAX_COMPARED)
      .match(/\p{Script=Han}|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
  const [left, right] = [words(one), words(other)];
  if (left.length + right.length === 0) return 0;
  const counts = new Map<string, number>();
  for (const word of left) counts.set(word, (counts.get(word) ?? 0) + 1);
  const common = right.filter((word) => {
    const count = counts.get(word) ?? 0;
    counts.set(word, count - 1);
    return count > 0;
  });
  return (2 * common.length) / (left.length + right.length);
}

/** Drops a first line that only announces the rest. */
function withoutAnnouncement(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  return /^[^#>|`~-].*[:：]$/.test(lines[first]?.trim() ?? '') ? lines.slice(first + 1) : lines;
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
  return getIndent(previous) + (/[{([:]\s*$/.test(previous) ? indentUnit : '');
}

/** The white space that every line with something on it begins with; `undefined` where there is no such line. */
function commonIndent(lines: readonly string[]): string | undefined {
  return lines
    .filter((line) => line.trim() !== '')
    .map(getIndent)
    .reduce<string | undefined>((common, indent) => (common === undefined ? indent : sharedBeginning(common, indent)), undefined);
}

function sharedBeginning(one: string, other: string): string {
  const end = Array.from(one).findIndex((character, index) => character !== other[index]);
  return end < 0 ? one : one.slice(0, end);
}

function indentConverter(lines: readonly string[], unit: string): (line: string) => string {
  const indents = lines.filter((line) => !/^\s*\*/.test(line)).map(getIndent);
  if (unit !== '\t' && indents.some((indent) => indent.includes('\t')))
    return (line) => withIndent(line, (indent) => indent.replaceAll('\t', unit));
  const step = indents.map((indent) => indent.length).reduce(greatestCommonDivisor, 0);
  if (unit !== '\t' || step < 2 || indents.some((indent) => indent.includes('\t'))) return (line) => line;
  // Stars of a comment stand one space further in.
  return (line) => withIndent(line, ({ length }) => '\t'.repeat(Math.floor(length / step)) + ' '.repeat(length % step));
}

function withIndent(line: string, change: (indent: string) => string): string {
  const indent = getIndent(line);
  return change(indent) + line.slice(indent.length);
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
