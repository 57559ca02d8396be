/** The command line of `scripts/vscode-host`: the desktop VS Code flags that @vscode/test-electron uses. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { vscodeVersions } from './code-server.mjs';
import { runExtensionTests } from './extension-tests.mjs';
import { serve } from './host.mjs';
import { note } from '../progress.mjs';

/** @returns {import('./code-server.mjs').VscodeVersion} */
function wantedVersion() {
  return process.env['PADDOCK_VSCODE'] === 'oldest' ? 'oldest' : 'newest';
}

/** @param {string} file a path or a file: address */
function toPath(file) {
  return path.resolve(file.startsWith('file:') ? decodeURIComponent(new URL(file).pathname) : file);
}

/** @param {string[]} argv */
function parse(argv) {
  const { values, positionals } = parseArgs({
    args: argv,
    strict: false,
    allowPositionals: true,
    options: {
      extensionDevelopmentPath: { type: 'string' },
      extensionTestsPath: { type: 'string' },
      'user-data-dir': { type: 'string' },
      'extensions-dir': { type: 'string' },
      'install-extension': { type: 'string', multiple: true },
      port: { type: 'string' },
      version: { type: 'boolean' },
    },
  });
  /** @param {keyof typeof values} name */
  const text = (name) => (typeof values[name] === 'string' ? values[name] : undefined);
  const install = (values['install-extension'] ?? []).filter((file) => typeof file === 'string').map(toPath);
  return { text, install, version: values.version === true, folder: toPath(positionals[0] ?? '.') };
}

/**
 * @param {string[]} argv
 * @returns {Promise<number>} exit code
 */
export async function main(argv) {
  const { text, install, version, folder } = parse(argv);
  if (version) {
    process.stdout.write(`${vscodeVersions[wantedVersion()].vscode}\n`);
    return 0;
  }
  const userDataDir = text('user-data-dir');
  const extensionsDir = text('extensions-dir');
  const dirs = {
    ...(userDataDir === undefined ? {} : { userDataDir: toPath(userDataDir) }),
    ...(extensionsDir === undefined ? {} : { extensionsDir: toPath(extensionsDir) }),
  };
  const developmentPath = text('extensionDevelopmentPath');
  const testsPath = text('extensionTestsPath');
  if (developmentPath !== undefined && testsPath !== undefined) {
    const resultFile = process.env['PADDOCK_TEST_RESULTS'];
    return runExtensionTests({
      version: wantedVersion(),
      folder,
      extensionDevelopmentPath: toPath(developmentPath),
      extensionTestsPath: toPath(testsPath),
      print: (line) => process.stdout.write(line),
      ...(resultFile === undefined ? {} : { resultFile }),
      ...dirs,
    });
  }
  const port = text('port');
  const link = developmentPath === undefined ? {} : { link: toPath(developmentPath) };
  const host = await serve({
    version: wantedVersion(),
    folder,
    install,
    ...link,
    ...dirs,
    ...(port === undefined ? {} : { port: Number(port) }),
  });
  if (install.length > 0 && developmentPath === undefined) {
    await host.stop();
    return 0;
  }
  note(`VS Code is at ${host.url} (Ctrl+C ends it).`);
  await host.exited;
  return 0;
}
