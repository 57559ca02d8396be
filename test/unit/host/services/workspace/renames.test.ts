import { describe, expect, it } from 'vitest';
import { renamedUri } from '../../../../../src/host/services/workspace/renames';
import { Uri } from '../../../../fixtures/vscode/uri';

const renamed = (uri: Uri, ...renames: readonly (readonly [string, string])[]): string | undefined =>
  renamedUri(
    uri,
    renames.map(([from, to]) => ({ oldUri: new Uri(from), newUri: new Uri(to) })),
  )?.toString();

describe('renamedUri', () => {
  it.each([
    ['the file itself', '/p/a.ts', [['/p/a.ts', '/p/b.ts']], 'file:///p/b.ts'],
    ['its folder', '/p/lib/a.ts', [['/p/lib', '/p/src']], 'file:///p/src/a.ts'],
    ['a folder far above', '/p/x/y/z/a.ts', [['/p', '/q/r']], 'file:///q/r/x/y/z/a.ts'],
    [
      'several files, of which it is one',
      '/p/b.ts',
      [
        ['/p/a.ts', '/p/c.ts'],
        ['/p/b.ts', '/p/d.ts'],
      ],
      'file:///p/d.ts',
    ],
    [
      'the file and its folder',
      '/p/lib/a.ts',
      [
        ['/p/lib', '/p/src'],
        ['/p/lib/a.ts', '/p/a.ts'],
      ],
      'file:///p/a.ts',
    ],
  ] as const)('returns the new URI after a rename of %s', (_what, path, renames, expected) => {
    expect(renamed(new Uri(path), ...renames)).toBe(expected);
  });

  it.each([
    ['another file', '/p/a.ts', '/p/b.ts', '/p/c.ts'],
    ['a file with its name as a beginning', '/p/a.tsx', '/p/a.ts', '/p/b.ts'],
    ['a folder with its folder’s name as a beginning', '/p/library/a.ts', '/p/lib', '/p/src'],
  ])('returns undefined after a rename of %s', (_what, path, from, to) => {
    expect(renamed(new Uri(path), [from, to])).toBeUndefined();
  });

  it('returns undefined for another scheme, and the new URI for a notebook cell', () => {
    expect(renamed(new Uri('/p/n.ipynb', 'git'), ['/p/n.ipynb', '/p/m.ipynb'])).toBeUndefined();
    const cell = new Uri('/p/n.ipynb', 'vscode-notebook-cell', 'W1');
    expect(renamed(cell, ['/p', '/q'])).toBe(cell.with({ path: '/q/n.ipynb' }).toString());
  });
});
