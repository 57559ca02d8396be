import { broken, hashOfText, valueType, type GgufTensor, type GgufValue, type HashedTexts } from '../../../util/gguf/ggufReader';

type Metadata = ReadonlyMap<string, GgufValue>;

const TOKENS_KEY = 'tokenizer.ggml.tokens';

/** The tokens, with the names that llama.cpp gives to those that are empty or begin with a byte of 0. */
export const vocabularyTexts: HashedTexts = { key: TOKENS_KEY, nameEmpty: (index) => `[EMPTY_${index}]` };

/** Tokenizers that GGUFs without a vocabulary name. llama.cpp loads them, and aborts when it is given a text. */
const noVocabulary = new Set(['none', 'no_vocab']);
/** Tokenizers of byte pairs, which are nothing without their merges. */
const withMerges = new Set(['gpt2', 'gemma4']);

/**
 * Holds the vocabulary against itself and against the embedding. Ids of special tokens are not looked at: one that is out of range llama.cpp
 * logs and replaces by the default of the tokenizer's type.
 * @throws GgufError
 */
export function checkVocabulary(metadata: Metadata, tensors: readonly GgufTensor[]): void {
  const tokenizer = metadata.get('tokenizer.ggml.model');
  if (tokenizer === undefined) throw broken('vocabulary', 'tokenizer.ggml.model is missing');
  if (tokenizer.kind !== 'text') throw broken('vocabulary', 'tokenizer.ggml.model is no text');
  if (noVocabulary.has(tokenizer.value)) throw broken('vocabulary', 'it has none');
  const tokens = countOf(metadata, TOKENS_KEY, [valueType.string]);
  if (tokens === undefined) throw broken('vocabulary', `${TOKENS_KEY} is missing`);
  if (tokens === 0) throw broken('vocabulary', 'there are no tokens');
  checkTokens(metadata.get(TOKENS_KEY), byteNames[tokenizer.value]);
  checkLength(metadata, 'tokenizer.ggml.scores', [valueType.float32, valueType.int32], tokens);
  checkLength(metadata, 'tokenizer.ggml.token_type', [valueType.int32], tokens);
  const merges = countOf(metadata, 'tokenizer.ggml.merges', [valueType.string]);
  // One of the kind has another way.
  const pre = metadata.get('tokenizer.ggml.pre');
  const goesWithout = pre?.kind === 'text' && pre.value === 'kimi-k2';
  if (merges === undefined && withMerges.has(tokenizer.value) && !goesWithout) {
    throw broken('vocabulary', 'tokenizer.ggml.merges is missing');
  }
  checkEmbedding(tensors, tokens);
}

/** Of the array under a key; `undefined` without one. */
function countOf(metadata: Metadata, key: string, elementTypes: readonly number[]): number | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (value.kind !== 'array' || !elementTypes.includes(value.elementType)) throw broken('vocabulary', `${key} is of another type`);
  return value.count;
}

function checkLength(metadata: Metadata, key: string, elementTypes: readonly number[], tokens: number): void {
  const count = countOf(metadata, key, elementTypes);
  if (count !== undefined && count < tokens) throw broken('vocabulary', `${tokens} tokens, ${key} for ${count}`);
}

function checkEmbedding(tensors: readonly GgufTensor[], tokens: number): void {
  const rows = tensors.find(({ name }) => name === 'token_embd.weight')?.dimensions[1];
  if (rows !== undefined && rows !== tokens) throw broken('vocabulary', `${tokens} tokens, weights for ${rows}`);
}

/** How tokenizers that write what is in no token byte by byte may call the token of a byte. */
const byteNames: Readonly<Record<string, ((byte: number) => readonly string[]) | undefined>> = {
  llama: (byte) => [`<0x${hex(byte).toUpperCase()}>`, String.fromCharCode(byte)],
  // As Python's repr() writes bytes. Without one, llama.cpp goes round in circles.
  rwkv: (byte) => [String.fromCharCode(byte), `\\x${hex(byte)}`, ...(rwkvEscapes[byte] ?? [])],
};

const rwkvEscapes: Readonly<Record<number, readonly string[]>> = { 9: ['\\t'], 10: ['\\n'], 13: ['\\r'], 39: ["\\'"], 92: ['\\\\'] };

/**
 * llama.cpp aborts the process over a token that is there twice, and over a text with something in it that there is no token for.
 * @param namesOf the names that the token of a byte may have, where the tokenizer needs one for each
 */
function checkTokens(tokens: GgufValue | undefined, namesOf: ((byte: number) => readonly string[]) | undefined): void {
  if (tokens?.kind !== 'array' || tokens.hashes === undefined) return;
  const hashes = tokens.hashes.slice().sort();
  for (let index = 1; index < hashes.length; index++) {
    if (hashes[index] === hashes[index - 1]) throw broken('vocabulary', 'a token is there twice');
  }
  if (namesOf === undefined) return;
  const known = new Set(hashes);
  for (let byte = 0; byte < 256; byte++) {
    if (!namesOf(byte).some((name) => known.has(hashOfText(name)))) throw broken('vocabulary', `no token for the byte 0x${hex(byte)}`);
  }
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
