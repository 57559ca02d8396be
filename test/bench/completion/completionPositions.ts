import { randomFrom } from '../../fixtures/models/weights';
import type { SourceFile } from '../../../scripts/lib/models/corpus.mjs';

/**
 * A place where somebody types: the file as it is without what they are about to write, which is known.
 *
 * `line`: within a line whose end is not written yet. `inside`: the same, before closing brackets that are there, as an editor closes
 * them. `blank`: on a line that is empty but for its indentation. `block`: at the end of a line that opens a block, whose body is missing.
 */
export interface Position {
  readonly kind: 'line' | 'inside' | 'blank' | 'block';
  readonly language: string;
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
  /** What is missing between the two. */
  readonly missing: string;
}

/** Characters from the beginning of a file in which there are licences and imports. */
const head = 400;
/** Files of a language, and the characters of the longest: places that share one cost less, as what stands before them is read once. */
const mostFiles = 3;
const longestFile = 10_000;
/** Characters of a line below which there is nothing to complete. */
const leastLine = 6;

/**
 * Places in real files, as many of each language as its share is, the same for the same seed. Those of a file follow one another, so that
 * an engine with a KV cache has the beginning of each from the one before.
 * @param count of all languages together
 */
export function choosePositions(files: readonly SourceFile[], count: number, seed: number): readonly Position[] {
  const languages = [...new Set(files.map(({ language }) => language))];
  const random = randomFrom(seed);
  return languages.flatMap((language, index) => {
    const share = Math.floor(((index + 1) * count) / languages.length) - Math.floor((index * count) / languages.length);
    const all = files.filter((file) => file.language === language && file.text.length <= longestFile);
    const first = Math.floor(random() * all.length);
    return ofLanguage([...all, ...all].slice(first, first + Math.min(all.length, mostFiles)), share, random);
  });
}

function ofLanguage(files: readonly SourceFile[], count: number, random: () => number): readonly Position[] {
  const chosen: { readonly file: number; readonly position: Position }[] = [];
  const taken = new Set<string>();
  // A file of few lines may not have as many places as fall to it.
  for (let attempt = 0; chosen.length < count && attempt < count * 50; attempt++) {
    const index = Math.floor(random() * files.length);
    const file = files[index];
    const position = file && positionIn(file, random);
    if (!position) continue;
    const key = `${index}:${position.prefix.length}`;
    if (taken.has(key)) continue;
    taken.add(key);
    chosen.push({ file: index, position });
  }
  return chosen.sort((a, b) => a.file - b.file || a.position.prefix.length - b.position.prefix.length).map(({ position }) => position);
}

const kinds = ['line', 'line', 'inside', 'blank', 'block'] as const;

/** A random place; `undefined` where the line that chance fell on has none of the kind that it fell on. */
function positionIn(file: SourceFile, random: () => number): Position | undefined {
  const { text, language, path } = file;
  const start = text.lastIndexOf('\n', head + Math.floor(random() * (text.length - head))) + 1;
  const end = text.includes('\n', start) ? text.indexOf('\n', start) : text.length;
  const line = text.slice(start, end);
  const kind = kinds[Math.floor(random() * kinds.length)] ?? 'line';
  const share = random();
  const span = start > 0 && line.trim().length >= leastLine ? spanOf(kind, line, text.slice(end), share) : undefined;
  if (!span) return undefined;
  const [from, to] = [start + span.from, start + span.to];
  return { kind, language, path, prefix: text.slice(0, from), suffix: text.slice(to), missing: text.slice(from, to) };
}

/** What is missing, in characters from the line's beginning. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** @param share 0 to 1: how far in the line the cursor is */
function spanOf(kind: Position['kind'], line: string, below: string, share: number): Span | undefined {
  const indent = line.length - line.trimStart().length;
  const within = (to: number): Span | undefined => {
    const from = indent + 1 + Math.floor(share * (to - indent - 1));
    return from < to ? { from, to } : undefined;
  };
  switch (kind) {
    case 'line':
      return within(line.trimEnd().length);
    case 'inside': {
      const closers = /[)\]}"'`]+[;,:]?$/u.exec(line.trimEnd());
      return closers ? within(closers.index) : undefined;
    }
    case 'blank':
      return { from: indent, to: line.trimEnd().length };
    case 'block':
      return bodyOf(line, below);
  }
}

/** The lines below one that opens a block, as far as they are indented further. */
function bodyOf(line: string, below: string): Span | undefined {
  if (!/[{:]\s*$/u.test(line)) return undefined;
  const indentOf = (each: string): number => each.length - each.trimStart().length;
  const lines = below.split('\n').slice(1);
  const length = lines.findIndex((each) => each.trim() !== '' && indentOf(each) <= indentOf(line));
  const body = lines
    .slice(0, length < 0 ? lines.length : length)
    .join('\n')
    .trimEnd();
  return body === '' ? undefined : { from: line.length, to: line.length + 1 + body.length };
}

/** Ids of languages in the order in which they first come. */
export function languagesOf(positions: readonly Position[]): readonly string[] {
  return [...new Set(positions.map(({ language }) => language))];
}
