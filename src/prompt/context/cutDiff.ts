import type { FileDiff } from '../../util/fileDiff';
import { toOneLine } from '../../util/text/lines';

export interface CutDiff {
  readonly text: string;
  /** Files of which the text has more than the name. */
  readonly shownFiles: number;
  readonly totalFiles: number;
}

/** Share of the budget that one hunk may take, so that a lock file does not stand for everything. */
const HUNK_SHARE = 0.5;
/** Share of the budget that headers, or the list of files, may take, so that room is left for changes. */
const NAMES_SHARE = 0.5;
const HUNK_NOTE = '(This change goes on.)';
const FILE_NOTE = '(More of this file was changed.)';

/**
 * Shortens changes to `budget` characters, by whole files and hunks, so that every file is seen. Where the headers of all files fit, hunks
 * are taken in turn, the first of each file, then the second. Where they do not, a list names every file, by folders if there are very many,
 * and the patches of the first files follow as far as there is room. A long hunk is cut at a line's end. Notes say what is left out; they
 * do not count towards the budget.
 */
export function cutDiff(files: readonly FileDiff[], budget: number): CutDiff {
  const headers = files.map((file) => file.header || describeFile(file));
  if (sizeOfLines(headers) <= budget * NAMES_SHARE || (files.length === 1 && sizeOfLines(headers) <= budget)) {
    return { text: takeHunks(files, headers, budget), shownFiles: files.length, totalFiles: files.length };
  }
  const list = listFiles(files, budget * NAMES_SHARE);
  const left = budget - list.length - 1;
  const patches = takeWithin(
    files.filter(({ hunks }) => hunks.length > 0),
    ({ header, hunks }) => header.length + 1 + Math.min(hunks[0]?.length ?? 0, left * HUNK_SHARE) + 1,
    left,
  );
  const shown = takeHunks(
    patches,
    patches.map(({ header }) => header),
    left,
  );
  return { text: shown === '' ? list : `${list}\n${shown}`, shownFiles: patches.length, totalFiles: files.length };
}

/** Puts the headers of all files into a text with as many of their hunks as fit, taken in turn. */
function takeHunks(files: readonly FileDiff[], headers: readonly string[], budget: number): string {
  const shown = files.map(({ hunks, isCut }, index) => ({ header: headers[index] ?? '', hunks, isCut, taken: [] as string[] }));
  let left = budget - sizeOfLines(headers);
  const rounds = shown.reduce((max, { hunks }) => Math.max(max, hunks.length), 0);
  for (let round = 0; round < rounds; round++) {
    for (const { hunks, taken } of shown) {
      const hunk = hunks[round];
      // Hunks of a file stay in order without gaps: what stands before one that is shown is shown.
      if (hunk === undefined || taken.length < round) continue;
      const text = cutAtLine(hunk, Math.min(left, Math.floor(budget * HUNK_SHARE)));
      if (text === undefined) continue;
      taken.push(text);
      left -= text.length + 1;
    }
  }
  return shown
    .flatMap(({ header, hunks, isCut, taken }) => {
      const missing = hunks.length - taken.length;
      const note = missing > 0 ? [`(Left out: ${missing} hunks of this file.)`] : isCut ? [FILE_NOTE] : [];
      return [header, ...taken, ...note];
    })
    .join('\n');
}

/** One line for a file: `src/old.ts → src/new.ts (+3 −1)`. */
function describeFile({ path, oldPath, added, deleted }: FileDiff): string {
  const name = oldPath === undefined ? path : `${oldPath} → ${path}`;
  const counts = added === undefined ? 'binary' : `+${added} −${deleted ?? 0}`;
  return `${toOneLine(name)} (${counts})`;
}

/** The names of all files, a line each; those that do not fit are counted by folder, at last only in total. */
function listFiles(files: readonly FileDiff[], budget: number): string {
  const head = `Changed files: ${files.length}`;
  const lines = files.map(describeFile);
  if (sizeOfLines(lines) <= budget) return [head, ...lines].join('\n');
  // Half for single names, half for folders.
  const named = takeWithin(lines, (line) => line.length + 1, budget / 2);
  const folders = new Map<string, number>();
  for (const { path } of files.slice(named.length)) {
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : './';
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  const counts = [...folders].map(([folder, count]) => `${count} more in ${folder}`);
  const counted = takeWithin(counts, (line) => line.length + 1, budget / 2);
  const others = counts.length - counted.length;
  return [head, ...named, ...counted, ...(others === 0 ? [] : [`and more in ${others} other folders`])].join('\n');
}

function sizeOfLines(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

function takeWithin<T>(items: readonly T[], size: (item: T) => number, budget: number): readonly T[] {
  let used = 0;
  const end = items.findIndex((item) => (used += size(item)) > budget);
  return end < 0 ? items : items.slice(0, end);
}

/** `hunk`, or as many of its lines as fit with a line that says so; `undefined` where not one line of change fits. */
function cutAtLine(hunk: string, limit: number): string | undefined {
  if (hunk.length + 1 <= limit) return hunk;
  const kept = takeWithin(hunk.split('\n'), (line) => line.length + 1, limit - HUNK_NOTE.length - 1);
  return kept.length < 2 ? undefined : [...kept, HUNK_NOTE].join('\n');
}
