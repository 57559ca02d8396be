import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cached } from './cache.mjs';
import { cleanEnv, run } from './exec.mjs';
import { step } from './progress.mjs';

/** The npm package that holds Node's binary and headers for this machine. */
function nodePackage() {
  const arm64Mac = process.platform === 'darwin' && process.arch === 'arm64';
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return `${arm64Mac ? 'node-bin' : 'node'}-${platform}-${process.arch}`;
}

/**
 * A Node of another major version, from npm: the programs under test ask for exactly theirs.
 * @param {number} major
 * @returns {Promise<{node: string, bin: string, home: string}>} the binary, its folder, and the folder that holds `include/`
 */
export async function ensureNode(major) {
  const name = nodePackage();
  const folder = await cached(`node-${String(major)}-${process.platform}-${process.arch}`, (work) =>
    step(`Installing Node ${String(major)}`, async () => {
      await writeFile(path.join(work, 'package.json'), '{"private":true}');
      await run('npm', ['install', '--no-audit', '--no-fund', `${name}@${String(major)}`], {
        cwd: work,
        env: cleanEnv(),
        timeoutMs: 300_000,
      });
    }),
  );
  const home = path.join(folder, 'node_modules', name);
  const bin = path.join(home, 'bin');
  return { node: path.join(bin, process.platform === 'win32' ? 'node.exe' : 'node'), bin, home };
}
