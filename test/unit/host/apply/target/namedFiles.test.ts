import { describe, expect, it } from 'vitest';
import { languageIdOf } from '../../../../../src/host/apply/merge/languageIds';
import { namedFiles } from '../../../../../src/host/apply/target/namedFiles';

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

/** Names with a question mark before those that are doubtful. */
const marked = (info: string, before = '', code = 'x'): string => {
  const { paths: all, doubtful = [] } = namedFiles(info, before, [code]);
  return all.map((name) => (doubtful.includes(name) ? `?${name}` : name)).join(', ');
};

describe('a file’s name', () => {
  const names = [
    ...['src/routes/+page.svelte', 'users.$id.tsx', '[slug]/page.tsx', '(group)/page.tsx', 'app/(shop)/[...rest]/page.tsx', '@modal/x.tsx'],
    ...['.gitignore', '.env.local', 'Dockerfile', 'docker/Dockerfile.dev', 'Makefile', '__init__.py', 'pkg/__init__.py', '_index.tsx'],
    ...[
      'src/组件/按钮.vue',
      'naïve.rs',
      'foo&bar.c',
      'a+b.py',
      'x,y.csv',
      'c#/a.cs',
      '~tmp/a.ts',
      'a.test.d.ts',
      '.github/workflows/ci.yml',
    ],
  ];
  const spaced = ['我的 文件.py', 'a b.c', 'docs/my notes.md'];

  it.each([...names, ...spaced])('is read wherever a model writes it: %s', (name) => {
    for (const info of [`ts title="${name}"`, `ts filename='${name}'`, `ts file="${name}" {1,3}`, `ts:${name}`]) {
      expect(marked(info), info).toBe(name);
    }
    for (const before of [
      `**\`${name}\`**`,
      `\`${name}\`:`,
      `### \`${name}\``,
      `1. **${name}**`,
      `**File: \`${name}\`**`,
      `文件：\`${name}\``,
    ]) {
      expect(marked('', before), before).toBe(name);
    }
    expect(marked('', '', `// file: ${name}`)).toBe(name);
    expect(marked('', '', `<!-- \`${name}\` -->`)).toBe(name);
  });

  it.each(names)('is read without quotes where it has no spaces: %s', (name) => {
    expect(marked(`ts ${name}`)).toBe(name);
    for (const before of [`${name}:`, `## ${name}`, `*${name}*`]) expect(marked('', before), before).toBe(name);
    for (const code of [`// ${name}`, `# ${name}`, `/* ${name} */`, `<!-- ${name} -->`]) expect(marked('', '', code), code).toBe(name);
  });

  it('is read from a citation, and with a drive or a root', () => {
    expect(marked('12:20:app/Todo.tsx')).toBe('app/Todo.tsx');
    expect(marked('ts C:\\a\\b.ts')).toBe('C:/a/b.ts');
    expect(marked('ts /home/me/a.ts')).toBe('/home/me/a.ts');
    expect(marked('bash scripts/deploy')).toBe('scripts/deploy');
  });

  it.each([
    ['Like `a.ts`, it reads `b.ts`:', '?a.ts, ?b.ts'],
    ['Here is the new (weather.py).', '?weather.py'],
    ['With `console.log`:', '?console.log'],
    ['Create a new file `src/utils/x.ts`:', 'src/utils/x.ts'],
    ['Then in src/app.ts:', 'src/app.ts'],
    ['修改 `src/a.ts`：', 'src/a.ts'],
    ['Use Node.js:', ''],
    ['Version 1.2.3:', ''],
    ['Call `res.json`:', ''],
  ])('is doubtful in a sentence about something else: %s', (before, expected) => {
    expect(marked('', before)).toBe(expected);
  });

  it.each([
    ['# see main.py', '?see main.py'],
    ['// console.log', '?console.log'],
    ['# hosts', '?hosts'],
    ['// https://example.com/a.ts', ''],
    ['#!/usr/bin/env python3', ''],
    ['#!/usr/bin/python3.11', ''],
    ['#!/usr/bin/perl5.36 -w', ''],
    ['#include <stdio.h>', ''],
    ['// @ts-check', ''],
    ['// foo.bar();', ''],
  ])('is doubtful in a comment about something else, which stays in the code: %s', (code, expected) => {
    expect(marked('', '', code)).toBe(expected);
    expect(namedFiles('', '', [code, 'a']).lines).toEqual([code, 'a']);
  });

  it('is none of a language that is called like one, but may be', () => {
    expect(marked('dockerfile')).toBe('');
    expect(marked('Dockerfile')).toBe('?Dockerfile');
    expect(marked('html+erb')).toBe('');
    expect(marked('ts {1,3-5} showLineNumbers')).toBe('');
  });

  it('has no line break and an end', () => {
    for (const name of [`a\u2028.ts`, `a\u0000.ts`, `${'a'.repeat(400)}.ts`, `${'a/'.repeat(400)}b.ts`]) {
      expect(marked(`ts title="${name}"`)).toBe('');
      expect(marked('', `\`${name}\`:`)).toBe('');
    }
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
