import { open } from 'node:fs/promises';

/** What the beginning of a GGUF file says, as far as it was found there. */
export interface GgufFacts {
  readonly architecture?: string;
  readonly trainContextTokens?: number;
}

/** Bytes read: what is wanted stands in front of the vocabulary, as every converter writes it. */
const HEAD_BYTES = 65_536;

const MAGIC = 'GGUF';

/** Sizes of the value types of fixed size, by their numbers in the format (ggml's docs/gguf.md). */
const FIXED_BYTES: readonly (number | undefined)[] = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8];
const TYPE = { uint32: 4, string: 8, array: 9, uint64: 10 } as const;

/** Reads the beginning of a file. One that is not there, or is no GGUF, says nothing. Never rejects. */
export async function readGgufFacts(path: string): Promise<GgufFacts> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return parseGgufFacts(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch {
    return {};
  }
}

/** What `head`, the beginning of a file, says. It may end anywhere and hold anything. */
export function parseGgufFacts(head: Buffer): GgufFacts {
  const found = new Map<string, string | number>();
  try {
    readMetadata(new Reader(head), found);
  } catch {
    // Ended in the midst of a value: what came before it counts.
  }
  const architecture = found.get('general.architecture');
  if (typeof architecture !== 'string') return {};
  const trained = found.get(`${architecture}.context_length`);
  return { architecture, ...(typeof trained === 'number' && trained > 0 ? { trainContextTokens: trained } : {}) };
}

function readMetadata(reader: Reader, found: Map<string, string | number>): void {
  if (reader.bytes(4).toString('latin1') !== MAGIC) return;
  reader.uint32();
  reader.uint64();
  for (let left = reader.uint64(); left > 0; left--) {
    const key = reader.string();
    const value = reader.value(reader.uint32());
    if (value !== undefined) found.set(key, value);
  }
}

/** Reads a GGUF file's values one after the other. Throws where there are none left. */
class Reader {
  private at = 0;

  constructor(private readonly buffer: Buffer) {}

  bytes(count: number): Buffer {
    if (count > this.buffer.length - this.at) throw new RangeError('the head ends here');
    this.at += count;
    return this.buffer.subarray(this.at - count, this.at);
  }

  uint32(): number {
    return this.bytes(4).readUInt32LE();
  }

  uint64(): number {
    return Number(this.bytes(8).readBigUInt64LE());
  }

  string(): string {
    return this.bytes(this.uint64()).toString('utf8');
  }

  /** A value of a type by its number: a text, or a number without a sign. `undefined` for any other, which is read past. */
  value(type: number): string | number | undefined {
    if (type === TYPE.string) return this.string();
    if (type === TYPE.uint32) return this.uint32();
    if (type === TYPE.uint64) return this.uint64();
    if (type === TYPE.array) this.array();
    else this.bytes(fixedBytes(type));
    return undefined;
  }

  private array(): void {
    const type = this.uint32();
    const count = this.uint64();
    const size = FIXED_BYTES[type];
    if (size === undefined) for (let left = count; left > 0; left--) this.value(type);
    else this.bytes(count * size);
  }
}

function fixedBytes(type: number): number {
  const size = FIXED_BYTES[type];
  if (size === undefined) throw new RangeError(`no type ${type}`);
  return size;
}
