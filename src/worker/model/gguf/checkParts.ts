import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { GgufHead, GgufValue } from '../../../util/gguf/ggufReader';
import { partPath, readPartName } from '../../../util/gguf/modelParts';
import { EngineFailure } from '../loadErrors';

/** Value types that llama.cpp reads these keys as. It throws over another one in the first part, and aborts over one in a later part. */
const UINT16 = 2;
const INT32 = 5;

/**
 * Lists the files of a model, the first part first, as far as their names tell.
 * @throws EngineFailure where one is not there
 */
export function listParts(anyPart: string): readonly string[] {
  if (!isWhole(anyPart)) throw new EngineFailure({ kind: 'relativePath', path: anyPart });
  const name = readPartName(anyPart);
  if (name === undefined) return [anyPart];
  if (!existsSync(anyPart) && !existsSync(partPath(name, 1))) throw new EngineFailure({ kind: 'modelNotFound', path: anyPart });
  const paths: string[] = [];
  for (let part = 1; part <= name.parts; part++) {
    const path = partPath(name, part);
    if (!existsSync(path)) throw partFailure(path, part, name.parts);
    paths.push(path);
  }
  return paths;
}

/** Whether a path says where it begins. On Windows `\\models` begins on whatever drive the process is on. */
function isWhole(path: string): boolean {
  return isAbsolute(path) && (process.platform !== 'win32' || !/^[/\\](?![/\\])/.test(path));
}

/** The part may be there in another spelling, such as `.GGUF`. */
function partFailure(path: string, part: number, parts: number): EngineFailure {
  const wanted = basename(path).toLowerCase();
  let found: string | undefined;
  try {
    found = readdirSync(dirname(path)).find((entry) => entry.toLowerCase() === wanted);
  } catch {
    // A folder that cannot be listed tells nothing.
  }
  return found === undefined
    ? new EngineFailure({ kind: 'modelParts', path, problem: 'missing', part, parts })
    : new EngineFailure({ kind: 'modelParts', path: join(dirname(path), found), problem: 'misnamed', part, parts });
}

/**
 * Holds the parts of a model against one another, as llama.cpp's loader does (`split.no`, `split.count`, `split.tensors.count`).
 * @throws EngineFailure
 */
export function checkParts(paths: readonly string[], heads: readonly GgufHead[]): void {
  const [path = ''] = paths;
  const metadata = heads[0]?.metadata;
  const count = numberUnder(path, metadata?.get('split.count'), 'split.count', UINT16) ?? 1;
  if (metadata === undefined || count <= 1) return;
  const own = numberUnder(path, metadata.get('split.no'), 'split.no', UINT16);
  if (own !== 0 || count !== paths.length) {
    throw new EngineFailure({ kind: 'modelParts', path, problem: 'misnamed', part: (own ?? 0) + 1, parts: count });
  }
  const names = new Set<string>();
  for (const [index, head] of heads.entries()) {
    const at = paths[index] ?? path;
    const number = numberUnder(at, head.metadata.get('split.no'), 'split.no', UINT16);
    if (number !== index) throw brokenPart(at, `split.no is ${number ?? 'missing'} in part ${index + 1} of ${count}`);
    for (const { name } of head.tensors) {
      if (names.has(name)) throw brokenPart(at, `${name} is in two parts`);
      names.add(name);
    }
  }
  const expected = numberUnder(path, metadata.get('split.tensors.count'), 'split.tensors.count', INT32);
  if (expected !== names.size)
    throw brokenPart(path, `${names.size} tensors in ${count} parts, split.tensors.count is ${expected ?? 'missing'}`);
}

function numberUnder(path: string, value: GgufValue | undefined, key: string, type: number): number | undefined {
  if (value === undefined) return undefined;
  if (value.kind !== 'number' || value.type !== type) throw brokenPart(path, `${key} is of another type`);
  return value.value;
}

function brokenPart(path: string, detail: string): EngineFailure {
  return new EngineFailure({ kind: 'modelBroken', path, part: 'metadata', detail });
}
