/**
 * `npm run package [-- --target linux-x64 | --all] [--rehearse] [--check]`: `out/paddock-<target>-<version>.vsix`, with everything inside
 * that its three jobs need.
 *
 * `--all`: every target's, one after the other. `--check`: stages and inspects, packs nothing. `--rehearse`: where the registry lacks a
 * target's binaries, those of an older version; what comes out is inspected and measured, but does not run, and is named so.
 */
import { cp, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { readJson } from './lib/cache.mjs';
import { cleanEnv, run } from './lib/exec.mjs';
import { inspectStage } from './lib/package/inspect.mjs';
import { out, root } from './lib/paths.mjs';
import { checkBudget, megabytes, packedBytes } from './lib/package/packed.mjs';
import { fail, note, step } from './lib/progress.mjs';
import { tempFolder } from './lib/temp.mjs';
import { contents, hostTarget, makeStage, NoBinaries } from './lib/package/stage.mjs';

/** Loads the libraries as the packaged worker does: nothing compiled, nothing downloaded. */
const LOAD = `import { createRequire } from 'node:module';
import 'ipull';
import { getLlama } from 'node-llama-cpp';
const require = createRequire(import.meta.url);
const { Language, Parser } = require('@vscode/tree-sitter-wasm');
await Parser.init();
await Language.load(require.resolve('@vscode/tree-sitter-wasm/wasm/tree-sitter-typescript.wasm'));
// There is no build without Metal for Apple's own processors.
const gpu = process.platform === 'darwin' && process.arch === 'arm64' ? 'metal' : false;
const llama = await getLlama({ build: 'never', skipDownload: true, progressLogs: false, gpu });
await llama.dispose();`;

/**
 * @typedef {object} PackageOptions
 * @property {string} [target]
 * @property {string} [version] of the binaries: a rehearsal
 */

/**
 * @param {PackageOptions} [options]
 * @returns {Promise<string>} the .vsix
 */
export async function makePackage({ target = hostTarget(), version: rehearsed } = {}) {
  const { stage, files } = await makeChecked({ target, ...(rehearsed === undefined ? {} : { version: rehearsed }) });
  if (target === hostTarget()) await step('Loading the libraries from the stage alone', () => loadAlone(stage));
  const { version } = /** @type {{version: string}} */ (await readJson(path.join(stage, 'package.json')));
  const vsix = path.join(out, `paddock-${target}-${version}${rehearsed === undefined ? '' : '-rehearsal'}.vsix`);
  await step('Packing the .vsix', async () => {
    const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
    const args = [
      vsce,
      'package',
      '--no-dependencies',
      '--ignoreFile',
      path.join(root, '.vscodeignore'),
      '--target',
      target,
      '--out',
      vsix,
    ];
    await run(process.execPath, args, { cwd: stage, env: cleanEnv({ VSCE_STORE: 'file' }), timeoutMs: 600_000 });
  });
  await checkPackage(vsix, files);
  await checkBudget(target, (await stat(vsix)).size);
  return vsix;
}

/** @param {PackageOptions & {target: string}} options */
async function makeChecked({ target, version }) {
  const label = `Staging the package for ${target}${version === undefined ? '' : `, with binaries of ${version}`}`;
  const stage = await step(label, () => makeStage(target, (outdir) => build({ production: true, outdir }), version));
  return { stage, ...(await inspectStage(stage, target, version)) };
}

/**
 * Far from the clone, so that its node_modules cannot help.
 * @param {string} stage
 */
async function loadAlone(stage) {
  const away = await tempFolder('paddock-stage-');
  try {
    await cp(path.join(stage, 'dist', 'node_modules'), path.join(away, 'node_modules'), { recursive: true });
    // A file, not --eval: the library forks itself with this process's own arguments.
    await writeFile(path.join(away, 'load.mjs'), LOAD);
    await run(process.execPath, ['load.mjs'], { cwd: away, env: cleanEnv(), timeoutMs: 60_000 });
  } finally {
    await rm(away, { recursive: true, force: true });
  }
}

/**
 * What was inspected is what was packed.
 * @param {string} vsix
 * @param {ReadonlyMap<string, number>} files of the stage
 */
async function checkPackage(vsix, files) {
  // vsce gives the texts beside package.json names and links of its own.
  const packed = new Map(
    (await zipEntries(vsix)).flatMap(([name, bytes]) => (name.startsWith(DIST) ? [[name.slice(PREFIX.length), bytes]] : [])),
  );
  const wrong = [...files].filter(([name, bytes]) => name.startsWith('dist/') && packed.get(name) !== bytes).map(([name]) => name);
  const strange = [...packed.keys()].filter((name) => !files.has(name));
  if (wrong.length > 0) throw new Error(`${path.basename(vsix)} lacks ${wrong.slice(0, 20).join(', ')}.`);
  if (strange.length > 0) throw new Error(`${path.basename(vsix)} holds what was not staged: ${strange.slice(0, 20).join(', ')}.`);
}

const PREFIX = 'extension/';
const DIST = `${PREFIX}dist/`;

/**
 * @typedef {object} ZipReader the part of yauzl, vsce's own zip reader, that is used here
 * @property {(file: string, options: {lazyEntries: boolean}, done: (error: Error | null, zip: NodeJS.EventEmitter) => void) => void} open
 */

/**
 * @param {string} file
 * @returns {Promise<[string, number][]>} names and bytes, unpacked
 */
function zipEntries(file) {
  const fromVsce = createRequire(createRequire(import.meta.url).resolve('@vscode/vsce/package.json'));
  /** @type {unknown} */
  const module = fromVsce('yauzl');
  const yauzl = /** @type {ZipReader} */ (module);
  return new Promise((resolve, reject) => {
    yauzl.open(file, { lazyEntries: false }, (error, zip) => {
      if (error) {
        reject(error);
        return;
      }
      /** @type {[string, number][]} */
      const entries = [];
      zip.on('entry', (/** @type {{fileName: string, uncompressedSize: number}} */ entry) =>
        entries.push([entry.fileName, entry.uncompressedSize]),
      );
      zip.on('end', () => {
        resolve(entries);
      });
      zip.on('error', reject);
    });
  });
}

/**
 * @param {string} target
 * @param {{rehearse: boolean, check: boolean}} options
 * @returns {Promise<string>} a line about it
 */
async function makeOne(target, { rehearse, check }) {
  /** @param {string} [version] */
  const make = async (version) => {
    const options = { target, ...(version === undefined ? {} : { version }) };
    if (!check) {
      const vsix = await makePackage(options);
      return `${path.relative(root, vsix)} ${megabytes((await stat(vsix)).size)}`;
    }
    const { stage, files, natives } = await makeChecked(options);
    const bytes = await packedBytes(stage, [...files.keys()]);
    await checkBudget(target, bytes);
    return `${path.relative(root, stage)} ${String(files.size)} files, ${String(natives)} of them native, ${megabytes(bytes)} when packed`;
  };
  try {
    return await make();
  } catch (error) {
    if (!rehearse || !(error instanceof NoBinaries)) throw error;
    note(`${target} is rehearsed: ${error.message}.`);
    return make((await contents()).rehearsalVersion);
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      target: { type: 'string' },
      all: { type: 'boolean', default: false },
      rehearse: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
    },
  });
  if (!values.all) {
    process.stdout.write(`${await makeOne(values.target ?? hostTarget(), values)}\n`);
    return;
  }
  for (const target of Object.keys((await contents()).targets)) {
    try {
      process.stdout.write(`${await makeOne(target, values)}\n`);
    } catch (error) {
      // One target's trouble says nothing about the next one.
      process.exitCode = 1;
      note(`Not made: ${target}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main().catch(fail);
