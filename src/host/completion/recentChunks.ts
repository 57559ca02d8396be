import { sliceFromStart, toWellFormed } from '../../util/text/wholeCharacters';

/** Some lines of a file that a suggestion elsewhere may need. */
export interface Chunk {
  /** Of the document. */
  readonly uri: string;
  /** As a prompt names it. */
  readonly path: string;
  /** 0-based. */
  readonly firstLine: number;
  /** Whole lines, which end in `\n`, but for one that is too long. */
  readonly text: string;
}

/** Most characters of all chunks together. The worker takes of them what its budget has room for. */
const mostCharacters = 4000;
/** Most lines of a chunk. */
const mostLines = 24;
/** Lines of a paragraph that says something by itself. */
const leastLines = 4;
/** Most characters of a chunk: one may not push out all the others. */
const mostOfOne = 1200;

/**
 * What was read, changed or imported lately, in an order that changes rarely: chunks stand in prompts before the document, and whatever
 * stands behind a chunk that changed is evaluated again. So a new one goes behind the others, the oldest half goes at once when there are
 * too many, and nothing changes before {@link settle} is called, at a pause.
 */
export class RecentChunks {
  private pending: readonly Chunk[] = [];
  private settled: readonly Chunk[] = [];

  /** Takes a chunk up, in the place of those of the same file that it overlaps. */
  add({ text, ...place }: Chunk): void {
    const chunk = { ...place, text: toWellFormed(sliceFromStart(text, mostOfOne)) };
    if (chunk.text.trim() === '' || this.pending.some((each) => covers(each, chunk))) return;
    const kept = [...this.pending.filter((each) => !overlap(each, chunk)), chunk];
    this.pending = lengthOf(kept) <= mostCharacters ? kept : newestWithin(kept, mostCharacters / 2);
  }

  /** Forgets what is of a file, or of a folder's files. */
  forget(uri: string): void {
    const isOther = (each: Chunk): boolean => each.uri !== uri && !each.uri.startsWith(`${uri}/`);
    this.pending = this.pending.filter(isOther);
    this.settled = this.settled.filter(isOther);
  }

  /** Forgets everything, as when something may not be read any more. */
  clear(): void {
    this.pending = [];
    this.settled = [];
  }

  /** Has what was added since be part of prompts. */
  settle(): void {
    this.settled = this.pending;
  }

  /** The chunks for a prompt about a document, oldest first: none of its own, none whose lines it has already. */
  forDocument(uri: string, text: string): readonly Chunk[] {
    return this.settled.filter((each) => each.uri !== uri && !text.includes(each.text.trim()));
  }
}

/**
 * The lines around one, as a chunk shows them: from an empty line to an empty line where there are such, fewer than would be too many.
 * @param line 0-based
 */
export function linesAround(text: string, line: number): Pick<Chunk, 'firstLine' | 'text'> {
  const lines = text.split('\n');
  const at = Math.min(line, lines.length - 1);
  const [first, end] = [Math.max(0, at - mostLines / 2), Math.min(lines.length, at + mostLines / 2)];
  const isBlank = (line: string): boolean => line.trim() === '';
  const top = first + lines.slice(first, at).findLastIndex(isBlank) + 1;
  const below = lines.slice(at + 1, end).findIndex(isBlank);
  const bottom = below < 0 ? end : at + 1 + below;
  // A paragraph too short to say anything takes its neighbours along.
  if (bottom - top >= leastLines) return within(lines, top, bottom, at);
  return within(lines, first, end, at);
}

/** As many of the lines as a chunk has room for, with the one at `at` among them. */
function within(lines: readonly string[], from: number, to: number, at: number): Pick<Chunk, 'firstLine' | 'text'> {
  let [first, end] = [from, to];
  const room = (): boolean => lengthOfLines(lines, first, end) > mostOfOne && end - first > 1;
  while (room()) {
    if (at - first > end - 1 - at) first++;
    else end--;
  }
  return {
    firstLine: first,
    text: sliceFromStart(
      lines
        .slice(first, end)
        .map((each) => `${each}\n`)
        .join(''),
      mostOfOne,
    ),
  };
}

function lengthOfLines(lines: readonly string[], first: number, end: number): number {
  return lines.slice(first, end).reduce((sum, line) => sum + line.length + 1, 0);
}

function lengthOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { text }) => sum + text.length, 0);
}

function newestWithin(chunks: readonly Chunk[], most: number): readonly Chunk[] {
  const kept = [...chunks];
  while (kept.length > 1 && lengthOf(kept) > most) kept.shift();
  return kept;
}

function endOf({ firstLine, text }: Chunk): number {
  return firstLine + text.split('\n').length - 1;
}

function overlap(a: Chunk, b: Chunk): boolean {
  return a.uri === b.uri && a.firstLine < endOf(b) && b.firstLine < endOf(a);
}

/** Whether a chunk says what another one would. */
function covers(one: Chunk, other: Chunk): boolean {
  return one.uri === other.uri && one.firstLine <= other.firstLine && endOf(one) >= endOf(other) && one.text.includes(other.text);
}
