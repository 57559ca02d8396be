/**
 * A worker that says what a test tells it to, for what depends on exact words:
 * `installedPaddock({ worker: await scriptedWorker({ answers: [{ answer: 'Hello.' }] }) })`.
 */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../fixtures/workers/says.mjs', import.meta.url));

/**
 * @typedef {object} ScriptedAnswer
 * @property {string} [when] what the question contains; any question without it
 * @property {string | readonly string[]} answer whole, or in the pieces it streams in
 * @property {number} [firstTokenMilliseconds] how long the prompt is read
 * @property {number} [tokensPerSecond] as fast as it goes without it
 * @property {Partial<import('../../../src/contract/metrics').Metrics>} [metrics] what it claims to have cost, over what it did
 *
 * @typedef {object} Script
 * @property {readonly ScriptedAnswer[]} answers the first that fits is given, of several with the same `when` each in turn; a question without one fails
 * @property {readonly {after: string, text: string}[]} [ghosts] ghost text, by what stands before the cursor
 * @property {Partial<import('../../../src/contract/models').ModelFacts>} [facts] read when the model is loaded
 *
 * @typedef {{chat: import('../../../src/contract/chat').ChatParams, complete: import('../../../src/contract/completion').CompletionRequest}} Asked
 */

export class ScriptedWorker {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
  }

  /** What makes Paddock run this worker: it is the runtime that is given the real one's script, and does not look at it. */
  get machineSettings() {
    return { 'paddock.worker.runtime': path.join(this.folder, 'runtime') };
  }

  /**
   * Replaces the script; holds from the next request on.
   * @param {Script} script
   */
  async say(script) {
    await writeFile(path.join(this.folder, 'script.json'), JSON.stringify(script));
  }

  /**
   * What it was asked, oldest first.
   * @template {keyof Asked} Method
   * @param {Method} method
   * @returns {Promise<Asked[Method][]>}
   */
  async asked(method) {
    const lines = (await readFile(path.join(this.folder, 'requests.jsonl'), 'utf8').catch(() => '')).trim().split('\n');
    const all = /** @type {{method: string, params: Asked[Method]}[]} */ (lines.filter(Boolean).map((line) => JSON.parse(line)));
    return all.filter((request) => request.method === method).map(({ params }) => params);
  }

  async remove() {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * @param {Script} script
 * @returns {Promise<ScriptedWorker>}
 */
export async function scriptedWorker(script) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'paddock-scripted-'));
  const worker = new ScriptedWorker(folder);
  await worker.say(script);
  // The script of the real worker comes last, so that the process is still known as Paddock's worker.
  await writeFile(path.join(folder, 'runtime'), `#!/bin/sh\nexec '${process.execPath}' '${program}' '${folder}' "$@"\n`);
  await chmod(path.join(folder, 'runtime'), 0o755);
  return worker;
}
