/** `npm run package [-- --target linux-x64]`: `out/paddock-<target>-<version>.vsix`, with everything inside that its three jobs need. */
import { cp, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { readJson } from './lib/cache.mjs';
import { cleanEnv, run } from './lib/exec.mjs';
import { out, root } from './lib/paths.mjs';
import { tempFolder } from './lib/temp.mjs';
import { fail, step } from './lib/progress.mjs';
import { allowList, checkFiles, hostTarget, makeStage, workerPackages } from './lib/stage.mjs';

/** Loads the libraries as the packaged worker does: nothing compiled, nothing downloaded. */
const LOAD = `import { createRequire } from 'node:module';
import 'ipull';
import { getLlama } from 'node-llama-cpp';
const require = createRequire(import.meta.url);
const { Language, Parser } = require('@vscode/tree-sitter-wasm');
await Parser.init();
await Language.load(require.resolve('@vscode/tree-sitter-wasm/wasm/tree-sitter-typescript.wasm'));
const llama = await getLlama({ build: 'never', skipDownload: true, progressLogs: false, gpu: false });
await llama.dispose();`;

/**
 * @param {{target?: string}} [options]
 * @returns {Promise<string>} the .vsix
 */
export async function makePackage({ target = hostTarget() } = {}) {
  const stage = await step(`Staging the package for ${target}`, () => makeStage(target, (outdir) => build({ production: true, outdir })));
  if (target === hostTarget()) await step('Loading the libraries from the stage alone', () => loadAlone(stage));
  const { version } = /** @type {{version: string}} */ (await readJson(path.join(stage, 'package.json')));
  const vsix = path.join(out, `paddock-${target}-${version}.vsix`);
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
  await checkPackage(vsix, target);
  return vsix;
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
 * @param {string} vsix
 * @param {string} target
 */
async function checkPackage(vsix, target) {
  const prefix = 'extension/';
  const entries = (await zipEntries(vsix))
    .filter((name) => name.startsWith(prefix) && !name.endsWith('/'))
    .map((name) => name.slice(prefix.length));
  checkFiles(entries, await allowList(target), path.basename(vsix));
  const needed = [
    'package.json',
    'dist/extension.js',
    'dist/worker/main.mjs',
    'dist/worker/download.mjs',
    'dist/webview/main.js',
    'dist/webview/session.js',
    ...workerPackages.map((name) => `dist/node_modules/${name}/package.json`),
  ];
  const missing = needed.filter((file) => !entries.includes(file));
  if (!entries.some((file) => file.startsWith('dist/models/'))) missing.push('dist/models/*.gguf');
  if (missing.length > 0) throw new Error(`${path.basename(vsix)} lacks ${missing.join(', ')}.`);
}

/**
 * @typedef {object} ZipReader the part of yauzl, vsce's own zip reader, that is used here
 * @property {(file: string, options: {lazyEntries: boolean}, done: (error: Error | null, zip: NodeJS.EventEmitter) => void) => void} open
 */

/**
 * @param {string} file
 * @returns {Promise<string[]>}
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
      /** @type {string[]} */
      const names = [];
      zip.on('entry', (/** @type {{fileName: string}} */ entry) => names.push(entry.fileName));
      zip.on('end', () => {
        resolve(names);
      });
      zip.on('error', reject);
    });
  });
}

async function main() {
  const { values } = parseArgs({ options: { target: { type: 'string' } } });
  const vsix = await makePackage(values.target === undefined ? {} : { target: values.target });
  process.stdout.write(`${path.relative(root, vsix)} ${((await stat(vsix)).size / 1e6).toFixed(1)} MB\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main().catch(fail);
