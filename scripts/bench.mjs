/**
 * `npm run bench -- ghost-quality [--json] [--model file] [--positions n]`: what ghost text is worth at places in real files, against the
 * bare model; see test/bench/completion/completionQuality.ts. A picture goes to out/bench/ghost-quality.svg.
 *
 * `npm run bench -- ghost-latency [--json]`: from key presses to ghost text on the screen of a real VS Code; see
 * test/bench/completion/completionLatency.mjs.
 *
 * `npm run bench -- chat [--json] [--repeats n]`: long answers and long conversations in the chat view of a real VS Code; see
 * test/bench/chat/chatStream.mjs.
 *
 * `npm run bench -- session [--json] [--peer URL] [--only row]… [--repeats n] [--model file]`: Paddock's worker against llama-server; see
 * test/bench/session/sessionBench.ts. A table for people on stdout; with --json, one JSON object as the last line. What is measured so far is in
 * out/bench/so-far.json.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundleTool } from './lib/bundle.mjs';
import { ensureBrowserHost } from './lib/vscode/code-server.mjs';
import { ensureCorpus } from './lib/models/corpus.mjs';
import { ensureDependencies } from './lib/package/dependencies.mjs';
import { lastLines, tryRun } from './lib/exec.mjs';
import { ensureModel } from './lib/models/model.mjs';
import { out, root } from './lib/paths.mjs';
import { fail, step } from './lib/progress.mjs';

/**
 * What test/bench/session/sessionBench.ts exports; not imported, as scripts are no part of the tests' project.
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
 *
 * @typedef {object} PaintsModule what test/bench/completion/completionPaints.ts exports
 * @property {() => unknown} readTrace
 * @property {unknown} latencyReport
 * @property {(report: object) => string} latencyTable
 * @typedef {object} QualityModule
 * @property {(bench: object) => Promise<{table: string, report: object}>} benchGhostQuality
 * @typedef {object} LatencyModule
 * @property {(trace: unknown, vsix: string, reportOf: unknown) => Promise<object>} benchGhostLatency
 * @typedef {object} ChatModule what test/bench/chat/chatReport.ts exports
 * @property {(measurements: unknown) => object} chatReport
 * @property {(report: object) => string} chatTable
 * @property {unknown} numberedTokens
 * @property {unknown} longRecord
 * @typedef {object} StreamModule
 * @property {(bench: object) => Promise<unknown>} benchChat
 */

/** Of the places that ghost text is asked for. */
const qualitySeed = 4;
const BENCHES = ['session', 'ghost-latency', 'ghost-quality', 'chat'];

/** Answers after which the chat's memory is looked at again. */
const chatAnswers = 10;

function options() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      peer: { type: 'string' },
      only: { type: 'string', multiple: true },
      repeats: { type: 'string' },
      positions: { type: 'string' },
      // In place of the synthetic 7B model: a real one, or a tiny one to try the benchmark itself.
      model: { type: 'string' },
    },
  });
  const [bench = BENCHES[0], ...rest] = positionals;
  if (rest.length > 0 || !BENCHES.includes(String(bench))) throw new Error(`Which benchmark? There is: ${BENCHES.join(', ')}.`);
  /** @type {(name: 'repeats' | 'positions', usual: number) => number} */
  const count = (name, usual) => {
    const value = Number(values[name] ?? usual);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a whole number above 0, not ${String(values[name])}.`);
    return value;
  };
  return {
    bench: String(bench),
    json: values.json ?? false,
    peer: values.peer,
    only: (values.only ?? []).flatMap((names) => names.split(',')),
    repeats: count('repeats', bench === 'chat' ? chatAnswers : 5),
    positions: count('positions', 540),
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

/** @param {boolean} json */
async function ghostLatency(json) {
  const { makePackage } = await import('./package.mjs');
  const vsix = await makePackage();
  await ensureBrowserHost(['newest']);
  const { loaded } = await bundleTool('test/bench/completion/completionPaints.ts', path.join(out, 'bench'));
  const { readTrace, latencyReport, latencyTable } = /** @type {PaintsModule} */ (loaded);
  /** @type {unknown} */
  const module = await import(new URL('../test/bench/completion/completionLatency.mjs', import.meta.url).href);
  const { benchGhostLatency } = /** @type {LatencyModule} */ (module);
  const report = await step('Typing', () => benchGhostLatency(readTrace(), vsix, latencyReport));
  process.stdout.write(`${latencyTable(report)}\n`);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
}

/**
 * @param {boolean} json
 * @param {number} answers
 */
async function chat(json, answers) {
  const { makePackage } = await import('./package.mjs');
  const vsix = await makePackage();
  await ensureBrowserHost(['newest']);
  const { loaded } = await bundleTool('test/bench/chat/chatReport.ts', path.join(out, 'bench'));
  const { chatReport, chatTable, numberedTokens, longRecord } = /** @type {ChatModule} */ (loaded);
  /** @type {unknown} */
  const module = await import(new URL('../test/bench/chat/chatStream.mjs', import.meta.url).href);
  const { benchChat } = /** @type {StreamModule} */ (module);
  const report = chatReport(await step('Streaming', () => benchChat({ vsix, answers, numberedTokens, longRecord })));
  process.stdout.write(`${chatTable(report)}\n`);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
}

/**
 * @param {{json: boolean, model: string, positions: number}} options
 */
async function ghostQuality({ json, model, positions }) {
  const files = await ensureCorpus();
  const { loaded, worker } = await bundleTool('test/bench/completion/completionQuality.ts', path.join(out, 'bench'));
  const { benchGhostQuality } = /** @type {QualityModule} */ (loaded);
  const { table, report } = await benchGhostQuality({
    files,
    model: model === '' ? await ensureModel() : model,
    worker,
    positions,
    seed: qualitySeed,
    threads: 0,
    picture: path.join(out, 'bench', 'ghost-quality.svg'),
  });
  process.stdout.write(`${table}\n`);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
}

async function main() {
  const { bench, json, peer, only, repeats, model, positions } = options();
  await ensureDependencies();
  if (bench === 'ghost-quality') return ghostQuality({ json, model, positions });
  if (bench === 'ghost-latency') return ghostLatency(json);
  if (bench === 'chat') return chat(json, repeats);
  const { loaded, worker } = await bundleTool('test/bench/session/sessionBench.ts', path.join(out, 'bench'));
  const { benchSession, wantedRows } = /** @type {BenchModule} */ (loaded);
  wantedRows(only);
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
