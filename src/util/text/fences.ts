/**
 * Fenced code blocks, line by line: after CommonMark, and with blocks inside a block. Models put a whole README between ` ```markdown ` and
 * ` ``` ` and use the same fence for the code in it, where CommonMark ends the README at the first inner end.
 */

import { largest } from '../lists';

/** A line inside the list or quote that it stands in: its indentation there in columns, and what follows, without a line break. */
export interface FenceLine {
  readonly indent: number;
  readonly text: string;
}

export interface OpeningFence {
  readonly indent: number;
  /** Backticks or tildes: what a closing fence is made of, in at least this number. */
  readonly markup: string;
  /** The rest of the line, as written. */
  readonly info: string;
}

export interface FenceEnd {
  /** The line of the closing fence, or the first line behind a block that has none. */
  readonly line: number;
  readonly closed: boolean;
  /** The end stays where it is whatever lines follow. */
  readonly decided: boolean;
}

/** Lines in which a closing fence looks for the fences that tell whether it opens an inner block instead. */
const MAX_LOOKAHEAD = 80;

export function parseOpeningFence({ indent, text }: FenceLine): OpeningFence | undefined {
  if (indent > 3) return undefined;
  const [, markup = '', info = ''] = /^(`{3,}|~{3,})([^]*)$/.exec(text) ?? [];
  if (markup === '' || (markup.startsWith('`') && info.includes('`'))) return undefined;
  return { indent, markup, info };
}

/** The shortest fence of backticks that no line of `text` can close. */
export function fenceFor(text: string): string {
  const longest = largest(
    Array.from(text.matchAll(/`{3,}/g), ([run]) => run.length),
    2,
  );
  return '`'.repeat(longest + 1);
}

/**
 * Finds the end of the block that `fence` opens in line `start`.
 * @param lineAt a line by its number; `undefined` behind the end of the text or of the list or quote
 * @param lineCount lines of the whole text so far
 * @param holdsMarkdown the block is known to hold Markdown; mostly its info string says so
 */
export function findFenceEnd(
  lineAt: (line: number) => FenceLine | undefined,
  start: number,
  fence: OpeningFence,
  lineCount: number,
  holdsMarkdown = isMarkdown(fence.info),
): FenceEnd {
  const block: Block = { lineAt, lineCount, fence };
  /** Markup of the inner blocks that are open, the innermost last. */
  const inner: string[] = [];
  /** A block of something else than Markdown has a line that looks like an opening fence. */
  let mayHoldBlock = false;
  for (let at = start + 1; ; at++) {
    const line = lineAt(at);
    if (line === undefined) return { line: at, closed: false, decided: true };
    const found = parseFence(line, inner.at(-1) ?? fence.markup);
    if (found === undefined) continue;
    if (found.info !== '') {
      if (holdsMarkdown) inner.push(found.markup);
      else mayHoldBlock = true;
    } else if (inner.length > 0) inner.pop();
    else {
      const { opens, decided } = holdsMarkdown ? opensInner(block, at, line.indent) : closesInner(block, at, mayHoldBlock);
      if (!opens) return { line: at, closed: true, decided };
      if (holdsMarkdown) inner.push(found.markup);
      mayHoldBlock = false;
    }
  }
}

interface Block {
  readonly lineAt: (line: number) => FenceLine | undefined;
  readonly lineCount: number;
  readonly fence: OpeningFence;
}

/** A reading of a fence without an info string: whether it leaves the outer block open, and whether later lines can change that. */
interface Reading {
  readonly opens: boolean;
  readonly decided: boolean;
}

/** Reads a line as a fence that could open or close a block with the fence `markup`. */
function parseFence(line: FenceLine, markup: string): { readonly markup: string; readonly info: string } | undefined {
  const found = parseOpeningFence(line);
  if (found?.markup.startsWith(markup) !== true) return undefined;
  const info = found.info.replace(/^[ \t]+|[ \t]+$/g, '');
  // "``` (end)" neither opens nor closes.
  return info === '' || /^[\p{L}{.]/u.test(info) ? { markup: found.markup, info } : undefined;
}

/**
 * Reads a bare fence in a block of Markdown. It opens an inner block if a line of code follows at once, and if the next fence is bare as well
 * and looks like an end: nothing, a heading or another bare fence follows. Else it is the end of the Markdown.
 */
function opensInner({ lineAt, lineCount, fence }: Block, at: number, indent: number): Reading {
  const following = lineAt(at + 1);
  if (following === undefined || isBlank(following) || isBare(following, fence.markup))
    return { opens: false, decided: at + 2 < lineCount };
  const next = nextFence(lineAt, at, fence.markup);
  if (next === undefined) return { opens: false, decided: at + MAX_LOOKAHEAD < lineCount };
  if (next.info !== '') return { opens: false, decided: next.line + 1 < lineCount };
  const isInside = indent > fence.indent && next.indent === indent;
  const after = lineAt(next.line + 1);
  const opens = isInside || (after !== undefined && (isBlank(after) || isBare(after, fence.markup) || /^#{2,6}\s/.test(after.text)));
  return { opens, decided: isInside || next.line + 2 < lineCount };
}

/**
 * Reads a bare fence in a block of anything but Markdown. Where the block has a line that looks like an opening fence, it is that block's end
 * if the next fence is bare as well and looks like an end. A Python file with a prompt in it is such a block.
 */
function closesInner({ lineAt, lineCount, fence }: Block, at: number, mayHoldBlock: boolean): Reading {
  if (!mayHoldBlock) return { opens: false, decided: true };
  const next = nextFence(lineAt, at, fence.markup);
  if (next === undefined) return { opens: false, decided: at + MAX_LOOKAHEAD < lineCount };
  const after = lineAt(next.line + 1);
  return { opens: next.info === '' && (after === undefined || isBlank(after)), decided: next.line + 2 < lineCount };
}

function nextFence(
  lineAt: Block['lineAt'],
  from: number,
  markup: string,
): { readonly line: number; readonly indent: number; readonly info: string } | undefined {
  for (let at = from + 1; at <= from + MAX_LOOKAHEAD; at++) {
    const line = lineAt(at);
    if (line === undefined) return undefined;
    const found = parseFence(line, markup);
    if (found !== undefined) return { line: at, indent: line.indent, info: found.info };
  }
  return undefined;
}

function isBlank({ text }: FenceLine): boolean {
  return text.trim() === '';
}

function isBare(line: FenceLine, markup: string): boolean {
  return parseFence(line, markup)?.info === '';
}

/** Looks for Markdown in an info string: as the language, or as the name of a file. */
export function isMarkdown(info: string): boolean {
  return (
    /^\s*(?:markdown|md|mdx|mdc|mkd|mdown|[rq]md|rmarkdown|quarto|gfm|readme)\b/i.test(info) ||
    /\.(?:md|mdx|mdc|markdown|[rq]md)\b/i.test(info)
  );
}
