import type { GhostInput } from './ghost';
import { trimSuffixOverlap } from './ghostSuffix';

/** Most lines of one ghost text. */
const mostLines = 12;
/** White space in a row that means the model has lost its way. */
const longestBlank = 120;

/**
 * Watches a ghost text being generated and says when it is complete or has gone astray. Feed it the whole text so far, as generated:
 * with the space owed still in front.
 */
export function ghostIsComplete(raw: string, input: GhostInput): boolean {
  if (raw.trim() === '' && raw.length > longestBlank) return true;
  if (!input.multiline) return raw.includes('\n');
  const lines = raw.split('\n');
  if (lines.length > mostLines) return true;
  // Only whole lines are judged; the last is still being written.
  return cutAt(lines.slice(0, -1), input) < lines.length - 1;
}

/**
 * What of a generated text is shown: without the space owed, cut where the block ends, and without what the suffix already has.
 * Empty when nothing is left that is worth showing.
 */
export function finishGhost(raw: string, input: GhostInput, owed: string): string {
  const own = payOwed(raw.replace(/\r/g, ''), owed);
  if (own === undefined) return '';
  const lines = own.split('\n');
  const kept = input.multiline ? lines.slice(0, cutAt(lines, input)) : lines.slice(0, 1);
  const text = trimSuffixOverlap(kept.join('\n').trimEnd(), input);
  return isWorthShowing(text, input) ? text : '';
}

/** What of a text that was cut off by its length is whole: all lines but the last, or the one line there is. */
export function wholeLines(raw: string): string {
  const end = raw.lastIndexOf('\n');
  return end > 0 && raw.slice(0, end).trim() !== '' ? raw.slice(0, end) : raw;
}

/** Takes the owed space off the front; `undefined` when the text ends the line instead, so does not fit the cursor. */
function payOwed(raw: string, owed: string): string | undefined {
  if (raw.startsWith(owed)) return raw.slice(owed.length);
  return /^\S/u.test(raw) ? raw : undefined;
}

/** Index of the first line that no longer belongs to the ghost text. */
function cutAt(lines: readonly string[], input: GhostInput): number {
  const indent = indentOfCursorLine(input.prefix);
  const nextLine = firstLineOf(input.suffix);
  const seen = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    const text = line.trim();
    if (index === mostLines || (index > 0 && text === '')) return index;
    if (index > 0 && text !== '' && line.trimEnd() === nextLine) return index;
    const isInside = index === 0 || indentOf(line) > indent || (indentOf(line) === indent && continuesBlock(text));
    if (!isInside && (indentOf(line) < indent || !cursorLineIsBlank(input.prefix))) return index;
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    if (times === 3 && text.length > 1) return index;
  }
  return lines.length;
}

/** Lines that stand at a block's own depth and still belong to it. */
function continuesBlock(text: string): boolean {
  return /^([)\]}]|else\b|elif\b|except\b|finally\b|catch\b|end\b)/u.test(text);
}

function indentOfCursorLine(prefix: string): number {
  return indentOf(prefix.slice(prefix.lastIndexOf('\n') + 1));
}

function cursorLineIsBlank(prefix: string): boolean {
  return prefix.slice(prefix.lastIndexOf('\n') + 1).trim() === '';
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** The first line of the suffix below the cursor's own that is not blank, without its end. */
function firstLineOf(suffix: string): string | undefined {
  return suffix
    .split('\n')
    .slice(1)
    .find((line) => line.trim() !== '')
    ?.trimEnd();
}

function isWorthShowing(text: string, input: GhostInput): boolean {
  if (!/[^\s()[\]{}<>;,]/u.test(text)) return false;
  const neighbours = [firstLineOf(input.suffix), lastFullLineOf(input.prefix)].map((line) => line?.trim());
  const whole = (input.prefix.slice(input.prefix.lastIndexOf('\n') + 1) + text).trim();
  return !neighbours.includes(whole);
}

function lastFullLineOf(prefix: string): string | undefined {
  return prefix
    .split('\n')
    .slice(0, -1)
    .findLast((line) => line.trim() !== '');
}
