import type { TemplateRenderer } from './template/templateRenderer';

/**
 * What prompts are made from and made into. The shapes of a conversation here are the protocol's, field by field; they are declared
 * again because this layer knows nothing of processes.
 */

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

export interface SelectionBlock extends LineRange {
  readonly text: string;
}

/** One of the things attached to a question beside {@link UserContent.file}. */
export type ContextBlock =
  | (FileBlock & { readonly kind: 'file' })
  | (FileBlock & LineRange & { readonly kind: 'selection' })
  /** A declaration, by its name. */
  | (FileBlock & LineRange & { readonly kind: 'symbol'; readonly name: string })
  /** What VS Code reports, a line each; of one file where `path` is there. */
  | { readonly kind: 'problems'; readonly path?: string; readonly text: string }
  /** Text selected in a terminal. */
  | { readonly kind: 'terminal'; readonly text: string }
  /** A diff of what is not committed yet. */
  | { readonly kind: 'changes'; readonly text: string };

export interface UserContent {
  readonly text: string;
  /** Stands first in the prompt. */
  readonly file?: FileBlock;
  readonly selection?: SelectionBlock;
  /** Line of {@link file} where the user is, 1-based; where that file is too long, the declaration there is shown as well. */
  readonly cursorLine?: number;
  /** Whatever else was attached, in that order. */
  readonly context?: readonly ContextBlock[];
}

/** A declaration's lines, and in how many others it lies. */
export interface OutlineEntry extends LineRange {
  readonly depth: number;
}

/** The declarations in a text of a language; `undefined` where they are not known. */
export type Outline = (language: string, text: string) => readonly OutlineEntry[] | undefined;

export interface AnswerContent {
  readonly text: string;
  readonly tokens?: readonly number[];
  /** Fingerprint of the model that generated `tokens`. */
  readonly fingerprint?: string;
}

export interface ChatTurn {
  readonly user: UserContent;
  readonly answer: AnswerContent;
}

/** The ids by which a model is told what stands before and after what it is to fill in. */
export interface FimTokens {
  readonly prefix: number;
  readonly suffix: number;
  readonly middle: number;
  /**
   * Which order the model was trained with. Suffix first keeps the suffix in the lane while the user types before it; prefix first is for
   * models that know no other.
   */
  readonly order: 'suffixFirst' | 'prefixFirst';
}

/** The loaded model's tokenizer, as far as prompts need it. */
export interface PromptTokenizer {
  readonly fingerprint: string;
  /** Undefined where the vocabulary has none, or the model was trained without. */
  readonly bos: number | undefined;
  readonly eos: number | undefined;
  /** Token ids of `text`; whatever looks like a control token stays text. Adds no BOS and no EOS. */
  encode(text: string): readonly number[];
  /** Token ids of a template's own text, in which control tokens are recognised. Adds no BOS and no EOS. */
  encodeTemplate(text: string): readonly number[];
  /**
   * Token ids of a text that follows another one: as {@link encode}, but without the space that Llama's kinds of vocabulary put before a
   * text.
   */
  encodeInside(text: string): readonly number[];
  /** Undefined where the model was not trained to fill in. */
  readonly fim: FimTokens | undefined;
}

/** Which layout a model gets; see {@link file://./chat.ts}. */
export type ChatFormat =
  | { readonly kind: 'llama2' }
  /** A Jinja template from the GGUF. `bosText` and `eosText` are what the template calls `bos_token` and `eos_token`. */
  | {
      readonly kind: 'template';
      readonly source: string;
      readonly bosText: string;
      readonly eosText: string;
      /** Without one, the template is rendered in the caller's thread. */
      readonly renderer?: TemplateRenderer;
    }
  | { readonly kind: 'base' };

export interface ChatInput {
  /** Empty for none. */
  readonly system: string;
  /** Finished turns, oldest first. */
  readonly history: readonly ChatTurn[];
  readonly user: UserContent;
}

/** What was left out of a block to fit the budget, in lines. */
export interface CutNote {
  readonly block: ContextBlock['kind'];
  /** Which one, as the user knows it: a path, with its lines where it is a part of a file. Empty where the kind says it. */
  readonly label: string;
  readonly shownLines: number;
  readonly totalLines: number;
}

export interface ChatPrompt {
  readonly tokens: readonly number[];
  /** Oldest turns of the history that were left out. */
  readonly droppedTurns: number;
  /** Cuts in the last user content's blocks. */
  readonly cuts: readonly CutNote[];
}
