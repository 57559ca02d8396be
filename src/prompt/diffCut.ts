export interface CutDiff {
  readonly text: string;
  readonly shownFiles: number;
  readonly totalFiles: number;
}

interface FileChange {
  /** From `diff --git` to the first hunk. */
  readonly header: string;
  readonly hunks: readonly string[];
}

/** Share of the budget that one line or one hunk may take, so that a lock file does not stand for everything. */
const HUNK_SHARE = 0.5;

/**
 * As much of git's diff as fits `budget` characters, by whole files and hunks. Every file keeps its header as long as there is room; then
 * hunks are taken in turn, the first of each file, then the second, so that many files are seen a little rather than one wholly. A hunk
 * that is long by itself is cut at a line's end. A line says of each file how many hunks are left out, and one at the end how many files.
 */
export function cutDiff(diff: string, budget: number): CutDiff {
  const files = filesOf(diff.replace(/\r\n?/g, '\n'));
  const shown = withinBudget(files, ({ header }) => header.length + 1, budget).map((file) => ({ ...file, taken: [] as string[] }));
  let left = budget - shown.reduce((sum, { header }) => sum + header.length + 1, 0);
  const rounds = Math.max(0, ...shown.map(({ hunks }) => hunks.length));
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
  const parts = shown.flatMap(({ header, hunks, taken }) => [
    header,
    ...taken,
    ...leftOut('hunks of this file', hunks.length - taken.length),
  ]);
  return {
    text: [...parts, ...leftOut('files', files.length - shown.length)].join('\n'),
    shownFiles: shown.length,
    totalFiles: files.length,
  };
}

function leftOut(what: string, count: number): readonly string[] {
  return count === 0 ? [] : [`(Left out: ${count} ${what}.)`];
}

function filesOf(diff: string): readonly FileChange[] {
  return diff
    .split(/^(?=diff --git )/m)
    .map((part) => part.replace(/\n$/, ''))
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [header = '', ...hunks] = part.split(/\n(?=@@ )/);
      return { header, hunks };
    });
}

function withinBudget<T>(items: readonly T[], size: (item: T) => number, budget: number): readonly T[] {
  let used = 0;
  const end = items.findIndex((item) => (used += size(item)) > budget);
  return end < 0 ? items : items.slice(0, end);
}

/** `hunk`, or as many of its lines as fit with a line that says so; `undefined` where not one line of change fits. */
function cutAtLine(hunk: string, limit: number): string | undefined {
  if (hunk.length + 1 <= limit) return hunk;
  const lines = hunk.split('\n');
  const note = '(This change goes on.)';
  const kept = withinBudget(lines, (line) => line.length + 1, limit - note.length - 1);
  return kept.length < 2 ? undefined : [...kept, note].join('\n');
}
