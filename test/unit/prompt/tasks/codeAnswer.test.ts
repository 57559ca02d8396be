import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adaptIndentation, codeOf, looksLikeCode, replacementOf, type EditPlace } from '../../../../src/prompt/tasks/codeAnswer';

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

describe('the code of an answer about Markdown', () => {
  const readme: EditPlace = {
    original: ['## Install', '', 'Run this:', '', '```bash', 'npm install', '```', '', 'Then start it.'],
    before: ['# Tool', ''],
    after: ['', '## License'],
    indentUnit: '  ',
  };
  const lines = ['## Install', '', 'Run this:', '', '```bash', 'npm ci', '```', '', 'Then start it.'];

  it.each([
    ['a block of Markdown', ['```markdown', ...lines, '```']],
    ['words around the block', ['Here it is:', '', '```md', ...lines, '```', '', 'I use `npm ci` now.']],
    ['the name of the file as the language', ['```README.md', ...lines, '```']],
    ['a block without a language', ['```', ...lines, '```']],
    ['a block of text', ['```text', ...lines, '```']],
    ['longer fences', ['````markdown', ...lines, '````']],
    ['fences of tildes', ['~~~markdown', ...lines, '~~~']],
    ['no end', ['```markdown', ...lines]],
    ['an end that is too short', ['````markdown', ...lines, '```']],
    ['no fence around it', lines],
    ['an announcement and no fence around it', ['Here is the section:', '', ...lines]],
    ['a thought with another version', ['<think>', '```markdown', '## Setup', '```', '</think>', '', '```markdown', ...lines, '```']],
    ['a block in a list', ['1. So:', '', '   ```markdown', ...lines.map((line) => (line === '' ? '' : `   ${line}`)), '   ```']],
    ['a quoted block', ['> ```markdown', ...lines.map((line) => `> ${line}`.trimEnd()), '> ```']],
  ])('has all lines, with %s', (_name, answer) => {
    expect(codeOf(answer.join('\n'), true, readme)).toEqual(lines);
  });

  it('has all lines where an inner block has no language', () => {
    const bare = lines.map((line) => (line === '```bash' ? '```' : line));
    expect(codeOf(['```markdown', ...bare, '```'].join('\n'), true, readme)).toEqual(bare);
  });

  it('grows by whole lines, never beyond them', () => {
    const answer = ['```markdown', ...lines, '```', '', 'Done.', ''].join('\n');
    for (let end = 0; end <= answer.length; end++) {
      const code = codeOf(answer.slice(0, end), false, readme);
      if (code !== undefined) expect(lines.slice(0, code.length)).toEqual(code);
    }
    expect(codeOf(answer, false, readme)).toEqual(lines);
  });
});

describe('which block of an answer is the edit', () => {
  const install = '```bash\nnpm install left-pad\n```';
  const edit = '```ts\nreturn leftPad(a + b);\n```';
  const usage = '```ts\nadd(1, 2);\n```';

  it.each([
    ['behind one that is to be run', `First:\n${install}\nThen:\n${edit}`],
    ['in front of an example', `${edit}\nUse it so:\n${usage}`],
    ['behind one that quotes the selection', `You have:\n${fenced('return a + b;')}\nMake it:\n${edit}`],
    ['between others', `${install}\n\n${edit}\n\n${usage}`],
    ['behind a thought with a better one', `<think>\n${fenced('return a + b + 0;')}\n</think>\n${edit}`],
    ['behind a thought that the template began', `${fenced('return a + b + 0;')}\n</think>\n\n${edit}`],
    [
      'in the last channel',
      `<|channel|>analysis<|message|>${fenced('return a + b + 0;')}<|end|><|start|>assistant<|channel|>final<|message|>${edit}`,
    ],
    ['alone in a list item', `- ${edit.replaceAll('\n', '\n  ')}`],
    ['far in, with its end further in', '   ```ts\n   return leftPad(a + b);\n       ```\n\nThat is all.'],
  ])('is the one most like the selection, %s', (_name, answer) => {
    expect(codeOf(answer, true, place)).toEqual(['return leftPad(a + b);']);
  });

  it('is the one most like the text around an empty selection', () => {
    const empty = { ...place, original: [''], before: ['function add(a, b) {', '  const sum = a + b;'] };
    expect(codeOf(`${install}\n${fenced('return sum;\nfunction half(a) {')}`, true, empty)).toEqual(['return sum;', 'function half(a) {']);
  });

  it('is none while the model thinks, and none where it only thought', () => {
    const thinking = `<think>\n${edit}\n`;
    expect(codeOf(thinking, false, place)).toBeUndefined();
    expect(codeOf(thinking, true, place)).toBeUndefined();
    expect(replacementOf(`${thinking}</think>\nNothing is to be changed.`, place, true)).toBeUndefined();
  });

  it('has the lines of a fence within code', () => {
    const prompt = ['const PROMPT = `', '```json', '{}', '```', '`;'];
    expect(codeOf(['```ts', ...prompt, '```'].join('\n'), true, { ...place, original: prompt })).toEqual(prompt);
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
