import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { GgufFileInfo } from 'node-llama-cpp';
import { EngineFailure, firstLine, messageOf } from './failures';
import { checkGguf } from './ggufCheck';
import type { Library } from './version';

/** What a GGUF file says of itself. */
export interface ExaminedFile {
  readonly info: GgufFileInfo;
  readonly bytes: number;
  /** Names the file's content; see {@link fingerprintOf}. */
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
 * Reads a file's header.
 * @throws EngineFailure when the file is not there or is no sound GGUF
 */
export async function examineFile({ readGgufFileInfo }: Library, path: string): Promise<ExaminedFile> {
  checkGguf(path);
  let bytes: number;
  let fingerprint: string;
  try {
    const file = await open(path, 'r');
    try {
      bytes = (await file.stat()).size;
      fingerprint = await fingerprintOf(file, bytes);
    } finally {
      await file.close();
    }
  } catch {
    throw new EngineFailure({ kind: 'modelNotFound', path });
  }
  try {
    const info = await readGgufFileInfo(path, { sourceType: 'filesystem', logWarnings: false });
    const { architecture, name } = generalOf(info);
    return {
      info,
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
