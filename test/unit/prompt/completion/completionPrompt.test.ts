import type { CompletionPlace } from '../../../../src/contract/completion';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonPrefixLength } from '../../../../src/util/commonPrefix';
import {
  anchoredTail,
  buildCompletionPrompt,
  continuationText,
  fimLayout,
  splitUnfinished,
} from '../../../../src/prompt/completion/completionPrompt';
import { astralText, isWellFormed } from '../../../fixtures/astralText';
import { fimGolden } from '../../../fixtures/templates/tokenGolden';
import { llamaTokenizerWith, WordTokenizer } from '../tokenizers';

const code = fc
  .array(fc.constantFrom('const a = 1;', '  return b;', '}', '', 'if (x) {', '\tfoo(bar, baz);', '// 说明 🦙', 'x'.repeat(90)), {
    maxLength: 60,
  })
  .map((lines) => lines.join('\n'));
const limit = fc.integer({ min: 8, max: 400 });

describe('anchoredTail', () => {
  it('is the end of the text, within the limit and not much shorter', () => {
    fc.assert(
      fc.property(code, limit, (text, most) => {
        const tail = anchoredTail(text, most);
        expect(text.endsWith(tail)).toBe(true);
        expect(tail.length).toBeLessThanOrEqual(most);
        if (text.length <= most) expect(tail).toBe(text);
        else expect(tail.length).toBeGreaterThanOrEqual(Math.floor(most / 4));
      }),
      { numRuns: 1000 },
    );
  });

  it('stays where it begins while somebody types, but for one jump in half a limit', () => {
    fc.assert(
      fc.property(code, code, limit, (text, typed, most) => {
        const beginnings = new Set<number>();
        for (let count = 0; count <= typed.length; count++) {
          const whole = text + typed.slice(0, count);
          beginnings.add(whole.length - anchoredTail(whole, most).length);
        }
        expect(beginnings.size).toBeLessThanOrEqual(2 + Math.ceil(typed.length / Math.floor(most / 2)));
        expect([...beginnings]).toEqual([...beginnings].sort((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  });

  it('begins at the beginning of a line where lines are short', () => {
    const text = Array.from({ length: 50 }, (_, index) => `line ${index}`).join('\n');
    const tail = anchoredTail(text, 100);
    expect(text[text.length - tail.length - 1]).toBe('\n');
  });

  it('keeps code before the cursor when a long line stands there', () => {
    const text = `${'x'.repeat(2000)}\nconst a`;
    expect(anchoredTail(text, 100).length).toBeGreaterThanOrEqual(25);
  });

  it('never begins with half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('🦙', 'a'), maxLength: 200 }), limit, (text, most) => {
        expect(isWellFormed(anchoredTail(text, most))).toBe(true);
      }),
    );
  });
});

const input = (prefix: string, more: Partial<CompletionPlace> = {}): CompletionPlace => ({
  path: 'src/add.ts',
  language: 'typescript',
  prefix,
  suffix: '',
  multiline: false,
  ...more,
});

describe('buildCompletionPrompt', () => {
  const words = new WordTokenizer([], { bos: 's' });
  const llama = llamaTokenizerWith();
  const promptText = (prefix: string, language: string): string =>
    words.decode(buildCompletionPrompt(input(prefix, { language }), words, 500).tokens);

  it.each([
    ['typescript', '// src/add.ts\n'],
    ['go', '// src/add.ts\n'],
    ['rust', '// src/add.ts\n'],
    ['python', '# src/add.ts\n'],
    ['shellscript', '# src/add.ts\n'],
    ['lua', '-- src/add.ts\n'],
    ['sql', '-- src/add.ts\n'],
    ['markdown', ''],
    ['plaintext', ''],
    ['toString', ''],
  ])('names the file of %s in a comment of that language', (language, header) => {
    expect(promptText('a = 1;', language)).toBe(`<s>${header}a = 1;`);
  });

  it('leaves out one space before the cursor, which the completion owes', () => {
    expect(buildCompletionPrompt(input('return '), words, 500)).toMatchObject({ forcedPrefix: ' ' });
    expect(promptText('return ', 'plaintext')).toBe('<s>return');
    expect(splitUnfinished('  ')).toEqual({ text: ' ', forcedPrefix: ' ' });
    expect(splitUnfinished('{\n\t')).toEqual({ text: '{\n', forcedPrefix: '\t' });
    expect(splitUnfinished('{\n')).toEqual({ text: '{\n', forcedPrefix: '' });
  });

  it.each([
    ['TypeScript', '  const value = compu', '  const value =', ' compu'],
    ['the first word of an indented line', '    retur', '   ', ' retur'],
    ['tabs in Go', '\treturn', '\t', 'return'],
    ['a member', 'user.getNa', 'user.', 'getNa'],
    ['a number in C', 'int a[10', 'int a[', '10'],
    ['a variable of a shell', 'echo "$HO', 'echo "', '$HO'],
    ['the beginning of a file', 'impor', '', 'impor'],
    ['a word that may be whole', 'return', '', 'return'],
    ['a closed call', 'call()', 'call()', ''],
    ['text in Chinese', '\u6211\u4eec\u5728', '\u6211\u4eec\u5728', ''],
    ['data', `"${'f'.repeat(40)}`, `"${'f'.repeat(40)}`, ''],
  ])('leaves out the word the cursor is in, which the completion begins with: %s', (_, prefix, text, forcedPrefix) => {
    expect(splitUnfinished(prefix)).toEqual({ text, forcedPrefix });
  });

  it('stays the same while a word is typed', () => {
    const prompts = ['return a', 'return ac', 'return accou', 'return account'].map((prefix) => promptText(prefix, 'typescript'));
    expect(new Set(prompts)).toEqual(new Set(['<s>// src/add.ts\nreturn']));
  });

  describe('with parts of other files', () => {
    const related = [
      { path: 'a.py', text: 'def a():\n    pass\n\n' },
      { path: 'b.py', text: 'def b():\n    pass' },
    ];
    const begins = (language: string, budget: number): string =>
      words.decode(buildCompletionPrompt(input('x = (', { language, path: 'c.py', related }), words, budget).tokens);

    it('has them first, in their order, each with its file named', () => {
      expect(begins('python', 500)).toBe('<s># a.py\ndef a():\n    pass\n\n# b.py\ndef b():\n    pass\n\n# c.py\nx = (');
    });

    it('has as many of the last ones as there is room for', () => {
      expect(begins('python', 60)).toBe('<s># b.py\ndef b():\n    pass\n\n# c.py\nx = (');
      expect(begins('python', 25)).toBe('<s># c.py\nx = (');
    });

    it('has none where a file cannot be named', () => {
      expect(begins('plaintext', 500)).toBe('<s>x = (');
    });

    it('is never over its budget', () => {
      fc.assert(
        fc.property(code, fc.array(code, { maxLength: 4 }), fc.integer({ min: 16, max: 300 }), (prefix, texts, budget) => {
          const others = texts.map((text, index) => ({ path: `${index}.ts`, text }));
          expect(buildCompletionPrompt(input(prefix, { related: others }), llama, budget).tokens.length).toBeLessThanOrEqual(budget);
        }),
        { numRuns: 50 },
      );
    });
  });

  it('is never over its budget, and begins with BOS', () => {
    fc.assert(
      fc.property(code, fc.integer({ min: 16, max: 300 }), (prefix, budget) => {
        const { tokens } = buildCompletionPrompt(input(prefix), llama, budget);
        expect(tokens.length).toBeLessThanOrEqual(budget);
        expect(tokens[0]).toBe(1);
      }),
      { numRuns: 50 },
    );
  });

  it('changes only at its end with a key press, in a file much longer than the budget', () => {
    const file = Array.from({ length: 400 }, (_, index) => `export const value${index} = compute(${index}, 'x');`).join('\n');
    const typed = '\nfunction add(a: number, b: number): number {\n  return a + b;\n}\n';
    let before = buildCompletionPrompt(input(file), llama, 256).tokens;
    let costly = 0;
    for (let count = 1; count <= typed.length; count++) {
      const { tokens } = buildCompletionPrompt(input(file + typed.slice(0, count)), llama, 256);
      if (tokens.length - commonPrefixLength(before, tokens) > 4) costly++;
      before = tokens;
    }
    // The anchor moved at most once over these 60 characters.
    expect(costly).toBeLessThanOrEqual(1);
  });
});

describe('a model that knows how to fill in', () => {
  const words = new WordTokenizer([], { bos: 's', fim: true });
  const ids = { prefix: 32_007, suffix: 32_008, middle: 32_009 };
  const codeLlama = llamaTokenizerWith([], { ...ids, order: 'suffixFirst' });

  it.each(fimGolden.prompts)('gets the golden prompts: $name', ({ prefix, suffix, suffixFirst, prefixFirst }) => {
    const whole = [codeLlama.encode(prefix), codeLlama.encodeInside(suffix)] as const;
    expect([1, ...fimLayout({ ...ids, order: 'suffixFirst' }, ...whole)]).toEqual(suffixFirst);
    expect([1, ...fimLayout({ ...ids, order: 'prefixFirst' }, ...whole)]).toEqual(prefixFirst);
    // What a request has of them is all but the word it is in.
    const here = input(prefix, { suffix, language: 'plaintext' });
    const tokens = codeLlama.encode(splitUnfinished(prefix).text);
    const order = 'prefixFirst';
    expect(buildCompletionPrompt(here, codeLlama, 1024).tokens).toEqual([
      ...suffixFirst.slice(0, suffixFirst.indexOf(ids.middle) + 1),
      ...tokens,
    ]);
    expect(buildCompletionPrompt(here, llamaTokenizerWith([], { ...ids, order }), 1024).tokens).toEqual([
      ...[1, ids.prefix, ...tokens],
      ...prefixFirst.slice(prefixFirst.indexOf(ids.suffix)),
    ]);
  });

  it('has the file named before the prefix, not before the suffix', () => {
    const { tokens, forcedPrefix } = buildCompletionPrompt(input('return ', { suffix: ';\n}\n' }), words, 500);
    expect(words.decode(tokens)).toBe('<s><PRE><SUF>;\n}\n<MID>// src/add.ts\nreturn');
    expect(forcedPrefix).toBe(' ');
  });

  it('has a key change the end of the prompt alone', () => {
    const suffix = '\n}\n\n' + 'export const other = 1;\n'.repeat(200);
    const typed = 'function add(a: number, b: number): number {\n  return a + b;';
    let before = buildCompletionPrompt(input('', { suffix }), codeLlama, 256).tokens;
    for (let count = 1; count <= typed.length; count++) {
      const { tokens } = buildCompletionPrompt(input(typed.slice(0, count), { suffix }), codeLlama, 256);
      expect(tokens.length - commonPrefixLength(before, tokens)).toBeLessThanOrEqual(4);
      before = tokens;
    }
  });

  it('has whole lines of a long suffix, and is never over its budget', () => {
    const long = 'const someValue = compute(1);\n'.repeat(100);
    const text = words.decode(buildCompletionPrompt(input(long, { suffix: long }), words, 200).tokens);
    const [, suffix = ''] = /<SUF>([^]*)<MID>/u.exec(text) ?? [];
    expect(suffix).not.toBe('');
    expect(long.startsWith(`${suffix}\n`)).toBe(true);
    fc.assert(
      fc.property(code, code, limit, (text, typed, most) => {
        const beginnings = new Set<number>();
        for (let count = 0; count <= typed.length; count++) {
          const whole = text + typed.slice(0, count);
          beginnings.add(whole.length - anchoredTail(whole, most).length);
        }
        expect(beginnings.size).toBeLessThanOrEqual(2 + Math.ceil(typed.length / Math.floor(most / 2)));
        expect([...beginnings]).toEqual([...beginnings].sort((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  });

  it('begins at the beginning of a line where lines are short', () => {
    const text = Array.from({ length: 50 }, (_, index) => `line ${index}`).join('\n');
    const tail = anchoredTail(text, 100);
    expect(text[text.length - tail.length - 1]).toBe('\n');
  });

  it('keeps code before the cursor when a long line stands there', () => {
    const text = `${'x'.repeat(2000)}\nconst a`;
    expect(anchoredTail(text, 100).length).toBeGreaterThanOrEqual(25);
  });

  it('never begins with half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('🦙', 'a'), maxLength: 200 }), limit, (text, most) => {
        expect(isWellFormed(anchoredTail(text, most))).toBe(true);
      }),
    );
  });
});

describe('a prompt with characters of two UTF-16 units', () => {
  const lines = astralText({ maxLength: 300 });

  it('is made of whole ones, whatever has to be left out', () => {
    fc.assert(
      fc.property(lines, lines, fc.integer({ min: 8, max: 120 }), (prefix, suffix, budget) => {
        const read: string[] = [];
        const tokenizer = llamaTokenizerWith([], { prefix: 1, suffix: 2, middle: 3, order: 'suffixFirst' });
        const encode = (text: string): readonly number[] => {
          read.push(text);
          return tokenizer.encode(text);
        };
        const related = [{ path: 'b.ts', text: suffix }];
        const input = { path: 'a.ts', language: 'typescript', prefix, suffix, related, multiline: true };
        buildCompletionPrompt(input, { ...tokenizer, encode, encodeInside: encode }, budget);
        expect(read.filter((text) => !isWellFormed(text))).toEqual([]);
        expect(isWellFormed(continuationText(input, budget).text)).toBe(true);
      }),
    );
  });
});
