/** What is attached to a question that is being typed: where it is, not what is in it. That is read when the question is sent. */
import type { LineRange } from '../../../contract/context';
import * as v from 'valibot';
import type { LocatedBlock, LocatedContent } from './locatedContent';

const line = v.pipe(v.number(), v.integer(), v.minValue(1));
const lines = { startLine: line, endLine: line };
const uri = v.string();

const item = v.variant('kind', [
  v.object({ kind: v.literal('file'), uri }),
  v.object({ kind: v.literal('selection'), uri, ...lines }),
  v.object({ kind: v.literal('symbol'), uri, name: v.string(), ...lines }),
  /** Of one file, or of all. */
  v.object({ kind: v.literal('problems'), uri: v.exactOptional(uri) }),
  /** A terminal's selection goes away with the next key: it is kept as it was. */
  v.object({ kind: v.literal('terminal'), text: v.string() }),
  v.object({ kind: v.literal('changes') }),
]);

export type Item = Readonly<v.InferOutput<typeof item>>;

const stored = v.array(v.object({ id: v.string(), item }));

/** An {@link Item} of the draft, with the name the view has for it. */
export interface DraftItem {
  readonly id: string;
  readonly item: Item;
}

/** What was kept of a draft's items; none where that is not what it should be. */
export function parseItems(value: unknown): readonly DraftItem[] {
  const result = v.safeParse(stored, value);
  return result.success ? result.output : [];
}

export function sameItem(one: Item, other: Item): boolean {
  return JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
}

/** What was dropped: files to attach, and a model, which nobody wants to be read as text. */
export interface Dropped {
  readonly files: readonly Item[];
  /** Its address. */
  readonly model: string | undefined;
}

/** What there is among addresses that were dropped. VS Code writes where the cursor was behind a `#`. */
export function readDropped(uris: readonly string[]): Dropped {
  const addresses = uris.flatMap((each) => {
    const [address = ''] = each.trim().split('#', 1);
    return /^[a-z][a-z\d+.-]*:/iu.test(address) ? [address] : [];
  });
  const isModel = (address: string): boolean => /\.gguf$/iu.test(address);
  return {
    files: addresses.filter((address) => !isModel(address)).map((uri) => ({ kind: 'file', uri })),
    model: addresses.find(isModel),
  };
}

/** What an item had in it, or why that cannot be known. */
export type Reading =
  | { readonly kind: 'read'; readonly block: LocatedBlock; readonly cursorLine?: number }
  | { readonly kind: 'unreadable'; readonly problem: string };

/**
 * What was read as the content of a question. The file attached first stands first, where questions about the same file share it; the
 * others follow in the order attached.
 */
export function contentOf(readings: readonly Extract<Reading, { kind: 'read' }>[]): Omit<LocatedContent, 'text'> {
  const first = readings.find(({ block }) => block.kind === 'file');
  const context = readings.filter((reading) => reading !== first).map(({ block }) => block);
  const rest = context.length === 0 ? {} : { context };
  if (first?.block.kind !== 'file') return rest;
  const { path, language, text, uri } = first.block;
  const cursorLine = partOf(path, context)?.startLine ?? first.cursorLine;
  return {
    file: { path, language, text, ...(uri !== undefined && { uri }) },
    ...(cursorLine === undefined ? {} : { cursorLine }),
    ...rest,
  };
}

/** `question` with what is attached as well. A question that has a file of its own keeps that in front. */
export function withAttached<Q extends LocatedContent>(question: Q, attached: Omit<LocatedContent, 'text'>): Q {
  if (question.file === undefined) return { ...attached, ...question };
  const { file, context = [] } = attached;
  const more: readonly LocatedBlock[] = [...(file ? [{ kind: 'file' as const, ...file }] : []), ...context];
  return more.length === 0 ? question : { ...question, context: [...(question.context ?? []), ...more] };
}

/** Lines of the file `path` that are attached as well: what the question is about is there. */
function partOf(path: string, blocks: readonly LocatedBlock[]): LineRange | undefined {
  for (const block of blocks) if ((block.kind === 'selection' || block.kind === 'symbol') && block.path === path) return block;
  return undefined;
}

/** A change of a document: whole lines from `startLine` to `endLine` have become `newLines` lines. */
export interface LineChange extends LineRange {
  readonly newLines: number;
}

/** Where `range` is after `change`. */
export function movedBy(range: LineRange, { startLine, endLine, newLines }: LineChange): LineRange {
  const added = newLines - (endLine - startLine + 1);
  if (added === 0 || startLine > range.endLine) return range;
  if (endLine < range.startLine) return { startLine: range.startLine + added, endLine: range.endLine + added };
  const from = Math.min(range.startLine, startLine);
  return { startLine: from, endLine: Math.max(from, range.endLine + added) };
}
