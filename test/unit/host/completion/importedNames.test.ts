import { describe, expect, it } from 'vitest';
import { namesOfImports } from '../../../../src/host/completion/importedNames';

describe('names of imports', () => {
  it.each([
    ['TypeScript', "import { readFile, type Stats } from 'node:fs';\nimport type { A as B } from './a';", ['readFile', 'Stats', 'A', 'B']],
    ['over several lines', "import {\n  one,\n  two,\n} from './both';\n", ['one', 'two']],
    ['a default and a namespace', "import path from 'path';\nimport * as vscode from 'vscode';", ['path', 'vscode']],
    ['Python', 'import os\nfrom a.b import (\n    c,\n    d as e,\n)\nfrom . import f', ['c', 'd', 'e', 'f']],
    ['Rust', 'use std::fmt;\nuse crate::lane::{Lane, Step};\npub use self::a::B;', ['fmt', 'Lane', 'Step', 'B']],
    ['Java', 'import java.util.List;\nimport static org.junit.Assert.assertTrue;', ['List', 'assertTrue']],
    ['C#', 'using System.Text;', ['Text']],
    ['Go, which imports packages', 'import (\n\t"fmt"\n)\n', []],
    ['C, which includes files', '#include <stdio.h>\n', []],
    ['what only looks like it', 'const s = "import { a } from \'b\'";\n  // from x import y\n', []],
    ['nothing', '', []],
  ])('%s', (_, text, names) => {
    const found = namesOfImports(text);
    expect(found.map(({ name }) => name)).toEqual(names);
    for (const { name, line, character } of found) expect(text.split('\n')[line]?.slice(character)).toMatch(new RegExp(`^${name}\\b`));
  });

  it('looks at the beginning of a file alone', () => {
    expect(namesOfImports(`${'\n'.repeat(200)}import { a } from 'b';`)).toEqual([]);
  });

  it('takes no longer for a file made to be slow', () => {
    const hostile = `import ${'a,'.repeat(20_000)}\nuse ${'a::'.repeat(20_000)}\nfrom ${'.'.repeat(20_000)} import (${'x'.repeat(20_000)}`;
    expect(namesOfImports(hostile)).toEqual([]);
    expect(namesOfImports(`import${' '.repeat(20_000)}\nimport${'\n'.repeat(20_000)}`)).toEqual([]);
    expect(namesOfImports(Array.from({ length: 150 }, () => `import ${' '.repeat(490)}`).join('\n'))).toEqual([]);
  });
});
