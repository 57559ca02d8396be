/** `npm run build [-- --watch] [--production] [--tests]`: the bundles in `dist/`. */
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { dist, root } from './lib/paths.mjs';
import { fail, note } from './lib/progress.mjs';
import { workerPackages } from './lib/package/stage.mjs';

/**
 * @typedef {object} BuildOptions
 * @property {boolean} [production] minified, without source maps
 * @property {boolean} [tests] the integration tests as well
 * @property {string} [outdir]
 */

/** CommonJS dependencies inside an ES module still call `require` for Node's built-ins. */
const REQUIRE_BANNER = "import { createRequire as paddockRequire } from 'node:module'; const require = paddockRequire(import.meta.url);";

/**
 * @param {BuildOptions} options
 * @returns {Promise<esbuild.BuildOptions[]>}
 */
async function bundles({ production = false, tests = false, outdir = dist }) {
  /** @type {esbuild.BuildOptions} */
  const common = {
    absWorkingDir: root,
    bundle: true,
    sourcemap: production ? false : 'linked',
    minify: production,
    legalComments: production ? 'linked' : 'none',
    logLevel: 'warning',
  };
  /** @type {esbuild.BuildOptions} */
  const node = { ...common, platform: 'node', target: 'node20' };
  const list = [
    {
      ...node,
      entryPoints: ['src/extension.ts'],
      outfile: path.join(outdir, 'extension.js'),
      format: /** @type {const} */ ('cjs'),
      external: ['vscode'],
    },
    {
      ...node,
      entryPoints: {
        main: 'src/worker/workerMain.ts',
        download: 'src/worker/download/downloadMain.ts',
        renderTemplates: 'src/worker/templates/renderTemplates.ts',
      },
      outdir: path.join(outdir, 'worker'),
      outExtension: { '.js': '.mjs' },
      format: /** @type {const} */ ('esm'),
      external: workerPackages,
      mainFields: ['module', 'main'],
      banner: { js: REQUIRE_BANNER },
    },
    {
      ...common,
      entryPoints: {
        main: 'webview/chat/chatMain.ts',
        session: 'webview/session/sessionMain.ts',
        benchmark: 'webview/benchmark/benchmarkMain.ts',
      },
      outdir: path.join(outdir, 'webview'),
      platform: /** @type {const} */ ('browser'),
      target: 'es2022',
      format: /** @type {const} */ ('iife'),
    },
  ];
  return tests ? [...list, await testBundle(node, outdir)] : list;
}

/**
 * @param {esbuild.BuildOptions} node
 * @param {string} outdir
 * @returns {Promise<esbuild.BuildOptions>}
 */
async function testBundle(node, outdir) {
  const folder = path.join(root, 'test', 'integration');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts'));
  const target = path.join(outdir, 'test', 'integration');
  await rm(target, { recursive: true, force: true });
  return {
    ...node,
    sourcemap: 'linked',
    entryPoints: files.map((file) => path.join(folder, file)),
    outdir: target,
    format: 'cjs',
    external: ['vscode', 'mocha', 'node-llama-cpp'],
  };
}

/** @param {string} outdir */
async function copyCodicons(outdir) {
  const source = path.join(root, 'node_modules', '@vscode', 'codicons', 'dist');
  const target = path.join(outdir, 'webview');
  await mkdir(target, { recursive: true });
  for (const file of ['codicon.css', 'codicon.ttf']) await copyFile(path.join(source, file), path.join(target, file));
}

/** @param {BuildOptions} [options] */
export async function build(options = {}) {
  await copyCodicons(options.outdir ?? dist);
  await Promise.all((await bundles(options)).map((bundle) => esbuild.build(bundle)));
}

/** @param {BuildOptions} options */
async function watch(options) {
  await copyCodicons(options.outdir ?? dist);
  for (const bundle of await bundles(options)) await (await esbuild.context(bundle)).watch();
  // tasks.json waits for this sentence.
  note('Watching for changes.');
}

async function main() {
  const { values } = parseArgs({
    options: { watch: { type: 'boolean' }, production: { type: 'boolean' }, tests: { type: 'boolean' } },
  });
  const options = { production: values.production ?? false, tests: values.tests ?? false };
  await (values.watch ? watch(options) : build(options));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main().catch(fail);
