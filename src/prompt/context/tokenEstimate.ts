import type { PromptTokenizer } from '../promptTypes';

/**
 * One match is about one token: a word of up to six small letters, with the capital and the space before it; up to three capitals, Cyrillic
 * letters or two other characters of ASCII, with the space before them; a digit; a run of white space; or one character of another script.
 * Measured with the vocabularies in llama.cpp's `models` folder: 0.99 to 1.17 times the tokens of Llama 2 for code in six languages, 0.87 to
 * 1.08 for Chinese, French and German, 1.02 for Russian. The vocabularies of Llama 3 and Qwen, which are four times as large, need a quarter
 * to a third less.
 */
const piece = / ?[A-Z]?[a-z]{1,6}| ?[A-Z]{1,3}| ?\p{Script=Cyrillic}{1,3}|[ \t]+|[0-9]| ?[!-/:-@[-`{-~]{1,2}|\r?\n|[^]/gu;

/** Emoji and rare characters. A vocabulary seldom has a token for one, and spells its four bytes in two to four tokens. */
const astral = /[\u{10000}-\u{10FFFF}]/gu;

/**
 * Tokens that a chat format puts around a message, at the most: the formats seen take four to seven. Whoever adds up the counts of messages
 * adds this to each.
 */
export const MESSAGE_TOKENS = 8;

/** Tokens that `text` probably has, for a model whose vocabulary is not known here. */
export function estimateTokenCount(text: string): number {
  return countMatches(text, piece) + countMatches(text, astral);
}

function countMatches(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Stands in for the tokenizer of a model that is elsewhere: the ids mean nothing, their number is an estimate. */
export function estimatingTokenizer(fingerprint: string): PromptTokenizer {
  const encode = (text: string): readonly number[] => new Array<number>(estimateTokenCount(text)).fill(0);
  return { fingerprint, bos: undefined, eos: undefined, fim: undefined, encode, encodeTemplate: encode, encodeInside: encode };
}
