import type { Node, Parser, Point, Tree } from '@vscode/tree-sitter-wasm';
import { commonPrefixLength } from '../../util/commonPrefix';
import { CLOSING_BRACKETS } from '../../util/text/brackets';
import { sliceFromEnd, sliceFromStart } from '../../util/text/wholeCharacters';

/** Most characters of the document that are parsed, before and after the cursor. */
const mostBefore = 8000;
const mostAfter = 2000;

/** Parses the places that want completions one after the other: of what was parsed last, only what has changed since is parsed again. */
export class SyntaxReader {
  private last: { readonly parser: Parser; readonly text: string; readonly tree: Tree } | undefined;

  /** The syntax around a place; `undefined` where the parser gives up. Has to be disposed of. */
  read(parser: Parser, prefix: string, suffix: string): SyntaxFilter | undefined {
    const before = topLevelTail(prefix);
    const after = sliceFromStart(suffix, mostAfter);
    const text = before + after;
    const old = this.last?.parser === parser ? edited(this.last.tree, this.last.text, text) : undefined;
    const tree = parser.parse(text, old);
    old?.delete();
    this.dispose();
    if (!tree) return undefined;
    this.last = { parser, text, tree: tree.copy() };
    return new SyntaxFilter(parser, tree, { before, after });
  }

  dispose(): void {
    this.last?.tree.delete();
    this.last = undefined;
  }
}

/**
 * The syntax around a place that wants a completion. Errors before the cursor's own line do not count: they were there, or what is before
 * the part that is parsed explains them.
 */
export class SyntaxFilter {
  private readonly before: string;
  private readonly after: string;
  /** Where the cursor's line begins, in {@link before}. */
  private readonly line: number;
  private readonly tree: Tree;

  /** @param tree of both parts; it is the new object's own from now on */
  constructor(
    private readonly parser: Parser,
    tree: Tree,
    parts: { readonly before: string; readonly after: string },
  ) {
    this.tree = tree;
    this.before = parts.before;
    this.after = parts.after;
    this.line = parts.before.lastIndexOf('\n') + 1;
  }

  /** Whether the cursor is in a comment. */
  get inComment(): boolean {
    const index = this.before.length;
    const node = this.tree.rootNode.descendantForIndex(Math.max(0, index - 1), index);
    for (let each = node; each; each = each.parent) if (each.type.includes('comment')) return true;
    return false;
  }

  /**
   * The longest beginning of a ghost text, in whole lines, that brings no more errors than there are without it, be it that what it opens
   * is closed later; `undefined` where there is none.
   * @param unfinished whether the text was cut off: a line of it may be shortened further, to where it fits
   */
  fit(text: string, unfinished = false): string | undefined {
    const allowed = this.errorsWith('');
    const lines = text.split('\n');
    for (let count = lines.length; count > 0; count--) {
      const whole = lines.slice(0, count).join('\n');
      for (const candidate of unfinished && count === lines.length ? shortened(whole) : [whole.trimEnd()]) {
        if (!/[\p{L}\p{N}_$]/u.test(candidate)) break;
        if (this.fits(candidate, allowed)) return this.withoutDoubled(candidate);
      }
    }
    return undefined;
  }

  /** Whether a ghost text that stands in the place of so many characters behind the cursor brings no more errors than there are without it. */
  takes(text: string, replaces: number): boolean {
    return this.fits(text, this.errorsWith(''), replaces);
  }

  dispose(): void {
    this.tree.delete();
  }

  private fits(text: string, allowed: number, replaces = 0): boolean {
    if (this.errorsWith(text, replaces) <= allowed) return true;
    const closed = text + closingOf(text, this.indent);
    return closed !== text && this.errorsWith(closed, replaces) <= allowed;
  }

  /** Leaves out closing marks that stand to the right of the cursor already, where the code has fewer errors without them. */
  private withoutDoubled(text: string): string {
    const rest = /^[)\]}"'`;]+/u.exec(this.after)?.[0] ?? '';
    for (let length = Math.min(rest.length, text.length - 1); length > 0; length--) {
      if (!text.endsWith(rest.slice(0, length))) continue;
      const shorter = text.slice(0, -length);
      return this.errorsWith(shorter) < this.errorsWith(text) ? shorter : text;
    }
    return text;
  }

  private get indent(): string {
    return /^[ \t]*/u.exec(this.before.slice(this.line))?.[0] ?? '';
  }

  /** Errors from the cursor's line on, with a text at the cursor in the place of so many characters. */
  private errorsWith(text: string, replaces = 0): number {
    if (text === '') return errorsFrom(this.tree.rootNode, this.line);
    const all = this.before + text + this.after.slice(replaces);
    const old = edited(this.tree, this.before + this.after, all);
    const tree = this.parser.parse(all, old);
    old.delete();
    if (!tree) return 0;
    const errors = errorsFrom(tree.rootNode, this.line);
    tree.delete();
    return errors;
  }
}

/** A copy of a text's tree that knows where another text differs, by which the parser reads no more than that again. */
function edited(tree: Tree, from: string, to: string): Tree {
  const start = commonPrefixLength(from, to);
  let end = 0;
  const most = Math.min(from.length, to.length) - start;
  while (end < most && from[from.length - 1 - end] === to[to.length - 1 - end]) end++;
  const [oldEndIndex, newEndIndex] = [from.length - end, to.length - end];
  const copy = tree.copy();
  copy.edit({
    startIndex: start,
    oldEndIndex,
    newEndIndex,
    startPosition: pointAt(from, start),
    oldEndPosition: pointAt(from, oldEndIndex),
    newEndPosition: pointAt(to, newEndIndex),
  });
  return copy;
}

/** As often is a text that was cut off shortened by a word. */
const mostShortenings = 6;

/** A text, and its beginnings with a word or a mark less each. */
function shortened(text: string): readonly string[] {
  const all = [text.trimEnd()];
  while (all.length <= mostShortenings) all.push((all.at(-1) ?? '').replace(/(?:[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s])$/u, '').trimEnd());
  return all;
}

/** The end of a prefix, from a line that is not indented: what is cut off in the midst of a block would read as errors. */
function topLevelTail(prefix: string): string {
  if (prefix.length <= mostBefore) return prefix;
  const tail = sliceFromEnd(prefix, mostBefore);
  const top = /\n(?=[^\s)\]}])/u.exec(tail.slice(0, mostBefore / 2));
  return tail.slice((top?.index ?? tail.indexOf('\n')) + 1);
}

function pointAt(text: string, index: number): Point {
  const lines = text.slice(0, index).split('\n');
  return { row: lines.length - 1, column: lines.at(-1)?.length ?? 0 };
}

/** Erroneous and missing nodes that end at or behind an index. */
function errorsFrom(node: Node, index: number): number {
  if (!node.hasError || node.endIndex < index) return 0;
  if (node.isMissing) return 1;
  const inside = node.children.reduce((sum, child) => sum + (child ? errorsFrom(child, index) : 0), 0);
  return inside + (node.isError ? 1 : 0);
}

/** What closes the brackets that a text opens, and a body where it ends with Python's colon. */
function closingOf(text: string, indent: string): string {
  const open: string[] = [];
  // Strings are passed over.
  for (const [mark] of text.matchAll(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|[()[\]{}]/gu)) {
    const closer = CLOSING_BRACKETS.get(mark);
    if (closer !== undefined) open.push(closer);
    else if (open.at(-1) === mark) open.pop();
  }
  const body = /:\s*$/u.test(text) ? `\n${indent}${' '.repeat(8)}pass\n` : '';
  return body + (open.length === 0 ? '' : `\n${open.reverse().join('')}`);
}
