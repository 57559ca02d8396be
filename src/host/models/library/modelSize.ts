import { open } from 'node:fs/promises';
import { partPaths, readPartName } from '../../../util/gguf/modelParts';
import type { EngineErrorData } from '../../../contract/engineErrors';

/** The files of a model: their size together, or what is wrong with the first that is no use. */
export type ModelLook = { readonly kind: 'found'; readonly bytes: number } | { readonly kind: 'unusable'; readonly error: EngineErrorData };

/**
 * Looks at the files of a model, all parts of it where it has several, as far as their very beginnings go.
 * @param anyPart the path of its file, or of any part
 */
export async function lookAtModel(anyPart: string): Promise<ModelLook> {
  const parts = readPartName(anyPart)?.parts ?? 1;
  let bytes = 0;
  let part = 0;
  for (const path of partPaths(anyPart)) {
    part++;
    const file = await lookAtFile(path);
    if (file === 'missing') {
      return {
        kind: 'unusable',
        error: parts === 1 ? { kind: 'modelNotFound', path } : { kind: 'modelParts', path, problem: 'missing', part, parts },
      };
    }
    if (typeof file === 'string') return { kind: 'unusable', error: { kind: 'notGguf', path, found: file } };
    bytes += file;
  }
  return { kind: 'found', bytes };
}

/** @returns its size in bytes where it begins as a GGUF does */
async function lookAtFile(path: string): Promise<number | 'missing' | 'empty' | 'other'> {
  try {
    const file = await open(path, 'r');
    try {
      const facts = await file.stat();
      if (!facts.isFile()) return 'missing';
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
      if (bytesRead === 0) return 'empty';
      return buffer.toString('latin1') === 'GGUF' ? facts.size : 'other';
    } finally {
      await file.close();
    }
  } catch {
    return 'missing';
  }
}

/** Says what is wrong with a model's files at their very beginning, before a setting names it; the worker looks at the rest. */
export async function fileProblem(path: string): Promise<EngineErrorData | undefined> {
  const files = await lookAtModel(path);
  return files.kind === 'unusable' ? files.error : undefined;
}
