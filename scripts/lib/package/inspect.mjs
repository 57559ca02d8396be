/** What a stage must hold before it is packed: all that runs, for the target's machine and no other. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { exists, readJson } from '../cache.mjs';
import { embeddedModel } from '../models/model.mjs';
import { nativeOfFile } from './native.mjs';
import { root } from '../paths.mjs';
import { allowList, contents, filesOf, lockedVersion, strangeFiles, workerPackages } from './stage.mjs';

/**
 * @typedef {object} Inspected
 * @property {Map<string, number>} files bytes by name
 * @property {number} natives how many of them are programs or libraries
 */

/** By the first word of a target. */
const FORMATS = /** @type {const} */ ({ linux: 'ELF', darwin: 'Mach-O', win32: 'PE' });
const NATIVE_NAME = /\.(so(\.\d+)*|dylib|dll|node|exe)$/i;
/** Folders of which a package wants every file of a kind that is installed here. */
const WHOLE = /** @type {const} */ ([
  ['node_modules/@vscode/tree-sitter-wasm/wasm', '.wasm'],
  ['node_modules/node-llama-cpp/llama/grammars', '.gbnf'],
]);
const BUNDLES = [
  'package.json',
  'package.nls.json',
  'dist/extension.js',
  'dist/worker/main.mjs',
  'dist/worker/download.mjs',
  'dist/worker/renderTemplates.mjs',
  'dist/webview/main.js',
  'dist/webview/session.js',
  'dist/webview/benchmark.js',
];

/**
 * @param {string} stage
 * @param {string} target
 * @param {string} [version] of the binaries
 * @returns {Promise<Inspected>}
 * @throws Error that lists everything that is wrong
 */
export async function inspectStage(stage, target, version) {
  const files = new Map(/** @type {[string, number][]} */ ([]));
  for (const name of await filesOf(stage)) files.set(name, (await stat(path.join(stage, name))).size);
  const { natives, problems } = await inspectNatives(stage, target, files);
  problems.push(
    ...strangeFiles([...files.keys()], await allowList(target)).map((name) => `${name}: no rule of scripts/package-contents.json names it`),
    ...(await missing(files)).map((name) => `${name}: missing`),
    ...(await inspectBinaries(stage, target, files, version)),
  );
  if (problems.length > 0) throw new Error(`The stage for ${target} is not what it should be:\n${problems.slice(0, 20).join('\n')}`);
  return { files, natives };
}

/**
 * @param {string} stage
 * @param {string} target
 * @param {ReadonlyMap<string, number>} files
 */
async function inspectNatives(stage, target, files) {
  const [system = '', machine = ''] = target.split('-');
  const format = new Map(Object.entries(FORMATS)).get(system);
  /** @type {string[]} */
  const problems = [];
  let natives = 0;
  for (const name of files.keys()) {
    const native = await nativeOfFile(path.join(stage, name));
    if (native !== undefined) natives++;
    if (native === undefined ? NATIVE_NAME.test(name) : native.format !== format || native.machine !== machine)
      problems.push(`${name}: ${native === undefined ? 'neither ELF, Mach-O nor PE' : `${native.format} for ${native.machine}`}`);
  }
  return { natives, problems };
}

/**
 * @param {ReadonlyMap<string, number>} files
 * @returns {Promise<string[]>} what every package needs and this one lacks
 */
async function missing(files) {
  const needed = [...BUNDLES, ...workerPackages.map((name) => `dist/node_modules/${name}/package.json`)];
  for (const [folder, ending] of WHOLE)
    needed.push(
      ...(await filesOf(path.join(root, folder))).filter((name) => name.endsWith(ending)).map((name) => `dist/${folder}/${name}`),
    );
  const lacking = needed.filter((name) => !files.has(name));
  const model = await embeddedModel();
  return files.get(`dist/models/${model.file}`) === model.size ? lacking : [...lacking, `dist/models/${model.file}, whole`];
}

/**
 * @param {string} stage
 * @param {string} target
 * @param {ReadonlyMap<string, number>} files
 * @param {string} [version]
 * @returns {Promise<string[]>} what is wrong with the packages of prebuilt binaries
 */
async function inspectBinaries(stage, target, files, version) {
  const expected = version ?? (await lockedVersion());
  /** @type {string[]} */
  const problems = [];
  for (const name of (await contents()).targets[target]?.binaries ?? []) {
    const folder = `dist/node_modules/@node-llama-cpp/${name}`;
    const inside = [...files.keys()].filter((file) => file.startsWith(`${folder}/bins/${name}/`)).map((file) => path.posix.basename(file));
    problems.push(...partsOf(name).flatMap(([part, pattern]) => (inside.some((f) => pattern.test(f)) ? [] : [`${folder}: no ${part}`])));
    // The library takes binaries of its own version alone.
    const manifest = path.join(stage, folder, 'package.json');
    const found = (await exists(manifest)) ? /** @type {{version: string}} */ (await readJson(manifest)).version : 'none';
    if (found !== expected) problems.push(`${folder}: version ${found} instead of ${expected}`);
  }
  return problems;
}

/**
 * @param {string} name of a package of prebuilt binaries
 * @returns {[string, RegExp][]}
 */
function partsOf(name) {
  const device = /-(vulkan|metal)$/.exec(name)?.[1];
  return [
    ['addon', /^llama-addon\.node$/],
    ['build metadata', /^_nlcBuildMetadata\.json$/],
    ['llama library', /^(lib)?llama\.[\w.]*\.(so|dylib|dll)$/],
    ['ggml library', /^(lib)?ggml\.[\w.]*\.(so|dylib|dll)$/],
    ['ggml-base library', /^(lib)?ggml-base\.(so|dylib|dll)$/],
    ['ggml library for the CPU', /^(lib)?ggml-cpu(-\w[\w.]*)?\.(so|dylib|dll)$/],
    ...(device === undefined
      ? []
      : [/** @type {[string, RegExp]} */ ([`ggml library for ${device}`, new RegExp(`^(lib)?ggml-${device}\\.(so|dylib|dll)$`)])]),
  ];
}
