/** The data of attachments, and of the cuts made in them. */

/** A whole file given to the model as context. Stands first in the prompt so that its KV is shared. */
export interface FileBlock {
  /** Path relative to the workspace, with forward slashes. */
  readonly path: string;
  /** VS Code language id, used as the fence's info string. */
  readonly language: string;
  readonly text: string;
}

/** Lines are 1-based and inclusive. */
export interface LineRange {
  readonly startLine: number;
  readonly endLine: number;
}

/** The part of {@link FileBlock.text} a question is about. */
export interface SelectionBlock extends LineRange {
  readonly text: string;
}

/** One of the things attached to a question beside {@link UserContent.file}. Stands behind it, in the order attached. */
export type ContextBlock =
  | (FileBlock & { readonly kind: 'file' })
  | (FileBlock & LineRange & { readonly kind: 'selection' })
  /** A declaration, by its name. */
  | (FileBlock & LineRange & { readonly kind: 'symbol'; readonly name: string })
  /** Problems that VS Code reports, one a line. `path` limits them to one file. */
  | { readonly kind: 'problems'; readonly path?: string; readonly text: string }
  /** Text selected in a terminal. */
  | { readonly kind: 'terminal'; readonly text: string }
  /** A diff of what is not committed yet. */
  | { readonly kind: 'changes'; readonly text: string };

/** A question with its attachments. */
export interface UserContent {
  readonly text: string;
  readonly file?: FileBlock;
  readonly selection?: SelectionBlock;
  /** Line of {@link file} where the user is, 1-based; where that file is too long, the declaration there is shown as well. */
  readonly cursorLine?: number;
  readonly context?: readonly ContextBlock[];
}

/** A cut in a block that did not fit the budget. Counts lines. */
export interface CutNote {
  readonly block: ContextBlock['kind'];
  /** Name of the block for the user: a path, with its lines for a part of a file. Empty if the kind alone names it. */
  readonly label: string;
  readonly shownLines: number;
  readonly totalLines: number;
}

/** A problem that a language's tools report. */
export interface ReportedProblem {
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}
