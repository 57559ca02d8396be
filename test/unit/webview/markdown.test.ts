// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { highlight, isHighlighted } from '../../../webview/highlight';
import { initialState, parseBlocks } from '../../../webview/markdown';
import { sanitize } from '../../../webview/sanitize';

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
