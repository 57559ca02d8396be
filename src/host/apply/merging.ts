/** A block of declarations put into a file declaration by declaration. */
import { declarationsIn, leadingStart, outermost, type Declaration } from './declarations';
import { isElision } from './elisions';
import { filled } from './filling';
import { indentOf, indentUnit, reindented } from './indentation';
import { isBlank, similarity, withoutBlankEnds, type LineRange } from './lines';

/** A declaration of the block with what stands before it, or what follows the last one. */
interface Piece {
  readonly declaration: Declaration | undefined;
  readonly lines: readonly string[];
}

interface Edit extends LineRange {
  readonly lines: readonly string[];
}

const IMPORT =
  /^\s*(?:import\b|from\s+\S+\s+import\b|#\s*include\b|using\s+[\w.:=\s]+;|use\s+[\w:]+|(?:const|let|var)\s+.*=\s*require\(|require(?:_relative)?\s)/;

/**
 * `original` with the declarations of `block` in place of those that have the same names; new ones come behind the one before them in
 * the block, imports behind those there are. `undefined` where no name is in both.
 */
export function merged(original: readonly string[], declarations: readonly Declaration[], block: readonly string[]): string[] | undefined {
  const pieces = piecesOf(block);
  const targets = pieces.map(({ declaration, lines }) => declaration && sameName(original, declarations, declaration.name, lines));
  if (targets.every((target) => target === undefined)) return undefined;
  const unit = indentUnit(original);
  const edits: Edit[] = [];
  let end = targets.find((target) => target !== undefined)?.start ?? 0;
  let indent = '';
  pieces.forEach((piece, index) => {
    const target = targets[index];
    if (target !== undefined) {
      indent = indentOf(original[target.line] ?? '');
      edits.push(replacement(original, target, reindented(piece.lines, indent, unit), piece.declaration));
      end = target.end;
      return;
    }
    const { imports, others } = sorted(piece, original);
    if (imports.length > 0) edits.push(insertion(endOfImports(original), imports));
    const fresh = reindented(others, indent, unit);
    if (others.length > 0) edits.push(insertion(end, index === 0 ? [...fresh, ''] : ['', ...fresh]));
  });
  return withEdits(original, edits);
}

function piecesOf(block: readonly string[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let line = 0;
  const loose = (end: number): void => {
    const lines = withoutBlankEnds(block.slice(line, end).filter((text) => !isElision(text)));
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

/** Of several with that name, as overloads are, the one most like the new one. */
function sameName(
  original: readonly string[],
  declarations: readonly Declaration[],
  name: string,
  lines: readonly string[],
): Declaration | undefined {
  const text = lines.join('\n');
  const score = ({ line, end }: Declaration): number => similarity(original.slice(line, end).join('\n'), text);
  return declarations.filter((each) => each.name === name).sort((one, other) => score(other) - score(one))[0];
}

/** Comments that the block does not have stay. */
function replacement(original: readonly string[], target: Declaration, lines: readonly string[], own: Declaration | undefined): Edit {
  const hasLeading = own !== undefined && own.start < own.line;
  const start = hasLeading ? leadingStart(original, target.line) : target.line;
  const fresh = lines.some(isElision) ? filled(lines, original.slice(start, target.end), false) : lines;
  return { start, end: target.end, lines: fresh ?? original.slice(start, target.end) };
}

/** What no declaration of the block has: imports go to their place; what the file has already stays where it is. */
function sorted({ declaration, lines }: Piece, original: readonly string[]): { imports: readonly string[]; others: readonly string[] } {
  if (declaration !== undefined) return { imports: [], others: lines };
  const known = new Set(original.map((line) => line.trim()));
  const fresh = lines.filter((line) => isBlank(line) || !known.has(line.trim()));
  return { imports: fresh.filter((line) => IMPORT.test(line)), others: withoutBlankEnds(fresh.filter((line) => !IMPORT.test(line))) };
}

function endOfImports(original: readonly string[]): number {
  return original.findLastIndex((line) => IMPORT.test(line) && indentOf(line) === '') + 1;
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
    result.push(...original.slice(line, edit.start), ...edit.lines);
    line = edit.end;
  }
  return [...result, ...original.slice(line)];
}
