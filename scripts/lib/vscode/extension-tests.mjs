/** Mocha (or any runner) inside the extension host of a code-server, as `--extensionTestsPath` does on the desktop. */
import { access } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPage, serve } from './host.mjs';

const RUN_MS = 15 * 60_000;

/**
 * @typedef {object} ExtensionTestOptions
 * @property {import('./code-server.mjs').VscodeVersion} version
 * @property {string} folder
 * @property {string} extensionDevelopmentPath
 * @property {string} extensionTestsPath
 * @property {string} [userDataDir]
 * @property {string} [extensionsDir]
 * @property {string} [resultFile] must be there at the end: an extension host that dies reports success
 * @property {(text: string) => void} [print] takes what the tests print
 */

/**
 * @param {ExtensionTestOptions} options
 * @returns {Promise<number>} exit code
 */
export async function runExtensionTests(options) {
  const host = await serve({
    version: options.version,
    folder: options.folder,
    ...(options.userDataDir === undefined ? {} : { userDataDir: options.userDataDir }),
    ...(options.extensionsDir === undefined ? {} : { extensionsDir: options.extensionsDir }),
  });
  try {
    const code = await codeOfRun(host, options);
    if (code === 0 && options.resultFile !== undefined && !(await isThere(options.resultFile))) {
      throw new Error(`The tests ended without a result file (the extension host died?):\n${await host.logs()}`);
    }
    if (code !== 0 && process.env['PADDOCK_DEBUG'] !== undefined) options.print?.(await host.logs());
    return code;
  } finally {
    await host.stop();
  }
}

/**
 * @param {import('./host.mjs').Host} host
 * @param {ExtensionTestOptions} options
 */
async function codeOfRun(host, options) {
  /** @type {(code: number) => void} */
  let settle = () => undefined;
  const ended = new Promise((/** @type {(code: number) => void} */ resolve) => (settle = resolve));
  const { close } = await openPage(testUrl(host, options), {
    waitForWorkbench: false,
    beforeLoad: async (page) => {
      await page.addInitScript(ENABLE_TEST_DRIVER);
      await page.exposeFunction('codeAutomationExit', (/** @type {number} */ code) => {
        settle(code);
      });
      await page.exposeFunction('codeAutomationLog', (/** @type {string} */ _type, /** @type {unknown[]} */ args) => {
        options.print?.(`${args.map(String).join(' ')}\n`);
      });
    },
  });
  const died = host.exited.then(() => {
    throw new Error('VS Code ended before the tests did.');
  });
  const late = sleep(RUN_MS, undefined, { ref: false }).then(() => {
    throw new Error(`The tests did not end within ${String(RUN_MS / 60_000)} minutes.`);
  });
  try {
    return await Promise.race([ended, died, late]);
  } finally {
    died.catch(() => undefined);
    late.catch(() => undefined);
    await close();
  }
}

/**
 * The workbench takes `extensionTestsPath` from its address only with the smoke test driver on. code-server got a flag for it late; the
 * page's own configuration, changed after it is parsed and before deferred scripts run, works in every version.
 */
const ENABLE_TEST_DRIVER = `document.addEventListener('readystatechange', () => {
  const meta = document.getElementById('vscode-workbench-web-configuration');
  if (document.readyState !== 'interactive' || meta === null) return;
  const settings = JSON.parse(meta.dataset.settings);
  settings.developmentOptions = { ...settings.developmentOptions, enableSmokeTestDriver: true };
  meta.dataset.settings = JSON.stringify(settings);
});`;

/**
 * @param {import('./host.mjs').Host} host
 * @param {ExtensionTestOptions} options
 */
function testUrl(host, { extensionDevelopmentPath, extensionTestsPath }) {
  const remote = (/** @type {string} */ file) => `vscode-remote://127.0.0.1:${String(host.port)}${file}`;
  const payload = [
    ['extensionDevelopmentPath', remote(extensionDevelopmentPath)],
    ['extensionTestsPath', remote(extensionTestsPath)],
  ];
  return `${host.url}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

/** @param {string} file */
async function isThere(file) {
  return access(file).then(
    () => true,
    () => false,
  );
}
