// @vitest-environment jsdom
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { webviewPage } from '../../../../src/host/services/webviewPage';
import { initialState, parseBlocks } from '../../../../webview/chat/answer/markdown';
import { sanitize } from '../../../../webview/chat/answer/sanitize';
import { stubLayout, ViewPage } from '../chatPageFixture';
import { turn } from '../viewSamples';

function strongIn(text: string): readonly string[] {
  const root = document.createElement('div');
  for (const { content } of parseBlocks(text, initialState)) if (content.kind === 'html') root.append(sanitize(content.html));
  return Array.from(root.querySelectorAll('strong'), ({ textContent }) => textContent);
}

describe('Markdown in Chinese', () => {
  it.each([
    ['**注意：**没有检查空值。', '注意：'],
    ['请用**“类型守卫”**来缩小范围。', '“类型守卫”'],
    ['参数**（可选）**是字符串。', '（可选）'],
    ['**`sort`**会改动数组。', 'sort'],
  ])('is bold next to full-width punctuation: %s', (text, bold) => {
    expect(strongIn(text)).toEqual([bold]);
  });

  it('leaves asterisks alone that are not emphasis', () => {
    expect(strongIn('2 ** 3 ** 2，a**b 与 ** 空格 **')).toEqual([]);
  });
});

describe('the page in Chinese', () => {
  const file = join(import.meta.dirname, '../../../../l10n/bundle.l10n.zh-cn.json');
  const bundle = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, string>>;

  beforeEach(() => {
    stubLayout();
  });

  /** Builds the page from the HTML that the host writes. */
  function openPage(translations?: Readonly<Record<string, string>>): ViewPage {
    const html = webviewPage({
      cspSource: 'https://host.test',
      nonce: 'nonce',
      script: 'https://host.test/main.js',
      styles: [],
      language: 'zh-cn',
      title: 'Paddock',
      ...(translations === undefined ? {} : { translations }),
    });
    const parsed = new DOMParser().parseFromString(html, 'text/html');
    document.documentElement.lang = parsed.documentElement.lang;
    const root = parsed.querySelector('main');
    if (root === null) throw new Error('The page has no <main>.');
    const reading = turn('b', { state: { kind: 'reading', done: 1200, total: 4096 } });
    const turns = [turn('a', { answer: '```\ncode\n```' }), reading];
    return new ViewPage({ turns, engine: { kind: 'loading', label: 'llama.gguf', fraction: 0.5 } }, document.adoptNode(root));
  }

  function listTexts(page: ViewPage): readonly string[] {
    const texts = page
      .all('*')
      .flatMap((each) => [
        ...(each.childElementCount === 0 ? [each.textContent] : []),
        ...['aria-label', 'placeholder', 'title'].map((name) => each.getAttribute(name) ?? ''),
      ]);
    return texts.filter((text) => text !== '');
  }

  it('shows the translations in its first frame', () => {
    const page = openPage(bundle);
    expect(page.frames).toBe(1);
    expect(page.find('.empty h2').textContent).toBe('向 Paddock 提问');
    expect(page.find('.working span').textContent).toBe('正在阅读您的问题… 1,200/4,096 个词元');
    expect(page.find('.composer vscode-text-area').getAttribute('placeholder')).toBe('询问有关代码的问题，输入 # 添加附件');
    expect(page.find('.send').title).toBe('停止');
  });

  it('has no English sentence that the bundle translates', () => {
    const english = (page: ViewPage): readonly string[] => listTexts(page).filter((text) => text !== 'Paddock' && text in bundle);
    expect(english(openPage()).length).toBeGreaterThan(20);
    expect(english(openPage(bundle))).toEqual([]);
  });

  it('is English again where a page has no translations', () => {
    openPage(bundle);
    expect(openPage().find('.send').title).toBe('Stop');
  });
});
