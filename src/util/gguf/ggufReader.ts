/**
 * The beginning of a GGUF file (ggml's docs/gguf.md): header, metadata and the directory of its tensors. The file is what somebody
 * downloaded and may hold anything: nothing is read that it does not have, and nothing is kept that it could make large.
 */

/** A file's bytes, in pieces. */
export interface ByteSource {
  readonly length: number;
  /** `count` bytes from `at` on, fewer at the end. They may be overwritten by the next call. */
  read(at: number, count: number): Uint8Array;
}

/** What stands where a GGUF should. */
export type NotGguf = 'empty' | 'webPage' | 'pointer' | 'other';

export type GgufFault =
  | { readonly kind: 'notGguf'; readonly found: NotGguf }
  /** A format that is no longer read, or not yet. */
  | { readonly kind: 'version'; readonly age: 'older' | 'newer' }
  /** The file ends in the midst of what it has announced. */
  | { readonly kind: 'ends' }
  | { readonly kind: 'metadata' | 'vocabulary' | 'tensors'; readonly detail: string };

export class GgufError extends Error {
  override readonly name = 'GgufError';
  constructor(readonly fault: GgufFault) {
    super('detail' in fault ? fault.detail : fault.kind);
  }
}

/** Value types, by their numbers in the format. */
export const valueType = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;

/** A value of the metadata. Of a long text its beginning is kept, character by byte; of an array hardly more than its length. */
export type GgufValue =
  | { readonly kind: 'number' | 'float'; readonly type: number; readonly value: number }
  | { readonly kind: 'bool'; readonly type: number; readonly value: boolean }
  | { readonly kind: 'text'; readonly type: number; readonly value: string }
  | {
      readonly kind: 'array';
      readonly type: number;
      readonly elementType: number;
      readonly count: number;
      /** Of a short one of whole numbers: a figure for each layer, say. */
      readonly numbers?: readonly number[];
      /** A hash of each text, as {@link HashedTexts} asks for them. */
      readonly hashes?: BigUint64Array;
    };

export interface GgufTensor {
  readonly name: string;
  /** The fastest dimension first. */
  readonly dimensions: readonly number[];
  readonly type: number;
  /** From the beginning of the data. */
  readonly offset: number;
}

export interface GgufHead {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly GgufTensor[];
  /** What every tensor's place is a multiple of. */
  readonly alignment: number;
  /** Where the tensors' data begins in the file. */
  readonly dataOffset: number;
}

/** Far above every file there is, and low enough that reading what a file claims takes neither long nor much memory. */
export const ggufLimits = {
  headBytes: 128 * 1024 * 1024,
  keys: 16_384,
  /** The format's own. */
  keyBytes: 65_535,
  elements: 2 * 1024 * 1024,
  tensors: 32_768,
  /** llama.cpp's own (GGML_MAX_NAME, GGML_MAX_DIMS). */
  tensorNameBytes: 63,
  dimensions: 4,
} as const;

/** As much of a text as is kept. */
const keptTextBytes = 256;
/** Of an array, as many numbers as are kept. */
const keptNumbers = 4096;
const windowBytes = 1024 * 1024;
const defaultAlignment = 32;
const formats = { oldest: 2, newest: 3 };

/** Texts whose hashes are wanted, to find those that are there twice. */
export interface HashedTexts {
  readonly key: string;
  /** The text that stands for the empty one at an index. */
  readonly nameEmpty: (index: number) => string;
}

/** @throws GgufError */
export function readGgufHead(source: ByteSource, hashed: HashedTexts): GgufHead {
  const metadata = new Map<string, GgufValue>();
  const reader = new Reader(source);
  const onValue = (key: string, value: GgufValue): void => {
    if (metadata.has(key)) throw broken('metadata', `${key} is there twice`);
    metadata.set(key, value);
  };
  const tensorCount = readValues(reader, onValue, hashed);
  const alignment = alignmentOf(metadata.get('general.alignment'));
  const tensors: GgufTensor[] = [];
  if (tensorCount > ggufLimits.tensors) throw broken('tensors', `${tensorCount} tensors`);
  while (tensors.length < tensorCount) tensors.push(readTensor(reader));
  return { metadata, tensors, alignment, dataOffset: alignUp(reader.at, alignment) };
}

/**
 * Hands each value of the metadata to `onValue` as it is read.
 * @returns how many tensors are announced
 * @throws GgufError
 */
export function readGgufValues(source: ByteSource, onValue: (key: string, value: GgufValue) => void): number {
  return readValues(new Reader(source), onValue);
}

export function alignUp(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

export function broken(part: 'metadata' | 'vocabulary' | 'tensors', detail: string): GgufError {
  return new GgufError({ kind: part, detail });
}

function readValues(reader: Reader, onValue: (key: string, value: GgufValue) => void, hashed?: HashedTexts): number {
  readMagic(reader);
  const tensorCount = reader.uint64();
  const count = reader.uint64();
  if (count > ggufLimits.keys) throw broken('metadata', `${count} keys`);
  for (let left = count; left > 0; left--) {
    const key = reader.text(ggufLimits.keyBytes, 'metadata');
    if (key === '') throw broken('metadata', 'a key without a name');
    onValue(key, readValue(reader, key, key === hashed?.key ? hashed : undefined));
  }
  return tensorCount;
}

function readMagic(reader: Reader): void {
  const start = reader.peek(64);
  if (!start.startsWith('GGUF')) throw otherFile(start);
  reader.skip(4);
  const version = reader.uint32();
  // Files for machines with the other byte order have the number's one byte in front.
  if (version === 0 || (version & 0xffff) === 0) throw broken('metadata', `version ${version}`);
  if (version < formats.oldest) throw new GgufError({ kind: 'version', age: 'older' });
  if (version > formats.newest) throw new GgufError({ kind: 'version', age: 'newer' });
}

/** The formats before GGUF, by their beginnings as they stand in the file. */
const olderFormats = /^(lmgg|fmgg|tjgg|algg|GGLA)/;

function otherFile(start: string): GgufError {
  if (olderFormats.test(start)) return new GgufError({ kind: 'version', age: 'older' });
  if (start === '') return new GgufError({ kind: 'notGguf', found: 'empty' });
  if ('GGUF'.startsWith(start)) return new GgufError({ kind: 'ends' });
  if (start.startsWith('version https://git-lfs')) return new GgufError({ kind: 'notGguf', found: 'pointer' });
  return new GgufError({ kind: 'notGguf', found: /^[\s\u00EF\u00BB\u00BF]*<[!?a-z]/i.test(start) ? 'webPage' : 'other' });
}

function readValue(reader: Reader, key: string, hashed: HashedTexts | undefined): GgufValue {
  const type = reader.uint32();
  switch (type) {
    case valueType.string:
      return { kind: 'text', type, value: reader.longText() };
    case valueType.array:
      return readArray(reader, key, hashed);
    default:
      return readScalar(reader, key, type);
  }
}

function readArray(reader: Reader, key: string, hashed: HashedTexts | undefined): GgufValue {
  const elementType = reader.uint32();
  const count = reader.uint64();
  const array = { kind: 'array', type: valueType.array, elementType, count } as const;
  const bytes = fixedBytes[elementType];
  // Arrays in arrays are in the format and in no file: llama.cpp refuses them.
  if (bytes === undefined && elementType !== valueType.string) throw broken('metadata', `${key} is an array of type ${elementType}`);
  if (count > ggufLimits.elements) throw broken('metadata', `${key} has ${count} elements`);
  if (bytes === undefined) return { ...array, ...(hashed ? { hashes: readHashes(reader, count, hashed) } : skipTexts(reader, count)) };
  if (count > keptNumbers || (elementType !== valueType.uint32 && elementType !== valueType.int32)) {
    reader.skip(count * bytes);
    return array;
  }
  return { ...array, numbers: Array.from({ length: count }, () => readInteger(reader.take(bytes), elementType)) };
}

function skipTexts(reader: Reader, count: number): object {
  for (let left = count; left > 0; left--) reader.skip(reader.uint64());
  return {};
}

function readHashes(reader: Reader, count: number, { nameEmpty }: HashedTexts): BigUint64Array {
  const hashes = new BigUint64Array(count);
  for (let index = 0; index < count; index++) {
    const hash = new Hash();
    reader.pieces(reader.uint64(), (piece) => {
      hash.add(piece);
    });
    hashes[index] = hash.isEmpty ? hashOfText(nameEmpty(index)) : hash.value;
  }
  return hashes;
}

/** The hash of a text of ASCII, as {@link GgufValue} has them. */
export function hashOfText(text: string): bigint {
  const hash = new Hash();
  hash.add(new DataView(Uint8Array.from(text, (character) => character.charCodeAt(0)).buffer));
  return hash.value;
}

/** FNV-1a twice, from two beginnings: 64 bits. A text ends at its first byte of 0, as in C. */
class Hash {
  isEmpty = true;
  private one = 0x811c9dc5;
  private other = 0x01000193;
  private ended = false;

  add(view: DataView): void {
    for (let at = 0; at < view.byteLength && !this.ended; at++) {
      const byte = view.getUint8(at);
      this.ended = byte === 0;
      if (this.ended) return;
      this.isEmpty = false;
      this.one = Math.imul(this.one ^ byte, 0x01000193);
      this.other = Math.imul(this.other ^ byte, 0x85ebca6b) ^ (this.other >>> 13);
    }
  }

  get value(): bigint {
    return (BigInt(this.one >>> 0) << 32n) | BigInt(this.other >>> 0);
  }
}

/** Sizes of the value types of fixed size, by their numbers; strings and arrays have none. */
const fixedBytes: readonly (number | undefined)[] = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8];

function readScalar(reader: Reader, key: string, type: number): GgufValue {
  const bytes = fixedBytes[type];
  if (bytes === undefined) throw broken('metadata', `${key} has the type ${type}`);
  const view = reader.take(bytes);
  switch (type) {
    case valueType.bool:
      return { kind: 'bool', type, value: view.getUint8(0) !== 0 };
    case valueType.float32:
      return { kind: 'float', type, value: view.getFloat32(0, true) };
    case 12:
      return { kind: 'float', type, value: view.getFloat64(0, true) };
    default:
      return { kind: 'number', type, value: readInteger(view, type) };
  }
}

function readInteger(view: DataView, type: number): number {
  switch (type) {
    case 0:
      return view.getUint8(0);
    case 1:
      return view.getInt8(0);
    case 2:
      return view.getUint16(0, true);
    case 3:
      return view.getInt16(0, true);
    case 4:
      return view.getUint32(0, true);
    case 5:
      return view.getInt32(0, true);
    case 10:
      return Number(view.getBigUint64(0, true));
    default:
      return Number(view.getBigInt64(0, true));
  }
}

function alignmentOf(value: GgufValue | undefined): number {
  if (value === undefined) return defaultAlignment;
  if (value.type !== valueType.uint32 || value.kind !== 'number') throw broken('metadata', 'general.alignment is no number');
  const { value: alignment } = value;
  // One bit: a power of two.
  if (alignment === 0 || (alignment & (alignment - 1)) !== 0) throw broken('metadata', `general.alignment is ${alignment}`);
  return alignment;
}

function readTensor(reader: Reader): GgufTensor {
  const name = reader.text(ggufLimits.tensorNameBytes, 'tensors');
  const count = reader.uint32();
  if (count > ggufLimits.dimensions) throw broken('tensors', `${name} has ${count} dimensions`);
  const dimensions = Array.from({ length: count }, () => reader.uint64());
  const elements = dimensions.reduce((product, size) => product * size, 1);
  if (elements > Number.MAX_SAFE_INTEGER) throw broken('tensors', `${name} has ${dimensions.join(' × ')} elements`);
  return { name, dimensions, type: reader.uint32(), offset: reader.uint64() };
}

/** Reads one value after the other, through a window on the file. */
class Reader {
  /** Where the next value begins. */
  at = 0;
  private view: DataView = new DataView(new ArrayBuffer(0));
  private viewAt = 0;

  constructor(private readonly source: ByteSource) {}

  /** The next bytes, as many as there are up to `count`, character by byte, without going on. */
  peek(count: number): string {
    return asText(this.source.read(0, count));
  }

  uint32(): number {
    return this.take(4).getUint32(0, true);
  }

  /** Beyond 2^53 not exact, and too large for whatever it is. */
  uint64(): number {
    return Number(this.take(8).getBigUint64(0, true));
  }

  text(mostBytes: number, part: 'metadata' | 'tensors'): string {
    const bytes = this.uint64();
    if (bytes > mostBytes) throw broken(part, `a name of ${bytes} bytes`);
    return this.characters(bytes);
  }

  longText(): string {
    const bytes = this.uint64();
    const end = this.at + bytes;
    this.check(bytes);
    const text = this.characters(Math.min(bytes, keptTextBytes));
    this.at = end;
    return text;
  }

  skip(bytes: number): void {
    this.check(bytes);
    this.at += bytes;
  }

  take(bytes: number): DataView {
    this.check(bytes);
    const from = this.at - this.viewAt;
    if (from < 0 || from + bytes > this.view.byteLength) this.fill(bytes);
    const view = new DataView(this.view.buffer, this.view.byteOffset + this.at - this.viewAt, bytes);
    this.at += bytes;
    return view;
  }

  /** Hands on so many bytes piece by piece: a long text is never whole in memory. */
  pieces(bytes: number, onPiece: (piece: DataView) => void): void {
    this.check(bytes);
    for (let left = bytes; left > 0; left -= windowBytes) onPiece(this.take(Math.min(left, windowBytes)));
  }

  private characters(bytes: number): string {
    const { buffer, byteOffset } = this.take(bytes);
    return asText(new Uint8Array(buffer, byteOffset, bytes));
  }

  private fill(bytes: number): void {
    const { buffer, byteOffset, byteLength } = this.source.read(this.at, Math.max(bytes, windowBytes));
    if (byteLength < bytes) throw new GgufError({ kind: 'ends' });
    this.view = new DataView(buffer, byteOffset, byteLength);
    this.viewAt = this.at;
  }

  private check(bytes: number): void {
    const end = this.at + bytes;
    if (end > ggufLimits.headBytes) throw broken('metadata', `a header of ${end} bytes`);
    if (end > this.source.length) throw new GgufError({ kind: 'ends' });
  }
}

function asText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
