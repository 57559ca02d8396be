import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { modelFileStem } from '../../../util/gguf/modelFileName';
import { firstPartPath } from '../../../util/gguf/modelParts';
import { filesBelow } from './modelFolders';
import { ollamaModels } from './ollamaManifests';
import { nameByPath, tellsMore } from './modelNames';

/** A model's file as it is loaded. */
export interface ModelFile {
  readonly path: string;
  /** What the model is called where the file is from, where the file's own name does not tell. */
  readonly name?: string;
}

/**
 * The files of models by the paths that settings have: with the home folder written out, the first part of a model in parts, and the link with
 * a telling name rather than the content-addressed file it leads to.
 */
export class ModelFiles {
  private readonly known = new Map<string, ModelFile>();

  constructor(private readonly home: string) {}

  /** As far as is known by now; see {@link look}. */
  get(setting: string): ModelFile {
    const whole = this.expand(setting);
    return this.known.get(whole) ?? nameFile(whole);
  }

  /** Looks up what is known of files where they are. Never rejects. */
  async look(settings: readonly string[]): Promise<void> {
    for (const setting of settings) {
      const whole = this.expand(setting);
      if (!path.isAbsolute(whole)) continue;
      const file = await identify(whole).catch(() => nameFile(whole));
      this.known.set(whole, file);
      this.known.set(file.path, file);
    }
  }

  private expand(setting: string): string {
    const whole = /^~(?=$|[/\\])/.test(setting) ? path.join(this.home, setting.slice(1)) : setting;
    return firstPartPath(whole);
  }
}

function nameFile(file: string): ModelFile {
  const name = nameByPath(file);
  return name === modelFileStem(file) ? { path: file } : { path: file, name };
}

const BLOB = /^(.*)[/\\]blobs[/\\](sha256[-:][0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Finds the name of a file that Ollama or the Hugging Face cache call by the hash of its content. */
async function identify(file: string): Promise<ModelFile> {
  const [, store, hash] = BLOB.exec(file) ?? [];
  if (store === undefined || hash === undefined) return nameFile(file);
  return (hash.startsWith('sha256') ? await nameByManifest(store, hash) : await nameByLink(store, file)) ?? { path: file };
}

async function nameByManifest(store: string, hash: string): Promise<ModelFile | undefined> {
  let best: ModelFile | undefined;
  for await (const { name, file } of ollamaModels(store)) {
    if (path.basename(file) !== hash) continue;
    if (best?.name === undefined || tellsMore(name, best.name)) best = { path: file, name };
  }
  return best;
}

async function nameByLink(store: string, file: string): Promise<ModelFile | undefined> {
  const real = await realpath(file);
  let best: string | undefined;
  for await (const link of filesBelow(path.join(store, 'snapshots'))) {
    if (!/\.gguf$/i.test(link) || (await realpath(link).catch(() => '')) !== real) continue;
    if (best === undefined || tellsMore(nameByPath(link), nameByPath(best))) best = link;
  }
  return best === undefined ? undefined : nameFile(firstPartPath(best));
}
