/** What a VS Code that is started for us is told: its folders, settings and environment. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readJson } from '../cache.mjs';
import { root } from '../paths.mjs';
import { tempFolder } from '../temp.mjs';

/** No dialogs, no look-ups outside, nothing of VS Code's own in the way. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'chat.disableAIFeatures': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'typescript.disableAutomaticTypeAcquisition': true,
  'npm.fetchOnlinePackageInfo': false,
  'json.schemaDownload.enable': false,
  'security.workspace.trust.enabled': false,
};

/** Colour themes by what they are; VS Code renamed its own between the two versions. */
export const themes = /** @type {const} */ ({
  newest: {
    light: 'Light Modern',
    dark: 'Dark Modern',
    highContrast: 'Default High Contrast',
    highContrastLight: 'Default High Contrast Light',
  },
  oldest: {
    light: 'Default Light Modern',
    dark: 'Default Dark Modern',
    highContrast: 'Default High Contrast',
    highContrastLight: 'Default High Contrast Light',
  },
});

/** What of the caller's environment a started VS Code sees. */
const KEPT_ENV = /^(PATH|LANG|LC_\w+|TZ|PADDOCK_\w+|NODE_LLAMA_CPP_\w+|HF_ENDPOINT|SYSTEMROOT|WSL\w*)$/i;

/**
 * @typedef {object} Folders
 * @property {string} run removed at the end
 * @property {string} home
 * @property {string} tmp
 * @property {string} userData
 * @property {string} extensions
 */

/**
 * @param {{stateDir?: string, userDataDir?: string, extensionsDir?: string}} options
 * @returns {Promise<Folders>}
 */
export async function makeFolders({ stateDir, userDataDir, extensionsDir }) {
  // Short on purpose: sockets live in it, and their paths may have about 100 characters.
  const run = await tempFolder('paddock-');
  const state = stateDir ?? run;
  const folders = {
    run,
    home: path.join(state, 'home'),
    tmp: path.join(run, 'tmp'),
    userData: userDataDir ?? path.join(state, 'user-data'),
    extensions: extensionsDir ?? path.join(state, 'extensions'),
  };
  for (const folder of [...Object.values(folders), path.join(folders.userData, 'User')]) await mkdir(folder, { recursive: true });
  await writeFile(path.join(run, 'config.yaml'), '');
  return folders;
}

/**
 * @param {Folders} folders
 * @param {Record<string, string | undefined>} [extra]
 * @returns {NodeJS.ProcessEnv}
 */
export function hostEnv(folders, extra = {}) {
  const kept = Object.entries(process.env).filter(([key]) => KEPT_ENV.test(key));
  return {
    ...Object.fromEntries(kept),
    HOME: folders.home,
    USERPROFILE: folders.home,
    XDG_CONFIG_HOME: path.join(folders.home, '.config'),
    XDG_DATA_HOME: path.join(folders.home, '.local', 'share'),
    XDG_CACHE_HOME: path.join(folders.home, '.cache'),
    XDG_RUNTIME_DIR: folders.tmp,
    TMPDIR: folders.tmp,
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    ...extra,
  };
}

/**
 * Settings that are the machine's are read from a file of their own where VS Code has a server; in the user's they count for nothing.
 * @param {string} userData
 * @param {Record<string, unknown>} settings
 */
export async function writeMachineSettings(userData, settings) {
  await mkdir(path.join(userData, 'Machine'), { recursive: true });
  await writeFile(path.join(userData, 'Machine', 'settings.json'), JSON.stringify(settings));
}

/** @param {string} userData */
export const settingsFile = (userData) => path.join(userData, 'User', 'settings.json');

/**
 * Changes user settings. A browser that shows this VS Code sees it at its next load: code-server does not watch the file for it.
 * @param {string} userData
 * @param {Record<string, unknown>} changes
 */
export async function changeSettings(userData, changes) {
  const file = settingsFile(userData);
  const before = /** @type {Record<string, unknown>} */ (await readJson(file).catch(() => ({})));
  await writeFile(file, JSON.stringify({ ...before, ...changes }, undefined, 2));
}

/**
 * Makes the clone itself an installed extension: the record VS Code keeps of a profile's extensions may name any folder.
 * @param {string} extensions
 * @param {string} [folder]
 */
export async function linkExtension(extensions, folder = root) {
  const manifest = /** @type {{name: string, publisher: string, version: string}} */ (await readJson(path.join(folder, 'package.json')));
  const location = { $mid: 1, path: pathToFileURL(folder).pathname, scheme: 'file' };
  const entry = { identifier: { id: `${manifest.publisher}.${manifest.name}` }, version: manifest.version, location };
  await writeFile(path.join(extensions, 'extensions.json'), JSON.stringify([entry]));
}

/**
 * Every log of a VS Code, newest run last: the server's, the extension host's and the output channels'.
 * @param {string} userData
 * @returns {Promise<string>}
 */
export async function collectLogs(userData) {
  const folder = path.join(userData, 'logs');
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const parts = files
    .filter((file) => file.endsWith('.log'))
    .sort()
    .map(async (file) => `==> ${file} <==\n${await readFile(path.join(folder, file), 'utf8').catch(() => '')}`);
  return (await Promise.all(parts)).join('\n');
}
