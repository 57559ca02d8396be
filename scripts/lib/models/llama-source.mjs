import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { cached, readJson } from '../cache.mjs';
import { run } from '../exec.mjs';
import { root } from '../paths.mjs';
import { step } from '../progress.mjs';

/**
 * The source of the llama.cpp release that node-llama-cpp is built from: its loader, 71 chat templates (`models/templates`) and vocabularies
 * with golden tokenisations (`models/ggml-vocab-*`). node-llama-cpp ships it as a git bundle, so nothing is downloaded.
 * @returns {Promise<string>} the folder of a clone in the cache
 */
export async function ensureLlamaSource() {
  const library = path.join(root, 'node_modules', 'node-llama-cpp');
  const { version } = /** @type {{version: string}} */ (await readJson(path.join(library, 'package.json')));
  const bundle = path.join(library, 'llama', 'gitRelease.bundle');
  const folder = await cached(`llama-source-${version}`, (work) =>
    step('Unpacking the source of llama.cpp', async () => {
      await run('git', ['clone', '--quiet', bundle, path.join(work, 'llama.cpp')]);
    }),
  );
  const clone = path.join(folder, 'llama.cpp');
  if ((await readdir(clone)).length <= 1) throw new Error(`${bundle} has no branch to check out.`);
  return clone;
}
