/**
 * `npm run bench -- session [--json] [--peer URL] [--only row]… [--repeats n] [--model file]`: Paddock's worker against llama-server; see
 * test/bench/session.ts. A table for people on stdout; with --json, one JSON object as the last line. What is measured so far is in
 * out/bench/so-far.json.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundleTool } from './lib/bundle.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { lastLines, tryRun } from './lib/exec.mjs';
import { out, root } from './lib/paths.mjs';
import { fail, step } from './lib/progress.mjs';

/**
 * What test/bench/session.ts exports; not imported, as scripts are no part of the tests' project.
 *
 * @typedef {{kind: 'script', script: string} | {kind: 'url', url: string} | {kind: 'none', reason: string}} PeerSource
 * @typedef {object} SessionBench
 * @property {readonly string[]} only
 * @property {number} repeats
 * @property {string} worker
 * @property {string} embeddedModel
 * @property {string} largeModel
 * @property {PeerSource} peer
 * @property {string} soFar
 * @typedef {object} BenchModule
 * @property {(bench: SessionBench) => Promise<{table: string, report: object}>} benchSession
 * @property {(only: readonly string[]) => unknown} wantedRows throws for a row there is not
 */

const BENCHES = ['session'];

function options() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      peer: { type: 'string' },
      only: { type: 'string', multiple: true },
      repeats: { type: 'string' },
      // In place of the synthetic 7B model: a real one, or a tiny one to try the benchmark itself.
      model: { type: 'string' },
    },
  });
  const [bench = BENCHES[0], ...rest] = positionals;
  if (rest.length > 0 || !BENCHES.includes(String(bench))) throw new Error(`Which benchmark? There is: ${BENCHES.join(', ')}.`);
  const repeats = Number(values.repeats ?? 5);
  if (!Number.isInteger(repeats) || repeats < 1) throw new Error(`--repeats takes a whole number above 0, not ${String(values.repeats)}.`);
  return {
    json: values.json ?? false,
    peer: values.peer,
    only: (values.only ?? []).flatMap((names) => names.split(',')),
    repeats,
    model: values.model === undefined ? '' : path.resolve(values.model),
  };
}

/**
 * @param {string | undefined} url
 * @returns {Promise<PeerSource>}
 */
async function findPeer(url) {
  if (url !== undefined) return { kind: 'url', url };
  const script = path.join(root, 'scripts', 'llama-server');
  const { code, output } = await step('Preparing llama-server', () =>
    tryRun(script, ['--prepare'], { timeoutMs: 600_000 }).catch((/** @type {unknown} */ error) => ({ code: -1, output: String(error) })),
  );
  return code === 0 ? { kind: 'script', script } : { kind: 'none', reason: `llama-server cannot be had: ${lastLines(output, 1)}` };
}

async function main() {
  const { json, peer, only, repeats, model } = options();
  await ensureDependencies();
  const { loaded, worker } = await bundleTool('test/bench/session.ts', path.join(out, 'bench'));
  const { benchSession, wantedRows } = /** @type {BenchModule} */ (loaded);
  wantedRows(only);
  const { ensureModel } = await import('./lib/model.mjs');
  const { table, report } = await benchSession({
    only,
    repeats,
    worker,
    embeddedModel: await ensureModel(),
    largeModel: model,
    peer: await findPeer(peer),
    soFar: path.join(out, 'bench', 'so-far.json'),
  });
  process.stdout.write(`${table}\n`);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
}

await main().catch(fail);
