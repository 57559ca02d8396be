/** The folder a package is made of: what is in it, and nothing else. */
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cached, exists, readJson } from './cache.mjs';
import { cleanEnv, run } from './exec.mjs';
import { linkModel } from './model.mjs';
import { root } from './paths.mjs';
import { step } from './progress.mjs';

/** @typedef {{binaries: Record<string, string[]>, buildOnlyDependencies: string[], files: string[]}} Contents */
/** @typedef {{version?: string, dependencies?: Record<string, string>}} Locked */

/** @returns {Promise<Contents>} */
async function contents() {
  return /** @type {Contents} */ (await readJson(path.join(root, 'scripts', 'package-contents.json')));
}

/** @returns {Promise<Record<string, Locked>>} */
async function lockedPackages() {
  const lock = /** @type {{packages: Record<string, Locked>}} */ (await readJson(path.join(root, 'package-lock.json')));
  return lock.packages;
}

/** The package target of this machine. */
export function hostTarget() {
  return `${process.platform}-${process.arch === 'arm' ? 'armhf' : process.arch}`;
}

/**
 * @param {string} target
 * @returns {Promise<(file: string) => boolean>} whether a file, named from the package's root with `/`, belongs into it
 */
export async function allowList(target) {
  const { binaries, files } = await contents();
  const allowed = files.map((pattern) => new RegExp(`^${pattern}$`, 'i'));
  const binary = /^dist\/node_modules\/@node-llama-cpp\/([^/]+)\//;
  return (file) => {
    const name = binary.exec(file)?.[1];
    if (name !== undefined && !binaries[target]?.includes(name)) return false;
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

/**
 * A package of prebuilt binaries: the installed one, or for another platform's target one of the cache.
 * @param {string} name
 * @returns {Promise<string>} its folder
 */
async function binaryPackage(name) {
  const full = `@node-llama-cpp/${name}`;
  const installed = path.join(root, 'node_modules', full);
  if (await exists(path.join(installed, 'package.json'))) return installed;
  const version = (await lockedPackages())['node_modules/node-llama-cpp']?.version ?? '';
  const folder = await cached(`binaries-${name}-${version}`, (work) =>
    step(`Fetching the binaries for ${name}`, async () => {
      await writeFile(path.join(work, 'package.json'), '{"private":true}');
      const args = ['install', '--force', '--ignore-scripts', '--no-audit', '--no-fund', `${full}@${version}`];
      await run('npm', args, { cwd: work, env: cleanEnv(), timeoutMs: 600_000 });
    }),
  );
  return path.join(folder, 'node_modules', full);
}

/**
 * @param {string} source
 * @param {string} stage
 * @param {string} at where in the stage, with `/`
 * @param {(file: string) => boolean} allowed
 */
async function copyAllowed(source, stage, at, allowed) {
  await cp(source, path.join(stage, at), {
    recursive: true,
    dereference: true,
    filter: async (from) => {
      const relative = path.relative(source, from);
      if (relative === '' || (await isFolder(from))) return path.basename(from) !== 'node_modules' || relative === '';
      return allowed([at, ...relative.split(path.sep)].join('/'));
    },
  });
}

/** @param {string} file */
async function isFolder(file) {
  return readdir(file).then(
    () => true,
    () => false,
  );
}

/**
 * @param {string} target
 * @param {(outdir: string) => Promise<void>} build makes the bundles
 * @returns {Promise<string>} the stage
 */
export async function makeStage(target, build) {
  const { binaries } = await contents();
  const names = binaries[target];
  if (names === undefined) throw new Error(`Unknown target ${target}; known: ${Object.keys(binaries).join(', ')}.`);
  const stage = path.join(root, 'out', 'stage', target);
  await rm(stage, { recursive: true, force: true });
  await mkdir(stage, { recursive: true });
  const allowed = await allowList(target);
  await copyRootFiles(stage, allowed);
  await build(path.join(stage, 'dist'));
  for (const key of await runtimeClosure()) await copyAllowed(path.join(root, key), stage, `dist/${key}`, allowed);
  for (const name of names) await copyAllowed(await binaryPackage(name), stage, `dist/node_modules/@node-llama-cpp/${name}`, allowed);
  await linkModel(path.join(stage, 'dist'));
  checkFiles(await filesOf(stage), allowed, 'The stage');
  return stage;
}

/**
 * @param {string} stage
 * @param {(file: string) => boolean} allowed
 */
async function copyRootFiles(stage, allowed) {
  for (const name of await readdir(root)) {
    const source = path.join(root, name);
    if (name === 'l10n' || name === 'media') await copyAllowed(source, stage, name, allowed);
    else if (allowed(name)) await cp(source, path.join(stage, name));
  }
  const manifest = /** @type {Record<string, unknown>} */ (await readJson(path.join(root, 'package.json')));
  for (const key of ['scripts', 'devDependencies', 'dependencies', 'private', 'overrides', 'allowScripts'])
    Reflect.deleteProperty(manifest, key);
  await writeFile(path.join(stage, 'package.json'), JSON.stringify(manifest, undefined, 2));
}

/** @param {string} folder */
async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((e) => !e.isDirectory())
    .map((e) => path.relative(folder, path.join(e.parentPath, e.name)).split(path.sep).join('/'));
}

/**
 * @param {readonly string[]} files
 * @param {(file: string) => boolean} allowed
 * @param {string} where
 */
export function checkFiles(files, allowed, where) {
  const strange = files.filter((file) => !allowed(file));
  if (strange.length > 0)
    throw new Error(`${where} holds files that no rule of scripts/package-contents.json names:\n${strange.slice(0, 20).join('\n')}`);
}
