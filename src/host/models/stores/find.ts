import { open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import type { OwnedModel } from '../choices';
import type { Store } from './places';

/** Deeper than any store lays files, and more than anybody keeps: a folder that turns out to be something else is not walked for ever. */
const MOST_DEPTH = 7;
const MOST_ENTRIES = 5000;
const MOST_MANIFEST_BYTES = 1024 * 1024;

/** What stands beside models and is none: what looks at images for one, and all parts of a split one but the first, which names the others. */
const beside = /mmproj|projector|-(?!00001-)\d{5}-of-\d{5}\.gguf$/i;

const manifest = v.looseObject({ layers: v.array(v.looseObject({ mediaType: v.string(), digest: v.string() })) });
const MODEL_LAYER = 'application/vnd.ollama.image.model';

/** Models that other programs keep, where they are: each file once. What cannot be read is left out. Never rejects. */
export async function findModels(stores: readonly Store[]): Promise<readonly OwnedModel[]> {
  const found = new Map<string, OwnedModel>();
  for (const { name, layout, folders } of stores) {
    for (const folder of folders) {
      const candidates = layout === 'ollama' ? ollamaModels(folder) : fileModels(folder);
      for await (const candidate of candidates) {
        const model = await modelAt(candidate, name);
        if (model !== undefined && !found.has(model.path)) found.set(model.path, model);
      }
    }
  }
  return [...found.values()];
}

interface Candidate {
  readonly name: string;
  readonly file: string;
}

/** Files that are called as models are. Downloads that are not complete have longer names. */
async function* fileModels(folder: string): AsyncGenerator<Candidate, void, undefined> {
  for await (const file of filesBelow(folder)) {
    const name = path.basename(file);
    if (/\.gguf$/i.test(name) && !beside.test(name)) yield { name: name.replace(/(?:-00001-of-\d{5})?\.gguf$/i, ''), file };
  }
}

/** What Ollama's manifests name: `manifests/<registry>/<namespace>/<model>/<tag>`, with the weights in `blobs/sha256-<digest>`. */
async function* ollamaModels(folder: string): AsyncGenerator<Candidate, void, undefined> {
  const manifests = path.join(folder, 'manifests');
  for await (const file of filesBelow(manifests)) {
    const layers = await layersIn(file);
    // More than one model layer is a split model, which has no file that names the others.
    const [weights, ...others] = layers.filter(({ mediaType }) => mediaType === MODEL_LAYER);
    const [, hash] = /^sha256:([0-9a-f]{64})$/.exec(weights?.digest ?? '') ?? [];
    if (hash === undefined || others.length > 0) continue;
    const [tag = '', model = '', namespace = ''] = path.relative(manifests, file).split(path.sep).reverse();
    yield { name: `${namespace === 'library' ? '' : `${namespace}/`}${model}:${tag}`, file: path.join(folder, 'blobs', `sha256-${hash}`) };
  }
}

async function layersIn(file: string): Promise<v.InferOutput<typeof manifest>['layers']> {
  try {
    if ((await stat(file)).size > MOST_MANIFEST_BYTES) return [];
    return v.parse(manifest, JSON.parse(await readFile(file, 'utf8'))).layers;
  } catch {
    return [];
  }
}

/** Every file and link below a folder, breadth first, within limits. */
async function* filesBelow(folder: string): AsyncGenerator<string, void, undefined> {
  const folders = [{ at: folder, depth: 0 }];
  let entries = 0;
  for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
    const { at, depth } = next;
    for (const entry of await readdir(at, { withFileTypes: true }).catch(() => [])) {
      if (++entries > MOST_ENTRIES) return;
      const file = path.join(at, entry.name);
      // A link to a folder may lead back up.
      if (entry.isDirectory()) folders.push(...(depth < MOST_DEPTH ? [{ at: file, depth: depth + 1 }] : []));
      else yield file;
    }
  }
}

/** The model in a file, by its real path; `undefined` where that is gone, or is no GGUF. */
async function modelAt({ name, file }: Candidate, store: string): Promise<OwnedModel | undefined> {
  try {
    const real = await realpath(file);
    const handle = await open(real, 'r');
    try {
      const facts = await handle.stat();
      const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
      if (!facts.isFile() || buffer.toString('latin1') !== 'GGUF') return undefined;
      return { name: `${name} · ${store}`, path: real, bytes: facts.size, source: store };
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}
