/** What differs between two lists of lines, and how changes made apart come together. */
import { diffArrays } from 'diff';
import { append, commonEnds } from '../../util/lists';
import type { LineSpan } from './merge/codeLines';

/** The lines of the range become `lines`. */
export interface Change extends LineSpan {
  readonly lines: readonly string[];
}

/** Ranges of a text document, line and character from 0. */
export interface TextChange {
  readonly startLine: number;
  readonly startCharacter: number;
  readonly endLine: number;
  readonly endCharacter: number;
  readonly text: string;
}

/**
 * Beyond so many lines taken out and put in, the smallest difference takes long to find and says little: two files of 130,000 lines take at
 * most 0.3 s with this bound.
 */
const MOST_EDITS = 1500;

/** The changes that make `after` of `before`, in order, with unchanged lines between any two. */
export function changesBetween(before: readonly string[], after: readonly string[]): readonly Change[] {
  const parts = diffArrays([...before], [...after], { maxEditLength: MOST_EDITS });
  if (parts === undefined) return [oneChange(before, after)];
  const changes: { start: number; end: number; lines: string[] }[] = [];
  let line = 0;
  let open: (typeof changes)[number] | undefined;
  for (const { added, removed, value } of parts) {
    if (!added && !removed) {
      line += value.length;
      open = undefined;
      continue;
    }
    if (open === undefined) {
      open = { start: line, end: line, lines: [] };
      changes.push(open);
    }
    if (added) append(open.lines, value);
    else line += value.length;
    open.end = line;
  }
  return changes;
}

/** `lines` after `changes`, which are in order and do not overlap. */
export function changed(lines: readonly string[], changes: readonly Change[]): string[] {
  const result: string[] = [];
  let line = 0;
  for (const change of changes) {
    append(result, lines.slice(line, change.start));
    append(result, change.lines);
    line = change.end;
  }
  return [...result, ...lines.slice(line)];
}

/**
 * `changes` as they are for a text to which `others` have been made meanwhile; `undefined` where both are about the same lines. What both
 * have in common has been done already.
 */
export function rebased(changes: readonly Change[], others: readonly Change[]): readonly Change[] | undefined {
  const result: Change[] = [];
  for (const change of changes) {
    if (others.some((other) => isSame(change, other))) continue;
    if (others.some((other) => collide(change, other))) return undefined;
    const moved = others.filter(({ end }) => end <= change.start).reduce((sum, other) => sum + growth(other), 0);
    result.push({ ...change, start: change.start + moved, end: change.end + moved });
  }
  return result;
}

/** The changes that undo `changes` in the text they made. */
export function reversed(before: readonly string[], changes: readonly Change[]): readonly Change[] {
  let moved = 0;
  return changes.map((change) => {
    const start = change.start + moved;
    moved += growth(change);
    return { start, end: start + change.lines.length, lines: before.slice(change.start, change.end) };
  });
}

/** Index of the change at `line`; where lines were only taken out, that is the line before the gap or the one behind it. */
export function changeAt(ranges: readonly LineSpan[], line: number): number {
  const inside = ranges.findIndex(({ start, end }) => start <= line && line < end);
  return inside >= 0 ? inside : ranges.findIndex(({ start, end }) => start === end && (line === start || line === start - 1));
}

/** `changes` as edits of a document with these lines. */
export function textChanges(lines: readonly string[], changes: readonly Change[], eol: string): readonly TextChange[] {
  return changes.map(({ start, end, lines: put }) => {
    if (end < lines.length) {
      return { startLine: start, startCharacter: 0, endLine: end, endCharacter: 0, text: put.map((line) => line + eol).join('') };
    }
    // Nothing ends the last line: the line break before the change goes with it.
    const last = { endLine: lines.length - 1, endCharacter: lines.at(-1)?.length ?? 0 };
    if (start === 0) return { startLine: 0, startCharacter: 0, ...last, text: put.join(eol) };
    const startCharacter = lines[start - 1]?.length ?? 0;
    return { startLine: start - 1, startCharacter, ...last, text: put.map((line) => eol + line).join('') };
  });
}

function oneChange(before: readonly string[], after: readonly string[]): Change {
  const { head, tail } = commonEnds(before, after);
  return { start: head, end: before.length - tail, lines: after.slice(head, after.length - tail) };
}

function growth({ start, end, lines }: Change): number {
  return lines.length - (end - start);
}

function isSame(one: Change, other: Change): boolean {
  return (
    one.start === other.start &&
    one.end === other.end &&
    one.lines.length === other.lines.length &&
    one.lines.every((line, index) => line === other.lines[index])
  );
}

/** Whether two changes are about the same lines, or put lines at the same place, where nobody can say which come first. */
function collide(one: Change, other: Change): boolean {
  if (one.start === one.end && other.start === other.end) return one.start === other.start;
  return one.start < other.end && other.start < one.end;
}
