/** Where in a file a code block belongs, and what the file is with the block in it. Pure; a person looks at the result before it counts. */
import { getIndent, isBlank, trimBlankLines } from '../../../util/text/lines';
import { declarationsIn, outermost, type Declaration } from './declarations';
import { elisionKind, isElision } from './elisions';
import { findKey } from './alignment';
import { filled } from './fillElisions';
import { separateElisions } from './inlineElisions';
import { firstIndent, indentUnit, leastIndent, reindented } from './indentation';
import { sharedCount, significant, similarity, type LineSpan } from './codeLines';
import { headEnd, merged } from './mergeCode';
import { similarRegion } from './similarRegion';

/** Why a placement may be wrong. A person decides. */
export type Doubt =
  /** Declarations of the file go, and the block has no elision for them. `kept` is the file with them; a file that is too long has none. */
  | { readonly kind: 'deletes'; readonly names: readonly string[]; readonly kept?: readonly string[] }
  /** Several declarations have the name of one in the block, and are equally like it. Lines from 0. */
  | { readonly kind: 'twins'; readonly name: string; readonly lines: readonly number[] }
  /** The block has elisions, and the file has no lines for them. */
  | { readonly kind: 'unplaced' };

export interface PlacementInput {
  /** The file. */
  readonly original: readonly string[];
  /** The code block. */
  readonly block: readonly string[];
  /** Declarations of the file, by document symbols where there are some. */
  readonly declarations: readonly Declaration[];
  /** What the question was about, where the file still has it. */
  readonly selection?: LineSpan;
  /** Where the cursor is, if it is in the file. */
  readonly cursor?: number;
  /** Lines of declarations that were chosen among several with the same name. */
  readonly chosen?: readonly number[];
}

export interface Placement {
  readonly how: 'whole' | 'selection' | 'declarations' | 'similar' | 'cursor';
  /** The file with the block in it. */
  readonly lines: readonly string[];
  readonly doubt?: Doubt;
}

/** Least number and least share of declarations that are not taken out without asking. */
const MANY_DELETED = 3;
const LARGE_SHARE = 0.25;

/** How much of the selection a block must have in common with it to be its new wording. */
const SELECTION_SIMILARITY = 0.3;

/**
 * In this order: a block that is a whole file replaces the file; else the selection the question was about; else the declarations of the
 * same names; else the most similar lines; else it is put in at the cursor. Lines that stand for others, "… existing code …", are those
 * others.
 */
export function place(input: PlacementInput): Placement {
  const block = separateElisions(trimBlankLines(input.block), input.original);
  if (block.every((line) => isBlank(line) || isElision(line))) {
    const isBody = block.some((line) => elisionKind(line) === 'dots') && significant(input.original).length === 0;
    return isBody ? atCursor(input, block) : { how: 'cursor', lines: input.original };
  }
  const placement =
    wholeFile(input, block) ??
    inSelection(input, block, SELECTION_SIMILARITY) ??
    byDeclarations(input, block) ??
    bySimilarity(input, block) ??
    inSelection(input, block, 0) ??
    besideTheRest(input, block) ??
    atCursor(input, block);
  const clean = withoutElisions(placement, input.original);
  return clean.doubt === undefined ? withDeletions(input, block, clean) : clean;
}

/** Removes the elisions that are left in the file, and notes the doubt: the file has no lines for them. */
function withoutElisions(placement: Placement, original: readonly string[]): Placement {
  const known = new Set(original.map((line) => line.trim()));
  const lines = placement.lines.filter((line) => elisionKind(line) !== 'sure' || known.has(line.trim()));
  return lines.length === placement.lines.length ? placement : { ...placement, lines, doubt: { kind: 'unplaced' } };
}

/** Notes the doubt that a placement takes out declarations the block does not mention. */
function withDeletions({ original, declarations }: PlacementInput, block: readonly string[], placement: Placement): Placement {
  if (placement.how === 'cursor') return placement;
  const before = weighty(original, declarations);
  const after = new Set(declarationsIn(placement.lines).map(({ name }) => name));
  const names = [...before].filter((name) => !after.has(name));
  const known = new Set(declarations.map(({ name }) => name));
  const fresh = [...weighty(placement.lines, declarationsIn(placement.lines))].filter((name) => !known.has(name));
  // One that has another name now is not gone.
  if (names.length <= fresh.length || (names.length < MANY_DELETED && names.length < before.size * LARGE_SHARE)) return placement;
  const kept = filled(placement.lines, original, { keepDeclarations: true });
  return block.length === 0 ? placement : { ...placement, doubt: { kind: 'deletes', names, ...(kept && { kept }) } };
}

/** Names of the declarations that are more than a value: functions, classes, what has lines of its own. */
function weighty(lines: readonly string[], declarations: readonly Declaration[]): ReadonlySet<string> {
  const locals = /^\s*(?:let|const|var|val)\b/;
  return new Set(declarations.filter(({ line, end }) => end > line + 1 && !locals.test(lines[line] ?? '')).map(({ name }) => name));
}

function wholeFile(input: PlacementInput, block: readonly string[]): Placement | undefined {
  if (!isWholeFile(input, block)) return undefined;
  const lines = withLastBreak(input.original, (original) => (block.some(isElision) ? filled(block, original) : block));
  return lines && { how: 'whole', lines };
}

/** Applies `change` to a file and keeps the line break at its end. */
function withLastBreak(
  original: readonly string[],
  change: (lines: readonly string[]) => readonly string[] | undefined,
): readonly string[] | undefined {
  if (original.at(-1) !== '') return change(original);
  const lines = change(original.slice(0, -1));
  return lines && [...lines, ''];
}

/** Whether nothing of weight in the file is missing from `block`: then what is missing was meant to go. */
function isWholeFile({ original, declarations }: PlacementInput, block: readonly string[]): boolean {
  const old = significant(original);
  if (old.length === 0) return true;
  const isOpen = (line: string): boolean =>
    elisionKind(line) !== 'likely' && isElision(line) && getIndent(line).length <= leastIndent(block);
  if (block.some(isOpen)) return false;
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

function byDeclarations({ original, declarations, chosen }: PlacementInput, block: readonly string[]): Placement | undefined {
  const merge = merged(original, declarations, block, chosen);
  return merge && { how: 'declarations', lines: merge.lines, ...(merge.twins && { doubt: { kind: 'twins', ...merge.twins } }) };
}

/** Returns true if two texts have a line in common, set the same key, or begin and end alike. */
function hasCommonLines(block: readonly string[], original: readonly string[]): boolean {
  if (sharedCount(significant(block), significant(original)) > 0) return true;
  const keys = new Set(original.map(findKey));
  if (block.some((line) => findKey(line) !== undefined && keys.has(findKey(line)))) return true;
  const [one, other] = [trimBlankLines(block), trimBlankLines(original)];
  return one[0]?.trim() === other[0]?.trim() && one.at(-1)?.trim() === other.at(-1)?.trim();
}

function bySimilarity({ original }: PlacementInput, block: readonly string[]): Placement | undefined {
  if (block.some(isElision)) {
    // Without a name to go by, such a block is about the file as a whole.
    const lines = !hasCommonLines(block, original) ? undefined : withLastBreak(original, (file) => filled(block, file, { openEnds: true }));
    return lines && { how: 'similar', lines };
  }
  const region = similarRegion(original, block);
  return region && replaced('similar', original, region, block);
}

/** A block that is new, and tells with an elision before or behind it where: the elision stands for the file. */
function besideTheRest({ original, cursor }: PlacementInput, block: readonly string[]): Placement | undefined {
  const isRest = (line: string | undefined): boolean => line !== undefined && elisionKind(line) === 'sure';
  const [isFirst, isLast] = [isRest(block[0]), isRest(block.at(-1))];
  const inner = trimBlankLines(block.slice(isFirst ? 1 : 0, isLast ? -1 : undefined));
  if ((!isFirst && !isLast) || inner.some(isElision)) return undefined;
  if (isFirst) return atCursor({ original, declarations: [], block: inner, ...(isLast && cursor !== undefined ? { cursor } : {}) }, inner);
  const head = headEnd(original);
  const fresh = reindented(inner, '', indentUnit(original));
  return { how: 'cursor', lines: [...original.slice(0, head), ...(head > 0 ? [''] : []), ...fresh, '', ...original.slice(head)] };
}

function atCursor({ original, cursor }: PlacementInput, block: readonly string[]): Placement {
  const unit = indentUnit(original);
  const shown = trimBlankLines(block.filter((line) => elisionKind(line) !== 'sure'));
  const doubt = block.some((line) => elisionKind(line) === 'sure') ? { doubt: { kind: 'unplaced' } as const } : {};
  if (cursor === undefined) {
    const end = original.findLastIndex((line) => !isBlank(line)) + 1;
    return { how: 'cursor', lines: [...original.slice(0, end), '', ...reindented(shown, '', unit), ...original.slice(end)], ...doubt };
  }
  const line = original[cursor] ?? '';
  if (!isBlank(line)) {
    const lines = reindented(shown, getIndent(line), unit);
    return { how: 'cursor', lines: [...original.slice(0, cursor + 1), ...lines, ...original.slice(cursor + 1)], ...doubt };
  }
  // In place of a blank line, unless it is the one that stands for the file's last line break.
  const end = cursor === original.length - 1 ? cursor : cursor + 1;
  const lines = reindented(shown, getIndent(line) || indentBetween(original, cursor), unit);
  // Of several lines, blank ones keep it apart from what stands right above and below, as the one did that it takes the place of.
  const apart = (neighbour: string | undefined): readonly string[] =>
    lines.length > 1 && neighbour !== undefined && !isBlank(neighbour) ? [''] : [];
  const before = apart(original[cursor - 1]);
  const after = apart(original[end]);
  return { how: 'cursor', lines: [...original.slice(0, cursor), ...before, ...lines, ...after, ...original.slice(end)], ...doubt };
}

/** Indentation of what belongs on a blank line: the lesser of its neighbours', but for a bracket that closes the block it is in. */
function indentBetween(lines: readonly string[], at: number): string {
  const above = lines.slice(0, at).findLast((line) => !isBlank(line)) ?? '';
  const below = lines.slice(at).find((line) => !isBlank(line)) ?? '';
  const closes = /^\s*[)\]}]/u.test(below) && getIndent(below).length < getIndent(above).length;
  return closes || getIndent(above).length < getIndent(below).length ? getIndent(above) : getIndent(below);
}

/** `undefined` where it has elisions and is too long for them. */
function replaced(
  how: Placement['how'],
  original: readonly string[],
  { start, end }: LineSpan,
  block: readonly string[],
): Placement | undefined {
  const old = original.slice(start, end);
  const fresh = reindented(block, firstIndent(old), indentUnit(original));
  const lines = fresh.some(isElision) ? filled(fresh, old) : fresh;
  return lines && { how, lines: [...original.slice(0, start), ...lines, ...original.slice(end)] };
}
