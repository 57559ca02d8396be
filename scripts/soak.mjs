/**
 * `npm run soak [-- --minutes 60 --seed 1]`: the recorded editing trace over and over against the real worker and the embedded model, with
 * cancels, kills and reloads; see test/bench/soak/soak.ts. Ends in a summary and one JSON object, and with exit code 1 when something did not hold.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundleTool } from './lib/bundle.mjs';
import { ensureDependencies } from './lib/package/dependencies.mjs';
import { out } from './lib/paths.mjs';
import { fail } from './lib/progress.mjs';
import { tempFolder } from './lib/temp.mjs';

/**
 * What test/bench/soak/soakMain.ts exports. Said here once more: a type taken from there would make it a part of this TypeScript project.
 * @typedef {object} SoakModule
 * @property {(options: {minutes: number, seed: number, script: string, model: string, folder: string, logFile: string}) => Promise<boolean>} soak
 */

/**
 * @param {string | undefined} text
 * @param {string} name
 * @param {number} otherwise
 */
function positive(text, name, otherwise) {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value > 0)) throw new Error(`--${name} takes a number above 0, not ${String(text)}.`);
  return value;
}

async function main() {
  const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
  const minutes = positive(values.minutes, 'minutes', 60);
  const seed = positive(values.seed, 'seed', 1);
  await ensureDependencies();
  const { ensureModel } = await import('./lib/models/model.mjs');
  const folder = path.join(out, 'soak');
  await rm(folder, { recursive: true, force: true });
  const { loaded, worker: script } = await bundleTool('test/bench/soak/soakMain.ts', folder);
  const { soak } = /** @type {SoakModule} */ (loaded);
  const model = await ensureModel();
  const holds = await soak({
    minutes,
    seed,
    script,
    model,
    folder: await tempFolder('paddock-soak-'),
    logFile: path.join(folder, 'worker.log'),
  });
  process.exitCode = holds ? 0 : 1;
}

await main().catch(fail);
