// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { highlight, isHighlighted } from '../../../../../webview/chat/answer/highlight';
import { initialState, parseBlocks } from '../../../../../webview/chat/answer/markdown';
import { sanitize } from '../../../../../webview/chat/answer/sanitize';

/** What the document gets for the prose of `text`. */
function render(text: string): HTMLElement {
  const root = document.createElement('div');
  for (const { content } of parseBlocks(text, initialState)) if (content.kind === 'html') root.append(sanitize(content.html));
  return root;
}

describe('what passes the sanitiser', () => {
  it('has only classes of its own', () => {
    const root = document.createElement('div');
    root.append(sanitize('<span class="hljs-keyword banner codicon">x</span><p class="composer">y</p>'));
    expect(root.innerHTML).toBe('<span class="hljs-keyword">x</span><p>y</p>');
  });
});

describe('Markdown', () => {
  it('makes links of addresses, and none of file names', () => {
    const root = render('See https://x.test, setup.py, main.rs and [mail](mailto:a@x.test).');
    expect(Array.from(root.querySelectorAll('a'), (link) => link.getAttribute('href'))).toEqual(['https://x.test', 'mailto:a@x.test']);
  });

  it('shows HTML as text', () => {
    expect(render('a <b>c</b>').textContent.trim()).toBe('a <b>c</b>');
  });

  it('never loads an image: its address stays a link', () => {
    const root = render('![alt](https://x.test/a.png)');
    expect(root.querySelector('img')).toBeNull();
    expect(root.querySelector('a')?.textContent).toBe('alt');
  });

  it('aligns cells by class', () => {
    const root = render('| a | b |\n|--:|:-:|\n| 1 | 2 |');
    expect(Array.from(root.querySelectorAll('td'), (cell) => cell.className)).toEqual(['align-right', 'align-center']);
  });

  it('puts headings below the answer’s own, without a gap', () => {
    const root = render('## a\n\n#### b\n\n# c\n\n###### d');
    const levels = Array.from(root.querySelectorAll('h4,h5,h6'), (heading) => `${heading.tagName} ${heading.className}`);
    expect(levels).toEqual(['H4 heading-2', 'H5 heading-4', 'H4 heading-1', 'H5 heading-6']);
  });

  it('tells code from prose, an open fence too', () => {
    expect(parseBlocks('```TSX title\nconst a = 1;\n\nb', initialState).map(({ content }) => content)).toEqual([
      { kind: 'code', code: 'const a = 1;\n\nb', language: 'tsx' },
    ]);
  });
});

describe('a line break in a table’s cell', () => {
  it.each([
    ['one<br>two', 'one|two'],
    ['one<br/>two', 'one|two'],
    ['one<br />two<BR>three', 'one|two|three'],
    ['**one<br>two**', 'one|two'],
    ['- a<br>- b', '- a|- b'],
    ['`<br>`', '<br>'],
    ['\\<br>', '<br>'],
    ['&lt;br&gt;', '<br>'],
    ['<br onclick="x">', '<br onclick="x">'],
    ['<b>one</b>', '<b>one</b>'],
    ['https://x.test/a<br>https://x.test/b', 'https://x.test/a|https://x.test/b'],
  ])('is made of `<br>` alone: %s', (cell, shown) => {
    for (const text of [`| ${cell} | b |\n|--|--|\n`, `| a | b |\n|--|--|\n| ${cell} | c |`]) {
      const root = render(text);
      for (const line of root.querySelectorAll('br')) line.replaceWith('|');
      expect(root.querySelector(text.startsWith('| a ') ? 'td' : 'th')?.textContent.replace(/\n/g, '')).toBe(shown);
    }
  });

  it('is none elsewhere', () => {
    expect(render('one<br>two\n\n- a<br>b').querySelector('br')).toBeNull();
  });
});

describe('a formula of several lines', () => {
  it.each([
    ['\\[\nx\n=\ny\n\\]'],
    ['$$\nx\n=\ny\n$$'],
    ['\\[\nx\n- y\n- z\n\\]'],
    ['$$\n\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}\n=\n\\begin{pmatrix} e \\\\ f \\end{pmatrix}\n$$'],
    ['\\begin{align}\nx &= y \\\\\n+ z &= 1\n---\n\\end{align}'],
    ['\\[ x\n=\ny \\]'],
    ['$$ x\n---\ny $$'],
    ['\\[\n\nx\n\n=\ny\n\\]'],
    ['\\[\n1. x\n> y\n| a |\n\\]'],
    ['$$\nx_1 * y_1\n= x_2 * y_2\n$$'],
  ])('is one formula: %j', (formula) => {
    for (const [before, after] of [
      ['', ''],
      ['So:\n\n', '\n\nThat is all.'],
      ['So:\n', '\nwhere it is.'],
      ['# Title\n', '\n# Title'],
    ] as const) {
      const root = render(before + formula + after);
      expect(root.querySelector('.formula')?.textContent).toBe(formula);
      expect(root.querySelectorAll('.heading-2, ul, ol, blockquote, table, em')).toHaveLength(0);
      expect(root.textContent.replace(/\s+/g, ' ').trim()).toBe((before + formula + after).replace(/# /g, '').replace(/\s+/g, ' ').trim());
    }
  });

  it('stands in lists and quotes too, or ends one that it is further out than', () => {
    expect(render('1. So:\n   \\[\n   x\n   =\n   - y\n   \\]\n2. Then').querySelectorAll('ol > li')).toHaveLength(2);
    expect(render('> $$\n> x\n> =\n> y\n> $$').querySelector('blockquote .formula')?.textContent).toBe('$$\nx\n=\ny\n$$');
    const root = render('1. So:\n\\[\nx\n=\n- y\n\\]\n2. Then');
    expect(root.querySelector('.formula')?.textContent).toBe('\\[\nx\n=\n- y\n\\]');
    expect(root.querySelectorAll('h4, ul')).toHaveLength(0);
  });

  it('has what follows its end in the same paragraph', () => {
    const root = render('\\[\nx\n=\ny\n\\] for *all* x.');
    expect(root.querySelector('p')?.textContent.trim()).toBe('\\[\nx\n=\ny\n\\] for all x.');
    expect(root.querySelectorAll('em')).toHaveLength(1);
  });

  it('is one from its first line on, while it is written', () => {
    const formula = '\\[\nx\n=\ny\n- z\n\\]\n';
    for (let end = 3; end <= formula.length; end++) {
      const root = render(`So:\n\n${formula.slice(0, end)}`);
      expect(root.querySelectorAll('.formula')).toHaveLength(1);
      expect(root.querySelectorAll('.heading-1, .heading-2, ul')).toHaveLength(0);
    }
  });

  it.each([
    ['$$ is the number of the process.\n\n*So* kill it: $$', '$$ is the number of the process.So kill it: $$'],
    ['\\[1 Smith *so*\n\n- b', '[1 Smith sob'],
    ['\\[\n```\nx\n```\n*b*', '[xb'],
    ['\\[\n\n## *Title*\n\nx', '[Titlex'],
  ])('is none in %j', (text, shown) => {
    const root = document.createElement('div');
    for (const { content } of parseBlocks(text, initialState)) root.append(content.kind === 'html' ? sanitize(content.html) : content.code);
    expect(root.querySelector('em')).not.toBeNull();
    expect(root.textContent.replace(/\n/g, '')).toBe(shown);
  });

  it('does not take in the rest of a long answer', () => {
    const root = render(`$$\n\n${'*a*\n\n'.repeat(40)}`);
    expect(root.querySelectorAll('em')).toHaveLength(40);
  });
});

describe('code that holds code', () => {
  it('is one block', () => {
    const readme = '# Tool\n\n```bash\nnpm i\n```\n\n## Use\n\n```\ntool\n```\n\nDone.';
    expect(parseBlocks(`Here:\n\n\`\`\`markdown\n${readme}\n\`\`\`\n\nThat is all.`, initialState).map(({ content }) => content)).toEqual([
      { kind: 'html', html: '<p>Here:</p>\n' },
      { kind: 'code', code: readme, language: 'markdown' },
      { kind: 'html', html: '<p>That is all.</p>\n' },
    ]);
  });
});

describe('a list', () => {
  it('begins with the number that it has', () => {
    expect(render('1. a\n\n```\nb\n```\n\n2. c').querySelectorAll('ol')[1]?.start).toBe(2);
  });
});

describe('a text that is too long to be looked into', () => {
  it('is text', () => {
    const line = '*a* '.repeat(3000);
    expect(render(line).querySelector('em')).toBeNull();
    expect(render(line).textContent.trim()).toBe(line.trim());
    expect(render('*a*\n'.repeat(3000)).querySelectorAll('em')).toHaveLength(3000);
  });
});

describe('highlighting', () => {
  it('knows languages by alias too, and leaves others alone', () => {
    expect(highlight('const a = 1;', 'tsx')).toContain('<span class="hljs-keyword">const</span>');
    expect(highlight('const a = 1;', 'nolang')).toBeUndefined();
    expect(isHighlighted('shellscript')).toBe(true);
  });
});

describe('a formula', () => {
  it.each([
    '$x_1 + y_1$',
    '\\(a_i * b_i * c\\)',
    '\\[ \\sum_{i=1}^n x_i * y_i \\]',
    '$$a_1 * b_1$$',
    '$a < b$',
    '$f(x) = [x](https://x.test)$',
  ])('stays as it is: %s', (formula) => {
    const root = render(`Let ${formula} be *so*.`);
    expect(root.textContent.trim()).toBe(`Let ${formula} be so.`);
    expect(root.querySelector('.formula')?.textContent).toBe(formula);
    expect(root.querySelectorAll('em')).toHaveLength(1);
  });

  it.each([
    ['It costs $5 and *not* $10.', 'It costs $5 and not $10.'],
    ['Use $HOME and *then* $PATH.', 'Use $HOME and then $PATH.'],
    ['From $5-$10 *each*', 'From $5-$10 each'],
    ['Call `$a` or *`$b`*.', 'Call $a or $b.'],
    ['Escaped \\* and *em*.', 'Escaped * and em.'],
  ])('is none in %j', (text, shown) => {
    const root = render(text);
    expect(root.querySelector('.formula')).toBeNull();
    expect(root.querySelector('em')).not.toBeNull();
    expect(root.textContent.trim()).toBe(shown);
  });
});
