/** How large a package comes out, without packing it. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { contents } from './stage.mjs';

const deflate = promisify(deflateRaw);

/** A zip's two headers for a file and what stands behind its data; the name is in both. */
const HEADERS_BYTES = 30 + 46 + 16;
/** As many as zlib works on at once; the largest file is held whole. */
const AT_ONCE = 4;

/** @type {Map<string, Promise<number>>} by the file itself: targets share most of theirs by links */
const known = new Map();

/** @param {string} file */
async function deflatedBytes(file) {
  const { dev, ino } = await stat(file);
  const key = `${String(dev)}:${String(ino)}`;
  const bytes = known.get(key) ?? readFile(file).then(async (data) => (await deflate(data)).length);
  known.set(key, bytes);
  return bytes;
}

/**
 * The .vsix in bytes, as vsce compresses: each file on its own, with zlib's default level. Within a thousandth of what vsce makes.
 * @param {string} stage
 * @param {readonly string[]} files of it
 */
export async function packedBytes(stage, files) {
  const pending = [...files];
  const lane = async () => {
    let bytes = 0;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      bytes += HEADERS_BYTES + 2 * `extension/${name}`.length;
      bytes += await deflatedBytes(path.join(stage, name));
    }
    return bytes;
  };
  return (await Promise.all(Array.from({ length: AT_ONCE }, lane))).reduce((a, b) => a + b, 0);
}

/**
 * @param {string} target
 * @param {number} bytes of its .vsix
 * @throws Error when that is more than its budget
 */
export async function checkBudget(target, bytes) {
  const most = (await contents()).targets[target]?.packageBytes ?? 0;
  if (bytes > most)
    throw new Error(
      `The package for ${target} has ${megabytes(bytes)}, its budget in scripts/package-contents.json is ${megabytes(most)}. Find what it gained.`,
    );
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
