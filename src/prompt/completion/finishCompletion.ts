import type { CompletionPlace, DropReason } from '../../contract/completion';
import { smallest } from '../../util/lists';
import { getIndent } from '../../util/text/lines';
import { fitSuffix, type FittedText } from './suffixOverlap';

/** Most lines of one ghost text. */
const mostLines = 12;
/** White space in a row that means the model has lost its way. */
const longestBlank = 120;

/**
 * Watches a ghost text being generated and says when it is complete or has gone astray. Feed it the whole text so far, as generated:
 * with the forced prefix still in front.
 */
export function isCompletionFinished(raw: string, input: CompletionPlace): boolean {
  if (endOfCode(raw, input.language) < raw.length) return true;
  if (raw.trim() === '' && raw.length > longestBlank) return true;
  if (!input.multiline) return raw.includes('\n');
  const lines = raw.split('\n');
  if (lines.length > mostLines) return true;
  // Only whole lines are judged; the last is still being written.
  return cutAt(lines.slice(0, -1), input) < lines.length - 1;
}

/** What of a generated text is shown, or why nothing is. */
export type FinishedCompletion =
  (FittedText & { readonly dropped?: never }) | { readonly text: ''; readonly replaces?: never; readonly dropped: DropReason };

/**
 * What of a generated text is shown: without the forced prefix, cut where the block ends, and without what the suffix already has.
 * @param mayReplace whether it may stand in the place of closers to the right of the cursor
 */
export function finishCompletion(raw: string, input: CompletionPlace, forcedPrefix: string, mayReplace = true): FinishedCompletion {
  const code = raw.slice(0, endOfCode(raw, input.language)).replace(/\r/g, '');
  if (code.trim() === '') return { text: '', dropped: 'nothing' };
  const own = payOwed(code, forcedPrefix);
  if (own === undefined) return { text: '', dropped: 'lineEnd' };
  const lines = own.split('\n');
  const kept = (input.multiline ? lines.slice(0, cutAt(lines, input)) : lines.slice(0, 1)).join('\n').trimEnd();
  if (kept.trim() === '') return { text: '', dropped: 'lineEnd' };
  const fitted = fitSuffix(kept, input, mayReplace);
  const { text } = fitted;
  if (text.trim() === '') return { text: '', dropped: 'inSuffix' };
  if (!/[\p{L}\p{N}_$]/u.test(text)) return { text: '', dropped: 'onlyBrackets' };
  return repeatsNeighbour(text, input) ? { text: '', dropped: 'repeated' } : fitted;
}

/** What of a text that was cut off by its length is whole: all lines but the last, or the one line there is. */
export function wholeLines(raw: string): string {
  const end = raw.lastIndexOf('\n');
  return end > 0 && raw.slice(0, end).trim() !== '' ? raw.slice(0, end) : raw;
}

/** What of a text is whole words where it was cut off before `next`. */
export function wholeWords(raw: string, next: string): string {
  return /^[\p{L}\p{N}_]/u.test(next) ? raw.replace(/[\p{L}\p{N}_]+$/u, '') : raw;
}

/**
 * Tokens of templates and of filling in, where a vocabulary has them as plain text: nobody writes them, and a model that does has
 * finished. A line that begins a code fence is where a chat model would go on in prose.
 */
const marks = /\s?<(?:PRE|SUF|MID|EOT)>|<\|[a-z][a-z_]*\|>|<fim_[a-z]+>|<\uFF5C[^<>\uFF5C]*\uFF5C>/u;
/** Languages in which a fence is part of the text. */
const prose: ReadonlySet<string> = new Set(['markdown', 'mdx', 'plaintext', 'restructuredtext', 'git-commit']);
const fence = /^[ \t]*(?:```|~~~)/mu;

/** Where what the model writes is no longer part of the document. */
function endOfCode(raw: string, language: string): number {
  const ends = [marks.exec(raw), prose.has(language) ? null : fence.exec(raw)].flatMap((found) => found?.index ?? []);
  return smallest(ends, raw.length);
}

/** Takes the forced prefix off the front; `undefined` when the text ends the line instead, so does not fit the cursor. */
function payOwed(raw: string, forcedPrefix: string): string | undefined {
  if (raw.startsWith(forcedPrefix)) return raw.slice(forcedPrefix.length);
  return forcedPrefix.trim() === '' && /^\S/u.test(raw) ? raw : undefined;
}

/** Index of the first line that no longer belongs to the ghost text. */
function cutAt(lines: readonly string[], input: CompletionPlace): number {
  const indent = getIndent(input.prefix.slice(input.prefix.lastIndexOf('\n') + 1)).length;
  const nextLine = firstLineOf(input.suffix);
  const seen = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    const text = line.trim();
    if (index === mostLines || (index > 0 && text === '')) return index;
    if (index > 0 && text !== '' && line.trimEnd() === nextLine) return index;
    const own = getIndent(line).length;
    const isInside = index === 0 || own > indent || (own === indent && continuesBlock(text));
    if (!isInside && (own < indent || !cursorLineIsBlank(input.prefix))) return index;
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

function cursorLineIsBlank(prefix: string): boolean {
  return prefix.slice(prefix.lastIndexOf('\n') + 1).trim() === '';
}

/** The first line of the suffix below the cursor's own that is not blank, without its end. */
function firstLineOf(suffix: string): string | undefined {
  return suffix
    .split('\n')
    .slice(1)
    .find((line) => line.trim() !== '')
    ?.trimEnd();
}

function repeatsNeighbour(text: string, input: CompletionPlace): boolean {
  const neighbours = [firstLineOf(input.suffix), lastFullLineOf(input.prefix)].map((line) => line?.trim());
  const whole = (input.prefix.slice(input.prefix.lastIndexOf('\n') + 1) + text).trim();
  return neighbours.includes(whole);
}

function lastFullLineOf(prefix: string): string | undefined {
  return prefix
    .split('\n')
    .slice(0, -1)
    .findLast((line) => line.trim() !== '');
}
