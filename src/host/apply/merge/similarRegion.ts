import { isBlank } from '../../../util/text/lines';
import { largest } from '../../../util/lists';
import { significant, similarity, type LineSpan } from './codeLines';

/** From here on two lines are taken for wordings of the same one. */
const SAME_LINE = 0.5;

/** Share of the block's lines that must be found in the region. */
const LEAST_SHARE = 0.4;

/** The lines of `original` of which `block` is most likely the new wording: those it has the most lines in common with, and their neighbours that were reworded. */
export function similarRegion(original: readonly string[], block: readonly string[]): LineSpan | undefined {
  if (significant(block).length < 2) return similarLine(original, block);
  const window = bestWindow(original, block);
  return window && grown(original, block, window);
}

function similarLine(original: readonly string[], block: readonly string[]): LineSpan | undefined {
  const text = significant(block).join(' ');
  const scores = original.map((line) => (isBlank(line) ? 0 : similarity(line, text)));
  const best = largest(scores, 0);
  const line = scores.indexOf(best);
  return best < 0.7 || scores.lastIndexOf(best) !== line ? undefined : { start: line, end: line + 1 };
}

/** The stretch as long as the block that shares the most of its lines, from the first shared one to the last. */
function bestWindow(original: readonly string[], block: readonly string[]): LineSpan | undefined {
  const wanted = new Set(significant(block));
  const isShared = original.map((line) => wanted.has(line.trim()));
  let shared = 0;
  let best = { shared: 0, start: 0 };
  isShared.forEach((hit, index) => {
    if (hit) shared++;
    const start = index - block.length + 1;
    if (start > 0 && isShared[start - 1] === true) shared--;
    if (shared > best.shared) best = { shared, start: Math.max(0, start) };
  });
  if (best.shared < Math.max(2, wanted.size * LEAST_SHARE)) return undefined;
  const inWindow = isShared.slice(best.start, best.start + block.length);
  return { start: best.start + inWindow.indexOf(true), end: best.start + inWindow.lastIndexOf(true) + 1 };
}

/** `region` with the lines before and after it that the block has too, in other words. */
function grown(original: readonly string[], block: readonly string[], region: LineSpan): LineSpan {
  const at = (line: string | undefined): number => block.findIndex((each) => each.trim() === line?.trim());
  const atLast = (line: string | undefined): number => block.findLastIndex((each) => each.trim() === line?.trim());
  let { start, end } = region;
  for (let line = at(original[start]) - 1; line >= 0 && isReworded(original[start - 1], block[line]); line--) start--;
  for (let line = atLast(original[end - 1]) + 1; line < block.length && isReworded(original[end], block[line]); line++) end++;
  return { start, end };
}

function isReworded(old: string | undefined, fresh: string | undefined): boolean {
  return old !== undefined && fresh !== undefined && similarity(old, fresh) >= SAME_LINE;
}
