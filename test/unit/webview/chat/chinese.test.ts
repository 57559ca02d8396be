// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { initialState, parseBlocks } from '../../../../webview/chat/answer/markdown';
import { sanitize } from '../../../../webview/chat/answer/sanitize';

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
