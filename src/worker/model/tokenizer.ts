import type { LlamaModel, Token } from 'node-llama-cpp';
import type { FimTokens, PromptTokenizer } from '../../prompt/promptTypes';
import { createDetokenizer, hasBpeVocabulary } from './detokenizer';
import { encodePlain, findMarkup } from './plainEncoding';
import { Vocabulary } from './vocabulary';

/** A loaded model's tokenizer as prompts see it. */
export function promptTokenizer(model: LlamaModel, fingerprint: string): PromptTokenizer {
  const markup = findMarkup(model);
  const encode = (text: string): readonly number[] => model.tokenize(text, false);
  const encodeRest = (text: string): readonly number[] => encodeInside(model, text);
  return {
    fingerprint,
    bos: model.tokens.shouldPrependBosToken ? (model.tokens.bos ?? undefined) : undefined,
    eos: model.tokens.eos ?? undefined,
    encode: (text) => encodePlain(text, markup, encode, encodeRest),
    encodeTemplate: (text) => model.tokenize(text, true),
    encodeInside: (text) => encodePlain(text, markup, encodeRest, encodeRest),
    fim: fimTokens(model),
  };
}

/** A loaded model's tokens by their texts. */
export function vocabularyOf(model: LlamaModel): Vocabulary {
  return new Vocabulary(() => {
    const all = [...model.iterateAllTokens()];
    if (hasBpeVocabulary(model)) return readPieces(model, all);
    // Behind another one, as the library takes the leading space of a text's first one away.
    const before = model.tokenize('a', false).slice(-1);
    const readAlone = (token: Token): string => model.detokenize([token], false, before);
    return readTogether(model, all, readAlone) ?? new Map(all.map((token) => [token, readAlone(token)]));
  });
}

function readPieces(model: LlamaModel, all: readonly Token[]): Map<number, string> {
  const detokenize = createDetokenizer(model);
  return new Map(all.map((token) => [token, detokenize([token], [])]));
}

/**
 * The texts of many tokens from one call, in a quarter of the time: a mark stands between them. `undefined` where the model has no mark, or
 * one that is not told from the texts.
 */
function readTogether(model: LlamaModel, all: readonly Token[], readAlone: (token: Token) => string): Map<number, string> | undefined {
  const mark = model.tokens.eos ?? model.tokens.bos;
  const markText = mark === null ? '' : model.detokenize([mark], true);
  if (mark === null || markText === '') return undefined;
  const others = all.filter((token) => token !== mark);
  const parts = model.detokenize([mark, ...others.flatMap((token) => [token, mark])], true).split(markText);
  // Before the first mark and behind the last there is nothing.
  if (parts.length !== others.length + 2) return undefined;
  const texts = new Map<number, string>([[mark, '']]);
  for (const [index, token] of others.entries()) {
    const text = parts[index + 1] ?? '';
    // Tokens that are no text are written like this where all are to be seen.
    texts.set(token, special.test(text) ? readAlone(token) : text);
  }
  return texts;
}

const special = /^\s*[<[].*[>\]]\s*$/su;

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
