import type { PromptTokenizer } from './types';

/**
 * Up to five letters or two other characters of ASCII, each with the space before them, a digit, a run of white space, or one character of any
 * other script: 0.96 to 1.16 times what Llama 2's vocabulary makes of code in six languages, of prose and of Chinese
 * (`test/unit/prompt/estimate.test.ts`).
 */
const piece = / ?[A-Za-z]{1,5}|[ \t]+|[0-9]| ?[!-/:-@[-`{-~]{1,2}|\r?\n|[^]/gu;

/**
 * Tokens that a chat format puts around a message, at the most: the formats seen take four to seven. Whoever adds up the counts of messages
 * adds this to each.
 */
export const MESSAGE_TOKENS = 8;

/** Tokens that `text` probably has, for a model whose vocabulary is not known here. */
export function estimateTokenCount(text: string): number {
  return text.match(piece)?.length ?? 0;
}

/** Stands in for the tokenizer of a model that is elsewhere: the ids mean nothing, their number is an estimate. */
export function estimatingTokenizer(fingerprint: string): PromptTokenizer {
  const encode = (text: string): readonly number[] => new Array<number>(estimateTokenCount(text)).fill(0);
  return { fingerprint, bos: undefined, eos: undefined, fim: undefined, encode, encodeTemplate: encode, encodeInside: encode };
}
