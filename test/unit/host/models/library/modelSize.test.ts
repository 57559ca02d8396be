import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileProblem } from '../../../../../src/host/models/library/modelSize';

it('tells a model from what is none, before it is chosen', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'paddock-file-'));
  const problemOf = async (name: string, content: string): Promise<unknown> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return fileProblem(path);
  };
  try {
    expect(await problemOf('a.gguf', 'GGUF and more')).toBeUndefined();
    expect(await problemOf('b.gguf', '')).toMatchObject({ kind: 'notGguf', found: 'empty' });
    expect(await problemOf('c.gguf', '<html>')).toMatchObject({ kind: 'notGguf', found: 'other' });
    expect(await problemOf('big-00003-of-00003.gguf', 'GGUF')).toMatchObject({ kind: 'modelParts', problem: 'missing', part: 1, parts: 3 });
    expect(await problemOf('big-00001-of-00003.gguf', 'GGUF')).toEqual({
      kind: 'modelParts',
      path: join(folder, 'big-00002-of-00003.gguf'),
      problem: 'missing',
      part: 2,
      parts: 3,
    });
    expect(await problemOf('big-00002-of-00003.gguf', '<html>')).toMatchObject({ kind: 'notGguf', found: 'other' });
    expect(await problemOf('big-00002-of-00003.gguf', 'GGUF')).toBeUndefined();
    expect(await fileProblem(join(folder, 'gone.gguf'))).toMatchObject({ kind: 'modelNotFound' });
    expect(await fileProblem(folder)).toMatchObject({ kind: 'modelNotFound' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
