import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { SyntaxReader, type SyntaxFilter } from '../../../../src/worker/completion/syntaxFilter';
import { Grammars } from '../../../../src/worker/syntax/grammars';

const grammars = new Grammars();
/** One for all tests: what one of them parsed is what the next one begins from. */
const reader = new SyntaxReader();
const opened: SyntaxFilter[] = [];
const failures: string[] = [];

/** The syntax around the bar. */
async function at(language: string, marked: string, by = reader): Promise<SyntaxFilter> {
  const parser = await grammars.parserOf(language, (message) => failures.push(message));
  const [prefix = '', suffix = ''] = marked.split('|');
  const syntax = parser && by.read(parser, prefix, suffix);
  if (!syntax) throw new Error(`no syntax of ${language}: ${failures.join()}`);
  opened.push(syntax);
  return syntax;
}

afterEach(() => {
  for (const syntax of opened.splice(0)) syntax.dispose();
});

describe('SyntaxFilter.fit', () => {
  it.each([
    ['typescript', 'function add(a: number, b: number): number {\n  return |\n}\n', 'a + b;'],
    [
      'typescript',
      'export class Stack {\n  private items: string[] = [];\n\n  push(item: string): void {\n    |\n  }\n}\n',
      'this.items.push(item);',
    ],
    ['typescriptreact', 'const View = () => (\n  <ul>\n    |\n  </ul>\n);\n', '<li key={1}>{name}</li>'],
    ['javascript', 'items.map((item) => |);\n', 'item.name'],
    ['python', 'def mean(values):\n    |\n\n\nprint(mean([1]))\n', 'total = sum(values)\n    return total / len(values)'],
    ['python', 'for name in names:\n    |', 'if name:\n        print(name)'],
    ['go', 'func open(path string) error {\n\tf, err := os.Open(path)\n\tif err != nil {\n\t\t|\n\t}\n\treturn nil\n}\n', 'return err'],
    ['rust', 'fn len(&self) -> usize {\n    |\n}\n', 'self.items.iter().filter(|i| i.ok).count()'],
    ['java', 'class A {\n  int size() {\n    |\n  }\n}\n', 'return items.size();'],
    ['c', 'int main(void) {\n  for (int i = 0; |) {\n  }\n}\n', 'i < 10; i++'],
    ['cpp', 'int main() {\n  std::vector<int> v;\n  |\n}\n', 'v.push_back(1);'],
  ])('leaves what is right: %s, %s', async (language, marked, text) => {
    expect((await at(language, marked)).fit(text)).toBe(text);
  });

  it.each([
    ['a block to be filled', 'typescript', 'function f(a: boolean) {\n  |\n}\n', 'if (a) {'],
    ['a call to be completed', 'typescript', 'const a = 1;\n|\n', 'console.log('],
    ['a body to come', 'python', 'def f(a):\n    |\n', 'if a > 1:'],
    ['a loop to be filled', 'go', 'func f() {\n\t|\n}\n', 'for i := 0; i < 3; i++ {'],
    ['a line that goes on', 'rust', 'fn f() {\n    let a = |\n}\n', 'vec![1, 2]'],
  ])('leaves what opens %s', async (_, language, marked, text) => {
    expect((await at(language, marked)).fit(text)).toBe(text);
  });

  it.each([
    ['typescript', 'const total = |;\n', '= 3 +* 4'],
    ['python', 'def f(a):\n    return |\n', 'a +) b'],
    ['go', 'func f() int {\n\treturn |\n}\n', '1 ]'],
    ['rust', 'fn f() -> i32 {\n    |\n}\n', 'let = 3;'],
    ['java', 'class A {\n  int f() {\n    return |;\n  }\n}\n', '1 + + ) 2'],
    ['c', 'int f(void) {\n  |\n}\n', 'int = 3 }'],
  ])('drops what would be an error: %s, %s', async (language, marked, text) => {
    expect((await at(language, marked)).fit(text)).toBeUndefined();
  });

  it('cuts before the line that would be an error', async () => {
    const syntax = await at('typescript', 'function f() {\n  |\n}\n');
    expect(syntax.fit('const a = 1;\n  const b = 2;\n  } const ) = 3;')).toBe('const a = 1;\n  const b = 2;');
  });

  it('does not count errors in the lines before', async () => {
    const syntax = await at('typescript', 'const broken = ((;\n\nfunction add(a: number, b: number) {\n  return |\n}\n');
    expect(syntax.fit('a + b;')).toBe('a + b;');
  });

  it('is not misled by a part of a long file', async () => {
    const long = Array.from({ length: 600 }, (_, index) => `function f${index}() {\n  return ${index};\n}\n`).join('\n');
    const syntax = await at('typescript', `${long}\nfunction add(a: number, b: number) {\n  return |\n}\n${long}`);
    expect(syntax.fit('a + b;')).toBe('a + b;');
    expect(syntax.fit('a +) b;')).toBeUndefined();
  });
});

describe('SyntaxFilter.fit of a text that was cut off', () => {
  it.each([
    ['typescript', 'function add(a: number, b: number): number {\n  return |\n}\n', 'a + b *', 'a + b'],
    [
      'python',
      'def mean(values):\n    |\n\n\nprint(mean([1]))\n',
      'total = sum(values)\n    return total /',
      'total = sum(values)\n    return total',
    ],
    ['java', 'class A {\n  int twice(int a) {\n    |\n  }\n}\n', 'int b = a * 2; return', 'int b = a * 2;'],
  ])('shortens %s to where it fits', async (language, marked, text, expected) => {
    const syntax = await at(language, marked);
    expect(syntax.fit(text, true)).toBe(expected);
  });

  it('does not offer what is then nothing but marks', async () => {
    expect((await at('typescript', 'const a = 1;\n|\nconst b = 2;\n')).fit('} else', true)).toBeUndefined();
  });
});

describe('SyntaxFilter.takes', () => {
  it.each([
    ['typescript', 'console.log(|)\n', 'x);', 1, true],
    ['typescript', 'if (|)\n', 'x > 0) {', 1, true],
    ['typescript', 'call(|)\n', 'x) + ];', 1, false],
    ['python', 'print("|")\n', 'hello", end="")', 2, true],
    ['java', 'class A {\n  void a() {\n    add(|)\n  }\n}\n', 'b);', 1, true],
  ])('judges %s by what it stands in the place of: %s and %s', async (language, marked, text, replaces, expected) => {
    expect((await at(language, marked)).takes(text, replaces)).toBe(expected);
  });
});

describe('SyntaxFilter.fit before closing marks', () => {
  it.each([
    ['python', 'lhs, op = results|]\n', '[0]', '[0'],
    ['java', 'class A {\n  void a() {\n    inva|);\n  }\n}\n', 'lidate()', 'lidate('],
    ['typescript', 'call(|);\n', 'other()', 'other()'],
    ['typescript', 'call([a, |]);\n', 'b[0]', 'b[0]'],
  ])('says none of them twice in %s: %s', async (language, marked, text, expected) => {
    expect((await at(language, marked)).fit(text)).toBe(expected);
  });
});

describe('SyntaxFilter.inComment', () => {
  it.each([
    ['typescript', '// the first|', true],
    ['typescript', '/**\n * The first|\n */\n', true],
    ['typescript', 'const a = 1; |', false],
    ['python', '# the first|\n', true],
    ['python', 'x = "# not one|"', false],
    ['go', '// Package a|', true],
    ['rust', '/// Returns|', true],
    ['java', 'class A { // |', true],
    ['c', '/* the first|\n */\n', true],
  ])('%s: %s', async (language, marked, expected) => {
    expect((await at(language, marked)).inComment).toBe(expected);
  });
});

describe('Grammars', () => {
  it.each(['markdown', 'plaintext', 'haskell', 'constructor'])('has none for %s', async (language) => {
    expect(await grammars.parserOf(language, (message) => failures.push(message))).toBeUndefined();
    expect(failures).toEqual([]);
  });

  it.each(['csharp', 'css', 'php', 'powershell', 'ruby', 'shellscript'])('can be loaded: %s', async (language) => {
    expect(await grammars.parserOf(language, (message) => failures.push(message))).toBeDefined();
    expect(failures).toEqual([]);
  });
});

describe('SyntaxReader', () => {
  const source = [
    'export class Stack {',
    '  private items: string[] = [];',
    '  /** Puts one on top. */',
    '  push(item: string): void {',
    '    this.items.push(item);',
    '  }',
    '}',
    '',
  ].join('\n');
  const candidates = ['this.items.push(item);', ') {', 'return `${item}`;', '}', "'"];

  it('finds the same when it has read something like it before as when it has not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(source.length),
        fc.nat(source.length),
        fc.constantFrom('', 'const x = ', '/*', '(', '\n'),
        async (at1, at2, typed) => {
          const [from, to] = [Math.min(at1, at2), Math.max(at1, at2)];
          const marked = `${source.slice(0, from)}${typed}|${source.slice(to)}`;
          const [known, fresh] = [await at('typescript', marked), await at('typescript', marked, new SyntaxReader())];
          expect(known.inComment).toBe(fresh.inComment);
          for (const text of candidates) expect(known.fit(text)).toBe(fresh.fit(text));
        },
      ),
      { numRuns: 60 },
    );
  });
});
