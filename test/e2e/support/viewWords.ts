import type { Locator } from 'playwright-core';

/**
 * What a view itself says: texts, labels, tooltips and placeholders, without what was asked, answered and attached.
 * @param content selects the elements that hold other people's words
 */
export async function ownWords(view: Locator, content: string): Promise<readonly string[]> {
  return view.evaluate((root, selector) => {
    const words: string[] = [];
    const visit = (element: Element): void => {
      const labels = ['aria-label', 'aria-valuetext', 'title', 'placeholder', 'alt'].map((name) => element.getAttribute(name) ?? '');
      const texts = Array.from(element.childNodes, (node) => (node instanceof Text ? node.data : ''));
      words.push(...[...labels, ...(/^(SCRIPT|STYLE)$/.test(element.tagName) ? [] : texts)].map((text) => text.trim()).filter(Boolean));
      for (const child of [...element.children, ...(element.shadowRoot?.children ?? [])]) if (!child.matches(selector)) visit(child);
    };
    visit(root);
    return words;
  }, content);
}

/** Elements of a view that are wider than their place, but for code, which scrolls, and for what only screen readers get. */
export async function tooWide(view: Locator): Promise<readonly string[]> {
  return view.evaluate((root) =>
    [root.ownerDocument.documentElement, ...root.querySelectorAll('*')]
      .filter((element) => element.closest('pre, table, .visually-hidden') === null)
      .filter((element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
      .map((element) => `${element.tagName}.${element.className}: ${String(element.scrollWidth)} > ${String(element.clientWidth)}`),
  );
}
