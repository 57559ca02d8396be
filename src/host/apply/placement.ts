/** Where in a file a code block belongs, and what the file is with the block in it. Pure; a person looks at the result before it counts. */
import { declarationsIn, outermost, type Declaration } from './declarations';
import { isBareDots, isElision } from './elisions';
import { filled } from './filling';
import { firstIndent, indentOf, indentUnit, leastIndent, reindented } from './indentation';
import { isBlank, sharedCount, significant, similarity, withoutBlankEnds, type LineRange } from './lines';
import { merged } from './merging';
import { similarRegion } from './similar';

export interface PlacementInput {
  /** The file. */
  readonly original: readonly string[];
  /** The code block. */
  readonly block: readonly string[];
  /** Declarations of the file, by document symbols where there are some. */
  readonly declarations: readonly Declaration[];
  /** What the question was about, where the file still has it. */
  readonly selection?: LineRange;
  /** Where the cursor is, if it is in the file. */
  readonly cursor?: number;
}

export interface Placement {
  readonly how: 'whole' | 'selection' | 'declarations' | 'similar' | 'cursor';
  /** The file with the block in it. */
  readonly lines: readonly string[];
}

/** How much of the selection a block must have in common with it to be its new wording. */
const SELECTION_SIMILARITY = 0.3;

/**
 * In this order: a block that is a whole file replaces the file; else the selection the question was about; else the declarations of the
 * same names; else the most similar lines; else it is put in at the cursor. Lines that stand for others, "… existing code …", are those
 * others.
 */
export function place(input: PlacementInput): Placement {
  const block = withoutBlankEnds(input.block);
  if (block.length === 0) return { how: 'cursor', lines: input.original };
  return (
    wholeFile(input, block) ??
    inSelection(input, block, SELECTION_SIMILARITY) ??
    byDeclarations(input, block) ??
    bySimilarity(input, block) ??
    inSelection(input, block, 0) ??
    atCursor(input, block)
  );
}

function wholeFile(input: PlacementInput, block: readonly string[]): Placement | undefined {
  const { original } = input;
  if (!isWholeFile(input, block)) return undefined;
  const lines = block.some(isElision) ? filled(block, original, false) : block;
  if (lines === undefined) return undefined;
  return { how: 'whole', lines: original.at(-1) === '' ? [...lines, ''] : lines };
}

/** Whether nothing of weight in the file is missing from `block`: then what is missing was meant to go. */
function isWholeFile({ original, declarations }: PlacementInput, block: readonly string[]): boolean {
  const old = significant(original);
  if (old.length === 0) return true;
  if (block.some((line) => isElision(line) && indentOf(line).length <= leastIndent(block))) return false;
  const fresh = significant(block);
  const share = sharedCount(old, fresh) / old.length;
  const outer = outermost(declarations);
  if (outer.length === 0) return share >= 0.5 && (old[0] === fresh[0] || old.at(-1) === fresh.at(-1));
  const names = new Set(declarationsIn(block).map(({ name }) => name));
  const loose = significant(original.filter((_line, index) => !outer.some(({ start, end }) => start <= index && index < end)));
  return outer.every(({ name }) => names.has(name)) && share >= 0.3 && sharedCount(loose, fresh) >= loose.length / 2;
}

function inSelection(input: PlacementInput, block: readonly string[], least: number): Placement | undefined {
  const { original, selection, declarations } = input;
  if (selection === undefined) return undefined;
  const names = new Set(outermost(declarationsIn(block)).map(({ name }) => name));
  const isElsewhere = declarations.some(({ name, line, end }) => names.has(name) && (line < selection.start || end > selection.end));
  if (isElsewhere) return undefined;
  const old = original.slice(selection.start, selection.end);
  if (similarity(old.join('\n'), block.join('\n')) < least) return undefined;
  return replaced('selection', original, selection, block);
}

function byDeclarations({ original, declarations }: PlacementInput, block: readonly string[]): Placement | undefined {
  const lines = merged(original, declarations, block);
  return lines && { how: 'declarations', lines };
}

function bySimilarity({ original }: PlacementInput, block: readonly string[]): Placement | undefined {
  if (block.some((line) => isElision(line) && indentOf(line).length <= leastIndent(block))) {
    // Without a name to go by, such a block is about the file as a whole.
    const shared = sharedCount(significant(block), significant(original));
    const lines = shared === 0 ? undefined : filled(block, original, true);
    return lines && { how: 'similar', lines };
  }
  const region = similarRegion(original, block);
  return region && replaced('similar', original, region, block);
}

function atCursor({ original, cursor }: PlacementInput, block: readonly string[]): Placement {
  const unit = indentUnit(original);
  const shown = withoutBlankEnds(block.filter((line) => !isElision(line) || isBareDots(line)));
  if (cursor === undefined) {
    const end = original.findLastIndex((line) => !isBlank(line)) + 1;
    return { how: 'cursor', lines: [...original.slice(0, end), '', ...reindented(shown, '', unit), ...original.slice(end)] };
  }
  const line = original[cursor] ?? '';
  if (!isBlank(line)) {
    const lines = reindented(shown, indentOf(line), unit);
    return { how: 'cursor', lines: [...original.slice(0, cursor + 1), ...lines, ...original.slice(cursor + 1)] };
  }
  // In place of a blank line, unless it is the one that stands for the file's last line break.
  const end = cursor === original.length - 1 ? cursor : cursor + 1;
  const lines = reindented(shown, indentOf(line) || indentBetween(original, cursor), unit);
  // Of several lines, blank ones keep it apart from what stands right above and below, as the one did that it takes the place of.
  const apart = (neighbour: string | undefined): readonly string[] =>
    lines.length > 1 && neighbour !== undefined && !isBlank(neighbour) ? [''] : [];
  const before = apart(original[cursor - 1]);
  return { how: 'cursor', lines: [...original.slice(0, cursor), ...before, ...lines, ...apart(original[end]), ...original.slice(end)] };
}

/** Indentation of what belongs on a blank line: the lesser of its neighbours', but for a bracket that closes the block it is in. */
function indentBetween(lines: readonly string[], at: number): string {
  const above = lines.slice(0, at).findLast((line) => !isBlank(line)) ?? '';
  const below = lines.slice(at).find((line) => !isBlank(line)) ?? '';
  const closes = /^\s*[)\]}]/u.test(below) && indentOf(below).length < indentOf(above).length;
  return closes || indentOf(above).length < indentOf(below).length ? indentOf(above) : indentOf(below);
}

/** `undefined` where it has elisions and is too long for them. */
function replaced(
  how: Placement['how'],
  original: readonly string[],
  { start, end }: LineRange,
  block: readonly string[],
): Placement | undefined {
  const old = original.slice(start, end);
  const fresh = reindented(block, firstIndent(old), indentUnit(original));
  const lines = fresh.some(isElision) ? filled(fresh, old, false) : fresh;
  return lines && { how, lines: [...original.slice(0, start), ...lines, ...original.slice(end)] };
}
