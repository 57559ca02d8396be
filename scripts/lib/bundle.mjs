import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './paths.mjs';

/**
 * Builds the worker and a TypeScript tool into a folder of its own, as somebody may build the extension while the tool runs, and loads the
 * tool.
 *
 * @param {string} entry the tool, below the repository
 * @param {string} folder absolute path
 * @returns {Promise<{loaded: unknown, worker: string}>} what the tool exports, and the worker's script
 */
export async function bundleTool(entry, folder) {
  const { build } = await import('../build.mjs');
  const esbuild = await import('esbuild');
  await mkdir(folder, { recursive: true });
  await build({ outdir: folder });
  const bundle = path.join(folder, `${path.basename(entry, '.ts')}.mjs`);
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return { loaded: await import(pathToFileURL(bundle).href), worker: path.join(folder, 'worker', 'main.mjs') };
}
