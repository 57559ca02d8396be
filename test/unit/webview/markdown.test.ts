// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { initialState, parseBlocks } from '../../../webview/markdown';
import { sanitize } from '../../../webview/sanitize';

/** What the document gets for `text`. */
function render(text: string): HTMLElement {
  const root = document.createElement('div');
  for (const { content } of parseBlocks(text, initialState)) root.append(sanitize(content.html));
  return root;
}

const payloads = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="javascript:alert(1)"></object>',
  '<form action="https://x.test"><input autofocus onfocus=alert(1)></form>',
  '<a href="javascript:alert(1)">x</a>',
  '<body onload=alert(1)>',
  '<style>*{background:url(https://x.test)}</style>',
  '<base href="https://x.test">',
  '<meta http-equiv="refresh" content="0;url=https://x.test">',
  '<link rel="stylesheet" href="https://x.test">',
  '<details open ontoggle=alert(1)>',
  '<div style="position:fixed;inset:0">x</div>',
  '<vscode-button onclick=alert(1)>x</vscode-button>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x]( javascript:alert(1) )',
  '[x](java\tscript:alert(1))',
  '[x](<java\nscript:alert(1)>)',
  '[x](javascript&colon;alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](&#x6A&#x61vascript:alert(1))',
  '[x](\u0001javascript:alert(1))',
  '[x](vbscript:msgbox(1))',
  '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[x](data:image/svg+xml,<svg onload=alert(1)>)',
  '[x](file:///etc/passwd)',
  '[x](command:workbench.action.terminal.new)',
  '[x](vscode://settings)',
  '[x](//x.test)',
  '[x](/relative)',
  '[x](#app)',
  '[x][r]\n\n[r]: javascript:alert(1)',
  '<javascript:alert(1)>',
  '<command:x>',
  '![x](https://x.test/a.png)',
  '![x](javascript:alert(1))',
  '![x"onerror="alert(1)](https://x.test/a.png)',
  '[x](https://x.test "onmouseover=alert(1) x=\\"")',
  '```"><img src=x onerror=alert(1)>\ncode\n```',
  '```html\n<script>alert(1)</script><img src=x onerror=alert(1)>\n```',
  '```js onload=alert(1)\n"</code></pre><script>alert(1)</script>"\n```',
  '    <script>alert(1)</script>',
  '`<img src=x onerror=alert(1)>`',
  '| <img src=x onerror=alert(1)> |\n|---|\n| <script>alert(1)</script> |',
  '- <img src=x onerror=alert(1)>\n  ```\n  <script>alert(1)</script>\n  ```',
  '# <script>alert(1)</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
];

const allowed = new Set('P BR HR STRONG EM S CODE PRE BLOCKQUOTE A SPAN UL OL LI H4 H5 H6 TABLE THEAD TBODY TR TH TD'.split(' '));

function check(root: HTMLElement): void {
  for (const element of root.querySelectorAll('*')) {
    expect(allowed).toContain(element.tagName);
    for (const { name, value } of element.attributes) {
      expect(['href', 'class', 'start', 'title']).toContain(name);
      if (name === 'href') expect(value).toMatch(/^(https?|mailto):/);
    }
  }
}

describe('hostile Markdown', () => {
  it.each(payloads)('renders harmlessly: %j', (payload) => {
    check(render(payload));
    check(render(`prose ${payload} prose`));
    check(render(`> - ${payload}`));
  });

  it.each(payloads)('is harmless where the parser lets it through: %j', (payload) => {
    const root = document.createElement('div');
    root.append(sanitize(payload));
    for (const element of root.querySelectorAll('*')) {
      expect(element.tagName).not.toMatch(/^(SCRIPT|IMG|SVG|MATH|IFRAME|OBJECT|FORM|INPUT|STYLE|BASE|META|LINK|VSCODE-BUTTON)$/i);
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on|^style$|^src$/i);
        if (name === 'href') expect(value).toMatch(/^(https?|mailto):/i);
      }
    }
  });

  it('keeps only classes of its own', () => {
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

  it('highlights known languages, by alias too, and an open fence', () => {
    expect(render('```tsx\nconst a = 1;').querySelector('.hljs-keyword')?.textContent).toBe('const');
    expect(render('```nolang\nconst a = 1;\n```').innerHTML).toBe('const a = 1;');
  });
});
