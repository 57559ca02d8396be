import { describe, expect, it } from 'vitest';
import { languageIdOf } from '../../../../src/host/apply/languageIds';
import { namedFiles } from '../../../../src/host/apply/named';

const paths = (info: string, before = '', code = 'x'): readonly string[] => namedFiles(info, before, [code]).paths;

describe('the files a code block names', () => {
  it.each([
    ['ts src/a.ts', 'src/a.ts'],
    ['ts:src/a.ts', 'src/a.ts'],
    ['typescript title="src/a.ts"', 'src/a.ts'],
    ['js {file=lib\\b.js}', 'lib/b.js'],
    ['src/[id]/page.tsx', 'src/[id]/page.tsx'],
    ['Dockerfile.dev', 'Dockerfile.dev'],
  ])('stand on its fence: %s', (info, path) => {
    expect(paths(info)).toEqual([path]);
  });

  it.each([
    ['In `src/a.ts`:', 'src/a.ts'],
    ['**src/a.ts**', 'src/a.ts'],
    ['Here is the new (weather.py).', 'weather.py'],
    ['### 1. inventory.ts', 'inventory.ts'],
  ])('or in the line before: %s', (before, path) => {
    expect(paths('ts', before)).toContain(path);
  });

  it('or in a comment that is the first line, which is then no part of the code', () => {
    expect(namedFiles('ts', 'x', ['// src/a.ts', 'a'])).toEqual({ paths: ['src/a.ts'], lines: ['a'] });
    expect(namedFiles('py', 'x', ['# file: a.py', 'a'])).toEqual({ paths: ['a.py'], lines: ['a'] });
    expect(namedFiles('css', 'x', ['/* a.css */', 'a']).paths).toEqual(['a.css']);
    expect(namedFiles('ts', '', ['// a.ts has this', 'a'])).toEqual({ paths: [], lines: ['// a.ts has this', 'a'] });
  });

  it('are none where there is no path', () => {
    expect(paths('typescript', 'Write a function, e.g. this one:')).toEqual(['e.g']);
    expect(paths('c++', 'Do this...')).toEqual([]);
  });
});

describe('VS Code’s language', () => {
  it.each([
    ['ts', 'typescript'],
    ['TSX', 'typescriptreact'],
    ['c++ main.cpp', 'cpp'],
    ['c#', 'csharp'],
    ['python title="a.py"', 'python'],
    ['', ''],
    ['constructor', 'constructor'],
  ])('of %j is %j', (info, id) => {
    expect(languageIdOf(info)).toBe(id);
  });
});
