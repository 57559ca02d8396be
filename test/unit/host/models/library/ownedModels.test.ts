import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownedModels } from '../../../../../src/host/models/library/ownedModels';

describe('the models that are there', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paddock-owned-'));
    await writeFile(join(folder, 'small.gguf'), 'abc');
    await writeFile(join(folder, 'mine.GGUF'), 'abcd');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('are the embedded one first, what was downloaded, and the one that is set, each once', async () => {
    const [embedded, chosen] = [join(folder, 'small.gguf'), join(folder, 'mine.GGUF')];
    const downloaded = [{ name: 'Llama', path: '/project/llama.gguf', bytes: 5 }];
    const list = await ownedModels(embedded, downloaded, [chosen, chosen]);
    expect(list.map(({ name, bytes, source }) => [name, bytes, source])).toEqual([
      ['small', 3, 'embedded'],
      ['Llama', 5, 'downloaded'],
      ['mine', 4, 'chosen'],
    ]);
    for (const set of ['', embedded, '/project/llama.gguf', '/project/gone.gguf']) {
      expect(await ownedModels(embedded, downloaded, [set])).toHaveLength(2);
    }
    const other = { name: 'theirs · Ollama', path: '/project/theirs', bytes: 6, source: 'Ollama' };
    const again = { ...other, path: chosen };
    expect((await ownedModels(embedded, downloaded, [], [other])).at(-1)).toEqual(other);
    expect((await ownedModels(embedded, downloaded, [chosen], [again])).filter(({ path }) => path === chosen)).toEqual([again]);
  });

  it('are each there once, by whichever of their links they were chosen', async () => {
    const blob = join(folder, 'mine.GGUF');
    const link = join(folder, 'llama-2-7b-chat.gguf');
    await symlink(blob, link);
    const found = [{ name: 'llama-2-7b-chat · Hugging Face', path: link, bytes: 4, source: 'Hugging Face' }];
    const list = await ownedModels(join(folder, 'small.gguf'), [], [blob], found);
    expect(list.slice(1)).toEqual([{ ...found[0], path: blob }]);
  });

  it('are as large as all their parts, by whichever of them they were chosen', async () => {
    for (const part of [1, 2]) await writeFile(join(folder, `big-0000${part}-of-00002.gguf`), 'x'.repeat(part));
    const paths = ['big-00002-of-00002.gguf', 'big-00001-of-00002.gguf'].map((name) => join(folder, name));
    const list = await ownedModels(join(folder, 'small.gguf'), [], paths);
    expect(list.slice(1)).toEqual([{ name: 'big', path: paths[1], bytes: 3, source: 'chosen' }]);
  });

  it('are none by a path that does not say where it begins', async () => {
    const list = await ownedModels(join(folder, 'small.gguf'), [], ['package.json', '../package.json']);
    expect(list).toHaveLength(1);
  });
});
