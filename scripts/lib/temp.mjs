import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** @type {Set<string>} */
const folders = new Set();

/**
 * A temporary folder that is gone when this process is, at the latest.
 * @param {string} prefix
 * @returns {Promise<string>}
 */
export async function tempFolder(prefix) {
  if (folders.size === 0) {
    process.once('exit', removeAll);
    // Without a handler a signal ends the process before `exit` is told.
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.once(signal, () => process.exit(130));
  }
  const folder = await mkdtemp(path.join(os.tmpdir(), prefix));
  folders.add(folder);
  return folder;
}

function removeAll() {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
