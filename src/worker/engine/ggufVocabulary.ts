import { broken, hashOfText, valueType, type GgufTensor, type GgufValue } from '../../base/gguf';

type Metadata = ReadonlyMap<string, GgufValue>;

export const tokensKey = 'tokenizer.ggml.tokens';

/** Tokenizers that GGUFs without a vocabulary name. */
const noVocabulary = new Set(['none', 'no_vocab']);
/** Tokenizers of byte pairs, which are nothing without their merges. */
const withMerges = new Set(['gpt2', 'gemma4']);

/**
 * Holds the vocabulary against itself and against the embedding.
 * @throws GgufError
 */
export function checkVocabulary(metadata: Metadata, tensors: readonly GgufTensor[]): void {
  const tokenizer = metadata.get('tokenizer.ggml.model');
  if (tokenizer === undefined) throw broken('vocabulary', 'tokenizer.ggml.model is missing');
  if (tokenizer.kind !== 'text') throw broken('vocabulary', 'tokenizer.ggml.model is no text');
  if (noVocabulary.has(tokenizer.value)) return;
  const tokens = countOf(metadata, tokensKey, [valueType.string]);
  if (tokens === undefined) throw broken('vocabulary', `${tokensKey} is missing`);
  if (tokens === 0) throw broken('vocabulary', 'there are no tokens');
  checkTokens(metadata.get(tokensKey), tokenizer.value === 'llama');
  checkLength(metadata, 'tokenizer.ggml.scores', [valueType.float32, valueType.int32], tokens);
  checkLength(metadata, 'tokenizer.ggml.token_type', [valueType.int32, valueType.uint32], tokens);
  const merges = countOf(metadata, 'tokenizer.ggml.merges', [valueType.string]);
  // One of the kind has another way.
  const pre = metadata.get('tokenizer.ggml.pre');
  const goesWithout = pre?.kind === 'text' && pre.value === 'kimi-k2';
  if (merges === undefined && withMerges.has(tokenizer.value) && !goesWithout) {
    throw broken('vocabulary', 'tokenizer.ggml.merges is missing');
  }
  checkEmbedding(tensors, tokens);
  for (const key of ['tokenizer.ggml.bos_token_id', 'tokenizer.ggml.eos_token_id']) checkId(metadata, key, tokens);
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

/** Those by which text begins and ends; what else is out of range, llama.cpp does without. */
function checkId(metadata: Metadata, key: string, tokens: number): void {
  const value = metadata.get(key);
  if (value === undefined) return;
  if (value.kind !== 'number') throw broken('vocabulary', `${key} is no number`);
  if (value.value < 0 || value.value >= tokens) throw broken('vocabulary', `${key} is ${value.value} of ${tokens} tokens`);
}

/**
 * llama.cpp aborts the process over a token that is there twice, and over a text with something in it that there is no token for.
 * @param wantsBytes whether the tokenizer writes what is in no token byte by byte
 */
function checkTokens(tokens: GgufValue | undefined, wantsBytes: boolean): void {
  if (tokens?.kind !== 'array' || tokens.hashes === undefined) return;
  const hashes = tokens.hashes.slice().sort();
  for (let index = 1; index < hashes.length; index++) {
    if (hashes[index] === hashes[index - 1]) throw broken('vocabulary', 'a token is there twice');
  }
  if (!wantsBytes) return;
  const missing = new Map(Array.from({ length: 256 }, (_, byte) => [hashOfText(nameOfByte(byte)), byte]));
  for (const hash of hashes) missing.delete(hash);
  if (missing.size === 0) return;
  const known = new Set(hashes);
  for (const byte of missing.values()) {
    if (!known.has(hashOfText(String.fromCharCode(byte)))) throw broken('vocabulary', `no token for the byte ${nameOfByte(byte)}`);
  }
}

function nameOfByte(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
