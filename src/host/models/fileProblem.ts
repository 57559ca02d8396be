import { open } from 'node:fs/promises';
import type { EngineErrorData } from '../../protocol/errors';

/** What is wrong with a file at its very beginning, before a setting names it as the model; the worker looks at the rest. */
export async function fileProblem(path: string): Promise<EngineErrorData | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
      if (bytesRead === 0) return { kind: 'notGguf', path, found: 'empty' };
      return buffer.toString('latin1') === 'GGUF' ? undefined : { kind: 'notGguf', path, found: 'other' };
    } finally {
      await file.close();
    }
  } catch {
    return { kind: 'modelNotFound', path };
  }
}
