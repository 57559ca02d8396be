// @vitest-environment jsdom
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerBody } from '../../../../../webview/chat/answer/answerBody';
import { FakeTransport, fakeContext } from '../../viewSamples';

function body(transport = new FakeTransport()): AnswerBody {
  return new AnswerBody(fakeContext({ post: transport.post }));
}

const copyButton = 'vscode-button[aria-label="Copy code"]';

function whole(text: string): string {
  const made = body();
  made.update(text, false);
  return made.element.innerHTML;
}

/** Pieces whose meaning depends on what comes after them. */
const piece = fc.constantFrom(
  ...['a', 'word ', '\n', '\n\n', '# ', '## h\n', '- ', '1. ', '  ', '    ', '> ', '```', '```ts\n', '`', '**', '*', '_', '***\n', '---\n'],
  ...['===\n', '| a | b |\n', '|--|--:|\n', '[x](https://x.test)', '\r\n', '\r', '~~~\n', 'const a = 1;\n', '\\', '<b>', '&amp;', '\t'],
  ...['```md\n', '```\n', '\\[\n', '\\]\n', '$$\n', '=\n', '- b\n', '<think>\n', '</think>', '</think>\n'],
);

describe('the body of a streaming answer', () => {
  it('is at every moment what the whole text so far gives', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const streaming = body();
        let text = '';
        for (const next of pieces) {
          text += next;
          streaming.update(text, true);
          expect(streaming.element.innerHTML).toBe(whole(text));
        }
        streaming.update(text, false);
        expect(streaming.element.innerHTML).toBe(whole(text));
      }),
      { numRuns: 120 },
    );
  });

  it('keeps the elements of finished blocks', () => {
    const streaming = body();
    streaming.update('# Title\n\nFirst.\n\nSec', true);
    const before = [...streaming.element.children];
    streaming.update('# Title\n\nFirst.\n\nSecond **bold**', true);
    streaming.update('# Title\n\nFirst.\n\nSecond **bold**\n\nThird', false);
    for (const [index, kept] of before.entries()) expect(streaming.element.children[index]).toBe(kept);
    expect(streaming.element.children[2]?.querySelector('strong')?.textContent).toBe('bold');
  });

  it('highlights an open fence and keeps its copy button while it grows', () => {
    const transport = new FakeTransport();
    const streaming = body(transport);
    streaming.update('```ts\nconst a', true);
    const button = streaming.element.querySelector(copyButton);
    expect(streaming.element.querySelector('.hljs-keyword')?.textContent).toBe('const');
    streaming.update('```ts\nconst a = 1;\n```\nEnd.', false);
    expect(streaming.element.querySelectorAll('.code-block')).toHaveLength(1);
    expect(streaming.element.contains(button)).toBe(true);
    button?.dispatchEvent(new MouseEvent('click'));
    expect(transport.of('copy')).toEqual([{ type: 'copy', text: 'const a = 1;' }]);
    expect(button?.getAttribute('aria-label')).toBe('Copied');
  });

  it('resolves at the end what was defined late', () => {
    const streaming = body();
    const text = 'See [docs][1].\n\nMore.\n\n[1]: https://x.test\n';
    streaming.update(text.slice(0, 24), true);
    streaming.update(text, true);
    streaming.update(text, false);
    expect(streaming.element.querySelector('a')?.getAttribute('href')).toBe('https://x.test');
  });

  it('gives fences inside lists a copy button', () => {
    const transport = new FakeTransport();
    const made = body(transport);
    made.update('1. Do:\n   ```python\n   x = 1\n   ```\n', false);
    made.element.querySelector(copyButton)?.dispatchEvent(new MouseEvent('click'));
    expect(transport.of('copy')).toEqual([{ type: 'copy', text: 'x = 1' }]);
    expect(made.element.querySelector('.code-language')?.textContent).toBe('python');
  });
});

describe('a block of Markdown with a block in it', () => {
  const readme = '# A\n```bash\nnpm i\n```\nMore.\n\n```\nsrc/\n```\n\nEnd.';
  const answer = `Here:\n\n\`\`\`markdown\n${readme}\n\`\`\`\n\nThat is all.`;

  it('is one block from its first line to its last, and what is copied is what is shown', () => {
    const transport = new FakeTransport();
    const streaming = body(transport);
    for (let end = 1; end <= answer.length; end++) streaming.update(answer.slice(0, end), true);
    streaming.update(answer, false);
    const blocks = streaming.element.querySelectorAll('.code-block');
    expect(blocks).toHaveLength(1);
    expect(blocks[0]?.querySelector('pre')?.textContent).toBe(readme);
    blocks[0]?.querySelector(copyButton)?.dispatchEvent(new MouseEvent('click'));
    expect(transport.of('copy')).toEqual([{ type: 'copy', text: readme }]);
  });

  it('changes between readings no more often than it must', () => {
    const streaming = body();
    const counts: number[] = [];
    for (let end = 1; end <= answer.length; end++) {
      streaming.update(answer.slice(0, end), true);
      const count = streaming.element.children.length;
      if (counts.at(-1) !== count) counts.push(count);
    }
    // The sentence; the block; a fence without a language, which ends it until code and another fence follow; the block; the last sentence.
    expect(counts.length).toBeLessThanOrEqual(8);
    expect(counts.at(-1)).toBe(3);
  });
});

describe('a thought', () => {
  const tools = 'vscode-button[aria-label="Apply to file…"]';

  it('is muted, and its code cannot be applied', () => {
    const made = body();
    made.update('<think>\nLet me see.\n```js\nold();\n```\n- a\n  ```js\n  b();\n  ```\n</think>\n\n```js\nnew();\n```', false);
    const [, ...rest] = [...made.element.children].reverse();
    expect(made.element.lastElementChild?.classList.contains('thought')).toBe(false);
    expect(rest.every((block) => block.classList.contains('thought'))).toBe(true);
    expect(made.element.querySelectorAll('.code-block')).toHaveLength(3);
    expect(made.element.querySelectorAll(tools)).toHaveLength(1);
    expect(made.element.lastElementChild?.querySelector(tools)).not.toBeNull();
    expect(made.element.textContent).toContain('Let me see.');
  });

  it('is one as soon as its end is written, where the template began it', () => {
    const streaming = body();
    streaming.update('Let me see.\n\n```js\nold();\n```\n\nSo', true);
    expect(streaming.element.querySelectorAll('.thought')).toHaveLength(0);
    streaming.update('Let me see.\n\n```js\nold();\n```\n\nSo.\n</think>\n\nFour.', true);
    expect(streaming.element.querySelectorAll('.thought')).toHaveLength(3);
    expect(streaming.element.querySelectorAll(tools)).toHaveLength(0);
    expect(streaming.element.lastElementChild?.textContent.trim()).toBe('Four.');
  });
});

describe('hidden characters', () => {
  const trojan = 'if (role != "user\u202E \u2066// admin\u2069 \u2066") {';

  it('are marks in code, with a note, and stay in what is copied', () => {
    const transport = new FakeTransport();
    const made = body(transport);
    made.update(`\`\`\`js\n${trojan}\n\`\`\`\n\n- a\n  \`\`\`js\n  b\u200B();\n  \`\`\``, false);
    const [first, second] = made.element.querySelectorAll<HTMLElement>('.code-block');
    expect(first?.querySelector('pre')?.textContent).toBe('if (role != "user[U+202E] [U+2066]// admin[U+2069] [U+2066]") {');
    expect(second?.querySelector('pre')?.textContent).toBe('b[U+200B]();');
    for (const block of [first, second]) expect(block?.querySelector<HTMLElement>('.code-note')?.hidden).toBe(false);
    expect(first?.querySelector('.code-note')?.textContent).toBe('This code has hidden characters. They are shown as [U+…].');
    first?.querySelector(copyButton)?.dispatchEvent(new MouseEvent('click'));
    // The host asks what is to become of them.
    expect(transport.of('copy')).toEqual([{ type: 'copy', text: trojan }]);
  });

  it('are told while the code is written, and forgotten when it is other code', () => {
    const streaming = body();
    const note = (): boolean => streaming.element.querySelector('.code-note')?.hasAttribute('hidden') === true;
    streaming.update('```js\nconst a', true);
    expect(note()).toBe(true);
    streaming.update('```js\nconst a\u202E', true);
    expect(note()).toBe(false);
    streaming.update('```js\nconst a\u202E = 1;\n', true);
    expect(streaming.element.querySelector('pre')?.textContent).toBe('const a[U+202E] = 1;');
    streaming.update('```js\nlet b', true);
    expect(note()).toBe(true);
    streaming.update('```js\nlet b = "👩‍💻 می‌خواهم";', true);
    expect(note()).toBe(true);
    expect(streaming.element.querySelector('pre')?.textContent).toBe('let b = "👩‍💻 می‌خواهم";');
  });

  it.each([
    ['prose', 'a\u202Eb', 'a[U+202E]b'],
    ['a code span', '`a\u00ADb`', 'a[U+00AD]b'],
    ['a heading', '# a\u{E0041}b', 'a[U+E0041]b'],
    ['a table', '| a\u200Bb |\n|--|\n', 'a[U+200B]b'],
    ['a link', '[a\u2066b](https://x.test)', 'a[U+2066]b'],
    ['a formula', '$a\u200B + b$', '$a[U+200B] + b$'],
    ['a control character', 'a\u001b[8mb', 'a[U+001B][8mb'],
    ['an ordinary text', 'Donau\u00ADdampfer 👩‍💻 می‌خواهم', 'Donau\u00ADdampfer 👩‍💻 می‌خواهم'],
  ])('are marks in %s', (_name, text, shown) => {
    const made = body();
    made.update(text, false);
    expect(made.element.textContent.trim()).toBe(shown);
    expect(made.element.querySelector('.code-note')).toBeNull();
  });
});
