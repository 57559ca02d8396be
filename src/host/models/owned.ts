import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { OwnedModel } from './choices';

/** Every model file on this machine, each once: the embedded model, what was downloaded, the one that is set, what other programs keep. */
export async function ownedModels(
  embeddedPath: string,
  downloaded: readonly Omit<OwnedModel, 'source'>[],
  chosenPath: string,
  found: readonly OwnedModel[] = [],
): Promise<readonly OwnedModel[]> {
  const known: OwnedModel[] = downloaded.map(({ name, path, bytes }) => ({ name, path, bytes, source: 'downloaded' }));
  const isKnown = chosenPath === '' || chosenPath === embeddedPath || [...known, ...found].some(({ path }) => path === chosenPath);
  const others = await Promise.all([ofFile(embeddedPath, 'embedded'), isKnown ? Promise.resolve(undefined) : ofFile(chosenPath, 'chosen')]);
  const [embedded, chosen] = others;
  const ours = [...(embedded ? [embedded] : []), ...known, ...(chosen ? [chosen] : [])];
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
