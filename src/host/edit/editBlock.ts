import { diffArrays, type ChangeObject } from 'diff';
import { commonEnds } from '../../util/lists';

/** What becomes of a line of a pending edit: it stays; it goes when the edit is accepted; it goes when the edit is discarded. */
export type LineKind = 'same' | 'removed' | 'added';

export interface MarkedLine {
  readonly kind: LineKind;
  readonly text: string;
}

/** The lines of a document that a pending edit is about, by what becomes of each. */
export interface Block {
  /** First line, from 0. */
  readonly start: number;
  readonly kinds: readonly LineKind[];
}

/** A run of lines that are accepted or discarded together. Lines of the document, from 0, the end exclusive. */
export interface Hunk {
  readonly start: number;
  readonly end: number;
}

/** A larger difference is shown as one hunk: the diff is made again with each piece of an answer, and its time grows with the square. */
const MAX_EDITS = 1500;

/**
 * `original` and `proposal` in one: in each place what goes, then what comes. While the proposal is only its beginning, what the
 * original has beyond it stays.
 */
export function mergeLines(original: readonly string[], proposal: readonly string[], finished: boolean): readonly MarkedLine[] {
  const merged: MarkedLine[] = [];
  let removed: readonly string[] = [];
  let added: readonly string[] = [];
  const marked = (kind: LineKind, lines: readonly string[]): void => {
    for (const text of lines) merged.push({ kind, text });
  };
  const flush = (): void => {
    marked('removed', removed);
    marked('added', added);
    removed = [];
    added = [];
  };
  for (const part of diffArrays([...original], [...proposal], { maxEditLength: MAX_EDITS }) ?? asOneHunk(original, proposal)) {
    if (part.removed) removed = [...removed, ...part.value];
    else if (part.added) added = [...added, ...part.value];
    else {
      flush();
      marked('same', part.value);
    }
  }
  const beyond = finished ? [] : removed.slice(added.length);
  removed = removed.slice(0, removed.length - beyond.length);
  flush();
  marked('same', beyond);
  return merged;
}

/** The difference without a search for common lines, but for those at the beginning and the end. */
function asOneHunk(original: readonly string[], proposal: readonly string[]): readonly ChangeObject<string[]>[] {
  const { head, tail } = commonEnds(original, proposal);
  const part = (lines: readonly string[], from: number, to: number, kind: LineKind): ChangeObject<string[]> => {
    return { value: lines.slice(from, to), count: to - from, removed: kind === 'removed', added: kind === 'added' };
  };
  const parts = [
    part(original, 0, head, 'same'),
    part(original, head, original.length - tail, 'removed'),
    part(proposal, head, proposal.length - tail, 'added'),
    part(original, original.length - tail, original.length, 'same'),
  ];
  return parts.filter(({ count }) => count > 0);
}

/** The hunks of a block, from the top. */
export function hunksOf({ start, kinds }: Block): readonly Hunk[] {
  const hunks: Hunk[] = [];
  kinds.forEach((kind, index) => {
    if (kind === 'same') return;
    const last = hunks.at(-1);
    const line = start + index;
    if (last?.end === line) hunks[hunks.length - 1] = { start: last.start, end: line + 1 };
    else hunks.push({ start: line, end: line + 1 });
  });
  return hunks;
}

/** A change of the document, as VS Code reports it: what was between two places was replaced. Lines from 0. */
export interface Change {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
  /** The text that came. */
  readonly text: string;
}

/**
 * The block after somebody else changed the document. What was typed is never taken for a suggestion: lines that came are `same`, and so
 * is a line that was joined from lines of different kinds; a line in which something was typed keeps its kind.
 */
export function afterChange(block: Block, change: Change): Block {
  const end = block.start + block.kinds.length;
  const { first, last, came } = wholeLines(change);
  if (first >= end) return block;
  if (last < block.start) return { ...block, start: block.start + came - (last - first + 1) };
  const before = block.kinds.slice(0, Math.max(0, first - block.start));
  const after = block.kinds.slice(Math.max(0, last + 1 - block.start));
  const touched = block.kinds.slice(Math.max(0, first - block.start), Math.max(0, last + 1 - block.start));
  const outside = first < block.start || last >= end;
  const kind = touched[0] ?? 'same';
  const kept: LineKind = !outside && touched.every((each) => each === kind) ? kind : 'same';
  const middle = Array.from({ length: came }, (_, index): LineKind => (index === 0 && touched.length > 0 ? kept : 'same'));
  return { start: Math.min(first, block.start), kinds: [...before, ...middle, ...after] };
}

/**
 * The lines that a change is about, and how many lines stand there afterwards. A change that begins and ends at a line's beginning and
 * leaves a whole number of lines does not touch the line behind it; with nothing in between, `last` is before `first`.
 */
function wholeLines({ start, end, text }: Change): { readonly first: number; readonly last: number; readonly came: number } {
  const breaks = text.split('\n').length - 1;
  const wholes = start.character === 0 && end.character === 0 && (text === '' ? start.line < end.line : text.endsWith('\n'));
  return wholes ? { first: start.line, last: end.line - 1, came: breaks } : { first: start.line, last: end.line, came: breaks + 1 };
}
