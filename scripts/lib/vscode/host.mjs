/**
 * A real VS Code without a desktop: code-server (VS Code's own workbench, server and extension host) and a headless Chromium.
 * docs: serve() starts one with folders of its own, openPage() shows it to Playwright, both end with nothing left behind.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureCodeServer } from './code-server.mjs';
import { ensureDebian, findBrowser } from '../debian/debian.mjs';
import { killGroup, lastLines, run, track } from '../exec.mjs';
import {
  changeSettings,
  collectLogs,
  hostEnv,
  linkExtension,
  makeFolders,
  quietSettings,
  themes,
  writeMachineSettings,
} from './host-profile.mjs';
import { isIsolated } from '../debian/isolation.mjs';
import { displayLanguage } from './language.mjs';
import { descendants } from '../processes.mjs';

const READY_MS = 60_000;
const STOP_MS = 5_000;

/**
 * @typedef {object} ServeOptions
 * @property {import('./code-server.mjs').VscodeVersion} [version] default `newest`
 * @property {string} folder the workspace, absolute
 * @property {readonly string[]} [install] .vsix files
 * @property {string} [link] a folder to use as an installed extension in place (a clone that is built)
 * @property {Record<string, unknown>} [settings] user settings over {@link quietSettings}
 * @property {Record<string, unknown>} [machineSettings] settings that package.json gives the scope `machine`
 * @property {import('./language.mjs').Language} [language] VS Code's display language; default English
 * @property {number} [port] default: a free one
 * @property {string} [stateDir] keeps HOME, user data and extensions; default: a temporary folder, removed by stop()
 * @property {string} [userDataDir]
 * @property {string} [extensionsDir]
 * @property {Record<string, string | undefined>} [env]
 * @property {readonly string[]} [args] further arguments for code-server
 * @property {boolean} [isolateNetwork] refuse to start unless this process has no network (see isolation.mjs)
 *
 * @typedef {object} Host
 * @property {string} url opens the workspace
 * @property {string} origin
 * @property {number} port
 * @property {string} folder
 * @property {string} userDataDir
 * @property {string} extensionsDir
 * @property {string} home
 * @property {number} pid
 * @property {Promise<void>} exited
 * @property {() => Promise<string>} logs server, extension host, output channels
 * @property {(changes: Record<string, unknown>) => Promise<void>} configure changes user settings; seen at the next load of the page
 * @property {(theme: keyof typeof themes.newest) => Promise<void>} setTheme seen at the next load of the page
 * @property {() => Promise<import('../processes.mjs').Process[]>} processes all of its living descendants
 * @property {() => Promise<number[]>} workers pids of Paddock's workers
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a VS Code server. Ready to be opened when it returns.
 * @param {ServeOptions} options
 * @returns {Promise<Host>}
 */
export async function serve(options) {
  if (options.isolateNetwork && !isIsolated()) throw new Error('This process can reach a network; start it through isolated().');
  const version = options.version ?? 'newest';
  const codeServer = await ensureCodeServer(version);
  const folders = await makeFolders(options);
  await changeSettings(folders.userData, { 'workbench.colorTheme': themes[version].dark, ...quietSettings, ...options.settings });
  if (options.machineSettings !== undefined) await writeMachineSettings(folders.userData, options.machineSettings);
  const env = hostEnv(folders, options.env);
  if (options.link !== undefined) await linkExtension(folders.extensions, options.link);
  const common = [codeServer.entry, '--config', path.join(folders.run, 'config.yaml'), '--user-data-dir', folders.userData];
  common.push('--extensions-dir', folders.extensions);
  for (const vsix of options.install ?? []) await run(codeServer.node, [...common, '--install-extension', vsix, '--force'], { env });
  const port = options.port ?? (await freePort());
  const log = path.join(folders.run, 'server.log');
  const language = await displayLanguage(options.language ?? 'en', folders.userData);
  const args = [...common, ...serverArgs(port, folders.run), ...language, ...(options.args ?? [])];
  const server = launch(codeServer.node, args, env, log);
  const origin = `http://127.0.0.1:${String(port)}`;
  try {
    await untilHealthy(origin, server, log);
  } catch (error) {
    await rm(folders.run, { recursive: true, force: true });
    throw error;
  }
  return makeHost({ options, version, folders, log, port, origin, server });
}

/**
 * @param {number} port
 * @param {string} runDir
 */
function serverArgs(port, runDir) {
  return [
    ...['--bind-addr', `127.0.0.1:${String(port)}`, '--auth', 'none', '--session-socket', path.join(runDir, 'session.sock')],
    ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', '--disable-getting-started-override'],
    ...['--ignore-last-opened', '--disable-proxy'],
  ];
}

/** @typedef {{pid: number, exited: Promise<void>, isAlive: () => boolean, stop: () => Promise<void>}} Server */

/**
 * @param {string} node
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {string} log
 * @returns {Server}
 */
function launch(node, args, env, log) {
  const child = spawn(node, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32' });
  const sink = createWriteStream(log);
  child.stdout.pipe(sink, { end: false });
  child.stderr.pipe(sink, { end: false });
  const untrack = track(child, 'SIGKILL');
  const exited = new Promise((/** @type {(value: void) => void} */ resolve) => {
    child.once('exit', () => {
      sink.end();
      resolve();
    });
  });
  const pid = child.pid ?? -1;
  const stop = async () => {
    const family = pid > 0 ? await descendants(pid) : [];
    killGroup(pid, 'SIGTERM');
    await Promise.race([exited, sleep(STOP_MS, undefined, { ref: false })]);
    killGroup(pid, 'SIGKILL');
    for (const member of family) killOne(member.pid);
    untrack();
  };
  return { pid, exited, isAlive: () => child.exitCode === null && child.signalCode === null, stop };
}

/** @param {number} pid */
function killOne(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Ended with its group.
  }
}

/**
 * @param {string} origin
 * @param {Server} server
 * @param {string} log
 */
async function untilHealthy(origin, server, log) {
  const deadline = Date.now() + READY_MS;
  while (server.isAlive() && Date.now() < deadline) {
    const healthy = await fetch(`${origin}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return;
    await sleep(100);
  }
  await server.stop();
  throw new Error(`VS Code did not start:\n${lastLines(await readFile(log, 'utf8'), 30)}`);
}

/**
 * @param {{options: ServeOptions, version: import('./code-server.mjs').VscodeVersion, folders: import('./host-profile.mjs').Folders,
 *   log: string, port: number, origin: string, server: Server}} started
 * @returns {Host}
 */
function makeHost({ options, version, folders, log, port, origin, server }) {
  const logs = async () => `==> code-server <==\n${await readFile(log, 'utf8').catch(() => '')}\n${await collectLogs(folders.userData)}`;
  return {
    url: `${origin}/?folder=${encodeURI(options.folder)}`,
    origin,
    port,
    folder: options.folder,
    userDataDir: folders.userData,
    extensionsDir: folders.extensions,
    home: folders.home,
    pid: server.pid,
    exited: server.exited,
    logs,
    configure: (changes) => changeSettings(folders.userData, changes),
    setTheme: (theme) => changeSettings(folders.userData, { 'workbench.colorTheme': themes[version][theme] }),
    processes: () => descendants(server.pid),
    workers: async () => (await descendants(server.pid)).filter((p) => /[\\/]worker[\\/]main\.mjs/.test(p.command)).map((p) => p.pid),
    stop: async () => {
      await server.stop();
      await rm(folders.run, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/**
 * @param {number} [wanted] taken when it is free
 * @returns {Promise<number>}
 */
export async function freePort(wanted = 0) {
  const probe = createServer().listen(wanted, '127.0.0.1');
  const listening = await once(probe, 'listening').then(
    () => true,
    () => false,
  );
  if (!listening) return freePort();
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port could be had.');
  return address.port;
}

/**
 * @typedef {object} PageOptions
 * @property {number} [width]
 * @property {number} [height]
 * @property {boolean} [headless] default true
 * @property {'light' | 'dark'} [colorScheme] what the page is told the system prefers
 * @property {(page: import('playwright-core').Page) => Promise<void>} [beforeLoad]
 * @property {boolean} [waitForWorkbench] default true
 *
 * @typedef {object} OpenPage
 * @property {import('playwright-core').Page} page
 * @property {import('playwright-core').BrowserContext} context
 * @property {readonly string[]} outside addresses the page asked for that are not on this machine
 * @property {() => Promise<void>} close
 */

/**
 * Opens a VS Code in a browser of its own.
 * @param {string} url
 * @param {PageOptions} [options]
 * @returns {Promise<OpenPage>}
 */
export async function openPage(url, options = {}) {
  await ensureDebian(['chromium'], 'the browser');
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath: (await findBrowser()) ?? '',
    headless: options.headless ?? true,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    colorScheme: options.colorScheme ?? 'dark',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  /** @type {string[]} */
  const outside = [];
  context.on('request', (request) => {
    if (isOutside(request.url())) outside.push(request.url());
  });
  await options.beforeLoad?.(page);
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  if (options.waitForWorkbench ?? true) await page.locator('.monaco-workbench .statusbar').waitFor({ timeout: READY_MS });
  return { page, context, outside, close: () => browser.close() };
}

/**
 * VS Code's webviews name `vscode-cdn.net`, which their service worker answers from this machine.
 * @param {string} url
 */
function isOutside(url) {
  const { protocol, hostname } = new URL(url);
  return /^(https?|wss?):$/.test(protocol) && hostname !== '127.0.0.1' && hostname !== 'localhost' && !hostname.endsWith('.vscode-cdn.net');
}
