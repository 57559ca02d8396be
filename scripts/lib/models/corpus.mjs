import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { cached, readJson } from '../cache.mjs';
import { run } from '../exec.mjs';
import { root } from '../paths.mjs';
import { step } from '../progress.mjs';

/**
 * Real sources of one language, from packages pinned in test/bench/lib/corpus.json.
 *
 * @typedef {object} Source
 * @property {string} language VS Code language id
 * @property {string} extension of its files
 * @property {'npm' | 'debian'} from
 * @property {readonly string[]} packages with their versions, as npm or apt writes them
 * @property {string} [integrity] of an npm package's one tarball, as a lock file has it
 * @property {string} [suite] Debian's
 * @property {string} folder in what is unpacked
 *
 * @typedef {object} SourceFile
 * @property {string} language
 * @property {string} path relative to its package's folder, with forward slashes
 * @property {string} text its lines end in `\n`
 */

/** Bytes of a file that is worth reading: smaller ones are mostly licences and re-exports, larger ones mostly tables. */
const sizes = { least: 2_500, most: 30_000 };

/**
 * The files of the corpus, in the order of their languages and names. What is missing is fetched.
 * @returns {Promise<readonly SourceFile[]>}
 */
export async function ensureCorpus() {
  const sources = /** @type {readonly Source[]} */ (await readJson(path.join(root, 'test', 'bench', 'lib', 'corpus.json')));
  const files = [];
  for (const source of sources) files.push(...(await filesOf(source)));
  return files;
}

/**
 * @param {Source} source
 * @returns {Promise<readonly SourceFile[]>}
 */
async function filesOf(source) {
  const { language, extension, packages } = source;
  const hash = createHash('sha256').update(JSON.stringify(source)).digest('hex').slice(0, 12);
  const folder = await cached(`corpus-${language}-${hash}`, (work) =>
    step(`Fetching ${packages.join(' ')}`, () => (source.from === 'npm' ? fromNpm(source, work) : fromDebian(source, work))),
  );
  const base = path.join(folder, source.folder);
  const names = (await readdir(base, { recursive: true })).filter((name) => name.endsWith(extension)).sort();
  /** @type {SourceFile[]} */
  const files = [];
  for (const name of names) {
    const { size } = await stat(path.join(base, name));
    if (size < sizes.least || size > sizes.most) continue;
    const text = (await readFile(path.join(base, name), 'utf8')).replaceAll('\r\n', '\n');
    files.push({ language, path: name.split(path.sep).join('/'), text });
  }
  if (files.length === 0) throw new Error(`${packages.join(' ')} has no ${extension} files in ${source.folder}.`);
  return files;
}

/**
 * @param {Source} source
 * @param {string} work
 */
async function fromNpm({ packages: [name = ''], integrity }, work) {
  const file = path.join(work, (await run('npm', ['pack', '--silent', '--pack-destination', work, name])).trim());
  const digest = `sha512-${createHash('sha512')
    .update(await readFile(file))
    .digest('base64')}`;
  if (digest !== integrity) throw new Error(`${name} has the integrity ${digest}, not the one pinned in test/bench/lib/corpus.json.`);
  await run('tar', ['-xzf', file, '-C', work]);
}

/**
 * @param {Source} source
 * @param {string} work
 */
async function fromDebian({ packages, suite = '' }, work) {
  await run(path.join(root, 'scripts', 'debian-packages'), [suite, work, '--alone', ...packages]);
}
