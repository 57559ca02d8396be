import { exists } from '../cache.mjs';
import { run, tryRun, which } from '../exec.mjs';
import { step } from '../progress.mjs';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const MAC_BROWSERS = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];

/** @returns {Promise<string | undefined>} */
export async function findBrowser() {
  const own = process.env['PADDOCK_BROWSER'];
  if (own) return own;
  for (const name of BROWSERS) {
    const file = await which(name);
    if (file !== undefined) return file;
  }
  if (process.platform !== 'darwin') return undefined;
  for (const file of MAC_BROWSERS) if (await exists(file)) return file;
  return undefined;
}

/** @param {string} name */
const onPath = (name) => async () => (await which(name)) !== undefined;

/** What each Debian package is needed for, as a check that passes also when it came from elsewhere. */
const checks = {
  chromium: async () => (await findBrowser()) !== undefined,
  'g++': onPath('g++'),
  make: onPath('make'),
  python3: onPath('python3'),
  'python3-pip': async () => (await pip()) !== undefined,
  ripgrep: onPath('rg'),
  iproute2: onPath('ip'),
  xvfb: onPath('Xvfb'),
  fontconfig: async () => process.platform !== 'linux' || onPath('fc-list')(),
  'fonts-noto-cjk': hasChineseFont,
  'libkrb5-dev': async () => process.platform !== 'linux' || (await exists('/usr/include/gssapi/gssapi.h')),
};

/** @typedef {keyof typeof checks} DebianPackage */

async function hasChineseFont() {
  if (process.platform !== 'linux') return true;
  return (await which('fc-list')) !== undefined && (await tryRun('fc-list', [':lang=zh-cn'])).output.trim() !== '';
}

/**
 * How pip is called here, if it is there.
 * @returns {Promise<readonly string[] | undefined>}
 */
export async function pip() {
  for (const command of [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3']]) {
    const [program = '', ...args] = command;
    if ((await which(program)) === undefined) continue;
    if ((await tryRun(program, [...args, '--version'])).code === 0) return command;
  }
  return undefined;
}

/**
 * Installs the packages whose programs are missing when this is a Debian-like machine and we are root; names them otherwise.
 * @param {readonly DebianPackage[]} packages
 * @param {string} purpose completes "… needed for"
 */
export async function ensureDebian(packages, purpose) {
  /** @type {DebianPackage[]} */
  const missing = [];
  for (const name of packages) if (!(await checks[name]())) missing.push(name);
  if (missing.length === 0) return;
  const names = missing.join(' ');
  const apt = await which('apt-get');
  if (apt === undefined || process.getuid?.() !== 0) {
    throw new Error(`Missing for ${purpose}: ${names}. Install with:  sudo apt-get update && sudo apt-get install -y ${names}`);
  }
  await step(`Installing Debian packages ${names}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run(apt, ['update', '-q'], { env, timeoutMs: 300_000 });
    await run(apt, ['install', '-y', '-q', '--no-install-recommends', ...missing], { env, timeoutMs: 900_000 });
  });
}
