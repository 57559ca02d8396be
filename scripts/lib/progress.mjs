/** Steps shorter than this (already done, found in the cache) say nothing. */
const QUIET_MS = 300;

/** @type {symbol | undefined} the step whose line is still open */
let open;

/** @param {string} text */
function write(text) {
  process.stderr.write(text);
}

/**
 * Runs a step and prints one line for it, `[paddock] Label… 23 s`, on stderr (stdout belongs to results).
 * @template T
 * @param {string} label
 * @param {() => Promise<T>} work
 * @param {(value: T) => string} [describe] what the line ends with, after the time
 * @returns {Promise<T>}
 */
export async function step(label, work, describe) {
  const id = Symbol(label);
  const started = Date.now();
  let shown = false;
  const show = () => {
    if (open !== undefined) write('\n');
    write(`[paddock] ${label}… `);
    open = id;
    shown = true;
  };
  const timer = setTimeout(show, QUIET_MS);
  /** @param {string} result */
  const close = (result) => {
    clearTimeout(timer);
    if (!shown) return;
    write(open === id ? `${result}\n` : `${open === undefined ? '' : '\n'}[paddock] ${label}: ${result}\n`);
    open = undefined;
  };
  try {
    const value = await work();
    close(`${duration(Date.now() - started)}${describe === undefined ? '' : `, ${describe(value)}`}`);
    return value;
  } catch (error) {
    close('failed');
    throw error;
  }
}

/** @param {string} text */
export function note(text) {
  if (open !== undefined) write('\n');
  open = undefined;
  write(`[paddock] ${text}\n`);
}

/** @param {number} ms */
export function duration(ms) {
  return ms < 9_500 ? `${(ms / 1000).toFixed(1)} s` : `${String(Math.round(ms / 1000))} s`;
}

/**
 * What a script ends with when it fails: the sentence, not a stack, unless PADDOCK_DEBUG is set.
 * @param {unknown} error
 */
export function fail(error) {
  const debug = process.env['PADDOCK_DEBUG'] !== undefined;
  note(error instanceof Error ? (debug ? (error.stack ?? error.message) : error.message) : String(error));
  process.exitCode = 1;
}
