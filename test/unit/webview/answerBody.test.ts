// @vitest-environment jsdom
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerBody } from '../../../webview/components/answerBody';
import { FakeTransport, fakeContext, strings } from './samples';

function body(transport = new FakeTransport()): AnswerBody {
  return new AnswerBody(fakeContext({ post: transport.post }));
}

const copyButton = `vscode-button[aria-label="${strings.copyCode}"]`;

function whole(text: string): string {
  const made = body();
  made.update(text, false);
  return made.element.innerHTML;
}

/** Pieces whose meaning depends on what comes after them. */
const piece = fc.constantFrom(
  ...['a', 'word ', '\n', '\n\n', '# ', '## h\n', '- ', '1. ', '  ', '    ', '> ', '```', '```ts\n', '`', '**', '*', '_', '***\n', '---\n'],
  ...['===\n', '| a | b |\n', '|--|--:|\n', '[x](https://x.test)', '\r\n', '\r', '~~~\n', 'const a = 1;\n', '\\', '<b>', '&amp;', '\t'],
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
    expect(button?.getAttribute('aria-label')).toBe(strings.copied);
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
