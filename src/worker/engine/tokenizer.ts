import type { LlamaModel, Token } from 'node-llama-cpp';
import type { FimTokens, PromptTokenizer } from '../../prompt/types';
import { Vocabulary } from './vocabulary';

/** A loaded model's tokenizer as prompts see it. */
export function promptTokenizer(model: LlamaModel, fingerprint: string): PromptTokenizer {
  return {
    fingerprint,
    bos: model.tokens.shouldPrependBosToken ? (model.tokens.bos ?? undefined) : undefined,
    eos: model.tokens.eos ?? undefined,
    encode: (text) => model.tokenize(text, false),
    encodeTemplate: (text) => model.tokenize(text, true),
    encodeInside: (text) => encodeInside(model, text),
    fim: fimTokens(model),
  };
}

/** A loaded model's tokens by their texts. */
export function vocabularyOf(model: LlamaModel): Vocabulary {
  // Behind another token, as the library takes the leading space of a text's first one away.
  const before = model.tokenize('a', false).slice(-1);
  return new Vocabulary(
    () => [...model.iterateAllTokens()],
    (token) => model.detokenize([token as Token], false, before),
  );
}

/**
 * Has a smiley stand before the text and cuts it off again, as codellama's tokenizer does (`encode_infilling` in llama/tokenizer.py). The
 * library's `trimLeadingSpace` leaves the space before a text that begins with a line's end.
 */
function encodeInside(model: LlamaModel, text: string): readonly number[] {
  const stand = model.tokenize(smiley, false);
  const tokens = model.tokenize(smiley + text, false);
  // A vocabulary that joins the two has no space of its own to leave out.
  return stand.every((token, index) => tokens[index] === token) ? tokens.slice(stand.length) : model.tokenize(text, false);
}

const smiley = '\u263A';

/** The ids for filling in, where the GGUF has all three; a model's name says nothing. */
function fimTokens({ tokens: { infill } }: LlamaModel): FimTokens | undefined {
  const { prefix, suffix, middle, prefixString } = infill;
  if (prefix === null || suffix === null || middle === null) return undefined;
  return { prefix, suffix, middle, order: suffixFirst.test(prefixString ?? '') ? 'suffixFirst' : 'prefixFirst' };
}

/**
 * How Code Llama and the StarCoder family, Granite with it, write the mark of the prefix. Both were trained with either order; those that
 * write it otherwise, such as Qwen-Coder and DeepSeek-Coder, publish the prefix first alone.
 */
const suffixFirst = /^[\s\u2581]*<(PRE|fim[_-]prefix)>$/u;
