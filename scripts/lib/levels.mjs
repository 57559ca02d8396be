/** The levels of tests. Each runs to its end and says how many passed and failed, from its runner's own report. */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { readJson } from './cache.mjs';
import { cleanEnv, tryRun } from './exec.mjs';
import { ensureBrowserHost } from './vscode/code-server.mjs';
import { isolated } from './debian/isolation.mjs';
import { linkModel } from './models/model.mjs';
import { out, root } from './paths.mjs';
import { note } from './progress.mjs';

const MINUTE = 60_000;

/**
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {number} failed
 * @property {string} output shown when something failed
 */

const reports = path.join(out, 'test-reports');

/**
 * @param {string} name
 * @param {string} file below node_modules
 * @param {readonly string[]} args
 * @returns {Promise<Outcome>} one check: passed or failed as a whole
 */
async function check(name, file, args) {
  const { code, output } = await tryRun(process.execPath, [path.join(root, 'node_modules', file), ...args], {
    cwd: root,
    timeoutMs: 10 * MINUTE,
  });
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output: code === 0 ? '' : `${name}:\n${output}` };
}

/** @param {readonly Outcome[]} outcomes */
export function sum(outcomes) {
  return outcomes.reduce(
    (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, output: `${a.output}${b.output}` }),
    /** @type {Outcome} */ ({ passed: 0, failed: 0, output: '' }),
  );
}

async function checks() {
  return sum([
    await check('TypeScript', 'typescript/bin/tsc', ['-b']),
    await check('ESLint', 'eslint/bin/eslint.js', ['.', '--max-warnings', '0']),
    await check('Prettier', 'prettier/bin/prettier.cjs', ['--check', '.']),
    await check('Style', '../scripts/style.mjs', []),
  ]);
}

/** @param {string} name */
async function reportFile(name) {
  const file = path.join(reports, `${name}.json`);
  await mkdir(reports, { recursive: true });
  await rm(file, { force: true });
  return file;
}

/**
 * @typedef {object} VitestReport
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {{assertionResults: {status: string, fullName: string}[]}[]} testResults
 */

/**
 * A project of vitest.config.mjs.
 * @param {string} project
 * @param {{minutes: number, env?: Record<string, string>, wrap?: (command: readonly string[]) => Promise<readonly string[]>}} options
 * @returns {Promise<Outcome>}
 */
async function vitest(project, { minutes, env = {}, wrap = (command) => Promise.resolve(command) }) {
  const file = await reportFile(project);
  const entry = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const [program = '', ...rest] = await wrap([process.execPath, entry, ...args]);
  const { code, output } = await tryRun(program, rest, {
    cwd: root,
    env: cleanEnv({ ...env, NO_COLOR: '1' }),
    timeoutMs: minutes * MINUTE,
  });
  const report = /** @type {VitestReport | undefined} */ (await readJson(file).catch(() => undefined));
  const tests = report?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? [];
  // Each says in its name why.
  for (const { status, fullName } of tests) if (status === 'skipped' || status === 'pending') note(`Not run: ${fullName}`);
  const failed = report?.numFailedTests ?? 0;
  // A file that cannot be loaded, or an error outside a test, fails the run without failing a test.
  return { passed: report?.numPassedTests ?? 0, failed: code !== 0 && failed === 0 ? 1 : failed, output };
}

/**
 * @param {import('./vscode/code-server.mjs').VscodeVersion} version
 * @returns {Promise<Outcome>}
 */
async function integrationIn(version) {
  const file = await reportFile(`integration-${version}`);
  const script = path.join(root, 'scripts', 'integration.mjs');
  const env = cleanEnv({ PADDOCK_TEST_RESULTS: file });
  const { code, output } = await tryRun(process.execPath, [script, version], { cwd: root, env, timeoutMs: 20 * MINUTE });
  const report = /** @type {{passed: number, failed: number, failures: string[]} | undefined} */ (
    await readJson(file).catch(() => undefined)
  );
  const failed = report?.failed ?? 0;
  const head = `VS Code ${version}:\n${(report?.failures ?? []).join('\n')}\n`;
  return { passed: report?.passed ?? 0, failed: code !== 0 && failed === 0 ? 1 : failed, output: `${head}${output}` };
}

async function integration() {
  await ensureBrowserHost(['newest', 'oldest']);
  await linkModel();
  return sum([await integrationIn('newest'), await integrationIn('oldest')]);
}

async function model() {
  return vitest('model', { minutes: 20, env: { PADDOCK_EMBEDDED_MODEL: await linkModel() } });
}

/** @type {Promise<string> | undefined} */
let packaged;

/** The package that e2e and the offline proof install. */
async function installable() {
  await ensureBrowserHost(['newest']);
  packaged ??= import('../package.mjs').then(({ makePackage }) => makePackage());
  return { PADDOCK_VSIX: await packaged };
}

async function e2e() {
  return vitest('e2e', { minutes: 30, env: await installable() });
}

async function offline() {
  return vitest('offline', { minutes: 15, env: await installable(), wrap: isolated });
}

/** In the order they run. */
export const levels = {
  checks,
  unit: () => vitest('unit', { minutes: 10 }),
  model,
  integration,
  packages: () => vitest('packages', { minutes: 10 }),
  e2e,
  offline,
};
