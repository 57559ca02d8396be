import { access, mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheRoot } from './paths.mjs';

const READY = '.ready';
const LOCK_MAX_AGE_MS = 30 * 60_000;

/** @param {string} file */
export async function exists(file) {
  return access(file).then(
    () => true,
    () => false,
  );
}

/**
 * @param {string} file
 * @returns {Promise<unknown>}
 */
export async function readJson(file) {
  /** @type {unknown} */
  const value = JSON.parse(await readFile(file, 'utf8'));
  return value;
}

/** @param {string} key */
export const isCached = (key) => exists(path.join(cacheRoot(), key, READY));

/**
 * A folder of the cache, made once. The work goes on in a folder beside it that takes the name only when complete, so a run that is
 * killed leaves nothing that a later one would take for whole.
 * @param {string} key name with version, e.g. `code-server-4.139.1`
 * @param {(folder: string) => Promise<void>} install
 * @returns {Promise<string>} the folder
 */
export async function cached(key, install) {
  const folder = path.join(cacheRoot(), key);
  if (await isCached(key)) return folder;
  await locked(key, async () => {
    if (await isCached(key)) return;
    await removeLeftovers(key);
    const work = `${folder}.tmp-${String(process.pid)}`;
    await mkdir(work, { recursive: true });
    await install(work);
    await writeFile(path.join(work, READY), '');
    await rm(folder, { recursive: true, force: true });
    await rename(work, folder);
  });
  return folder;
}

/** @param {string} key */
async function removeLeftovers(key) {
  for (const name of await readdir(cacheRoot())) {
    if (name.startsWith(`${key}.tmp-`)) await rm(path.join(cacheRoot(), name), { recursive: true, force: true });
  }
}

/**
 * Runs work that no other Paddock script on this machine may do at the same time.
 * @template T
 * @param {string} key
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function locked(key, work) {
  const lock = path.join(cacheRoot(), `${key}.lock`);
  await mkdir(path.dirname(lock), { recursive: true });
  while (!(await acquire(lock))) await sleep(500);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** @param {string} lock */
async function acquire(lock) {
  try {
    const handle = await open(lock, 'wx');
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    if (await isStale(lock)) await rm(lock, { force: true });
    return false;
  }
}

/**
 * A lock outlives its owner when that was killed.
 * @param {string} lock
 */
async function isStale(lock) {
  const age = await stat(lock).then(
    (s) => Date.now() - s.mtimeMs,
    () => 0,
  );
  const pid = Number(await readFile(lock, 'utf8').catch(() => ''));
  if (age < 2_000) return false;
  if (age > LOCK_MAX_AGE_MS || !pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
