import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { firstPartPath, partPaths } from '../../../util/gguf/modelParts';
import type { OwnedModel } from '../picker/modelChoices';
import { nameByPath, tellsMore } from './modelNames';

/**
 * Every model on this machine, each once, whichever paths lead to it: the embedded one, what was downloaded, what was chosen, what other
 * programs keep.
 */
export async function ownedModels(
  embeddedPath: string,
  downloaded: readonly Omit<OwnedModel, 'source'>[],
  chosenPaths: readonly string[],
  found: readonly OwnedModel[] = [],
): Promise<readonly OwnedModel[]> {
  const known = downloaded.map((each): OwnedModel => ({ ...each, source: 'downloaded' }));
  // What is set and gone is said when it is loaded, and so is a path that does not say where it begins.
  const chosen = [...new Set(chosenPaths.filter((each) => path.isAbsolute(each)).map(firstPartPath))];
  const [embedded, ...files] = await Promise.all([readModel(embeddedPath, 'embedded'), ...chosen.map((each) => readModel(each, 'chosen'))]);
  const all = [...(embedded ? [embedded] : []), ...known, ...files.filter((each) => each !== undefined), ...found];
  const models = new Map<string, OwnedModel>();
  for (const model of all) {
    const real = await realpath(model.path).catch(() => model.path);
    const other = models.get(real);
    if (other === undefined) models.set(real, model);
    // What was chosen by hand, another program may know by name, and its path may be the one in the settings.
    else if (other.source === 'chosen' && model.source !== 'chosen') models.set(real, { ...model, path: other.path });
    else if (other.source === 'chosen' && tellsMore(model.name, other.name)) models.set(real, { ...other, name: model.name });
  }
  return [...models.values()];
}

async function readModel(file: string, source: string): Promise<OwnedModel | undefined> {
  try {
    let bytes = 0;
    for (const part of partPaths(file)) bytes += (await stat(part)).size;
    return { name: nameByPath(file), path: file, bytes, source };
  } catch {
    return undefined;
  }
}
