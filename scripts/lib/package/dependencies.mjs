import path from 'node:path';
import { locked, readJson } from '../cache.mjs';
import { cleanEnv, run } from '../exec.mjs';
import { root } from '../paths.mjs';
import { step } from '../progress.mjs';

/** @typedef {{version?: string, optional?: boolean, devOptional?: boolean}} LockEntry */

/**
 * @param {string} file
 * @returns {Promise<Record<string, LockEntry> | undefined>}
 */
async function lockEntries(file) {
  try {
    return /** @type {{packages: Record<string, LockEntry>}} */ (await readJson(path.join(root, file))).packages;
  } catch {
    return undefined;
  }
}

/**
 * Whether node_modules is what package-lock.json says, by npm's own record of what it installed. Packages for other platforms may miss.
 * @returns {Promise<boolean>}
 */
export async function dependenciesCurrent() {
  const wanted = await lockEntries('package-lock.json');
  const installed = await lockEntries('node_modules/.package-lock.json');
  if (wanted === undefined) throw new Error('package-lock.json cannot be read.');
  if (installed === undefined) return false;
  return Object.entries(wanted).every(([key, entry]) => {
    if (!key.startsWith('node_modules/')) return true;
    const have = installed[key];
    return have === undefined ? entry.optional === true || entry.devOptional === true : have.version === entry.version;
  });
}

/** `npm ci`, only when needed. */
export async function ensureDependencies() {
  if (await dependenciesCurrent()) return;
  await locked('npm-ci', async () => {
    if (await dependenciesCurrent()) return;
    await step('Installing dependencies', async () => {
      // The prebuilt binaries come as packages: nothing may be compiled or fetched behind npm's back.
      const env = cleanEnv({ NODE_LLAMA_CPP_POSTINSTALL: 'skip' });
      await run('npm', ['ci', '--no-audit', '--no-fund', '--include=optional'], { cwd: root, env, timeoutMs: 900_000 });
    });
  });
}
