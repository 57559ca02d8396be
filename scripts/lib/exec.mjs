import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';

/** npm's settings that say where and how to fetch; every other variable an outer `npm run` left is of its own project. */
const NPM_FETCH = /^npm_config_(registry|cache|userconfig|globalconfig|proxy|https_proxy|noproxy|cafile|strict_ssl|fetch_.*)$/i;

/**
 * The environment without what an outer npm put into it.
 * @param {Record<string, string | undefined>} [extra]
 * @returns {NodeJS.ProcessEnv}
 */
export function cleanEnv(extra = {}) {
  /** @type {NodeJS.ProcessEnv} */
  const env = {};
  for (const [key, value] of Object.entries(process.env)) {
    if (/^npm_/i.test(key) ? NPM_FETCH.test(key) : key !== 'INIT_CWD' && key !== 'NODE') env[key] = value;
  }
  return { ...env, ...extra };
}

/**
 * Puts a folder first in PATH.
 * @param {string} folder
 */
export function pathWith(folder) {
  return `${folder}${path.delimiter}${process.env['PATH'] ?? ''}`;
}

/**
 * Finds a program on PATH.
 * @param {string} name
 * @returns {Promise<string | undefined>}
 */
export async function which(name) {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    for (const file of names.map((n) => path.join(folder, n))) {
      const found = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (found) return file;
    }
  }
  return undefined;
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [timeoutMs]
 *
 * @typedef {object} RunResult
 * @property {number} code exit code; -1 when a signal ended it
 * @property {string} output stdout and stderr in the order they came
 */

/**
 * Runs a program to its end with no stdin; what it prints is collected, not shown. The whole process group ends with the time limit.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function tryRun(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const windows = process.platform === 'win32';
    const child = spawn(command, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env ?? cleanEnv(),
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: windows && !command.endsWith('.exe'),
      detached: !windows,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => (output += chunk));
    }
    const untrack = track(child);
    const timer = options.timeoutMs === undefined ? undefined : setTimeout(outOfTime, options.timeoutMs);
    function outOfTime() {
      output += '\nEnded: it ran out of time.';
      killGroup(child.pid, 'SIGTERM');
      setTimeout(killGroup, GRACE_MS, child.pid).unref();
    }
    child.on('error', (error) => {
      untrack();
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      untrack();
      resolve({ code: code ?? -1, output });
    });
  });
}

/**
 * {@link tryRun}, with an error that shows the end of the output when the program fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>}
 */
export async function run(command, args, options = {}) {
  const { code, output } = await tryRun(command, args, options);
  if (code === 0) return output;
  throw new Error(`${path.basename(command)} ${args.slice(0, 4).join(' ')} ended with ${String(code)}:\n${lastLines(output, 40)}`);
}

/**
 * @param {string} text
 * @param {number} count
 */
export function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
/** How long a program that ran out of time has to end its own children. */
const GRACE_MS = 5_000;

/** @type {Map<import('node:child_process').ChildProcess, NodeJS.Signals>} */
const children = new Map();

/**
 * Ends a child's process group with this process, however it ends.
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} [signal] the default lets a child that tracks children of its own end them too
 * @returns {() => void} stops tracking
 */
export function track(child, signal = 'SIGTERM') {
  if (children.size === 0) {
    process.once('exit', killAll);
    for (const name of SIGNALS) process.once(name, onSignal);
  }
  children.set(child, signal);
  return () => {
    children.delete(child);
    if (children.size > 0) return;
    process.removeListener('exit', killAll);
    for (const name of SIGNALS) process.removeListener(name, onSignal);
  };
}

function killAll() {
  for (const [child, signal] of children) killGroup(child.pid, signal);
}

function onSignal() {
  process.exit(130);
}

/**
 * @param {number | undefined} pid leader of a process group
 * @param {NodeJS.Signals} [signal]
 */
export function killGroup(pid, signal = 'SIGKILL') {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // Gone already.
  }
}
