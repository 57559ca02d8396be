import { open } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { GgufError, readGgufValues, type GgufValue } from '../../util/gguf/ggufReader';

/** What the beginning of a GGUF file says, as far as it was found there. */
export interface GgufFacts {
  readonly architecture?: string;
  readonly trainContextTokens?: number;
}

/** Bytes read: what is wanted stands in front of the vocabulary, as every converter writes it. */
const HEAD_BYTES = 65_536;

/** Reads the beginning of a file. One that is not there, or is no GGUF, says nothing. Never rejects. */
export async function readGgufFacts(path: string): Promise<GgufFacts> {
  // It would be looked for in whatever folder this process was started in.
  if (!isAbsolute(path)) return {};
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
export function parseGgufFacts(head: Uint8Array): GgufFacts {
  const found = new Map<string, GgufValue>();
  try {
    readGgufValues({ length: head.length, read: (at, count) => head.subarray(at, at + count) }, (key, value) => found.set(key, value));
  } catch (error) {
    // Ended in the midst of a value: what came before it counts.
    if (!(error instanceof GgufError)) throw error;
  }
  const architecture = found.get('general.architecture');
  if (architecture?.kind !== 'text') return {};
  const trained = found.get(`${architecture.value}.context_length`);
  const trainContextTokens = trained?.kind === 'number' ? trained.value : 0;
  return { architecture: architecture.value, ...(trainContextTokens > 0 ? { trainContextTokens } : {}) };
}
