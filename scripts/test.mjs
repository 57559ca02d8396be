/** `npm test [-- --level unit,model]`: sets up all it needs, runs the levels in order, ends in a line `N passed, N failed`. */
import { parseArgs } from 'node:util';
import { ensureDependencies } from './lib/package/dependencies.mjs';
import { lastLines } from './lib/exec.mjs';
import { fail, note, step } from './lib/progress.mjs';

const SHOWN_LINES = 200;

/**
 * @param {string} name
 * @param {() => Promise<import('./lib/levels.mjs').Outcome>} level
 * @returns {Promise<import('./lib/levels.mjs').Outcome>}
 */
async function runLevel(name, level) {
  const outcome = await step(
    `Testing: ${name}`,
    () =>
      level().catch((/** @type {unknown} */ error) => ({
        passed: 0,
        failed: 1,
        output: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })),
    ({ passed, failed }) => `${String(passed)} passed, ${String(failed)} failed`,
  );
  const ranNothing = outcome.passed + outcome.failed === 0;
  if (outcome.failed > 0 || ranNothing)
    note(`${name} ${ranNothing ? 'ran no test' : 'failed'}:\n${lastLines(outcome.output, SHOWN_LINES)}`);
  return ranNothing ? { ...outcome, failed: 1 } : outcome;
}

async function main() {
  const { values } = parseArgs({ options: { level: { type: 'string', multiple: true } } });
  await ensureDependencies();
  const { levels, sum } = await import('./lib/levels.mjs');
  const wanted = (values.level ?? Object.keys(levels)).flatMap((names) => names.split(','));
  const unknown = wanted.filter((name) => !(name in levels));
  if (unknown.length > 0) throw new Error(`Unknown level ${unknown.join(', ')}; there are ${Object.keys(levels).join(', ')}.`);
  /** @type {import('./lib/levels.mjs').Outcome[]} */
  const outcomes = [];
  for (const [name, level] of Object.entries(levels)) if (wanted.includes(name)) outcomes.push(await runLevel(name, level));
  const { passed, failed } = sum(outcomes);
  process.stdout.write(`${String(passed)} passed, ${String(failed)} failed\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

await main().catch(fail);
