/** `npm run pictures`: has the end-to-end tests make the README's pictures, and takes them into docs/images. A run of the tests alone does not. */
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { ensureBrowserHost } from './lib/vscode/code-server.mjs';
import { ensureDependencies } from './lib/package/dependencies.mjs';
import { cleanEnv, run } from './lib/exec.mjs';
import { out, root } from './lib/paths.mjs';
import { fail, note, step } from './lib/progress.mjs';

const TEST_MS = 10 * 60_000;

async function main() {
  await ensureDependencies();
  await ensureBrowserHost(['newest']);
  const { makePackage } = await import('./package.mjs');
  const vsix = process.env['PADDOCK_VSIX'] ?? (await makePackage());
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const env = cleanEnv({ PADDOCK_VSIX: vsix, NO_COLOR: '1' });
  const made = path.join(out, 'e2e', 'readme');
  await rm(made, { recursive: true, force: true });
  await step('Making the pictures', () =>
    run(process.execPath, [vitest, 'run', '--project', 'e2e', 'test/e2e/pictures.test.ts'], { cwd: root, env, timeoutMs: TEST_MS }),
  );
  const images = path.join(root, 'docs', 'images');
  await rm(images, { recursive: true, force: true });
  await mkdir(images, { recursive: true });
  const names = await readdir(made);
  for (const name of names) await copyFile(path.join(made, name), path.join(images, name));
  note(`docs/images has ${String(names.length)} new pictures; look at them.`);
}

await main().catch(fail);
