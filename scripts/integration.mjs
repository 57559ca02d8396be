/**
 * The integration tests in a real VS Code: `node scripts/integration.mjs newest|oldest` runs them in code-server,
 * `node scripts/integration.mjs desktop [version]` in a desktop VS Code that @vscode/test-electron downloads.
 * Counts go to the file that PADDOCK_TEST_RESULTS names. With PADDOCK_TEST_GREP only the tests run whose names match it.
 */
import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { SilentReporter, runTests } from '@vscode/test-electron';
import { build } from './build.mjs';
import { ensureDebian } from './lib/debian/debian.mjs';
import { run } from './lib/exec.mjs';
import { linkExtension } from './lib/vscode/host-profile.mjs';
import { linkModel } from './lib/models/model.mjs';
import { cacheRoot, dist, root } from './lib/paths.mjs';
import { tempFolder } from './lib/temp.mjs';
import { fail } from './lib/progress.mjs';

const [where = 'newest', version = 'stable'] = process.argv.slice(2);

async function main() {
  if (where === 'desktop' && process.platform === 'linux' && process.env['DISPLAY'] === undefined) {
    await ensureDebian(['xvfb'], 'a desktop VS Code without a display');
    process.stdout.write(await run('xvfb-run', ['-a', process.execPath, ...process.argv.slice(1)]));
    return;
  }
  await build({ tests: true });
  await linkModel();
  const work = await tempFolder('paddock-it-');
  try {
    const folder = path.join(work, 'workspace');
    await cp(path.join(root, 'test', 'fixtures', 'workspace'), folder, { recursive: true });
    const extensions = path.join(work, 'extensions');
    await mkdir(extensions);
    await linkExtension(extensions, path.join(root, 'test', 'integration', 'consumer'));
    const desktop = { version, cachePath: path.join(cacheRoot(), 'vscode-desktop'), reporter: new SilentReporter() };
    const inBrowser = { vscodeExecutablePath: path.join(root, 'scripts', 'vscode-host') };
    await runTests({
      ...(where === 'desktop' ? desktop : inBrowser),
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(dist, 'test', 'integration', 'index.js'),
      launchArgs: [folder, `--user-data-dir=${path.join(work, 'user-data')}`, `--extensions-dir=${extensions}`],
      extensionTestsEnv: { PADDOCK_VSCODE: where, PADDOCK_TEST_GREP: process.env['PADDOCK_TEST_GREP'] },
    });
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

await main().catch(fail);
