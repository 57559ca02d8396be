import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

/** Deeper than any store lays files, and more than anybody keeps: a folder that turns out to be something else is not walked for ever. */
const MAX_DEPTH = 7;
const MAX_ENTRIES = 5000;

/** Every file and link to a file below a folder, breadth first, within limits. Links to folders are followed, each folder once. */
export async function* filesBelow(folder: string): AsyncGenerator<string, void, undefined> {
  const folders = [{ at: folder, depth: 0 }];
  const visited = new Set<string>();
  let entries = 0;
  for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
    const { at, depth } = next;
    const real = await realpath(at).catch(() => at);
    if (visited.has(real)) continue;
    visited.add(real);
    for (const entry of await readdir(at, { withFileTypes: true }).catch(() => [])) {
      if (++entries > MAX_ENTRIES) return;
      const file = path.join(at, entry.name);
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await isDirectory(file)));
      if (!isFolder) yield file;
      else if (depth < MAX_DEPTH) folders.push({ at: file, depth: depth + 1 });
    }
  }
}

async function isDirectory(file: string): Promise<boolean> {
  return stat(file).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}
