// @vitest-environment jsdom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MAX_ADDRESS, findMisleadingHost, formatAddress } from '../../../../../webview/chat/answer/links';
import { initialState, parseBlocks } from '../../../../../webview/chat/answer/markdown';
import { sanitize } from '../../../../../webview/chat/answer/sanitize';

function render(text: string): HTMLElement {
  const root = document.createElement('div');
  for (const { content } of parseBlocks(text, initialState)) if (content.kind === 'html') root.append(sanitize(content.html));
  return root;
}

const addresses = (text: string): readonly (string | null)[] =>
  Array.from(render(text).querySelectorAll('a'), (link) => link.getAttribute('href'));

describe('an address in running text', () => {
  it.each(Array.from('，。、；：？！）】》」』〉〕”’…—（【《「『～'))('ends in front of %s', (mark) => {
    expect(addresses(`请看https://example.com/a${mark}然后`)).toEqual(['https://example.com/a']);
    expect(addresses(`请看https://example.com${mark}然后`)).toEqual(['https://example.com']);
    expect(addresses(`请看https://example.com/?q=1#b${mark}`)).toEqual(['https://example.com/?q=1#b']);
  });

  it.each([
    ['请看https://example.com/a，然后（https://example.com/b）。再看', ['https://example.com/a', 'https://example.com/b']],
    ['「https://example.com/a」と『https://example.com/b』', ['https://example.com/a', 'https://example.com/b']],
    ['访问 https://example.com/docs（中文说明）了解更多', ['https://example.com/docs']],
    ['见 https://example.com/a.，b', ['https://example.com/a']],
    ['**https://example.com/a**，见', ['https://example.com/a']],
    ['发邮件到 mailto:a@example.com，谢谢', ['mailto:a@example.com']],
    ['| 地址 |\n|--|\n| https://example.com/a，见 |', ['https://example.com/a']],
    ['https://zh.wikipedia.org/wiki/中文', ['https://zh.wikipedia.org/wiki/%E4%B8%AD%E6%96%87']],
    ['https://example.com/a_(b), then', ['https://example.com/a_(b)']],
    ['<https://example.com/a，b>', ['https://example.com/a%EF%BC%8Cb']],
    ['[见](https://example.com/a，b)', ['https://example.com/a%EF%BC%8Cb']],
  ])('of %j is a link where it should be', (text, expected) => {
    expect(addresses(text)).toEqual(expected);
  });

  it('keeps what follows it as text', () => {
    expect(render('请看https://example.com/a，然后（https://example.com/b）。再看').textContent.trim()).toBe(
      '请看https://example.com/a，然后（https://example.com/b）。再看',
    );
  });
});

describe('the tooltip of a link', () => {
  it('is its address, whatever the model calls it', () => {
    const link = render('[the documentation](https://evil.example/?q=SECRET "https://code.visualstudio.com/docs")').querySelector('a');
    expect(link?.title).toBe('https://evil.example/?q=SECRET');
    expect(render('[a][1]\n\n[1]: https://x.test/b "Title"').querySelector('a')?.title).toBe('https://x.test/b');
    const raw = document.createElement('div');
    raw.append(sanitize('<p title="Title">x</p><a href="https://x.test" title="Title">y</a>'));
    expect(raw.innerHTML).toBe('<p>x</p><a href="https://x.test" title="https://x.test">y</a>');
  });

  it.each([
    ['https://x.test/', 'https://x.test'],
    ['https://x.test:8080/a?b#c', 'https://x.test:8080/a?b#c'],
    ['https://good.test@evil.test/a', 'https://evil.test/a'],
    ['https://good.test:443@evil.test/', 'https://evil.test'],
    ['https://xn--fsqu00a.xn--0zwm56d/a', 'https://xn--fsqu00a.xn--0zwm56d (例子.测试)/a'],
    ['https://аррӏе.com/', 'https://xn--80ak6aa92e.com (аррӏе.com)'],
    ['https://x.test/%E4%BD%A0%20%2F', 'https://x.test/你%20%2F'],
    ['https://x.test/%E2%80%AEgpj', 'https://x.test/[U+202E]gpj'],
    ['mailto:a@x.test', 'mailto:a@x.test'],
    [`https://x.test/${'a'.repeat(500)}`, `https://x.test/${'a'.repeat(78)}…`],
    ['not an address', 'not an address'],
  ])('shows %s as %s', (href, shown) => {
    expect(formatAddress(href)).toBe(shown);
  });
});

describe('a link whose text names another place', () => {
  it.each([
    ['https://good.test', 'https://evil.test/a'],
    ['good.com', 'https://evil.test'],
    ['www.good.com/docs', 'https://evil.test'],
    ['See https://good.test/a', 'https://evil.test'],
    ['GOOD.com', 'https://evil.test'],
    ['good\u200B.com', 'https://evil.test'],
    ['good.com:443/a?b', 'https://evil.test'],
    ['https://good.test', 'https://good.test.evil.test'],
    ['https://good.test@evil.test', 'https://evil.test'],
    ['good.test', 'https://good.test@evil.test'],
    ['https://good.test/https://evil.test', 'https://evil.test'],
    ['https:/good.test', 'https://evil.test'],
  ])('has the real one behind it: %s', (text, href) => {
    expect(findMisleadingHost(text, href)).toMatch(/evil\.test$/);
  });

  it('shows it in the page', () => {
    expect(render('[https://good.test](https://evil.test/a)').querySelector('a')?.textContent).toBe('https://good.test (evil.test)');
    expect(render('[**good.com**](https://evil.test/a)').querySelector('a')?.textContent).toBe('good.com (evil.test)');
    expect(render('[a@good.test](mailto:b@evil.test)').querySelector('a')?.textContent).toBe('a@good.test (b@evil.test)');
  });

  it.each([
    ['the documentation', 'https://x.test'],
    ['https://x.test/a', 'https://x.test/b'],
    ['x.test', 'https://www.x.test/'],
    ['x.com', 'https://api.x.com/'],
    ['https://例子.测试/', 'https://xn--fsqu00a.xn--0zwm56d/'],
    ['README.md', 'https://x.test/README.md'],
    ['setup.py', 'https://x.test'],
    ['main.rs', 'https://x.test'],
    ['v1.2.3', 'https://x.test'],
    ['e.g. this', 'https://x.test'],
    ['a@x.test', 'mailto:a@x.test'],
    ['Write to us', 'mailto:a@x.test'],
  ])('is none: %s for %s', (text, href) => {
    expect(findMisleadingHost(text, href)).toBeUndefined();
  });

  it('is not seen in an address that is a link by itself', () => {
    expect(render('https://x.test/a and <https://y.test>').textContent.trim()).toBe('https://x.test/a and https://y.test');
  });
});

describe('what it costs to look for links', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** How often a regular expression is run, and the longest text in which the end of an address is looked for. */
  function work(text: string): { readonly runs: number; readonly longest: number } {
    let runs = 0;
    let longest = 0;
    const original = (RegExp.prototype as { readonly exec: (this: RegExp, text: string) => RegExpExecArray | null }).exec;
    vi.spyOn(RegExp.prototype, 'exec').mockImplementation(function (this: RegExp, searched: string) {
      runs++;
      // linkify-it's patterns of what follows a scheme.
      const { source } = this;
      if (source.startsWith(String.raw`^\/\/`) || source.startsWith(String.raw`^[\-;:&`)) longest = Math.max(longest, searched.length);
      return original.call(this, searched);
    });
    parseBlocks(text, initialState);
    vi.restoreAllMocks();
    return { runs, longest };
  }

  it.each([
    ['an open bracket in each', 'http://a.b/('],
    ['an open quote in each', 'http://a.b/"'],
    ['many brackets', 'http://a.b/[{('],
    ['nothing between them', 'http://a.b/'],
    ['stars', 'https://a.b/*'],
    ['mail', 'mailto:a@b.c '],
  ])('grows no faster than the paragraph: addresses with %s', (_name, unit) => {
    const lines = (count: number): string => `${unit.repeat(Math.floor(4000 / unit.length))}\n`.repeat(count);
    const [half, whole] = [work(lines(2)), work(lines(4))];
    expect(half.longest).toBeGreaterThan(0);
    expect(whole.longest).toBeLessThanOrEqual(MAX_ADDRESS);
    expect(whole.runs).toBeLessThan(2.5 * half.runs);
  });

  it('is nothing for a line or a paragraph that is too long, which stays text', () => {
    for (const text of ['http://a.b/('.repeat(10_600), `${'http://a.b/( '.repeat(100)}\n`.repeat(20)]) {
      expect(addresses(text)).toEqual([]);
      expect(render(text).textContent.trim()).toBe(text.trim());
      expect(work(text)).toMatchObject({ longest: 0 });
    }
  });

  it('finds no end of an address further than any address is long', () => {
    expect(addresses(`https://x.test/${'a'.repeat(2000)}`)).toHaveLength(1);
    expect(addresses(`https://x.test/${'a'.repeat(3000)}`)).toHaveLength(0);
  });
});
