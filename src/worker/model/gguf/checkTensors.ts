import { alignUp, broken, GgufError, type GgufHead, type GgufTensor } from '../../../util/gguf/ggufReader';

/** Elements and bytes of one block of a tensor type, by its number in ggml.h. What is not here, llama.cpp knows or refuses. */
const blocks: Readonly<Record<number, readonly [elements: number, bytes: number]>> = {
  0: [1, 4], // F32
  1: [1, 2], // F16
  2: [32, 18], // Q4_0
  3: [32, 20], // Q4_1
  6: [32, 22], // Q5_0
  7: [32, 24], // Q5_1
  8: [32, 34], // Q8_0
  9: [32, 36], // Q8_1
  10: [256, 84], // Q2_K
  11: [256, 110], // Q3_K
  12: [256, 144], // Q4_K
  13: [256, 176], // Q5_K
  14: [256, 210], // Q6_K
  15: [256, 292], // Q8_K
  16: [256, 66], // IQ2_XXS
  17: [256, 74], // IQ2_XS
  18: [256, 98], // IQ3_XXS
  19: [256, 50], // IQ1_S
  20: [32, 18], // IQ4_NL
  21: [256, 110], // IQ3_S
  22: [256, 82], // IQ2_S
  23: [256, 136], // IQ4_XS
  24: [1, 1], // I8
  25: [1, 2], // I16
  26: [1, 4], // I32
  27: [1, 8], // I64
  28: [1, 8], // F64
  29: [256, 56], // IQ1_M
  30: [1, 2], // BF16
  34: [256, 54], // TQ1_0
  35: [256, 66], // TQ2_0
  39: [32, 17], // MXFP4
  40: [64, 36], // NVFP4
  41: [128, 18], // Q1_0
  42: [64, 18], // Q2_0
};

/** Types that were given up: Q4_2, Q4_3, and weights repacked in the file for one kind of processor. */
const formerTypes = new Set([4, 5, 31, 32, 33, 36, 37, 38]);
/** There are some forty; what is beyond is no type of a later version but a damaged number. */
const mostTypes = 256;

/** Types of intermediate results and of tables: Q8_1, Q8_K, whole numbers and F64. llama.cpp reads outside its memory when it multiplies by them. */
const notForWeights = new Set([9, 15, 24, 25, 26, 27, 28]);
const F32 = 0;
const MATRIX = /(?:^|\.)(?:token_embd|output|attn_(?:q|k|v|qkv|output)|ffn_(?:gate|up|down)(?:_exps)?)\.weight$/;
const NORM = /norm\.weight$|\.bias$/;

/**
 * Holds the types of weights against what llama.cpp calculates with on a processor, where it aborts or worse over others.
 * @throws GgufError
 */
export function checkWeights(tensors: readonly GgufTensor[]): void {
  for (const { name, type, dimensions } of tensors) {
    const isWrong = MATRIX.test(name) ? notForWeights.has(type) : NORM.test(name) && dimensions.length === 1 && type !== F32;
    if (isWrong) throw broken('tensors', `${name} has the type ${type}`);
  }
}

interface Placed {
  readonly name: string;
  readonly offset: number;
  readonly end: number;
}

/**
 * Holds the directory of one file's tensors against its length: their types and shapes, and that each has a place of its own.
 * @param fileBytes length of the file
 * @returns the bytes that the file should have; more than `fileBytes` where it is sound as far as it goes, and incomplete
 * @throws GgufError
 */
export function checkTensors({ tensors, alignment, dataOffset }: GgufHead, fileBytes: number): number {
  const names = new Set<string>();
  const placed: Placed[] = [];
  for (const tensor of tensors) {
    if (names.has(tensor.name)) throw broken('tensors', `${tensor.name} is there twice`);
    names.add(tensor.name);
    if (tensor.offset % alignment !== 0) throw broken('tensors', `${tensor.name} is out of line`);
    const bytes = countTensorBytes(tensor);
    if (bytes !== undefined) placed.push({ name: tensor.name, offset: tensor.offset, end: tensor.offset + bytes });
  }
  placed.sort((one, other) => one.offset - other.offset || one.end - other.end);
  const isClosed = placed.length === tensors.length && checkPlaces(placed, alignment);
  const last = placed.reduce<Placed | undefined>((latest, place) => (latest && latest.end >= place.end ? latest : place), undefined);
  const neededBytes = last === undefined ? dataOffset : dataOffset + last.end;
  // Where there are holes, it is rather a place that is wrong than an end that is missing.
  if (neededBytes > fileBytes && !isClosed) throw broken('tensors', `${last?.name ?? ''} lies outside the file`);
  return neededBytes;
}

/** @returns whether they lie one behind the other, without holes */
function checkPlaces(placed: readonly Placed[], alignment: number): boolean {
  let end = 0;
  let isClosed = true;
  let before = '';
  for (const place of placed) {
    if (place.offset < end) throw broken('tensors', `${before} and ${place.name} overlap`);
    isClosed &&= place.offset === alignUp(end, alignment);
    ({ end, name: before } = place);
  }
  return isClosed;
}

/** `undefined` for a type that is not known here. */
export function countTensorBytes({ name, type, dimensions }: Pick<GgufTensor, 'name' | 'type' | 'dimensions'>): number | undefined {
  if (formerTypes.has(type)) throw new GgufError({ kind: 'version', age: 'older' });
  if (type >= mostTypes) throw broken('tensors', `${name} has the type ${type}`);
  const block = blocks[type];
  if (block === undefined) return undefined;
  const [elements, bytes] = block;
  const row = dimensions[0] ?? 1;
  if (row % elements !== 0) throw broken('tensors', `${name} has rows of ${row} weights in blocks of ${elements}`);
  return (dimensions.reduce((product, size) => product * size, 1) / elements) * bytes;
}
