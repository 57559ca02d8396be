import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cached, exists, isCached } from '../cache.mjs';
import { ensureDebian } from '../debian/debian.mjs';
import { cleanEnv, pathWith, run, which } from '../exec.mjs';
import { ensureNode } from '../node.mjs';
import { step } from '../progress.mjs';

/**
 * The VS Code versions everything is tried on, as code-server versions with the Node each asks for. `oldest` is the one that
 * package.json's engines names.
 */
export const vscodeVersions = /** @type {const} */ ({
  newest: { version: '4.139.1', vscode: '1.139', node: 24 },
  oldest: { version: '4.104.0', vscode: '1.104', node: 22 },
});

/** @typedef {keyof typeof vscodeVersions} VscodeVersion */
/** @typedef {{node: string, entry: string, vscode: string}} CodeServer `vscode`: the folder of VS Code inside code-server */

/** @param {VscodeVersion} which */
const cacheKey = (which) => `code-server-${vscodeVersions[which].version}-${process.platform}-${process.arch}`;

/**
 * The Debian packages that installing needs, none once it is in the cache.
 * @param {VscodeVersion} which
 * @returns {Promise<import('../debian/debian.mjs').DebianPackage[]>}
 */
async function packagesFor(which) {
  if (await isCached(cacheKey(which))) return [];
  return which === 'newest' ? ['g++', 'make', 'python3', 'libkrb5-dev'] : ['g++', 'make', 'python3', 'ripgrep'];
}

/**
 * Everything from Debian that showing these versions in a browser needs, asked for at once.
 * @param {readonly VscodeVersion[]} versions
 */
export async function ensureBrowserHost(versions) {
  const packages = await Promise.all(versions.map(packagesFor));
  await ensureDebian([...new Set([/** @type {const} */ ('chromium'), ...packages.flat()])], 'VS Code in a browser');
  for (const version of versions) await ensureCodeServer(version);
}

/**
 * VS Code's workbench, server and extension host from npm, installed once.
 * @param {VscodeVersion} which
 * @returns {Promise<CodeServer>}
 */
export async function ensureCodeServer(which) {
  const { version, node: major } = vscodeVersions[which];
  const node = await ensureNode(major);
  const folder = await cached(cacheKey(which), async (work) => {
    await ensureDebian(await packagesFor(which), 'VS Code');
    await step(`Installing VS Code ${vscodeVersions[which].vscode} (code-server ${version})`, async () => {
      await writeFile(path.join(work, 'package.json'), '{"private":true}');
      await (which === 'newest' ? installNewest(work, version, node) : installOldest(work, version, node));
    });
  });
  const home = path.join(folder, 'node_modules', 'code-server');
  return { node: node.node, entry: path.join(home, 'out', 'node', 'entry.js'), vscode: path.join(home, 'lib', 'vscode') };
}

/**
 * @param {string} folder
 * @param {Awaited<ReturnType<typeof ensureNode>>} node
 * @param {Record<string, string>} [extra]
 * @returns {(args: string[]) => Promise<string>}
 */
function npmIn(folder, node, extra = {}) {
  const env = cleanEnv({ PATH: pathWith(node.bin), npm_config_nodedir: node.home, npm_config_unsafe_perm: 'true', ...extra });
  return (args) => run('npm', ['--no-audit', '--no-fund', ...args], { cwd: folder, env, timeoutMs: 900_000 });
}

/**
 * @param {string} work
 * @param {string} version
 * @param {Awaited<ReturnType<typeof ensureNode>>} node
 */
async function installNewest(work, version, node) {
  await npmIn(work, node)(['install', `code-server@${version}`]);
}

/**
 * 1.104's own install script wants a ripgrep download; its parts are installed one by one instead. Without node-pty there is no terminal.
 * @param {string} work
 * @param {string} version
 * @param {Awaited<ReturnType<typeof ensureNode>>} node
 */
async function installOldest(work, version, node) {
  await npmIn(work, node)(['install', '--ignore-scripts', `code-server@${version}`]);
  const vscode = path.join(work, 'node_modules', 'code-server', 'lib', 'vscode');
  await npmIn(vscode, node)(['install', '--omit=dev', '--ignore-scripts']);
  await npmIn(vscode, node)(['rebuild', '@vscode/spdlog', 'native-watchdog']);
  await npmIn(work, node, { npm_config_build_from_source: 'true' })(['rebuild', 'argon2']);
  if (!(await exists(path.join(vscode, 'node_modules.asar')))) await symlink('node_modules', path.join(vscode, 'node_modules.asar'), 'dir');
  const rg = await which('rg');
  if (rg === undefined) throw new Error('ripgrep (rg) is not on PATH.');
  const bin = path.join(vscode, 'node_modules', '@vscode', 'ripgrep', 'bin');
  await mkdir(bin, { recursive: true });
  await copyFile(rg, path.join(bin, 'rg'));
}
