import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { filesBelow } from './modelFolders';
import { cleanName } from './modelNames';

const MAX_MANIFEST_BYTES = 1024 * 1024;
const manifest = v.looseObject({ layers: v.array(v.looseObject({ mediaType: v.string(), digest: v.string() })) });
const MODEL_LAYER = 'application/vnd.ollama.image.model';

/** A model as one of Ollama's manifests names it. */
export interface OllamaModel {
  /** Name that Ollama's own commands use: `llama2:7b-chat`, `someone/model:tag`. */
  readonly name: string;
  /** Path of the weights, if they are there. */
  readonly file: string;
}

/**
 * Reads what Ollama's manifests name: `manifests/<registry>/<namespace>/<model>/<tag>`, with the weights in `blobs/sha256-<digest>`. The
 * layers beside the weights are not read: a template there is written in Go's language and not in Jinja.
 */
export async function* ollamaModels(folder: string): AsyncGenerator<OllamaModel, void, undefined> {
  const manifests = path.join(folder, 'manifests');
  for await (const file of filesBelow(manifests)) {
    // More than one model layer is a split model, which has no file that names the others.
    const [weights, ...others] = (await layersIn(file)).filter(({ mediaType }) => mediaType === MODEL_LAYER);
    const [, hash] = /^sha256:([0-9a-f]{64})$/.exec(weights?.digest ?? '') ?? [];
    if (hash === undefined || others.length > 0) continue;
    const [tag = '', model = '', namespace = ''] = path.relative(manifests, file).split(path.sep).reverse();
    const name = cleanName(`${namespace === 'library' ? '' : `${namespace}/`}${model}:${tag}`);
    // Older versions put a colon there, and keep it for what they have downloaded.
    for (const mark of ['-', ':']) yield { name, file: path.join(folder, 'blobs', `sha256${mark}${hash}`) };
  }
}

async function layersIn(file: string): Promise<v.InferOutput<typeof manifest>['layers']> {
  try {
    if ((await stat(file)).size > MAX_MANIFEST_BYTES) return [];
    return v.parse(manifest, JSON.parse(await readFile(file, 'utf8'))).layers;
  } catch {
    return [];
  }
}
