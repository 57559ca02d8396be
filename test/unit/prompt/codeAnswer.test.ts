import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adaptIndentation, codeOf, looksLikeCode, replacementOf, type EditPlace } from '../../../src/prompt/codeAnswer';

const place: EditPlace = {
  original: ['  return a + b;'],
  before: ['/** Adds. */', 'function add(a, b) {'],
  after: ['}', '', 'function half(a) {'],
  indentUnit: '  ',
};

const fenced = (code: string, before = '', after = ''): string => `${before}\`\`\`ts\n${code}\n\`\`\`${after}`;

describe('the code of an answer', () => {
  it.each([
    ['its first block', fenced('a();\nb();', 'Here you are:\n\n', '\nIt is better.\n```\nc();\n```'), ['a();', 'b();']],
    ['a block that was not closed', '```\na();\nb();', ['a();', 'b();']],
    ['a block with longer fences and fences in it', '````md\n```\na\n```\n````', ['```', 'a', '```']],
    ['a block of tildes', '~~~\na\n~~~', ['a']],
    ['a block that is indented, as in a list', '1. So:\n\n   ```\n   a {\n     b\n   ```', ['a {', '  b']],
    ['a block with empty lines around the code', '```\n\n\n  a\n\n```', ['  a']],
    ['the whole of it where it looks like code', 'const a = 1;\nreturn a;', ['const a = 1;', 'return a;']],
  ])('is %s', (_, answer, code) => {
    expect(codeOf(answer, true)).toEqual(code);
  });

  it.each([
    'I cannot do that.',
    'You should rename the variable a to b. Then it works.',
    '',
    '重命名变量即可。',
    'Sure, the function adds two numbers:\nit returns a + b;',
  ])('is none in %j', (answer) => {
    expect(codeOf(answer, true)).toBeUndefined();
  });

  it('grows by whole lines while it is written, and never takes the closing fence for code', () => {
    const answer = fenced('a();\n\nb();\n', 'So:\n', '\nDone.');
    for (let end = 0; end <= answer.length; end++) {
      const code = codeOf(answer.slice(0, end), false);
      if (code !== undefined) expect(['a();', '', 'b();'].slice(0, code.length)).toEqual(code);
    }
    expect(codeOf(answer, false)).toEqual(['a();', '', 'b();']);
    expect(codeOf('const a = 1;\nreturn a;\n', false)).toBeUndefined();
  });

  it('is not looked for in prose', () => {
    expect(looksLikeCode('def f(x):\n    return x\n')).toBe(true);
    expect(looksLikeCode('# a comment\nx')).toBe(true);
    expect(looksLikeCode('just some words here')).toBe(false);
  });
});

describe('the lines for a selection', () => {
  it('are the code at the selection’s indentation', () => {
    expect(replacementOf(fenced('if (!b) {\n  return a;\n}\nreturn a + b;'), place, true)).toEqual([
      '  if (!b) {',
      '    return a;',
      '  }',
      '  return a + b;',
    ]);
  });

  it('lose what only repeats the lines around the selection', () => {
    const code = '/** Adds. */\nfunction add(a, b) {\n  return b + a;\n}\n\nfunction half(a) {';
    expect(replacementOf(fenced(code), place, true)).toEqual(['  return b + a;']);
  });

  it('keep a repetition that the selection has itself, and brackets alone', () => {
    const inner = { ...place, original: ['function add(a, b) {', '  return a;', '}'], before: ['function add(a, b) {'], after: ['}'] };
    expect(replacementOf(fenced('function add(a, b) {\n  return b;\n}'), inner, true)).toEqual([
      'function add(a, b) {',
      '  return b;',
      '}',
    ]);
    expect(replacementOf(fenced('while (a) {\n}'), { ...place, original: ['  x'] }, true)).toEqual(['  while (a) {', '  }']);
  });

  it('lose a bracket that closes what stands in front of the selection', () => {
    expect(replacementOf(fenced('  return b;\n}'), place, true)).toEqual(['  return b;']);
    expect(replacementOf(fenced('function add(a, b) {\n  return b;\n}'), place, true)).toEqual(['  return b;']);
  });

  it('are not shown while they may still turn out to be a repetition', () => {
    expect(replacementOf('```\n/** Adds. */\n', place, false)).toBeUndefined();
    expect(replacementOf('```\n/** Adds. */\nfunction add(a, b) {\n  return 1;\n', place, false)).toEqual(['  return 1;']);
  });

  it('are none where the answer has none', () => {
    expect(replacementOf('No.', place, true)).toBeUndefined();
    expect(replacementOf('```\n```', place, true)).toEqual([]);
  });
});

describe('indentation', () => {
  const adapt = (code: string, original: string, indentUnit = '  ', before = ''): string =>
    adaptIndentation(code.split('\n'), { ...place, original: original.split('\n'), before: before.split('\n'), indentUnit }).join('\n');

  it.each([
    ['deeper', 'a {\n  b\n}', '      x', '      a {\n        b\n      }'],
    ['less deep', '      a {\n        b\n      }', 'x', 'a {\n  b\n}'],
    ['as it is', '  a\n    b', '  x\n    y', '  a\n    b'],
    ['with empty lines left empty', 'a\n   \nb', '  x', '  a\n\n  b'],
  ])('is made %s', (_, code, original, adapted) => {
    expect(adapt(code, original)).toBe(adapted);
  });

  it('becomes tabs in a file of tabs, and spaces in one of spaces', () => {
    expect(adapt('a {\n    /**\n     * b\n     */\n    c {\n        d', '\tx', '\t')).toBe(
      '\ta {\n\t\t/**\n\t\t * b\n\t\t */\n\t\tc {\n\t\t\td',
    );
    expect(adapt('a {\n\tb {\n\t\tc', '    x', '    ')).toBe('    a {\n        b {\n            c');
  });

  it('of new lines follows the cursor’s line, or the line before and the block it opens', () => {
    expect(adapt('a', '    ')).toBe('    a');
    expect(adapt('a', '', '  ', '  if (b) {')).toBe('    a');
    expect(adapt('a', '', '\t', '\tb();\n')).toBe('\ta');
  });

  it('changes nothing but white space at the beginning of lines', () => {
    const line = fc
      .tuple(fc.constantFrom('', '  ', '    ', '\t', '\t\t', '   '), fc.constantFrom('', 'a', 'b {', '* c'))
      .map((parts) => parts.join(''));
    const lines = fc.array(line, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(lines, lines, lines, fc.constantFrom('\t', '  ', '    '), (code, original, before, indentUnit) => {
        const adapted = adaptIndentation(code, { original, before, after: [], indentUnit });
        expect(adapted.map((each) => each.trim())).toEqual(code.map((each) => each.trim()));
      }),
    );
  });
});
