import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { firstPartPath } from '../../../util/gguf/modelParts';
import type { OwnedModel } from '../picker/modelChoices';
import { lookAtModel } from './modelSize';
import { filesBelow } from './modelFolders';
import { ollamaModels } from './ollamaManifests';
import { nameByPath, tellsMore } from './modelNames';
import type { Store } from './modelStores';

/** Projectors lie beside models that look at images, and are none. */
const PROJECTOR = /mmproj|projector/i;

/**
 * Finds models that other programs keep, each file once. A link keeps its own path, as its name tells what the model is and where the other
 * parts of it are; real paths only tell which links lead to one file. What cannot be read is left out. Never rejects.
 */
export async function findModels(stores: readonly Store[]): Promise<readonly OwnedModel[]> {
  const found = new Map<string, Found>();
  for (const { name: source, layout, folders } of stores) {
    for (const folder of folders) {
      for await (const candidate of layout === 'ollama' ? ollamaModels(folder) : fileModels(folder)) {
        const real = await realpath(candidate.file).catch(() => undefined);
        const other = real === undefined ? undefined : found.get(real);
        if (real === undefined || (other !== undefined && !tellsMore(candidate.name, other.name))) continue;
        const files = await lookAtModel(candidate.file);
        if (files.kind === 'found') found.set(real, { ...candidate, bytes: files.bytes, source: other?.source ?? source });
      }
    }
  }
  return [...found.values()].map(({ name, file, bytes, source }) => ({ name: `${name} · ${source}`, path: file, bytes, source }));
}

interface Candidate {
  readonly name: string;
  readonly file: string;
}

interface Found extends Candidate {
  readonly bytes: number;
  readonly source: string;
}

/** Files that are called as models are, of those in parts the first. Downloads that are not complete have longer names. */
async function* fileModels(folder: string): AsyncGenerator<Candidate, void, undefined> {
  for await (const file of filesBelow(folder)) {
    const base = path.basename(file);
    const isFirst = firstPartPath(file).toLowerCase() === file.toLowerCase();
    if (/\.gguf$/i.test(base) && isFirst && !PROJECTOR.test(base)) yield { name: nameByPath(file), file };
  }
}
