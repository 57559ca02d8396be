import { expect, it } from 'vitest';
import { ChosenFiles } from '../../../../../src/host/models/library/chosenFiles';

function memory(value?: unknown): { get(): unknown; update(key: string, next: unknown): Promise<void> } {
  return {
    get: () => value,
    update: (_, next) => {
      value = next;
      return Promise.resolve();
    },
  };
}

it('are remembered once each, the last one first, and not without end', async () => {
  const files = new ChosenFiles(memory());
  expect(files.paths).toEqual([]);
  for (const path of ['/a', '/b', '/a']) await files.remember(path);
  expect(files.paths).toEqual(['/a', '/b']);
  for (let count = 0; count < 50; count++) await files.remember(`/${String(count)}`);
  expect(files.paths).toHaveLength(20);
  expect(files.paths[0]).toBe('/49');
});

it('are none where something else was written', () => {
  expect(new ChosenFiles(memory({ a: 1 })).paths).toEqual([]);
});
