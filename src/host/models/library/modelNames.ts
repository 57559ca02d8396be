import { modelFileStem } from '../../../util/gguf/modelFileName';

/** Longest name that is kept: names come from files and manifests of others. */
const MAX_LENGTH = 120;

/** Names that makers give to every model: they tell nothing without the folder they are in. */
const COMMON_STEM =
  /^(?:(?:ggml|gguf)[-_.]?)?(?:model|weights|main|default|unsloth|consolidated|[0-9a-f]{12,})?(?:[-_.]?(?:I?Q\d\w*|B?F16|F32))?$/i;
/** Folders that tell nothing: a quantisation, a revision, a store's own. */
const COMMON_FOLDER = /^(?:snapshots|blobs|models?|gguf|hub|main|[0-9a-f]{12,}|(?:UD-)?I?Q\d\w*|B?F16|F32|)$/i;
/** The Hugging Face cache calls a repository's folder `models--owner--name`. */
const HUB_FOLDER = /^models--.+--(.+)$/;

/** A name without characters that are not shown or change the direction of what is, and not longer than fits a row. */
export function cleanName(name: string): string {
  const shown = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').trim();
  return shown.length > MAX_LENGTH ? `${shown.slice(0, MAX_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : shown;
}

/** A model's name by the path of its file: that of the file, with the folder's before it where the file's is one that every model has. */
export function nameByPath(path: string): string {
  const stem = modelFileStem(path);
  if (!COMMON_STEM.test(stem)) return cleanName(stem);
  const folders = path.split(/[/\\]/).slice(0, -1).reverse();
  const telling = folders.map((folder) => HUB_FOLDER.exec(folder)?.[1] ?? folder).find((folder) => !COMMON_FOLDER.test(folder));
  return cleanName(telling === undefined ? stem : `${telling}/${stem}`);
}

/** Tells whether a name says more of a model than another one: not just what every model is called, nor the latest of its kind, and longer. */
export function tellsMore(name: string, other: string): boolean {
  const rank = (each: string): number => (COMMON_STEM.test(each) ? 0 : each.endsWith(':latest') ? 1 : 2);
  return rank(name) === rank(other) ? name.length > other.length : rank(name) > rank(other);
}
