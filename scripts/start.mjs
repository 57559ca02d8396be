/** `npm start [-- --tour] [--browser]`: sets up all that Paddock needs and opens VS Code with it on a sample workspace. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { exists } from './lib/cache.mjs';
import { ensureBrowserHost, ensureCodeServer } from './lib/vscode/code-server.mjs';
import { ensureDependencies } from './lib/package/dependencies.mjs';
import { which } from './lib/exec.mjs';
import { freePort, serve } from './lib/vscode/host.mjs';
import { linkModel } from './lib/models/model.mjs';
import { cacheRoot, root } from './lib/paths.mjs';
import { fail, note, step } from './lib/progress.mjs';

/** The address stays the same from start to start where it can. */
const PORT = 8686;
/** What a download of a desktop VS Code may take before the browser is used instead. */
const DOWNLOAD_MS = 180_000;

async function main() {
  const { values } = parseArgs({ options: { tour: { type: 'boolean' }, browser: { type: 'boolean' } } });
  await ensureDependencies();
  const { build } = await import('./build.mjs');
  await step('Building', () => build());
  await linkModel();
  if (values.tour === true) return tour();
  const desktop = values.browser === true ? undefined : await desktopVscode();
  const folder = await sampleWorkspace();
  return desktop === undefined ? openInBrowser(folder) : openOnDesktop(desktop, folder);
}

async function tour() {
  await ensureBrowserHost(['newest']);
  /** @type {unknown} */
  const module = await import(new URL('../test/e2e/support/tour.mjs', import.meta.url).href);
  const { runTour } = /** @type {{runTour: () => Promise<{ok: boolean}>}} */ (module);
  const summary = await runTour();
  process.stdout.write(`${JSON.stringify(summary)}\n`);
  if (!summary.ok) process.exitCode = 1;
}

/** A copy that may be changed at will, kept from start to start. */
async function sampleWorkspace() {
  const folder = path.join(cacheRoot(), 'start', 'workspace');
  if (!(await exists(folder))) {
    await mkdir(path.dirname(folder), { recursive: true });
    await cp(path.join(root, 'test', 'fixtures', 'workspace'), folder, { recursive: true });
  }
  return folder;
}

function hasDisplay() {
  if (process.env['CI'] !== undefined) return false;
  return process.platform !== 'linux' || process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined;
}

/** @returns {Promise<string | undefined>} a desktop VS Code, installed or to be had */
async function desktopVscode() {
  if (!hasDisplay()) return undefined;
  const installed = await which('code');
  if (installed !== undefined) return installed;
  const { SilentReporter, downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  return step('Looking for a desktop VS Code', async () => {
    const cachePath = path.join(cacheRoot(), 'vscode-desktop');
    const download = downloadAndUnzipVSCode({ version: 'stable', cachePath, timeout: 5_000, reporter: new SilentReporter() });
    const late = sleep(DOWNLOAD_MS, undefined, { ref: false });
    return Promise.race([download, late]).catch(() => undefined);
  });
}

/**
 * @param {string} executable
 * @param {string} folder
 */
async function openOnDesktop(executable, folder) {
  const state = path.join(cacheRoot(), 'start', 'desktop');
  const args = [folder, `--extensionDevelopmentPath=${root}`, '--new-window', '--disable-workspace-trust', '--skip-welcome'];
  args.push(`--user-data-dir=${path.join(state, 'user-data')}`, `--extensions-dir=${path.join(state, 'extensions')}`);
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  note('Opening VS Code with Paddock.');
  const windows = process.platform === 'win32';
  const child = spawn(windows ? `"${executable}"` : executable, args, { stdio: 'ignore', shell: windows });
  await once(child, 'exit');
  process.exitCode = child.exitCode ?? 1;
}

/** @param {string} folder */
async function openInBrowser(folder) {
  await ensureCodeServer('newest');
  const stateDir = path.join(cacheRoot(), 'start', 'browser');
  const started = await step('Starting VS Code', async () => serve({ folder, link: root, stateDir, port: await freePort(PORT) }));
  process.stdout.write(`Paddock runs in VS Code at ${started.url}\nCtrl+C ends it.\n`);
  await started.exited;
}

await main().catch(fail);
