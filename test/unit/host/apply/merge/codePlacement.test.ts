import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitLines } from '../../../../../src/util/text/lines';
import { declarationsIn } from '../../../../../src/host/apply/merge/declarations';
import { isElision } from '../../../../../src/host/apply/merge/elisions';
import { filled } from '../../../../../src/host/apply/merge/fillElisions';
import { place, type Placement, type PlacementInput } from '../../../../../src/host/apply/merge/codePlacement';

const workspace = (name: string): string => readFileSync(join(import.meta.dirname, '../../../../fixtures/workspace', name), 'utf8');

function put(original: string, block: string, more: Partial<PlacementInput> = {}): { how: Placement['how']; text: string } {
  const lines = splitLines(original);
  const { how, lines: result } = place({ original: lines, block: splitLines(block), declarations: declarationsIn(lines), ...more });
  return { how, text: result.join('\n') };
}

const functions = `import { log } from './log';

/** Adds. */
export function add(a: number, b: number): number {
  return a + b;
}

export function subtract(a: number, b: number): number {
  log('subtract');
  return a - b;
}
`;

describe('a block that is a whole file', () => {
  it('replaces it, and the last line break stays', () => {
    const block = functions.replace('a + b', 'b + a').trim();
    expect(put(functions, block)).toEqual({ how: 'whole', text: `${block}\n` });
    expect(put(functions.trim(), block)).toEqual({ how: 'whole', text: block });
  });

  it('fills an empty one', () => {
    expect(put('', 'a\nb')).toEqual({ how: 'whole', text: 'a\nb\n' });
    expect(put('\n\n', 'a')).toEqual({ how: 'whole', text: 'a\n' });
  });

  it('may be one without declarations', () => {
    const config = '{\n  "a": 1,\n  "b": 2\n}\n';
    expect(put(config, '{\n  "a": 1,\n  "b": 3\n}')).toEqual({ how: 'whole', text: '{\n  "a": 1,\n  "b": 3\n}\n' });
  });

  it('is none without the imports, or without a function', () => {
    const withoutImports = functions.slice(functions.indexOf('/**')).replace('a + b', 'b + a');
    expect(put(functions, withoutImports)).toEqual({ how: 'declarations', text: functions.replace('a + b', 'b + a') });
    const withoutAdd = `import { log } from './log';\n\nexport function subtract(a: number, b: number): number {\n  return a - b;\n}`;
    expect(put(functions, withoutAdd)).toEqual({ how: 'declarations', text: functions.replace("  log('subtract');\n", '') });
  });
});

describe('a block of declarations', () => {
  it('replaces the one of the same name, and the comment stays that it does not have', () => {
    const { how, text } = put(functions, 'export function add(...all: number[]): number {\n  return all.reduce((a, b) => a + b, 0);\n}');
    expect(how).toBe('declarations');
    expect(text).toContain('/** Adds. */\nexport function add(...all: number[]): number {\n  return all.reduce');
    expect(text).toContain("log('subtract')");
    expect(text).not.toContain('return a + b;');
  });

  it('replaces the comment with it that it has', () => {
    const { text } = put(functions, '/** Adds two numbers. */\nexport function add(a: number, b: number): number {\n  return a + b;\n}');
    expect(text).toBe(functions.replace('/** Adds. */', '/** Adds two numbers. */'));
  });

  it('puts a method into its class, as deep as it stood there', () => {
    const inventory = workspace('inventory.ts');
    const { how, text } = put(inventory, 'get(sku: string): Part {\n  return this.parts.get(sku)!;\n}');
    expect(how).toBe('declarations');
    expect(text).toContain('  get(sku: string): Part {\n    return this.parts.get(sku)!;\n  }\n\n  /** Takes parts');
    expect(text.replace(/ {2}get\(sku[\s\S]*?\n {2}}\n/, '')).toBe(inventory.replace(/ {2}get\(sku[\s\S]*?\n {2}}\n/, ''));
  });

  it('puts a new one behind the one before it, and imports behind the imports', () => {
    const block = [
      "import { log } from './log';",
      "import { max } from './max';",
      '',
      'export function add(a: number, b: number): number {',
      '  return max(a, b);',
      '}',
      '',
      'export function double(a: number): number {',
      '  return add(a, a);',
      '}',
    ].join('\n');
    const { how, text } = put(functions, block);
    expect(how).toBe('declarations');
    expect(text).toContain("import { log } from './log';\nimport { max } from './max';\n\n/** Adds. */");
    expect(text).toContain(
      'return max(a, b);\n}\n\nexport function double(a: number): number {\n  return add(a, a);\n}\n\nexport function subtract',
    );
  });

  it('of several with the name takes the one most like it', () => {
    const shapes =
      'class Square:\n    def area(self):\n        return self.side ** 2\n\n\nclass Circle:\n    def area(self):\n        return 3 * self.radius ** 2\n';
    const { text } = put(shapes, 'def area(self):\n    return math.pi * self.radius ** 2');
    expect(text).toBe(shapes.replace('3 *', 'math.pi *'));
  });

  it('works by indentation, and with tabs where the file has them', () => {
    const go = workspace('limiter.go');
    const [name] = /func \([^)]*\) (\w+)\(/.exec(go)?.slice(1) ?? [];
    const head = go.split('\n').find((line) => line.startsWith('func (') && line.includes(` ${String(name)}(`)) ?? '';
    const { how, text } = put(go, `${head}\n    return nil\n}`);
    expect(how).toBe('declarations');
    expect(text).toContain(`${head}\n\treturn nil\n}`);
  });
});

describe('a block about a selection', () => {
  const body = 'function f() {\n  const a = 1;\n  const b = a + 1;\n  return b;\n}\nconst x = f();\n';

  it('replaces it, as deep as it stands', () => {
    const selection = { start: 1, end: 3 };
    expect(put(body, 'const a = 2;\nconst b = a + 1;', { selection })).toEqual({ how: 'selection', text: body.replace('a = 1', 'a = 2') });
  });

  it('replaces it too where nothing else fits', () => {
    const { how, text } = put(body, 'compute();', { selection: { start: 1, end: 3 } });
    expect([how, text]).toEqual(['selection', body.replace('  const a = 1;\n  const b = a + 1;\n', '  compute();\n')]);
  });

  it('goes by names where it has a declaration that reaches beyond it', () => {
    const { how, text } = put(body, 'function f() {\n  return 2;\n}', { selection: { start: 1, end: 3 } });
    expect([how, text]).toEqual(['declarations', 'function f() {\n  return 2;\n}\nconst x = f();\n']);
  });
});

describe('a block without a name', () => {
  const script =
    'start();\nfor (const each of all) {\n  read(each);\n  check(each);\n  write(each);\n}\nstop();\nreport();\ngoodbye();\nexit();\n';

  it('replaces the most similar lines', () => {
    const { how, text } = put(script, 'read(each);\ncheck(each, true);\nwrite(each);');
    expect([how, text]).toEqual(['similar', script.replace('check(each)', 'check(each, true)')]);
  });

  it('replaces the one line it is another wording of', () => {
    expect(put(script, 'check(each, true);')).toEqual({ how: 'similar', text: script.replace('check(each)', 'check(each, true)') });
  });

  it('is put in at the cursor where nothing is like it, and at the end without one', () => {
    expect(put('a();\n  b();\n', 'fresh = 1 + 2', { cursor: 1 })).toEqual({ how: 'cursor', text: 'a();\n  b();\n  fresh = 1 + 2\n' });
    expect(put('a();\n\nb();\n', 'fresh = 1 + 2', { cursor: 1 }).text).toBe('a();\nfresh = 1 + 2\nb();\n');
    expect(put('a();\n', 'fresh = 1 + 2', { cursor: 1 }).text).toBe('a();\nfresh = 1 + 2\n');
  });

  it('stands on a blank line as its neighbours do, and apart from them where it is long', () => {
    const method = 'fresh() {\n  return 9;\n}';
    const text = 'class A {\n  one() {\n    x();\n  }\n\n  two() {\n    y();\n\n  }\n}\n';
    expect(put(text, method, { cursor: 4 }).text).toBe(
      'class A {\n  one() {\n    x();\n  }\n\n  fresh() {\n    return 9;\n  }\n\n  two() {\n    y();\n\n  }\n}\n',
    );
    expect(put(text, 'fresh(9);', { cursor: 7 }).text).toContain('    y();\n    fresh(9);\n  }');
    expect(put('def one():\n    pass\n\ndef two():\n    pass\n', 'fresh = 9', { cursor: 2 }).text).toContain('pass\nfresh = 9\ndef');
    expect(put('a();\n', 'fresh = 1 + 2').text).toBe('a();\n\nfresh = 1 + 2\n');
  });

  it('without a line changes nothing', () => {
    expect(put(script, ' \n\n').text).toBe(script);
  });
});

describe('an elision', () => {
  it.each([
    ...[
      '// ...',
      '// ... existing code ...',
      '# ... rest of the function',
      '/* ... */',
      '<!-- ... other items ... -->',
      '{/* ... existing JSX ... */}',
    ],
    ...[
      '  // rest of the code remains the same',
      '-- ... unchanged',
      '# (existing code)',
      '// …',
      '...',
      '    ...',
      '// other methods ...',
    ],
    ...['// ... (other methods) ...', '// existing code'],
  ])('is %j', (line) => {
    expect(isElision(line)).toBe(true);
  });

  it.each([
    ...[
      '',
      'return ...args;',
      'f(...args);',
      '// Loads the rest',
      '# Other names are ignored.',
      '// Wait...',
      '...args,',
      'case "...":',
      '--i;',
    ],
    ...['// The existing file is read first.', '/// Adds to the previous value.', '#include <stdio.h>'],
  ])('is not %j', (line) => {
    expect(isElision(line)).toBe(false);
  });

  it('stands for what is there: nothing of a function is lost', () => {
    const original = 'function a() {\n  if (x) {\n    y();\n  }\n  z();\n  return 1;\n}\n\nfunction b() {\n  return 2;\n}\n';
    const block = 'function a() {\n  start();\n  // ... existing code ...\n  return 1;\n}';
    expect(put(original, block)).toEqual({ how: 'declarations', text: original.replace('  if (x)', '  start();\n  if (x)') });
    expect(put(original, 'function a() {\n  ...\n}').text).toBe(original);
    // A call that only looks like another takes nobody's place.
    expect(put('function f() {\n  read();\n  stop();\n}\n', 'function f() {\n  log();\n  // ...\n}').text).toBe(
      'function f() {\n  log();\n  read();\n  stop();\n}\n',
    );
    expect(put('function f() {\n  const a = 1;\n  stop(a);\n}\n', 'function f() {\n  const a = read();\n  // ...\n}').text).toBe(
      'function f() {\n  const a = read();\n  stop(a);\n}\n',
    );
    expect(put(original, 'function a() {\n  // ...\n  return 3;\n}').text).toContain('  z();\n');
  });

  it('stands for all between functions that are named', () => {
    const block =
      '// ... existing code ...\n\nexport function subtract(a: number, b: number): number {\n  return a - b;\n}\n\n// ... rest of the file';
    expect(put(functions, block)).toEqual({ how: 'declarations', text: functions.replace("  log('subtract');\n", '') });
  });

  it('stands for the rest of a file without names', () => {
    const list = 'alpha\nbeta\ngamma\ndelta\nepsilon\n';
    expect(put(list, 'beta\ngamma two\n# ...\nepsilon').text).toBe('alpha\nbeta\ngamma two\ngamma\ndelta\nepsilon\n');
    expect(put(list, '# ...\ndelta\nzeta\n# ...').text).toBe('alpha\nbeta\ngamma\ndelta\nzeta\nepsilon\n');
  });

  it('never costs a line, wherever it stands', () => {
    const line = fc.constantFrom('a();', 'b();', '}', '', 'if (c) {', '  d();', 'return e;');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), (original, shown) => {
        // Some runs of lines are left out, each with an elision in its place.
        const block = original.flatMap((text, index) => {
          if (shown[index] === true) return [text];
          return index > 0 && shown[index - 1] === false ? [] : ['// ...'];
        });
        expect(filled(block, original, false)).toEqual(original);
        expect(filled(['// ...', ...block, '// ...'], original, true)).toEqual(original);
      }),
    );
  });

  it('is dropped where there is nothing it could stand for, but not Python’s empty body', () => {
    expect(put('a = 1\n', 'def f() -> int:\n    ...\n\n# ... more here ...').text).toBe('a = 1\n\ndef f() -> int:\n    ...\n');
  });
});
