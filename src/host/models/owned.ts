import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { OwnedModel } from './choices';

/** Every model file on this machine, each once: the embedded model, what was downloaded, what was chosen, what other programs keep. */
export async function ownedModels(
  embeddedPath: string,
  downloaded: readonly Omit<OwnedModel, 'source'>[],
  chosenPaths: readonly string[],
  found: readonly OwnedModel[] = [],
): Promise<readonly OwnedModel[]> {
  const known: OwnedModel[] = downloaded.map(({ name, path, bytes }) => ({ name, path, bytes, source: 'downloaded' }));
  const elsewhere = new Set(['', embeddedPath, ...[...known, ...found].map(({ path }) => path)]);
  const chosenOnly = [...new Set(chosenPaths)].filter((path) => !elsewhere.has(path));
  const [embedded, ...chosen] = await Promise.all([ofFile(embeddedPath, 'embedded'), ...chosenOnly.map((path) => ofFile(path, 'chosen'))]);
  const ours = [...(embedded ? [embedded] : []), ...known, ...chosen.filter((each) => each !== undefined)];
  return [...ours, ...found.filter(({ path }) => ours.every((each) => each.path !== path))];
}

async function ofFile(path: string, source: string): Promise<OwnedModel | undefined> {
  try {
    return { name: basename(path).replace(/\.gguf$/i, ''), path, bytes: (await stat(path)).size, source };
  } catch {
    // What is set and gone is said when it is loaded.
    return undefined;
  }
}
