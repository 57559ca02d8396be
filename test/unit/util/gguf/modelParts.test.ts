import { describe, expect, it } from 'vitest';
import { firstPartPath, partPaths, readPartName } from '../../../../src/util/gguf/modelParts';

describe('names of parts', () => {
  it.each([
    ['/m/big-00002-of-00003.gguf', { stem: '/m/big', part: 2, parts: 3 }],
    ['C:\\m\\big-q4_0-00001-of-00002.GGUF', { stem: 'C:\\m\\big-q4_0', part: 1, parts: 2 }],
    ['/m/model.shard-00005-OF-00005.gguf', { stem: '/m/model.shard', part: 5, parts: 5 }],
    ['/m/big-00001-of-00001.gguf', undefined],
    ['/m/big-00000-of-00002.gguf', undefined],
    ['/m/big-00003-of-00002.gguf', undefined],
    ['/m/big-00001-of-00000.gguf', undefined],
    ['/m/big-00001-of-99999.gguf', undefined],
    ['/m/big-1-of-2.gguf', undefined],
    ['/m/big.gguf', undefined],
    ['/m/big.gguf.part1of2', undefined],
    ['/m/big-00001-of-00002.gguf/inside.gguf', undefined],
  ])('are read from %s', (path, expected) => {
    expect(readPartName(path)).toEqual(expected);
  });

  it('lead from any part to the first one and to all', () => {
    const all = [1, 2, 3].map((part) => `/m/big-0000${part}-of-00003.gguf`);
    for (const path of [...all, '/m/big-00002-of-00003.GGUF']) {
      expect(firstPartPath(path)).toBe(all[0]);
      expect([...partPaths(path)]).toEqual(all);
    }
    expect(firstPartPath('/m/one.gguf')).toBe('/m/one.gguf');
    expect([...partPaths('/m/one.gguf')]).toEqual(['/m/one.gguf']);
  });
});
