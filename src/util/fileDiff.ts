/** A file's change as git lists it, with as much of its patch as was read. */
export interface FileDiff {
  /** Relative to the repository's root, with forward slashes. */
  readonly path: string;
  /** Set for renames and copies. */
  readonly oldPath?: string;
  /** Lines; `undefined` for binary files and where git does not count them. */
  readonly added?: number | undefined;
  readonly deleted?: number | undefined;
  /** The patch's lines before the first hunk, without `index` and `similarity index`; empty where no patch was read. */
  readonly header: string;
  readonly hunks: readonly string[];
  /** Some lines of the patch were left out when it was read. */
  readonly isCut: boolean;
}
