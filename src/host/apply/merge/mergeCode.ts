/** A block of declarations put into a file declaration by declaration. */
import { getIndent, isBlank, trimBlankLines } from '../../../util/text/lines';
import { append } from '../../../util/lists';
import { declarationsIn, leadingStart, mergeLeading, outermost, type Declaration } from './declarations';
import { isElision } from './elisions';
import { filled } from './fillElisions';
import { indentUnit, reindented } from './indentation';
import { similarity, type LineSpan } from './codeLines';

/** A declaration of the block with what stands before it, or what follows the last one. */
interface Piece {
  readonly declaration: Declaration | undefined;
  readonly lines: readonly string[];
}

interface Edit extends LineSpan {
  readonly lines: readonly string[];
}

/** Least lead in similarity that decides between two declarations with the same name. */
const CLEAR_LEAD = 0.05;

/** Pairs of declarations with the same name that are compared, in all. */
const MAX_COMPARED = 2000;

const IMPORT =
  /^\s*(?:import\b|from\s+\S+\s+import\b|#\s*include\b|using\s+[\w.:=\s]+;|use\s+[\w:]+|(?:const|let|var)\s+.*=\s*require\(|require(?:_relative)?\s)/;

/** A file with the declarations of a block in it. */
export interface Merge {
  readonly lines: readonly string[];
  /** A declaration of the block for which several of the file are equally good: its name, and their lines. */
  readonly twins?: { readonly name: string; readonly lines: readonly number[] };
}

/**
 * `original` with the declarations of `block` in place of those that have the same names; new ones come behind the one before them in
 * the block, imports behind those there are. `undefined` where no name is in both, or a declaration is too long to be compared.
 *
 * @param chosen lines of declarations that were chosen among several with the same name
 */
export function merged(
  original: readonly string[],
  declarations: readonly Declaration[],
  block: readonly string[],
  chosen: readonly number[] = [],
): Merge | undefined {
  const pieces = splitPieces(block);
  const { targets, twins } = findTargets(pieces, original, declarations, chosen);
  if (targets.every((target) => target === undefined)) return undefined;
  const unit = indentUnit(original);
  const edits: Edit[] = [];
  let end = targets.find((target) => target !== undefined)?.start ?? 0;
  let indent = '';
  for (const [index, piece] of pieces.entries()) {
    const target = targets[index];
    if (target !== undefined) {
      indent = getIndent(original[target.line] ?? '');
      const edit = replacement(original, target, reindented(piece.lines, indent, unit), piece.declaration);
      if (edit === undefined) return undefined;
      edits.push(edit);
      end = target.end;
      continue;
    }
    const { imports, others } = sorted(piece, original);
    if (imports.length > 0) edits.push(insertion(endOfImports(original), imports));
    const fresh = reindented(others, indent, unit);
    if (others.length > 0) edits.push(insertion(end, index === 0 ? [...fresh, ''] : ['', ...fresh]));
  }
  return { lines: withEdits(original, edits), ...(twins === undefined ? {} : { twins }) };
}

/** The declaration of the file that each piece takes the place of. */
function findTargets(
  pieces: readonly Piece[],
  original: readonly string[],
  declarations: readonly Declaration[],
  chosen: readonly number[],
): { readonly targets: readonly (Declaration | undefined)[]; readonly twins: Merge['twins'] } {
  const taken = new Set<Declaration>();
  let twins: Merge['twins'];
  let compared = 0;
  const targets = pieces.map(({ declaration, lines }) => {
    if (declaration === undefined) return undefined;
    const text = lines.slice(declaration.line - declaration.start).join('\n');
    const score = ({ line, end }: Declaration): number => similarity(original.slice(line, end).join('\n'), text);
    const fitting = declarations.filter((each) => each.name === declaration.name && !taken.has(each));
    compared += fitting.length;
    // Beyond the limit, the first candidate is taken unseen.
    const candidates = compared > MAX_COMPARED ? fitting.slice(0, 1) : fitting;
    const ranked = candidates.map((each) => ({ each, score: score(each) })).sort((one, other) => other.score - one.score);
    const [best] = ranked;
    if (best === undefined) return undefined;
    const equal = ranked.filter((one) => best.score - one.score < CLEAR_LEAD);
    const target = equal.find(({ each }) => chosen.includes(each.line)) ?? best;
    const isOpen = equal.length > 1 && best.score < 1 && target === best;
    if (isOpen && !chosen.includes(best.each.line) && !isGroup(pieces, declaration.name)) {
      twins ??= { name: declaration.name, lines: equal.map(({ each }) => each.line).sort((one, other) => one - other) };
    }
    taken.add(target.each);
    return target.each;
  });
  return { targets, twins };
}

/** Returns true if the block has several declarations of that name, as overloads are. Each finds its own. */
function isGroup(pieces: readonly Piece[], name: string): boolean {
  return pieces.filter(({ declaration }) => declaration?.name === name).length > 1;
}

function splitPieces(block: readonly string[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let line = 0;
  const loose = (end: number): void => {
    const lines = trimBlankLines(block.slice(line, end).filter((text) => !isElision(text)));
    if (lines.length > 0) pieces.push({ declaration: undefined, lines });
  };
  for (const each of outermost(declarationsIn(block))) {
    // A require is a declaration by its looks.
    if (IMPORT.test(block[each.line] ?? '')) continue;
    const start = Math.max(line, leadingWithoutElisions(block, each));
    loose(start);
    pieces.push({ declaration: { ...each, start }, lines: block.slice(start, each.end) });
    line = each.end;
  }
  loose(block.length);
  return pieces;
}

function leadingWithoutElisions(block: readonly string[], { start, line }: Declaration): number {
  let first = line;
  while (first > start && !isElision(block[first - 1] ?? '')) first--;
  return first;
}

/** Comments and decorators that the block does not have stay. `undefined` where the lines are too many to be compared. */
function replacement(
  original: readonly string[],
  target: Declaration,
  lines: readonly string[],
  own: Declaration | undefined,
): Edit | undefined {
  const leading = own === undefined ? 0 : own.line - own.start;
  const start = leadingStart(original, target.line);
  const body = lines.slice(leading);
  const fresh = body.some(isElision) ? filled(body, original.slice(target.line, target.end)) : body;
  const above = mergeLeading(lines.slice(0, leading), original.slice(start, target.line));
  return fresh && { start, end: target.end, lines: [...above, ...fresh] };
}

/** What no declaration of the block has: imports go to their place; what the file has already stays where it is. */
function sorted({ declaration, lines }: Piece, original: readonly string[]): { imports: readonly string[]; others: readonly string[] } {
  if (declaration !== undefined) return { imports: [], others: lines };
  const known = new Set(original.map((line) => line.trim()));
  const fresh = lines.filter((line) => isBlank(line) || !known.has(line.trim()));
  return { imports: fresh.filter((line) => IMPORT.test(line)), others: trimBlankLines(fresh.filter((line) => !IMPORT.test(line))) };
}

function endOfImports(original: readonly string[]): number {
  return original.findLastIndex((line) => IMPORT.test(line) && getIndent(line) === '') + 1;
}

/** Finds where the first declaration of a file may stand: behind its imports and what must come first. */
export function headEnd(original: readonly string[]): number {
  let head = endOfImports(original);
  while (head < original.length && /^(?:#!|<\?php|<\?xml|package\b|['"]use \w+['"]|#.*coding[:=])/.test(original[head] ?? '')) head++;
  return head;
}

function insertion(line: number, lines: readonly string[]): Edit {
  return { start: line, end: line, lines };
}

/** Edits at the same place stay in their order; of those about the same lines, the first one counts. */
function withEdits(original: readonly string[], edits: readonly Edit[]): string[] {
  const result: string[] = [];
  let line = 0;
  for (const edit of [...edits].sort((one, other) => one.start - other.start || one.end - other.end)) {
    if (edit.start < line) continue;
    append(result, original.slice(line, edit.start));
    append(result, edit.lines);
    line = edit.end;
  }
  return [...result, ...original.slice(line)];
}
