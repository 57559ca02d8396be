import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { elisionKind, isElision } from '../../../../../src/host/apply/merge/elisions';

const phrases = [
  ...[
    '...',
    '…',
    '……',
    '...rest of code',
    '...existing code',
    '...existing code...',
    '... existing code ...',
    '[rest of the code]',
    'unchanged',
  ],
  ...['same as before', 'existing code', 'rest of the code', 'the rest of the file is unchanged', 'REST OF THE CODE REMAINS UNCHANGED'],
  ...[
    'keep the rest of the code',
    '... (keep the existing imports and other functions)',
    '... (keep existing code)',
    'omitted for brevity',
  ],
  ...[
    '(...rest of implementations)',
    '(...no changes around here)',
    'previous code remains as is',
    'everything else remains the same',
    'as before',
  ],
  ...[
    'Lines 1-50 remain unchanged',
    '... 45 more lines ...',
    'your existing code here',
    'existing code continues here...',
    '--- existing code ---',
  ],
  ...['<rest of the file>', 'etc.', 'and so on', '20 lines omitted', 'no changes below', 'Other methods remain unchanged', '... rest'],
  ...[
    '现有代码...',
    '其他方法保持不变',
    '其余代码保持不变',
    '其他代码不变',
    '剩余代码与之前相同',
    '省略',
    '省略…',
    '此处省略',
    '此处省略其他代码',
  ],
  ...[
    '（其余代码不变）',
    '【其他代码省略】',
    '原有代码',
    '以下代码保持不变',
    '后面的代码不变',
    '其余代码无需修改',
    '其余部分没有修改',
    '保留原有代码',
    '同上',
  ],
  ...['… 其他方法 …', '其餘代碼保持不變', '現有程式碼', '这里是现有代码', '保持原有逻辑不变', '剩下的代码保持原样', '其余部分省略。'],
];

/** A comment with this text, in the syntaxes of many languages. */
const comments: Readonly<Record<string, (text: string) => string>> = {
  'line of C': (text) => `// ${text}`,
  'line of C without a blank': (text) => `//${text}`,
  'documentation of Rust': (text) => `/// ${text}`,
  'block of C': (text) => `/* ${text} */`,
  'block of JSX': (text) => `{/* ${text} */}`,
  'Python, Ruby, a shell': (text) => `# ${text}`,
  'SQL, Lua, Haskell': (text) => `-- ${text}`,
  'block of Lua': (text) => `--[[ ${text} ]]`,
  'block of Haskell': (text) => `{- ${text} -}`,
  'HTML, XML': (text) => `<!-- ${text} -->`,
  'Lisp, assembler, INI': (text) => `;; ${text}`,
  'TeX, Erlang, MATLAB': (text) => `% ${text}`,
  'Pascal, OCaml': (text) => `(* ${text} *)`,
  'Jinja, Twig': (text) => `{# ${text} #}`,
  Handlebars: (text) => `{{!-- ${text} --}}`,
  'JSP, ERB': (text) => `<%-- ${text} --%>`,
  PowerShell: (text) => `<# ${text} #>`,
  Razor: (text) => `@* ${text} *@`,
  Batch: (text) => `REM ${text}`,
  'text of Python': (text) => `""" ${text} """`,
};

describe('a line that stands for code that is left out', () => {
  it.each(Object.entries(comments))('is known in comments of %s, whatever its words', (_language, comment) => {
    for (const phrase of phrases) {
      expect(isElision(comment(phrase)), phrase).toBe(true);
      expect(isElision(`\t${comment(phrase.toUpperCase())}  `), phrase).toBe(true);
    }
  });

  it.each([
    "' ... existing code ...",
    '" rest of the code',
    '! rest of the code unchanged',
    '* ... existing code ...',
    ':: rest of the code',
  ])('is known behind a sign that begins a comment in few languages: %s', (line) => {
    expect(isElision(line)).toBe(true);
  });

  it.each([
    '...',
    '… rest unchanged',
    '[... rest of code ...]',
    '(unchanged code ...)',
    '（其余代码不变）',
    '<... existing content ...>',
    '⋮',
  ])('may be no comment: %s', (line) => {
    expect(isElision(line)).toBe(true);
  });

  it.each(['// other methods', '# Existing imports', '// render() unchanged', '// 其他方法', '-- existing columns', '// ... validation'])(
    'is only likely one where people write the same: %s',
    (line) => {
      expect(elisionKind(line)).toBe('likely');
    },
  );
});

describe('a line with such words that says something else', () => {
  it.each([
    ...[
      '// keep the rest of the code fast',
      '// Returns the remaining items',
      '// the rest of the arguments',
      '// omitted fields are null',
    ],
    ...[
      '# Keep existing connections alive',
      '// unchanged files are skipped',
      '// Rest of the world',
      '// Keep the original order',
      '// See above',
    ],
    ...[
      '// as in the previous version',
      '// remaining time in seconds',
      '# same origin only',
      '// ...and then we go on',
      '// skip the rest',
    ],
    ...['// ... and the others follow', '// no changes', '// Existing users keep their keys', '// Remaining connections are closed...'],
    ...[
      '// Use the same key as the server',
      '// The order of the rest does not matter',
      '// rest parameters',
      '## Installation',
      '// ---',
      '//',
    ],
    ...[
      '// 返回其余的元素',
      '// 保持连接',
      '// 其他用户',
      '// 不变量',
      '// 省略号',
      '// 计算剩余时间',
      '// 与之前的值比较',
      '// 此方法不修改原数组',
    ],
  ])('is a comment: %s', (line) => {
    expect(elisionKind(line)).toBeUndefined();
  });

  it.each([
    ...[
      '...rest',
      '...rest,',
      '... rest',
      '[...rest]',
      '{ ...existing }',
      '...(existing ? code : rest),',
      'f(...args);',
      'const rest = code;',
    ],
    ...[
      'return unchanged;',
      '"existing code",',
      "'rest of the code',",
      '// existing.code();',
      '// existing = rest;',
      '#rest {',
      'else',
      'default:',
    ],
    ...[
      '#existing-content {',
      '/* ... */ bar();',
      '/* existing code */ bar();',
      '--i;',
      '#include <rest>',
      'same',
      'import code',
      'rest',
      'SELECT',
    ],
  ])('is code: %s', (line) => {
    expect(elisionKind(line)).toBeUndefined();
  });

  it('is any line that is longer than people write', () => {
    expect(isElision(`// ... ${'existing '.repeat(50)}code`)).toBe(false);
  });
});

it('no regular expression sees more than 300 characters of a long line', () => {
  const exec = vi.spyOn(RegExp.prototype, 'exec');
  try {
    for (const unit of ['// ...', '* ', '# existing ', '/*', '. ', '其余', ' -']) isElision(unit.repeat(100_000 / unit.length));
    expect(Math.max(0, ...exec.mock.calls.map(([text]) => text.length))).toBeLessThanOrEqual(300);
  } finally {
    exec.mockRestore();
  }
});

it('any text can be asked about', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('.', '…', '/', '*', '#', '(', ')', ' ', 'rest', 'code', '其余', '不变', '-', 'x'), maxLength: 60 }),
      (line) => {
        expect(() => elisionKind(line)).not.toThrow();
      },
    ),
  );
});
