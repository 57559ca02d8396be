import type { ContextBlock, LineRange } from '../../../contract/context';
import type { LocatedBlock, LocatedContent } from './locatedContent';

/** What an attachment is and where it is from, without what is in it. Lines are 1-based and inclusive. */
export interface Source extends Partial<LineRange> {
  readonly kind: ContextBlock['kind'];
  /** Path relative to the workspace, with forward slashes. */
  readonly path?: string;
  /** Absent in what comes from elsewhere, or from an older version. */
  readonly uri?: string;
  readonly name?: string;
}

/** Words for what has no name of its own. */
export interface SourceWords {
  /** `path` where it is of one file. */
  source(kind: 'problems' | 'terminal' | 'changes', path: string | undefined): string;
}

/** What a question is about, in the order in which the model reads it. A file's selection stands for the file. */
export function sourcesOf({ file, selection, context = [] }: Omit<LocatedContent, 'text'>): readonly Source[] {
  const first: Source[] = file === undefined ? [] : [{ ...sourceOf({ kind: 'file', ...file }), ...(selection && selected(selection)) }];
  return [...first, ...context.map(sourceOf)];
}

function selected({ startLine, endLine }: LineRange): Omit<Source, 'path' | 'uri'> {
  return { kind: 'selection', startLine, endLine };
}

function sourceOf(block: LocatedBlock): Source {
  const { kind } = block;
  return {
    kind,
    ...('path' in block ? { path: block.path } : {}),
    ...(block.uri === undefined ? {} : { uri: block.uri }),
    ...('startLine' in block ? { startLine: block.startLine, endLine: block.endLine } : {}),
    ...('name' in block ? { name: block.name } : {}),
  };
}

/** How a source is called: by its place, e.g. `src/a.ts:10-20`, or by its name. */
export function labelOf(source: Source, words: SourceWords): string {
  const { kind, path } = source;
  switch (kind) {
    case 'file':
    case 'selection':
      return placeOf(source) ?? '';
    case 'symbol':
      return source.name ?? '';
    case 'problems':
    case 'terminal':
    case 'changes':
      return words.source(kind, path);
  }
}

/** A source's path, with its lines where it is a part; `undefined` where it is no place in a file. */
export function placeOf({ path, startLine, endLine }: Source): string | undefined {
  if (path === undefined || startLine === undefined) return path;
  return startLine === endLine ? `${path}:${String(startLine)}` : `${path}:${String(startLine)}-${String(endLine)}`;
}
