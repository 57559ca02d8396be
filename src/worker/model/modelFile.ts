import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { GgufFileInfo } from 'node-llama-cpp';
import { EngineFailure, firstLine, messageOf } from './loadErrors';
import { checkGguf } from './gguf/checkGguf';
import type { Library } from './llamaLibrary';

/** What a GGUF file says of itself. */
export interface ExaminedFile {
  readonly info: GgufFileInfo;
  /** The path that the library is given: the first part where the model has several. */
  readonly path: string;
  /** Of all parts together. */
  readonly bytes: number;
  /** Names the content of all parts; see {@link hashParts}. */
  readonly fingerprint: string;
  readonly architecture: string;
  /** `general.name`; empty where the file has none. */
  readonly name: string;
}

/** Bytes of the file's beginning that go into its fingerprint whole: metadata and vocabulary lie there. */
const headBytes = 4 * 1024 * 1024;
/** Pieces of the rest, spread evenly. Training changes every tensor, so two models of one shape and name differ in nearly all of them. */
const pieces = 512;
const pieceBytes = 4096;

/**
 * Reads a model's header.
 * @param anyPart the path of its file, or of any part of it
 * @throws EngineFailure when a file is not there or is no sound GGUF
 */
export async function examineFile({ readGgufFileInfo }: Library, anyPart: string): Promise<ExaminedFile> {
  const parts = checkGguf(anyPart);
  const [path = anyPart] = parts;
  const { bytes, fingerprint } = await hashParts(parts);
  try {
    const info = await readGgufFileInfo(path, { sourceType: 'filesystem', logWarnings: false });
    const { architecture, name } = generalOf(info);
    return {
      info,
      path,
      bytes,
      fingerprint,
      architecture: typeof architecture === 'string' ? architecture : 'unknown',
      name: typeof name === 'string' ? name.trim() : '',
    };
  } catch (error) {
    throw new EngineFailure({ kind: 'modelBroken', path, detail: firstLine(messageOf(error)) });
  }
}

/**
 * Reads the sizes and the fingerprint of a model. That of one file is the hash of its pieces; that of several is the hash of theirs, so that
 * another second part makes another model.
 */
async function hashParts(parts: readonly string[]): Promise<{ readonly bytes: number; readonly fingerprint: string }> {
  let bytes = 0;
  const hashes: string[] = [];
  for (const path of parts) {
    try {
      const file = await open(path, 'r');
      try {
        const { size } = await file.stat();
        bytes += size;
        hashes.push(await fingerprintOf(file, size));
      } finally {
        await file.close();
      }
    } catch {
      throw new EngineFailure({ kind: 'modelNotFound', path });
    }
  }
  const [only = ''] = hashes;
  const fingerprint = hashes.length === 1 ? only : createHash('sha256').update(hashes.join()).digest('hex').slice(0, 32);
  return { bytes, fingerprint };
}

/**
 * SHA-256 over the size, the beginning, and pieces of the rest. Reading all of it would take longer than loading: 3.8 GB are 3 s of
 * hashing. Half of the hash, in hexadecimal.
 */
async function fingerprintOf(file: FileHandle, bytes: number): Promise<string> {
  const hash = createHash('sha256').update(String(bytes));
  const head = Buffer.alloc(Math.min(bytes, headBytes));
  await file.read(head, 0, head.length, 0);
  hash.update(head);
  const piece = Buffer.alloc(pieceBytes);
  const rest = bytes - headBytes - pieceBytes;
  for (let index = 0; rest > 0 && index <= pieces; index++) {
    const { bytesRead } = await file.read(piece, 0, pieceBytes, headBytes + Math.floor((rest * index) / pieces));
    hash.update(piece.subarray(0, bytesRead));
  }
  return hash.digest('hex').slice(0, 32);
}

/** The library's types promise a `general` section with what belongs in it; the file is what somebody downloaded. */
function generalOf(info: GgufFileInfo): { readonly architecture?: unknown; readonly name?: unknown } {
  return (info.metadata as { readonly general?: { readonly architecture?: unknown; readonly name?: unknown } }).general ?? {};
}
