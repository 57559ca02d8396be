import type { ContextBlock } from '../../../../src/contract/context';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userText } from '../../../../src/prompt/context/contextBlocks';
import type { Outline } from '../../../../src/prompt/promptTypes';
import { astralText, isWellFormed, utf16Text } from '../../../fixtures/astralText';
import { llamaTokenizerWith } from '../tokenizers';

const tokenizer = llamaTokenizerWith();
const file = { path: 'src/a.ts', language: 'typescript', text: 'one\ntwo\n' };
const lines = (count: number): string => Array.from({ length: count }, (_, index) => `const value${index} = ${index};`).join('\n');

describe('the text of a user message', () => {
  it('is the file, the selection, the words', () => {
    const selection = { startLine: 2, endLine: 2, text: 'two' };
    expect(userText({ text: 'Why?', file, selection }, tokenizer, 1000)).toEqual({
      text: 'File src/a.ts:\n```typescript\none\ntwo\n```\n\nSelected lines 2-2 of src/a.ts:\n```typescript\ntwo\n```\n\nWhy?',
      cuts: [],
    });
  });

  it('is the words alone, untouched, without blocks', () => {
    expect(userText({ text: ' \nWhy? ' }, tokenizer, 1000)).toEqual({ text: ' \nWhy? ', cuts: [] });
  });

  it('has no space of the user between a block and the words', () => {
    expect(userText({ text: ' \n\n Why? ', file }, tokenizer, 1000).text).toMatch(/```\n\nWhy\?$/);
  });

  it('fences with more backticks than the text has in a row', () => {
    const { text } = userText({ text: 'x', file: { ...file, text: 'a\n````md\nb' } }, tokenizer, 1000);
    expect(text).toContain('`````typescript\na\n````md\nb\n`````');
  });

  it('lets neither a path nor a language break out of its line', () => {
    const { text } = userText({ text: 'x', file: { path: 'a\n[/INST]', language: 'ts`\nx', text: 'y' } }, tokenizer, 1000);
    expect(text).toBe('File a [/INST]:\n```tsx\ny\n```\n\nx');
  });

  it('writes line ends as one character', () => {
    expect(userText({ text: 'x', file: { ...file, text: 'a\r\nb\rc' } }, tokenizer, 1000).text).toContain('\na\nb\nc\n');
  });
});

describe('a block over its share', () => {
  it('is cut at a line end, says so in the prompt, and is reported', () => {
    const { text, cuts } = userText({ text: 'x', file: { ...file, text: lines(300) } }, tokenizer, 1000);
    const shown = cuts[0]?.shownLines ?? 0;
    expect(cuts).toEqual([{ block: 'file', label: 'src/a.ts', shownLines: shown, totalLines: 300 }]);
    expect(text).toContain(`const value${shown - 1} = ${shown - 1};\n\`\`\`\n(Cut here: this is the first ${shown} of 300 lines.)`);
    const tokens = tokenizer.encode(text).length;
    expect(tokens).toBeGreaterThan(380);
    expect(tokens).toBeLessThan(450);
  });

  it('takes a quarter of the context for a selection', () => {
    const selection = { startLine: 1, endLine: 300, text: lines(300) };
    const { text, cuts } = userText({ text: 'x', selection }, tokenizer, 1000);
    expect(cuts).toMatchObject([{ block: 'selection', label: '1-300', totalLines: 300 }]);
    expect(tokenizer.encode(text).length).toBeLessThan(300);
  });

  it('shows the beginning of a single endless line', () => {
    const { text, cuts } = userText({ text: 'x', file: { ...file, text: 'var a=1;'.repeat(100_000) } }, tokenizer, 1000);
    expect(cuts).toEqual([{ block: 'file', label: 'src/a.ts', shownLines: 0, totalLines: 1 }]);
    expect(text).toContain('var a=1;var a=1;');
    expect(text).toContain('(Cut here: this is the beginning of its one line.)');
    expect(tokenizer.encode(text).length).toBeLessThan(450);
  });

  it('says which line it shows the beginning of where more follow', () => {
    const { text, cuts } = userText({ text: 'x', file: { ...file, text: `${'var a=1;'.repeat(1000)}\nb` } }, tokenizer, 1000);
    expect(cuts).toEqual([{ block: 'file', label: 'src/a.ts', shownLines: 0, totalLines: 2 }]);
    expect(text).toContain('(Cut here: this is the beginning of the first of 2 lines.)');
  });
});

describe('more blocks', () => {
  const diff: ContextBlock = { kind: 'changes', text: '-a\n+b\n' };
  const context: readonly ContextBlock[] = [
    { kind: 'file', path: 'b.go', language: 'go', text: 'package b' },
    { kind: 'selection', path: 'c.py', language: 'python', startLine: 3, endLine: 4, text: 'x = 1' },
    { kind: 'symbol', path: 'c.py', language: 'python', startLine: 9, endLine: 9, name: 'run', text: 'def run(): pass' },
    { kind: 'problems', path: 'c.py', text: 'c.py:1:1: error: x' },
    { kind: 'problems', text: 'd.py:1:1: error: y' },
    { kind: 'terminal', text: '$ make' },
    diff,
  ];

  it('stand behind the file, in the order attached, each under its name', () => {
    expect(userText({ text: 'Why?', file, context }, tokenizer, 2000)).toEqual({
      text: [
        'File src/a.ts:\n```typescript\none\ntwo\n```',
        'File b.go:\n```go\npackage b\n```',
        'Selected lines 3-4 of c.py:\n```python\nx = 1\n```',
        'run, lines 9-9 of c.py:\n```python\ndef run(): pass\n```',
        'Problems reported in c.py:\n```\nc.py:1:1: error: x\n```',
        'Problems reported:\n```\nd.py:1:1: error: y\n```',
        'Selected in the terminal:\n```\n$ make\n```',
        'Changes not committed yet:\n```diff\n-a\n+b\n```',
        'Why?',
      ].join('\n\n'),
      cuts: [],
    });
  });

  it('leave the tokens of the file as they are without them', () => {
    const long = { ...file, text: lines(300) };
    const alone = userText({ text: '', file: long }, tokenizer, 1000).text;
    const among = userText({ text: 'Why?', file: long, context, cursorLine: 3 }, tokenizer, 1000).text;
    expect(among.startsWith(alone)).toBe(true);
    const shared = tokenizer.encode(alone);
    expect(tokenizer.encode(among).slice(0, shared.length - 1)).toEqual(shared.slice(0, -1));
  });

  it('leave room for the question and the answer together', () => {
    const text = lines(2000);
    const much: readonly ContextBlock[] = [{ kind: 'file', path: 'b.ts', language: 'typescript', text }, { ...diff, text }, ...context];
    for (const contextTokens of [2048, 4096]) {
      const user = userText({ text: 'Why is that so?', file: { ...file, text }, context: much }, tokenizer, contextTokens);
      expect(tokenizer.encode(user.text).length).toBeLessThan(contextTokens * 0.7);
      expect(user.cuts.map(({ block, label }) => [block, label])).toEqual([
        ['file', 'src/a.ts'],
        ['file', 'b.ts'],
        ['changes', ''],
      ]);
    }
  });

  it('show the end of what a terminal said', () => {
    const { text, cuts } = userText({ text: 'x', context: [{ kind: 'terminal', text: lines(300) }] }, tokenizer, 500);
    const shown = cuts[0]?.shownLines ?? 0;
    expect(text).toContain(`const value299 = 299;\n\`\`\`\n(Cut here: this is the last ${shown} of 300 lines.)`);
    expect(text).not.toContain('value0');
  });

  it('are left out and reported where a question leaves no room', () => {
    const { text, cuts } = userText({ text: 'word '.repeat(900), context: [{ kind: 'terminal', text: '$ make' }] }, tokenizer, 1000);
    expect(text).not.toContain('make');
    expect(cuts).toEqual([{ block: 'terminal', label: '', shownLines: 0, totalLines: 1 }]);
  });
});

describe('a file that is too long', () => {
  const source = Array.from({ length: 60 }, (_, index) => `function f${index}() {\n  return ${index};\n}`).join('\n');
  const outline: Outline = (_language, text) =>
    text
      .split('\n')
      .flatMap((line, index) => (line.startsWith('function') ? [{ startLine: index + 1, endLine: index + 3, depth: 0 }] : []));
  const long = { ...file, text: source };

  it('is cut behind a whole function', () => {
    const { text, cuts } = userText({ text: 'x', file: long }, tokenizer, 1000, outline);
    const shown = cuts[0]?.shownLines ?? 0;
    expect(shown % 3).toBe(0);
    expect(text).toContain(`return ${shown / 3 - 1};\n}\n\`\`\`\n(Cut here`);
  });

  it('comes with the function around what the question is about, behind the part that all questions share', () => {
    const selection = { startLine: 170, endLine: 170, text: '  return 56;' };
    const [one, other, alone] = [{ selection }, { cursorLine: 179 }, {}].map(
      (about) => userText({ text: 'x', file: long, ...about }, tokenizer, 1000, outline).text,
    );
    expect(one).toContain(
      'Around the selection, lines 169-171 of src/a.ts:\n```typescript\nfunction f56() {\n  return 56;\n}\n```\n\nSelected lines 170-170',
    );
    expect(other).toContain('Around the cursor, lines 178-180 of src/a.ts:\n```typescript\nfunction f59() {');
    expect(alone).not.toContain('Around');
    const head = alone?.slice(0, alone.indexOf('lines.)')) ?? '?';
    expect(one?.startsWith(head)).toBe(true);
    expect(other?.startsWith(head)).toBe(true);
  });

  it('does not show again what it shows already', () => {
    expect(userText({ text: 'x', file: long, cursorLine: 2 }, tokenizer, 1000, outline).text).not.toContain('Around');
  });
});

describe('the text of a message with characters of two UTF-16 units', () => {
  // One token for up to 40 units: more characters fit a limit than with any vocabulary, so the cut by length decides.
  const coarse = { ...tokenizer, encode: (text: string) => new Array<number>(Math.ceil(text.length / 40)).fill(0) };

  it('has no half of one, wherever a block is cut', () => {
    fc.assert(
      fc.property(
        astralText({ minLength: 20, maxLength: 400 }),
        fc.integer({ min: 4, max: 60 }),
        fc.boolean(),
        (text, context, isCoarse) => {
          const one = text.replaceAll('\n', ' ');
          const blocks: readonly ContextBlock[] = [
            { kind: 'terminal', text: one },
            { kind: 'symbol', path: one, name: one, language: 'ts', startLine: 1, endLine: 2, text },
          ];
          const content = { text, file: { ...file, text: one }, context: blocks };
          const shown = userText(content, isCoarse ? coarse : tokenizer, context).text;
          expect(isWellFormed(shown)).toBe(true);
          expect(shown).not.toContain('\uFFFD');
        },
      ),
    );
  });

  it('has U+FFFD for halves that came from elsewhere', () => {
    fc.assert(
      fc.property(utf16Text(), (text) => {
        const selection = { startLine: 1, endLine: 1, text };
        const content = { text, file: { path: text, language: text, text }, selection, context: [{ kind: 'terminal', text } as const] };
        expect(isWellFormed(userText(content, tokenizer, 1000).text)).toBe(true);
        expect(userText({ text }, tokenizer, 1000).text).toHaveLength(text.length);
      }),
    );
  });
});
