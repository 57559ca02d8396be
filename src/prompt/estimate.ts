import type { PromptTokenizer } from './types';

/**
 * A run of letters up to four, of other ASCII up to two, or one character of any other script: about what vocabularies of Llama's kind
 * make of code, rather too many tokens than too few.
 */
const piece = /[A-Za-z]{1,4}|[ \t]{1,8}|[\x21-\x7e]{1,2}|\r?\n|[^]/gu;

/** Tokens that `text` probably has, for a model whose vocabulary is not known here. */
export function estimateTokenCount(text: string): number {
  return text.match(piece)?.length ?? 0;
}

/** Stands in for the tokenizer of a model that is elsewhere: the ids mean nothing, their number is an estimate. */
export function estimatingTokenizer(fingerprint: string): PromptTokenizer {
  const encode = (text: string): readonly number[] => new Array<number>(estimateTokenCount(text)).fill(0);
  return { fingerprint, bos: undefined, eos: undefined, fim: undefined, encode, encodeTemplate: encode, encodeInside: encode };
}
