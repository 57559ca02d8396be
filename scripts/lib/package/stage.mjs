/** The folder a package is made of: what is in it, and nothing else. */
import { constants, copyFile, cp, link, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cached, readJson } from '../cache.mjs';
import { cleanEnv, tryRun } from '../exec.mjs';
import { linkModel } from '../models/model.mjs';
import { out, root } from '../paths.mjs';
import { step } from '../progress.mjs';

/**
 * @typedef {object} Contents scripts/package-contents.json
 * @property {Record<string, {binaries: string[], packageBytes: number}>} targets the packages of prebuilt binaries a target carries, and
 *   how large its .vsix may be
 * @property {string} rehearsalVersion of the binaries: the newest that the registry has for every target
 * @property {string[]} buildOnlyDependencies
 * @property {string[]} files patterns
 */
/** @typedef {{version?: string, dependencies?: Record<string, string>}} Locked */

/** @returns {Promise<Contents>} */
export async function contents() {
  return /** @type {Contents} */ (await readJson(path.join(root, 'scripts', 'package-contents.json')));
}

/** @returns {Promise<Record<string, Locked>>} */
async function lockedPackages() {
  const lock = /** @type {{packages: Record<string, Locked>}} */ (await readJson(path.join(root, 'package-lock.json')));
  return lock.packages;
}

/** The version of node-llama-cpp, and so of the binaries it takes. */
export async function lockedVersion() {
  return (await lockedPackages())['node_modules/node-llama-cpp']?.version ?? '';
}

/** The package target of this machine. */
export function hostTarget() {
  return `${process.platform}-${process.arch}`;
}

/**
 * @param {string} target
 * @returns {Promise<(file: string) => boolean>} whether a file, named from the package's root with `/`, belongs into it
 */
export async function allowList(target) {
  const { targets, files } = await contents();
  const allowed = files.map((pattern) => new RegExp(`^${pattern}$`, 'i'));
  const binary = /^dist\/node_modules\/@node-llama-cpp\/([^/]+)\//;
  return (file) => {
    const name = binary.exec(file)?.[1];
    if (name !== undefined && !targets[target]?.binaries.includes(name)) return false;
    return allowed.some((pattern) => pattern.test(file));
  };
}

/**
 * Packages that the worker's bundle leaves outside, as they find files of their own from where they are: node-llama-cpp its binaries,
 * tree-sitter its grammars. ipull is in the package anyway, as node-llama-cpp needs it.
 */
export const workerPackages = ['node-llama-cpp', '@vscode/tree-sitter-wasm', 'ipull'];

/**
 * The folders below node_modules that {@link workerPackages} need to run: they, their dependencies and theirs, without what only compiles
 * them.
 * @returns {Promise<string[]>}
 */
async function runtimeClosure() {
  const { buildOnlyDependencies } = await contents();
  const locked = await lockedPackages();
  const found = new Set(/** @type {string[]} */ ([]));
  const pending = workerPackages.map((name) => `node_modules/${name}`);
  for (let key = pending.pop(); key !== undefined; key = pending.pop()) {
    if (found.has(key)) continue;
    found.add(key);
    for (const name of Object.keys(locked[key]?.dependencies ?? {})) {
      if (!buildOnlyDependencies.includes(name)) pending.push(resolveLocked(locked, key, name));
    }
  }
  return [...found];
}

/**
 * Node's own rule, on the lock file: the nearest node_modules upwards.
 * @param {Record<string, Locked>} locked
 * @param {string} from
 * @param {string} name
 */
function resolveLocked(locked, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const key = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (locked[key] !== undefined) return key;
    if (at === '') throw new Error(`${name}, needed by ${from}, is not in package-lock.json.`);
  }
}

/** The registry does not have a package of binaries, or cannot be reached. */
export class NoBinaries extends Error {}

/**
 * A package of prebuilt binaries: the installed one, or for another platform's target one of the cache.
 * @param {string} name
 * @param {string} version
 * @returns {Promise<string>} its folder
 * @throws NoBinaries
 */
async function binaryPackage(name, version) {
  const full = `@node-llama-cpp/${name}`;
  const installed = path.join(root, 'node_modules', full);
  const manifest = /** @type {{version?: string}} */ (await readJson(path.join(installed, 'package.json')).catch(() => ({})));
  if (manifest.version === version) return installed;
  const folder = await cached(`binaries-${name}-${version}`, (work) =>
    step(`Fetching the binaries for ${name}`, async () => {
      await writeFile(path.join(work, 'package.json'), '{"private":true}');
      const args = ['install', '--force', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1', `${full}@${version}`];
      const { code, output } = await tryRun('npm', args, { cwd: work, env: cleanEnv(), timeoutMs: 600_000 });
      if (code === 0) return;
      const reason = /npm error code (\w+)/.exec(output)?.[1] ?? `npm ended with ${String(code)}`;
      throw new NoBinaries(`${reason === 'ETARGET' ? 'the registry does not have' : `npm could not fetch (${reason})`} ${full} ${version}`);
    }),
  );
  return path.join(folder, 'node_modules', full);
}

/**
 * The folders of the binaries a target carries.
 * @param {string} target
 * @param {string} [version]
 * @returns {Promise<Map<string, string>>} by the packages' names
 * @throws NoBinaries
 */
export async function binaryPackages(target, version) {
  const { targets } = await contents();
  const names = targets[target]?.binaries;
  if (names === undefined) throw new Error(`Unknown target ${target}; known: ${Object.keys(targets).join(', ')}.`);
  const wanted = version ?? (await lockedVersion());
  const folders = new Map(/** @type {[string, string][]} */ ([]));
  for (const name of names) folders.set(name, await binaryPackage(name, wanted));
  return folders;
}

/**
 * Links, as the same hundred megabytes are staged for every target, and nothing writes to a stage's files.
 * @param {string} source
 * @param {string} stage
 * @param {string} at where in the stage, with `/`
 * @param {(file: string) => boolean} allowed
 */
async function linkAllowed(source, stage, at, allowed) {
  for (const name of await filesOf(source, (folder) => folder !== 'node_modules')) {
    const file = `${at}/${name}`;
    if (!allowed(file)) continue;
    const from = path.join(source, name);
    const to = path.join(stage, file);
    await mkdir(path.dirname(to), { recursive: true });
    await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
  }
}

/**
 * @param {string} target
 * @param {(outdir: string) => Promise<void>} build makes the bundles
 * @param {string} [version] of the binaries, for a rehearsal
 * @returns {Promise<string>} the stage
 * @throws NoBinaries
 */
export async function makeStage(target, build, version) {
  const folders = await binaryPackages(target, version);
  const stage = path.join(out, 'stage', version === undefined ? target : `${target}-rehearsal`);
  await rm(stage, { recursive: true, force: true });
  await mkdir(stage, { recursive: true });
  const allowed = await allowList(target);
  await copyRootFiles(stage, allowed);
  await build(path.join(stage, 'dist'));
  for (const key of await runtimeClosure()) await linkAllowed(path.join(root, key), stage, `dist/${key}`, allowed);
  for (const [name, folder] of folders) await linkAllowed(folder, stage, `dist/node_modules/@node-llama-cpp/${name}`, allowed);
  await linkModel(path.join(stage, 'dist'));
  return stage;
}

/**
 * @param {string} stage
 * @param {(file: string) => boolean} allowed
 */
async function copyRootFiles(stage, allowed) {
  for (const name of await readdir(root)) {
    const source = path.join(root, name);
    if (name === 'l10n' || name === 'media') await linkAllowed(source, stage, name, allowed);
    else if (allowed(name)) await cp(source, path.join(stage, name));
  }
  const manifest = /** @type {Record<string, unknown>} */ (await readJson(path.join(root, 'package.json')));
  for (const key of ['scripts', 'devDependencies', 'dependencies', 'private', 'overrides', 'allowScripts'])
    Reflect.deleteProperty(manifest, key);
  await writeFile(path.join(stage, 'package.json'), JSON.stringify(manifest, undefined, 2));
}

/**
 * @param {string} folder
 * @param {(name: string) => boolean} [enter] whether a folder inside is looked into
 * @returns {Promise<string[]>} every file in it, named from it with `/`
 */
export async function filesOf(folder, enter = () => true) {
  /** @type {string[]} */
  const files = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) files.push(entry.name);
    else if (enter(entry.name)) files.push(...(await filesOf(path.join(folder, entry.name), enter)).map((name) => `${entry.name}/${name}`));
  }
  return files;
}

/**
 * @param {readonly string[]} files
 * @param {(file: string) => boolean} allowed
 */
export function strangeFiles(files, allowed) {
  return files.filter((file) => !allowed(file));
}
