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
export interface SelectionBlock {
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
}

export interface UserContent {
  readonly text: string;
  readonly file?: FileBlock;
  readonly selection?: SelectionBlock;
}

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
  | { readonly kind: 'template'; readonly source: string; readonly bosText: string; readonly eosText: string }
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
  readonly block: 'file' | 'selection';
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
