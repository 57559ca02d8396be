/** The files a code block names: on its fence, in the line before it, or in a comment that is its first line. */

export interface NamedFiles {
  /** Paths as they were written; not all of them need to exist. */
  readonly paths: readonly string[];
  /** The code, without a first line that has only the name. */
  readonly lines: readonly string[];
}

const PATH = /^(?!\.{2,}$)[\w@.()[\]-]+(?:[/\\][\w@.()[\]-]+)*\.\w{1,12}$/;
const NAMING_COMMENT = /^(?:\/\/|#|--|;|%|\/\*|<!--)\s*(?:(?:file(?:name|path)?|path)\s*:\s*)?(\S+?)\s*(?:\*\/|-->)?$/i;

/** The files that a block with this code is about by its own words. */
export function namedFiles(info: string, before: string, lines: readonly string[]): NamedFiles {
  const comment = NAMING_COMMENT.exec(lines[0]?.trim() ?? '')?.[1];
  const heading = comment !== undefined && PATH.test(comment) ? comment : undefined;
  const onFence = pathsIn(info);
  const paths = onFence.length > 0 ? onFence : heading !== undefined ? [heading] : pathsIn(before);
  return { paths: [...new Set(paths.map((path) => path.replaceAll('\\', '/')))], lines: heading === undefined ? lines : lines.slice(1) };
}

function pathsIn(text: string): string[] {
  return text
    .split(/[\s"'`*=:,;{}<>]+/)
    .map((word) => word.replace(/^[([]+|[)\].!?]+$/g, ''))
    .filter((word) => PATH.test(word));
}
