import type { LineRange } from '../../contract/context';
import type { OutlineEntry } from '../promptTypes';

/** A cut at the end of a declaration shows at least this share of the lines that fit; else one further in is looked for. */
const LEAST_SHARE = 0.5;

/**
 * Where a text that fits up to its line `fit` is best cut, as the number of lines to show, at most `fit`: behind a whole declaration, the
 * outermost kind that leaves enough; else at a blank line between parts that are not indented; else at any blank line; else at `fit`.
 */
export function cutPoint(lines: readonly string[], fit: number, outline: readonly OutlineEntry[] | undefined): number {
  return declarationEnd(outline ?? [], fit) ?? blankLine(lines, fit, 0) ?? blankLine(lines, fit, Number.POSITIVE_INFINITY) ?? fit;
}

/** The declarations that `range` lies in and that have more lines than it, the outermost first. */
export function enclosing(outline: readonly OutlineEntry[], range: LineRange): readonly OutlineEntry[] {
  return outline
    .filter(({ startLine, endLine }) => startLine <= range.startLine && endLine >= range.endLine)
    .filter(({ startLine, endLine }) => endLine - startLine > range.endLine - range.startLine)
    .sort((a, b) => a.depth - b.depth);
}

/** The files of a unified diff, and the hunks in each. */
export function diffOutline(text: string): readonly OutlineEntry[] {
  const lines = text.replace(/\n$/, '').split('\n');
  const starts = (mark: RegExp): readonly number[] => lines.flatMap((line, index) => (mark.test(line) ? [index + 1] : []));
  const files = starts(/^diff --git /);
  // A hunk ends where the next one, or the next file, begins.
  const either = [...files, ...starts(/^@@ /)].sort((a, b) => a - b);
  return [...ranges(files, lines.length, 0), ...ranges(either, lines.length, 1)];
}

function ranges(starts: readonly number[], last: number, depth: number): readonly OutlineEntry[] {
  return starts.map((startLine, index) => ({ startLine, endLine: (starts[index + 1] ?? last + 1) - 1, depth }));
}

function declarationEnd(outline: readonly OutlineEntry[], fit: number): number | undefined {
  const ends = new Map<number, number>();
  for (const { endLine, depth } of outline) if (endLine <= fit) ends.set(depth, Math.max(endLine, ends.get(depth) ?? 0));
  const outermost = [...ends].sort(([a], [b]) => a - b).find(([, end]) => end >= fit * LEAST_SHARE);
  return outermost?.[1];
}

/** The last line to show above a blank one, such that what comes next is indented no deeper than `indentation`. */
function blankLine(lines: readonly string[], fit: number, indentation: number): number | undefined {
  for (let shown = fit; shown > 0 && shown >= fit * LEAST_SHARE; shown--) {
    const isBefore = lines[shown - 1]?.trim() !== '' && lines[shown]?.trim() === '';
    if (isBefore && indentationAfter(lines, shown) <= indentation) return shown;
  }
  return undefined;
}

function indentationAfter(lines: readonly string[], shown: number): number {
  const next = lines.slice(shown).find((line) => line.trim() !== '') ?? '';
  return next.length - next.trimStart().length;
}
