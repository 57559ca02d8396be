import type { Metrics, StopReason } from './metrics';

/** Some lines of another file. */
export interface RelatedChunk {
  /** Path relative to the workspace, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/**
 * The rule by which nothing is offered: the model wrote nothing; it ended the line at the cursor; what it wrote is but brackets and
 * punctuation; the rest of the line has it already; the line above or below does; it would be a syntax error; the model was not
 * sure enough of it.
 */
export type DropReason = 'nothing' | 'lineEnd' | 'onlyBrackets' | 'inSuffix' | 'repeated' | 'syntax' | 'unsure';

/** A place in a document that wants a completion. */
export interface CompletionPlace {
  /** Path relative to the workspace, with forward slashes. */
  readonly path: string;
  /** VS Code language id. */
  readonly language: string;
  /** Text before the cursor; the host may cut its beginning, the worker anchors it. */
  readonly prefix: string;
  /** Text after the cursor, at least the rest of the line and some lines more. */
  readonly suffix: string;
  /** Parts of other files, in the order in which they stand in the prompt; as many of the last ones as there is room for. */
  readonly related?: readonly RelatedChunk[] | undefined;
  /** True if more than one line is wanted. */
  readonly multiline: boolean;
}

export interface CompletionRequest extends CompletionPlace {
  readonly maxTokens: number;
  /** 0 or nothing for what the model thinks likeliest; each other number for something else that it might say. */
  readonly variant?: number | undefined;
  /** True if the text may go on with low confidence, for example when the user asks for a completion by key. */
  readonly unsure?: boolean | undefined;
  /** True for a completion that may be asked for next. It is generated at the lowest priority and cached. The result has no text. */
  readonly ahead?: boolean | undefined;
}

export interface CompletionResult {
  /** Text for the cursor's place, of which the suffix has nothing already but what it replaces; empty for none. */
  readonly text: string;
  /**
   * Characters to the right of the cursor that the text writes again: it stands in their place. Closing brackets and quotes on the cursor's
   * line.
   */
  readonly replaces?: number | undefined;
  /** Why there is none, unless it was cancelled. */
  readonly dropped?: DropReason | undefined;
  readonly stop: StopReason;
  readonly metrics: Metrics;
}

/** A place where a completion is likely to be asked for. */
export interface WarmCompletion extends Omit<CompletionPlace, 'multiline'> {
  readonly kind: 'completion';
}
