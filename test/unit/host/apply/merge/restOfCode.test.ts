import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitLines } from '../../../../../src/util/text/lines';
import { isElision } from '../../../../../src/host/apply/merge/elisions';
import { languages, markers, put, write } from './classesOfLanguages';

const oldX = ['let one = a + 1;', 'let two = one + 2;', 'let three = two + 3;', 'return three;'];
const newX = ['// 新的实现', 'report(a);', 'return total(a);'];
const oldY = ['check(a);', 'store(a);', 'return a * 2;'];
const oldZ = ['while (a) a--;', 'return finish(a);'];

describe.each(Object.entries(languages))('a marker for the rest of a class in %s', (_name, language) => {
  const x = (body: readonly string[]): readonly string[] => [...language.above, ...language.method('x', body)];
  const bare = (body: readonly string[]): readonly string[] => language.method('x', body);
  const y = [...language.above, ...language.method('y', oldY)];
  const z = language.method('z', oldZ);
  const fresh = language.method('fresh', ['begin();', 'return 0;']);

  it.each(markers)('keeps the methods behind the changed one: %s', (marker) => {
    const { text, doubt } = put(write(language, [x(oldX), y, z]), write(language, [x(newX), [language.comment(marker)]]));
    expect(text).toBe(write(language, [x(newX), y, z]));
    expect(doubt).toBeUndefined();
  });

  it.each(markers)('keeps the methods before and behind it: %s', (marker) => {
    const block = write(language, [[language.comment(marker)], x(newX), [language.comment(marker)]]);
    const { text } = put(write(language, [y, x(oldX), z]), block);
    expect(text).toBe(write(language, [y, x(newX), z]));
  });

  it('keeps the methods on its other side: it means all that is not there', () => {
    for (const marker of markers) {
      const { text } = put(write(language, [y, x(oldX), z]), write(language, [x(newX), [language.comment(marker)]]));
      expect(text, marker).toBe(write(language, [y, x(newX), z]));
      const { text: before } = put(write(language, [y, x(oldX), z]), write(language, [[language.comment(marker)], x(newX)]));
      expect(before, marker).toBe(write(language, [y, x(newX), z]));
    }
  });

  it('keeps the comments and decorators above a method that the block shows without them', () => {
    const { text } = put(write(language, [x(oldX), y, z]), write(language, [bare(newX), [language.comment('...')]]));
    expect(text).toBe(write(language, [x(newX), y, z]));
    const { text: last } = put(write(language, [y, z, x(oldX)]), write(language, [[language.comment('...')], bare(newX)]));
    expect(last).toBe(write(language, [y, z, x(newX)]));
  });

  it('keeps the body of a method that the block leaves out', () => {
    const block = write(language, [x(newX), language.method('y', [language.comment('unchanged')]), z]);
    const { text } = put(write(language, [x(oldX), y, z]), block);
    expect(text).toBe(write(language, [x(newX), y, z]));
  });

  it('keeps everything where a new method stands behind it or before it', () => {
    const behind = put(write(language, [x(oldX), y]), write(language, [[language.comment('... existing code ...')], fresh]));
    expect(behind.text).toBe(write(language, [x(oldX), y, fresh]));
    const before = put(write(language, [x(oldX), y]), write(language, [fresh, [language.comment('... existing code ...')]]));
    expect(before.text).toBe(write(language, [fresh, x(oldX), y]));
  });

  it('never stays in the file', () => {
    for (const marker of markers) {
      const block = write(language, [
        [language.comment(marker)],
        fresh,
        [language.comment(marker)],
        bare(newX),
        [language.comment(marker)],
      ]);
      const { lines } = put(write(language, [y, x(oldX), z]), block);
      expect(lines.filter(isElision), marker).toEqual([]);
      for (const line of [...oldY, ...oldZ, ...newX]) expect(lines.join('\n')).toContain(line);
    }
  });
});

const classA = `/** First. */
export class A {
  x() {
    return 1;
  }

  y() {
    return 2;
  }
}
`;

describe('a block without a class', () => {
  it('changes one key of JSON and keeps the others', () => {
    const json =
      '{\n  "name": "a",\n  "version": "1.0.0",\n  "scripts": {\n    "build": "tsc",\n    "test": "vitest"\n  },\n  "type": "module"\n}\n';
    const block = '{\n  "version": "1.1.0",\n  // ... rest of config\n}';
    expect(put(json, '{\n  // ... existing fields ...\n  "version": "1.1.0",\n  // ... existing fields ...\n}').text).toBe(
      json.replace('1.0.0', '1.1.0'),
    );
    expect(put(json, block).text).toContain('"test": "vitest"');
    const nested = '{\n  // ...\n  "scripts": {\n    // ...\n    "test": "jest"\n  },\n  // ...\n}';
    expect(put(json, nested).text).toBe(json.replace('vitest', 'jest'));
  });

  it('changes one rule of CSS', () => {
    const css = '.a {\n  color: red;\n  margin: 0;\n}\n\n.b {\n  color: blue;\n}\n';
    expect(put(css, '.b {\n  color: green;\n  /* ... existing styles ... */\n}').text).toBe(css.replace('blue', 'green'));
    expect(put(css, '.a {\n  /* ... */\n  padding: 1px;\n}').text).toBe(css.replace('margin: 0;', 'margin: 0;\n  padding: 1px;'));
    expect(put(css, '/* ... other rules ... */\n\n.c {\n  color: pink;\n}').text).toBe(`${css}\n.c {\n  color: pink;\n}\n`);
  });

  it('changes one element of HTML', () => {
    const html = '<html>\n  <head>\n    <title>One</title>\n    <link rel="x">\n  </head>\n  <body>\n    <p>Text</p>\n  </body>\n</html>\n';
    const block =
      '<html>\n  <head>\n    <meta name="a">\n    <!-- existing head content -->\n  </head>\n  <!-- rest of the page unchanged -->\n</html>';
    expect(put(html, block).text).toBe(html.replace('    <title>', '    <meta name="a">\n    <title>'));
  });

  it('changes one key of YAML', () => {
    const yaml = 'name: ci\non: push\njobs:\n  build:\n    runs-on: ubuntu\n    steps:\n      - run: make\n  test:\n    runs-on: ubuntu\n';
    expect(put(yaml, 'name: ci\n# ... 其余部分不变\njobs:\n  build:\n    runs-on: macos\n    # ...\n  # ...').text).toBe(
      yaml.replace('ubuntu', 'macos'),
    );
  });

  it('changes one step of a function with a condition in other words', () => {
    const code = 'function f(a) {\n  if (a) {\n    one();\n    two();\n  }\n  three();\n  return a;\n}\n';
    expect(put(code, 'function f(a) {\n  if (a && b) {\n    // ... existing code ...\n  }\n  // ...\n}').text).toBe(
      code.replace('if (a)', 'if (a && b)'),
    );
    expect(put(code, 'function f(a) {\n  // ...\n  if (!a) {\n    stop();\n  }\n  // ... rest unchanged\n}').text).toContain(
      '    one();\n    two();\n  }',
    );
  });
});

describe('lines that a marker stands for', () => {
  it('stand further in where the block puts something new around them', () => {
    const python = 'def f():\n    x = 1\n\n    return x\n';
    expect(put(python, 'def f():\n    try:\n        # ... existing code ...\n    except E:\n        return 0').text).toBe(
      'def f():\n    try:\n        x = 1\n\n        return x\n    except E:\n        return 0\n',
    );
    const script = 'function f() {\n  one();\n  two();\n}\n';
    expect(put(script, 'function f() {\n  if (a) {\n    // ...\n  }\n}').text).toBe(
      'function f() {\n  if (a) {\n    one();\n    two();\n  }\n}\n',
    );
    // A marker that is only written too far in moves nothing.
    expect(put(script, 'function f() {\n      // ...\n  three();\n}').text).toBe('function f() {\n  one();\n  two();\n  three();\n}\n');
  });

  it('are kept where the block has a call that only looks like one of them', () => {
    const script = 'function f() {\n  log.info(one);\n  stop();\n}\n';
    expect(put(script, 'function f() {\n  // ... existing code ...\n  log.info(two);\n  stop();\n}').text).toBe(
      script.replace('  stop', '  log.info(two);\n  stop'),
    );
  });
});

describe('a marker in the line of code', () => {
  it.each([
    'y() { /* unchanged */ }',
    'y() { ... }',
    'y() { // ... existing code ...\n  }',
    'y() { /* 保持不变 */ }',
    'y() {\n    /*\n     * ... existing code ...\n     */\n  }',
  ])('keeps the body: %j', (stub) => {
    expect(put(classA, `export class A {\n  x() {\n    return 9;\n  }\n\n  ${stub}\n}`).text).toBe(classA.replace('return 1', 'return 9'));
  });

  it('is taken off a line that has not changed', () => {
    const text = 'const a = 1;\nconst b = 2;\nrun(a, b);\nstop(a);\n';
    expect(put(text, 'const a = 1; // unchanged\nconst b = 3;\nrun(a, b); // existing code\nstop(a);').text).toBe(
      text.replace('b = 2', 'b = 3'),
    );
  });

  it.each([
    'def y(self): ...',
    'def y(self): ...  # unchanged',
    'def y(self):  # 保持不变',
    'def y(self):\n        ...',
    'def y(self):\n        # existing code',
  ])('keeps the body in Python: %j', (stub) => {
    const python = 'class A:\n    def x(self):\n        return 1\n\n    def y(self):\n        return 2\n';
    expect(put(python, `class A:\n    def x(self):\n        return 9\n\n    ${stub}`).text).toBe(python.replace('return 1', 'return 9'));
  });

  it('is Python’s empty body where there was none before', () => {
    const python = 'class P(Protocol):\n    def x(self) -> int:\n        ...\n';
    const block = 'class P(Protocol):\n    def x(self) -> str:\n        ...\n\n    def y(self) -> int:\n        ...\n';
    expect(put(python, block).text).toBe(block);
  });
});

describe('what stands above a declaration', () => {
  const angular =
    "import { b } from 'b';\n\n/**\n * Shows a list.\n */\n@Component({\n  selector: 'a-list',\n  styles: [],\n})\nexport class List {\n  x() {\n    return 1;\n  }\n}\n\nexport const other = 1;\n";

  it('stays with it where the block has it not', () => {
    expect(put(angular, 'export class List {\n  x() {\n    return 2;\n  }\n}').text).toBe(angular.replace('return 1', 'return 2'));
  });

  it('is replaced by what the block has: the comment, or the decorator, or both', () => {
    expect(put(angular, '/** Shows lists. */\nexport class List {\n  x() {\n    return 1;\n  }\n}').text).toBe(
      angular
        .replace('/**\n * Shows a list.\n */\n', '')
        .replace('@Component', '/** Shows lists. */\n@Component')
        .replace(
          "/** Shows lists. */\n@Component({\n  selector: 'a-list',\n  styles: [],\n})",
          "/** Shows lists. */\n@Component({\n  selector: 'a-list',\n  styles: [],\n})",
        ),
    );
    const decorated = "@Component({\n  selector: 'b-list',\n})\nexport class List {\n  // ...\n}";
    expect(put(angular, decorated).text).toBe(angular.replace("  selector: 'a-list',\n  styles: [],\n", "  selector: 'b-list',\n"));
  });

  it.each([
    ['/*\n text without stars\n*/\n', 'int f(int a) {\n  return 1;\n}'],
    ['template <typename T>\n', 'T f(T a) {\n  return 1;\n}'],
    ['[[nodiscard]]\n', 'int f(int a) {\n  return 1;\n}'],
    ['#[derive(Debug,\n    Clone)]\n', 'struct f {\n  return 1;\n}'],
    ['@app.route(\n    "/x",\n)\n', 'def f(a):\n    return 1'],
    ['<!-- text\n     more -->\n', 'function f(a) {\n  return 1;\n}'],
  ])('may be %j', (above, code) => {
    const file = `first = 1\n\n${above}${code}\n\nlast = 2\n`;
    expect(put(file, code.replace('return 1', 'return 2')).text).toBe(file.replace('return 1', 'return 2'));
    expect(put(file, `${above}${code.replace('return 1', 'return 2')}`).text).toBe(file.replace('return 1', 'return 2'));
  });
});

describe('a placement that may be wrong', () => {
  it('says which declarations it would take out, and has the file with them', () => {
    const { doubt, text } = put(classA, '/** First. */\nexport class A {\n  x() {\n    return 9;\n  }\n}');
    expect(text).not.toContain('y()');
    expect(doubt).toEqual({ kind: 'deletes', names: ['y'], kept: splitLines(classA.replace('return 1', 'return 9')) });
  });

  it('says nothing of one that has another name now, or where an elision stands for the others', () => {
    expect(put(classA, classA.replace('y()', 'why()')).doubt).toBeUndefined();
    expect(put(classA, 'export class A {\n  x() {\n    return 9;\n  }\n  // ...\n}').doubt).toBeUndefined();
  });

  it('says which declarations of the same name are equally like the block, and takes the one that was chosen', () => {
    const shapes = 'class B:\n    def area(self):\n        return self.b\n\n\nclass C:\n    def area(self):\n        return self.c\n';
    const block = 'def area(self):\n    return 0';
    expect(put(shapes, block).doubt).toEqual({ kind: 'twins', name: 'area', lines: [1, 6] });
    expect(put(shapes, block, { chosen: [6] })).toMatchObject({ text: shapes.replace('self.c\n', '0\n') });
    expect(put(shapes, block, { chosen: [6] }).doubt).toBeUndefined();
  });

  it('says that nothing tells what an elision stands for', () => {
    const { doubt, lines } = put('alpha\nbeta\n', 'function g() {\n  start();\n  // ... existing code ...\n}');
    expect(doubt).toEqual({ kind: 'unplaced' });
    expect(lines.filter(isElision)).toEqual([]);
  });

  it('is none of a block that is nothing but elisions: the file stays', () => {
    expect(put(classA, '// ... existing code ...\n\n// 其余代码保持不变')).toMatchObject({ text: classA });
  });
});

/** Methods of a class; of each, whether the block has it as it was, has it changed, or leaves it out. */
const plan = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'),
    above: fc.boolean(),
    shown: fc.constantFrom('as it was', 'changed', 'left out'),
    size: fc.integer({ min: 1, max: 5 }),
  }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 6 },
);

it('a block with markers in place of methods never costs one of them, and brings none back that it changes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(languages)),
      plan,
      fc.constantFrom(...markers),
      fc.boolean(),
      (language, methods, marker, withAbove) => {
        const old = ({ name, size }: { name: string; size: number }): readonly string[] =>
          language.method(
            name,
            Array.from({ length: size }, (_, at) => `${name}${String(at)}(a);`),
          );
        const fresh = ({ name }: { name: string }): readonly string[] => language.method(name, [`${name}New(a);`, `${name}More(a);`]);
        const topped = (method: { above: boolean }, lines: readonly string[], shown = true): readonly string[] =>
          method.above && shown ? [...language.above, ...lines] : lines;
        // A block that leaves nothing out is the file, with the comments that it has.
        fc.pre(methods.some(({ shown }) => shown === 'left out'));
        const block = methods.flatMap((method, index) => {
          if (method.shown !== 'left out') return [topped(method, method.shown === 'changed' ? fresh(method) : old(method), withAbove)];
          return methods[index - 1]?.shown === 'left out' ? [] : [[language.comment(marker)]];
        });
        const original = write(
          language,
          methods.map((method) => topped(method, old(method))),
        );
        const expected = write(
          language,
          methods.map((method) => topped(method, method.shown === 'changed' ? fresh(method) : old(method))),
        );
        expect(put(original, write(language, block)).text).toBe(expected);
      },
    ),
    { numRuns: 200 },
  );
});

it('one marker, wherever it stands among the methods of a block, keeps all others', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(languages)),
      plan,
      fc.constantFrom(...markers),
      fc.nat(),
      (language, methods, marker, place) => {
        fc.pre(methods.some(({ shown }) => shown === 'changed'));
        const old = ({ name, size }: { name: string; size: number }): readonly string[] =>
          language.method(
            name,
            Array.from({ length: size }, (_, at) => `${name}${String(at)}(a);`),
          );
        const topped = (method: { above: boolean }, lines: readonly string[]): readonly string[] =>
          method.above ? [...language.above, ...lines] : lines;
        const changed = methods
          .filter(({ shown }) => shown === 'changed')
          .map((method) => topped(method, language.method(method.name, [`${method.name}New(a);`])));
        const original = write(
          language,
          methods.map((method) => topped(method, old(method))),
        );
        const expected = write(
          language,
          methods.map((method) =>
            topped(method, method.shown === 'changed' ? language.method(method.name, [`${method.name}New(a);`]) : old(method)),
          ),
        );
        const block = changed.toSpliced(place % (changed.length + 1), 0, [language.comment(marker)]);
        expect(put(original, write(language, block)).text).toBe(expected);
      },
    ),
    { numRuns: 200 },
  );
});

it('a class of the sample workspace loses none of its fields and methods to a block with one method and a marker', () => {
  const inventory = readFileSync(join(import.meta.dirname, '../../../../fixtures/workspace/inventory.ts'), 'utf8');
  const get = [
    '  get(sku: string): Part {',
    '    const part = this.parts.get(sku.trim());',
    '    if (part === undefined) throw new UnknownPartError(sku);',
    '    return part;',
    '  }',
  ];
  for (const marker of markers) {
    const block = ['export class Inventory {', ...get, '', `  // ${marker}`, '}'].join('\n');
    expect(put(inventory, block).text, marker).toBe(inventory.replace('this.parts.get(sku)', 'this.parts.get(sku.trim())'));
  }
});
