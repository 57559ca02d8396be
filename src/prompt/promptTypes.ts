import type { CutNote, LineRange } from '../contract/context';
import type { TemplateRenderer } from './template/templateRenderer';

/** A declaration's lines, and in how many others it lies. */
export interface OutlineEntry extends LineRange {
  readonly depth: number;
}

/** The declarations in a text of a language; `undefined` where they are not known. */
export type Outline = (language: string, text: string) => readonly OutlineEntry[] | undefined;

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

export interface ChatPrompt {
  readonly tokens: readonly number[];
  /** Oldest turns of the history that were left out. */
  readonly droppedTurns: number;
  /** Cuts in the last user content's blocks. */
  readonly cuts: readonly CutNote[];
}
