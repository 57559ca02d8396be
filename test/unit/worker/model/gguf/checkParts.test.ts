import type { LoadErrorData } from '../../../../../src/contract/engineErrors';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineFailure } from '../../../../../src/worker/model/loadErrors';
import { checkGguf } from '../../../../../src/worker/model/gguf/checkGguf';
import { encode, integer, number, short } from '../../../../fixtures/damaged/draft';
import { soundParts, writeParts, type PartChange } from '../../../../fixtures/damaged/parts';
import { sound } from '../../../../fixtures/damaged/sound';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paddock-parts-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** What the check says of a model: its files, or what is wrong with it. */
function verdictOn(path: string): readonly string[] | LoadErrorData {
  try {
    return checkGguf(path);
  } catch (error) {
    if (error instanceof EngineFailure) return error.failure;
    throw error;
  }
}

describe('the check of a model in parts', () => {
  it.each([2, 3] as const)('takes any of %i parts for all of them', async (count) => {
    const paths = await writeParts(folder, 'big', soundParts(count));
    for (const path of paths) expect(verdictOn(path)).toEqual(paths);
  });

  it('names the part that is missing', async () => {
    const paths = await writeParts(folder, 'big', soundParts(3));
    for (const [index, path] of paths.entries()) {
      await rename(path, `${path}.away`);
      const missing = { kind: 'modelParts', path, problem: 'missing', part: index + 1, parts: 3 };
      for (const other of paths.filter((each) => each !== path)) expect(verdictOn(other)).toEqual(missing);
      await rename(`${path}.away`, path);
    }
    expect(verdictOn(join(folder, 'gone-00002-of-00003.gguf'))).toMatchObject({ kind: 'modelNotFound' });
  });

  it('names the part that ends early or is something else', async () => {
    const parts = soundParts(2);
    const paths = await writeParts(folder, 'big', parts);
    await writeFile(paths[1] ?? '', parts[1]?.subarray(0, -100) ?? '');
    expect(verdictOn(paths[0] ?? '')).toMatchObject({ kind: 'modelTruncated', path: paths[1] });
    await writeFile(paths[1] ?? '', '<html></html>');
    expect(verdictOn(paths[0] ?? '')).toMatchObject({ kind: 'notGguf', path: paths[1], found: 'webPage' });
  });

  it('tells parts that have other names how they should be called', async () => {
    const [first, second] = soundParts(2);
    for (const [name, bytes, part] of [
      ['llama.gguf', first, 1],
      ['sha256-abc', first, 1],
      ['rest.gguf', second, 2],
    ] as const) {
      const path = join(folder, name);
      await writeFile(path, bytes ?? '');
      expect(verdictOn(path)).toEqual({ kind: 'modelParts', path, problem: 'misnamed', part, parts: 2 });
    }
  });

  it('finds no parts in capital letters where the file system tells them apart', async () => {
    const [path = ''] = await writeParts(folder, 'big', soundParts(2), '.GGUF');
    expect(verdictOn(path)).toEqual({ kind: 'modelParts', path, problem: 'misnamed', part: 1, parts: 2 });
  });

  const none: PartChange = {};
  it.each([
    ['swapped', [{ 'split.no': short(1) }, { 'split.no': short(0) }], 'modelParts'],
    ['of another model', [none, { 'split.no': short(5) }], 'modelBroken'],
    ['without a number', [none, { 'split.no': undefined }], 'modelBroken'],
    // llama.cpp aborts the process over this one.
    ['with a number of another type', [none, { 'split.no': number(1) }], 'modelBroken'],
    ['of another count', [{ 'split.count': short(3) }, none], 'modelParts'],
    ['with a count of another type', [{ 'split.count': number(2) }, none], 'modelBroken'],
    ['with too few tensors', [{ 'split.tensors.count': integer(22) }, none], 'modelBroken'],
    ['that do not say how many tensors there are', [{ 'split.tensors.count': undefined }, none], 'modelBroken'],
  ] as const)('refuses parts that are %s', async (_, changes, kind) => {
    const [path = ''] = await writeParts(folder, 'big', soundParts(2, changes));
    expect(verdictOn(path)).toMatchObject({ kind });
  });

  it('refuses parts that have a tensor in common', async () => {
    const [first] = soundParts(2);
    const second = encode({ metadata: [['split.no', short(1)]], tensors: sound.tensors.slice(9) }).bytes;
    const [path = ''] = await writeParts(folder, 'big', [first ?? Buffer.alloc(0), second]);
    expect(verdictOn(path)).toMatchObject({ kind: 'modelBroken', part: 'metadata' });
  });

  it('is not made of a path that does not say where it begins', () => {
    for (const path of ['package.json', './model.gguf', '../big-00001-of-00002.gguf', '~/model.gguf', '']) {
      expect(verdictOn(path)).toEqual({ kind: 'relativePath', path });
    }
  });
});
