import type { CompletionPlace } from '../../../../src/contract/completion';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitUnfinished } from '../../../../src/prompt/completion/completionPrompt';
import { finishCompletion, isCompletionFinished, wholeLines, wholeWords } from '../../../../src/prompt/completion/finishCompletion';

/** A document with its cursor at the bar. */
function at(document: string, multiline: boolean): CompletionPlace {
  const [prefix = '', suffix = ''] = document.split('|');
  return { path: 'a', language: 'plaintext', prefix, suffix, multiline };
}

/** Feeds a continuation in pieces, as tokens come, up to the stop rule; gives what is shown. */
function shown(input: CompletionPlace, continuation: string, size = 3): string {
  const { forcedPrefix } = splitUnfinished(input.prefix);
  const whole = forcedPrefix + continuation;
  let raw = '';
  while (raw.length < whole.length && !isCompletionFinished(raw, input)) raw = whole.slice(0, raw.length + size);
  return finishCompletion(raw, input, forcedPrefix).text;
}

const block = (document: string): CompletionPlace => at(document, true);
const line = (document: string): CompletionPlace => at(document, false);

describe('a ghost text of several lines', () => {
  it.each<[string, CompletionPlace, string, string]>([
    [
      'TypeScript: the rest of a function, not the next one',
      block('function add(a: number, b: number): number {\n  |\n}\n'),
      'return a + b;\n}\n\nfunction sub(a: number, b: number): number {\n  return a - b;\n}\n',
      'return a + b;',
    ],
    [
      'TypeScript: a whole body from its brace',
      block('function max(a: number, b: number): number {|'),
      '\n  if (a > b) {\n    return a;\n  } else {\n    return b;\n  }\n}\n\nexport {};\n',
      '\n  if (a > b) {\n    return a;\n  } else {\n    return b;\n  }\n}',
    ],
    [
      'TypeScript: a body whose closing brace is there',
      block('function twice(n: number): number {|\n}\n'),
      '\n  return 2 * n;\n}\n\nconst x = 1;',
      '\n  return 2 * n;',
    ],
    [
      'Python: one statement of a body',
      block('def add(a, b):\n    |'),
      'return a + b\n\n\ndef sub(a, b):\n    return a - b\n',
      'return a + b',
    ],
    [
      'Python: a body with branches',
      block('def fact(n):|'),
      '\n    if n == 0:\n        return 1\n    else:\n        return n * fact(n - 1)\n\n\nprint(fact(5))\n',
      '\n    if n == 0:\n        return 1\n    else:\n        return n * fact(n - 1)',
    ],
    [
      'Python: a try with its except',
      block('def load(path):\n    |'),
      'try:\n        return open(path).read()\n    except OSError:\n        return None\n\nload("a")\n',
      'try:\n        return open(path).read()\n    except OSError:\n        return None',
    ],
    [
      'Go: tabs',
      block('func Max(a, b int) int {\n\t|\n}\n'),
      'if a > b {\n\t\treturn a\n\t}\n\treturn b\n}\n\nfunc Min(a, b int) int {\n',
      'if a > b {\n\t\treturn a\n\t}\n\treturn b',
    ],
    [
      'Rust: the arms of a match',
      block('fn sign(x: i32) -> i32 {\n    match x {\n        |\n    }\n}\n'),
      '0 => 0,\n        x if x > 0 => 1,\n        _ => -1,\n    }\n}\n',
      '0 => 0,\n        x if x > 0 => 1,\n        _ => -1,',
    ],
    [
      'Java: a loop and what follows it in the method',
      block('  int sum(int[] a) {\n    |\n  }\n}\n'),
      'int s = 0;\n    for (int x : a) {\n      s += x;\n    }\n    return s;\n  }\n\n  int max(int[] a) {\n',
      'int s = 0;\n    for (int x : a) {\n      s += x;\n    }\n    return s;',
    ],
    [
      'C: the body of a loop only',
      block('int sum(int *a, int n) {\n    int s = 0;\n    for (int i = 0; i < n; i++) {|\n    return s;\n}\n'),
      '\n        s += a[i];\n    }\n    return s;\n}\n',
      '\n        s += a[i];\n    }',
    ],
    [
      'Markdown: a paragraph, not the next heading',
      block('# Tool\n\n## Install\n\n|'),
      'Run `npm install`.\n\n## Usage\n\nRun it.\n',
      'Run `npm install`.',
    ],
    ['JSON: an entry with its end', block('{\n  "scripts": {\n    |\n  }\n}\n'), '"test": "vitest"\n  }\n}\n', '"test": "vitest"'],
  ])('%s', (_, input, continuation, expected) => {
    for (const size of [1, 3, 8]) expect(shown(input, continuation, size)).toBe(expected);
  });

  it('ends where what stands below begins again', () => {
    const input = block('function a() {\n  |\n  const end = stop();\n}\n');
    expect(shown(input, 'start();\n  const end = stop();\n}\n')).toBe('start();');
  });

  it('ends when the model repeats itself', () => {
    const input = block('items = [\n    |');
    expect(shown(input, '"item",\n    '.repeat(9))).toBe('"item",\n    "item",');
  });

  it('shows at most twelve lines, all whole', () => {
    const input = block('function long() {\n  |');
    const body = Array.from({ length: 30 }, (_, index) => `call${index}();`);
    for (const size of [1, 3, 8, 40]) expect(shown(input, body.join('\n  '), size)).toBe(body.slice(0, 12).join('\n  '));
  });

  it('gives up on a model that writes nothing but white space', () => {
    const input = block('function a() {\n  |');
    expect(isCompletionFinished(' '.repeat(200), input)).toBe(true);
    expect(shown(input, '\n  \n'.repeat(60))).toBe('');
  });
});

describe('a ghost text of one line', () => {
  it.each<[string, CompletionPlace, string, string]>([
    [
      'TypeScript: the rest of a statement',
      line('const total = items.|\n'),
      'reduce((a, b) => a + b, 0);\nconsole.log(total);',
      'reduce((a, b) => a + b, 0);',
    ],
    ['TypeScript: without the bracket that is there', line('console.log(|)\n'), "'hi', name)\n", "'hi', name"],
    ['TypeScript: without the bracket and the semicolon that are there', line('console.log(|);\n'), "'hi');\n", "'hi'"],
    ['TypeScript: without the quote that is there', line("import fs from '|';\n"), "node:fs';\n", 'node:fs'],
    ['Python: behind a space', line('x = |\n'), 'compute(1)\n', 'compute(1)'],
    ['Go: a call', line('\tfmt.Println(|)\n'), '"hello", name)\n\treturn', '"hello", name'],
    ['Rust: a macro', line('    println!("{}", |);\n'), 'x);\n}', 'x'],
    ['Java: a call', line('    System.out.|\n'), 'println("x");\n  }', 'println("x");'],
    ['C: a declaration', line('char *name = |;\n'), '"a";\nint b;', '"a"'],
    ['Markdown: a list item', line('- first\n- |\n'), 'second\n- third\n', 'second'],
  ])('%s', (_, input, continuation, expected) => {
    for (const size of [1, 4]) expect(shown(input, continuation, size)).toBe(expected);
  });

  it('stops with the line, however it begins', () => {
    const input = line('const a = |');
    expect(isCompletionFinished(' 1;', input)).toBe(false);
    expect(isCompletionFinished(' 1;\n', input)).toBe(true);
    expect(isCompletionFinished('\n  b', input)).toBe(true);
  });

  it('is none where the model would end the line instead of paying the space it owes', () => {
    expect(finishCompletion('\nconst b', line('const a = |'), ' ')).toEqual({ text: '', dropped: 'lineEnd' });
    expect(finishCompletion('\nconst b', line('const a =|'), '')).toEqual({ text: '', dropped: 'lineEnd' });
    expect(finishCompletion(' \n', line('const a = |'), ' ')).toEqual({ text: '', dropped: 'nothing' });
    expect(finishCompletion('b;', line('const a = |'), ' ').text).toBe('b;');
  });

  it('is none where it would be brackets alone, or what stands above or below', () => {
    expect(finishCompletion(');', line('foo(1|'), '')).toEqual({ text: '', dropped: 'onlyBrackets' });
    expect(finishCompletion(' =', line('size|'), '')).toEqual({ text: '', dropped: 'onlyBrackets' });
    expect(finishCompletion('//', line('|'), '')).toEqual({ text: '', dropped: 'onlyBrackets' });
    expect(finishCompletion(');', line('foo(1|);'), '')).toEqual({ text: '', dropped: 'inSuffix' });
    expect(finishCompletion('b();', line('a();\nb();\n|'), '')).toEqual({ text: '', dropped: 'repeated' });
    expect(finishCompletion('c();', line('a();\n|\nc();'), '')).toEqual({ text: '', dropped: 'repeated' });
    expect(finishCompletion('d();', line('a();\n|\nc();'), '').text).toBe('d();');
  });
});

describe('any ghost text', () => {
  const documents = [
    'function f() {\n  |\n}\n',
    'def f():|',
    'def f():\n    |',
    'const a = |;\n',
    'foo(|)\n',
    '|',
    'switch (x) {\n  case 1:|\n  case 2:\n}',
    '- a\n|\n- b',
  ];
  const anyInput = fc.tuple(fc.constantFrom(...documents), fc.boolean()).map(([document, multiline]) => at(document, multiline));
  const parts = ['return a', ';', '\n', '\n  ', '\n    ', '}', ')', ' ', 'if (x) {', 'else', '\r\n', '\t', '- b', 'case 2:', '\n\n'];
  const anyText = fc.array(fc.constantFrom(...parts), { maxLength: 25 }).map((pieces) => pieces.join(''));

  it('is the same whether the model is stopped by the rule or goes on', () => {
    fc.assert(
      fc.property(anyInput, anyText, fc.integer({ min: 1, max: 9 }), (input, text, size) => {
        const { forcedPrefix } = splitUnfinished(input.prefix);
        const whole = forcedPrefix + text;
        let raw = '';
        while (raw.length < whole.length && !isCompletionFinished(raw, input)) raw = whole.slice(0, raw.length + size);
        if (/\S/.test(raw)) expect(finishCompletion(raw, input, forcedPrefix)).toEqual(finishCompletion(whole, input, forcedPrefix));
      }),
      { numRuns: 2000 },
    );
  });

  it('can be accepted: no white space at the end of a line, no carriage return, one line where one is wanted', () => {
    fc.assert(
      fc.property(anyInput, anyText, (input, text) => {
        const { forcedPrefix } = splitUnfinished(input.prefix);
        const ghost = finishCompletion(forcedPrefix + text, input, forcedPrefix).text;
        // Before a bracket that is there already, a break and its indentation are right.
        if (/^\s*(\n|$)/.test(input.suffix)) expect(ghost).toBe(ghost.trimEnd());
        expect(ghost).not.toContain('\r');
        if (!input.multiline) expect(ghost).not.toContain('\n');
        expect(ghost.split('\n').length).toBeLessThanOrEqual(12);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what is no longer part of the document', () => {
  it.each([
    ["Code Llama's end", 'typescript', 'a + b; <EOT>', 'a + b;'],
    ['a token of filling in', 'python', 'a + b<|fim_middle|>x', 'a + b'],
    ["StarCoder's marks", 'go', 'a + b<fim_suffix>', 'a + b'],
    ["DeepSeek's marks", 'java', 'a + b<\uFF5Cfim\u2581hole\uFF5C>', 'a + b'],
    ['a template token', 'c', 'a + b<|im_end|>', 'a + b'],
    ['less and greater signs', 'typescript', 'Map<string, PRE>(a < b || c > d);', 'Map<string, PRE>(a < b || c > d);'],
  ])('ends it: %s', (_, language, raw, text) => {
    const input = { ...line('return |'), language };
    expect(finishCompletion(raw, input, '')).toEqual({ text, replaces: 0 });
    expect(isCompletionFinished(raw, input)).toBe(text !== raw);
  });

  it('is a code fence, but for prose', () => {
    const input = { ...line('|'), multiline: true };
    expect(finishCompletion('const a = 1;\n```\nThis code', { ...input, language: 'rust' }, '').text).toBe('const a = 1;');
    expect(finishCompletion('Run it:\n```sh', { ...input, language: 'markdown' }, '').text).toBe('Run it:\n```sh');
  });

  it('is nothing to show where there is nothing before it', () => {
    expect(finishCompletion('<|endoftext|>', line('return |'), ' ')).toEqual({ text: '', dropped: 'nothing' });
  });
});

describe('wholeWords', () => {
  it('leaves out the half word before the one that was not wanted', () => {
    expect(wholeWords('const total', 'Size')).toBe('const ');
    expect(wholeWords('größ', 'er')).toBe('');
  });

  it('keeps a word that had ended', () => {
    expect(wholeWords('const total', ' =')).toBe('const total');
    expect(wholeWords('size.', 'width')).toBe('size.');
    expect(wholeWords('', 'width')).toBe('');
  });
});

describe('wholeLines', () => {
  it('leaves out the half line at the end of a block', () => {
    expect(wholeLines(' if (n < 2) {\n    return n;\n  }\n  const pre')).toBe(' if (n < 2) {\n    return n;\n  }');
  });

  it('keeps the one line there is', () => {
    expect(wholeLines(' fibonacci(n - 1) + fib')).toBe(' fibonacci(n - 1) + fib');
    expect(wholeLines('\n  const a')).toBe('\n  const a');
  });
});
