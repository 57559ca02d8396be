import type { FileDiff } from '../../../util/fileDiff';
import { sliceFromStart } from '../../../util/text/wholeCharacters';

/** Bounds of what is kept of a patch, in UTF-16 code units. */
export interface PatchLimits {
  readonly maxLine: number;
  readonly maxFile: number;
}

/** A file in git's list of changes. */
export type ListedFile = Pick<FileDiff, 'path' | 'oldPath' | 'added' | 'deleted'>;

/**
 * Parses the output of `git diff --numstat -z`: `added TAB deleted TAB path NUL`, where a rename has an empty path and then
 * `old NUL new NUL`, and a binary file has `-` for both counts (git-diff(1), "Other diff formats").
 */
export function parseNumstat(text: string): readonly ListedFile[] {
  const fields = text.split('\0');
  const files = new Map<string, ListedFile>();
  for (let index = 0; index < fields.length; index++) {
    const [, added = '', deleted = '', name = ''] = /^(\d+|-)\t(\d+|-)\t([^]*)$/.exec(fields[index] ?? '') ?? [];
    if (added === '') continue;
    const counts = { added: toCount(added), deleted: toCount(deleted) };
    if (name !== '') {
      files.set(name, { path: name, ...counts });
      continue;
    }
    const [oldPath = '', path = ''] = fields.slice(index + 1, index + 3);
    files.set(path, { path, oldPath, ...counts });
    index += 2;
  }
  return [...files.values()];
}

function toCount(text: string): number | undefined {
  return text === '-' ? undefined : Number(text);
}

interface Patch {
  readonly header: string[];
  readonly hunks: string[][];
  size: number;
  isCut: boolean;
}

/** Reads git's patch format in pieces and keeps no more than the limits of each line and file, however long the patch is. */
export class PatchReader {
  private readonly patches: Patch[] = [];
  private pending = '';
  private isPendingCut = false;

  constructor(private readonly limits: PatchLimits) {}

  push(piece: string): void {
    const lines = piece.split('\n');
    for (const [index, part] of lines.entries()) {
      const room = this.limits.maxLine - this.pending.length;
      if (!this.isPendingCut) this.pending += sliceFromStart(part, room);
      this.isPendingCut ||= part.length > room;
      if (index < lines.length - 1) this.endLine();
    }
  }

  /**
   * Joins the patches with git's list of files. A file without a patch keeps an empty header.
   * @param listed from {@link parseNumstat}, of the same change
   */
  finish(listed: readonly ListedFile[]): readonly FileDiff[] {
    if (this.pending !== '') this.endLine();
    const files = new Map<string, FileDiff>(listed.map((file) => [file.path, { ...file, header: '', hunks: [], isCut: false }]));
    for (const { header, hunks, isCut } of this.patches) {
      const path = findPath(header);
      files.set(path, {
        ...(files.get(path) ?? { path }),
        header: header.filter((line) => !/^(?:(?:dis)?similarity )?index /.test(line)).join('\n'),
        hunks: hunks.map((lines) => lines.join('\n')),
        isCut,
      });
    }
    return [...files.values()];
  }

  private endLine(): void {
    const line = this.pending.replace(/\r$/, '').replace(/\r/g, ' ') + (this.isPendingCut ? '…' : '');
    this.pending = '';
    this.isPendingCut = false;
    // A line of content begins with a space, `+`, `-` or `\`.
    if (/^(?:diff --(?:git|cc|combined)|\* Unmerged path) /.test(line)) {
      this.patches.push({ header: [line], hunks: [], size: 0, isCut: false });
      return;
    }
    const patch = this.patches.at(-1);
    if (patch === undefined) return;
    patch.size += line.length + 1;
    if (patch.size > this.limits.maxFile) patch.isCut = true;
    else if (line.startsWith('@@')) patch.hunks.push([line]);
    else (patch.hunks.at(-1) ?? patch.header).push(line);
  }
}

/** Finds the name that a patch's file has after the change, or had where it is deleted. */
function findPath(header: readonly string[]): string {
  const valueAfter = (start: string): string | undefined => header.find((line) => line.startsWith(start))?.slice(start.length);
  const marked = [valueAfter('+++ '), valueAfter('--- ')]
    .map((name) => name?.replace(/\t$/, ''))
    .find((name) => name !== undefined && name !== '/dev/null');
  const named =
    valueAfter('rename to ') ??
    valueAfter('copy to ') ??
    valueAfter('diff --cc ') ??
    valueAfter('diff --combined ') ??
    valueAfter('* Unmerged path ');
  if (named !== undefined) return unquote(named);
  if (marked !== undefined) return unquote(marked).slice(2);
  // Both names are alike where git gives no other line: a change of mode, an empty or a binary file.
  const names = header[0]?.slice('diff --git '.length) ?? '';
  return unquote(names.slice((names.length + 1) / 2)).slice(2);
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' };

/** Undoes git's quoting of unusual names: `"a\tb\303\244"`, with UTF-8 bytes in octal (git-config(1), core.quotePath). */
function unquote(name: string): string {
  if (!/^".*"$/s.test(name)) return name;
  const bytes = [...name.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs)].flatMap(([, octal, escape, plain]) => {
    if (octal !== undefined) return [Number.parseInt(octal, 8)];
    return [...new TextEncoder().encode(escape === undefined ? plain : (ESCAPES[escape] ?? escape))];
  });
  return new TextDecoder().decode(new Uint8Array(bytes));
}
