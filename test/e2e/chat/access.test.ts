import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { state, turn } from '../../unit/webview/viewSamples';
import { themeStyles, themes, type ThemeName, type ThemeStyle } from '../support/themes';
import { ViewPage } from '../support/viewPage';
import { viewStates, type ShownState } from '../support/viewStates';
import { pictures } from '../support/vsix';

/** A side bar. */
const USUAL = { width: 380, height: 720 };
/** 1280 by 1024 at 400%. */
const ZOOMED = { width: 320, height: 256 };
const NARROWEST = { width: 170, height: 600 };

const names = Object.keys(themes) as ThemeName[];

let view: ViewPage;
let styles: Readonly<Record<ThemeName, ThemeStyle>>;

beforeAll(async () => {
  await mkdir(pictures, { recursive: true });
  styles = await themeStyles();
  view = await ViewPage.start(USUAL);
  await view.dress(styles.dark);
});
afterAll(() => view.stop());

async function show({ state: shown, then = [] }: ShownState): Promise<void> {
  await view.show(shown, ...then);
}

function stateNamed(name: string): ShownState {
  const found = viewStates.find((each) => each.name === name);
  if (found === undefined) throw new Error(`There is no state ${name}.`);
  return found;
}

describe.each(names)('in the theme %s', (name) => {
  beforeAll(async () => {
    await view.page.setViewportSize(USUAL);
    await view.dress(styles[name]);
  });

  it.each(viewStates)('axe finds nothing wrong: $name', async (shown) => {
    await show(shown);
    const found = await view.violations();
    if (found.length > 0 || shown.name === 'done')
      await view.page.screenshot({ path: path.join(pictures, `access-${name}-${shown.name}.png`) });
    expect(found).toEqual([]);
  });
});

describe.each([ZOOMED, NARROWEST])('at %o', (size) => {
  beforeAll(async () => {
    await view.dress(styles.light);
    await view.page.setViewportSize(size);
  });

  it.each(viewStates)('nothing is cut off or scrolls sideways: $name', async (shown) => {
    await show(shown);
    await view.page.screenshot({ path: path.join(pictures, `access-${String(size.width)}-${shown.name}.png`) });
    expect(await view.page.evaluate(beyondTheEdge)).toEqual([]);
    const composer = await view.page.locator('.composer').boundingBox();
    expect((composer?.y ?? Infinity) + (composer?.height ?? 0)).toBeLessThanOrEqual(size.height);
  });
});

describe('the keyboard', () => {
  beforeAll(async () => {
    await view.page.setViewportSize(USUAL);
    await view.dress(styles.dark);
  });

  it.each(viewStates.filter(({ name }) => name !== 'many turns'))('reaches everything: $name', async (shown) => {
    await view.reload();
    await show(shown);
    const wanted = await view.page.evaluate(operable);
    const reached = new Set<string>();
    for (let presses = 0; presses < wanted.length + 2; presses++) {
      await view.page.keyboard.press('Tab');
      const focused = await view.page.evaluate(focusedElement);
      if (focused !== undefined) reached.add(focused);
    }
    expect([...reached].sort()).toEqual([...wanted].sort());
  });
});

describe('text from right to left', () => {
  it('is laid out from the right, its code from the left', async () => {
    await show(stateNamed('right to left'));
    const directionOf = (selector: string): Promise<string[]> =>
      view.page.locator(selector).evaluateAll((all) => all.map((each) => getComputedStyle(each).direction));
    expect(new Set(await directionOf('article:last-of-type .question-text >> nth=-1'))).toEqual(new Set(['rtl']));
    const last = '.turn-slot:last-child';
    expect(new Set(await directionOf(`${last} .block, ${last} .block li`))).toEqual(new Set(['rtl']));
    expect(new Set(await directionOf(`${last} code, ${last} pre`))).toEqual(new Set(['ltr']));
    await view.page.screenshot({ path: path.join(pictures, 'access-right-to-left.png') });
  });
});

describe('motion', () => {
  it('is none for those who want none', async () => {
    await view.page.emulateMedia({ reducedMotion: 'reduce' });
    for (const name of ['waiting', 'reading', 'streaming', 'loading']) {
      await show(stateNamed(name));
      expect(await view.page.evaluate(moving)).toEqual([]);
    }
    await view.page.emulateMedia({ reducedMotion: null });
    await show(stateNamed('waiting'));
    expect(await view.page.evaluate(moving)).not.toEqual([]);
  });
});

describe('a screen reader', () => {
  it('hears an answer when it has ended, and nothing of it before', async () => {
    const spoken = view.page.locator('[aria-live="polite"]');
    await view.show(state({ turns: [turn('a', { answer: 'One', state: { kind: 'streaming' } })] }));
    await view.send({ type: 'delta', turnId: 'a', at: 3, text: ' **two**' });
    expect(await spoken.allTextContents()).toEqual(['']);
    expect(await view.page.getByRole('log').getAttribute('aria-live')).toBe('off');
    await view.send({ type: 'turn', turn: turn('a', { answer: 'One **two** three' }) });
    expect(await spoken.allTextContents()).toEqual(['Paddock answered: One two three']);
  });
});

describe('a conversation of 500 turns', () => {
  const answer = 'Some **bold** words and a [link](https://example.com).\n\n```ts\nconst a = 1;\n```\n\nThe end.';
  const slot = (index: number): string => `.turn-slot:nth-child(${String(index + 1)})`;
  const distance = '(() => { const s = document.querySelector(".messages"); return s.scrollHeight - s.scrollTop - s.clientHeight; })()';

  beforeAll(async () => {
    await view.reload();
    await view.dress(styles.dark);
    const turns = Array.from({ length: 500 }, (_, index) =>
      turn(`t${String(index)}`, { question: `question number ${String(index)}.`, answer }),
    );
    await view.show(state({ turns }));
  });

  it('is open at its end, with little of it rendered', async () => {
    expect(await view.page.evaluate(distance)).toBeLessThanOrEqual(1);
    expect(await view.page.locator(`${slot(499)} strong`).count()).toBe(1);
    expect(await view.page.locator('.answer-body').count()).toBeLessThan(40);
  });

  it('has every question and answer for a screen reader', async () => {
    const tree = await view.page.locator('.messages').ariaSnapshot();
    for (const index of [0, 250, 499]) expect(tree).toContain(`question number ${String(index)}.`);
    expect(tree.match(/heading "Paddock" \[level=3\]/g)).toHaveLength(500);
  });

  it('renders what is scrolled to, stays where it was scrolled, and goes back to the end by its button', async () => {
    await view.page.locator('.messages').focus();
    await view.page.keyboard.press('Home');
    await view.page.locator(`${slot(0)} strong`).waitFor();
    expect(await view.page.locator('.messages').evaluate(({ scrollTop }) => scrollTop)).toBe(0);
    expect(await view.page.locator(`${slot(499)} strong`).count()).toBe(0);
    await view.page.getByRole('button', { name: 'Scroll to the end' }).click();
    await view.page.locator(`${slot(499)} strong`).waitFor();
    await expect.poll(() => view.page.evaluate(distance)).toBeLessThanOrEqual(1);
  });

  it('keeps a place in its middle while what is around it is rendered', async () => {
    await view.page.locator(slot(250)).evaluate((each) => {
      each.scrollIntoView();
    });
    await view.page.locator(`${slot(250)} strong`).waitFor();
    const top = await view.page.locator(slot(250)).evaluate((each) => each.getBoundingClientRect().top);
    await view.page.locator(`${slot(247)} strong`).waitFor({ state: 'attached' });
    await view.send();
    expect(Math.abs(top)).toBeLessThanOrEqual(40);
  });

  it('is found, selected and copied in, also where it is not rendered', async () => {
    const selected = (): Promise<unknown> => view.page.evaluate('String(getSelection())');
    expect(await view.page.evaluate('window.find("question number 123.")')).toBe(true);
    await view.page.locator(slot(123)).evaluate((each) => {
      each.scrollIntoView();
    });
    await view.page.locator(`${slot(122)} strong`).waitFor({ state: 'attached' });
    expect(await selected()).toBe('question number 123.');
    await view.page.locator('.messages').evaluate((scroller) => {
      scroller.scrollTop = scroller.scrollHeight;
    });
    await view.send();
    expect(await selected()).toBe('question number 123.');
    await view.page.evaluate('getSelection().removeAllRanges()');
  });

  it('never loses the focus', async () => {
    await view.page.locator(slot(300)).evaluate((each) => {
      each.scrollIntoView();
    });
    await view.page.locator(`${slot(300)} a`).focus();
    await view.page.locator('.messages').evaluate((scroller) => {
      scroller.scrollTop = 0;
    });
    await view.page.locator(`${slot(0)} strong`).waitFor();
    await view.send();
    expect(await view.page.evaluate('document.activeElement.tagName')).toBe('A');
    await view.page.keyboard.press('Tab');
    expect(await view.page.evaluate('document.activeElement.closest(".turn-slot") !== null')).toBe(true);
  });

  it('follows an answer that is written at its end', async () => {
    await view.page.getByRole('button', { name: 'Scroll to the end' }).click();
    await view.send({ type: 'turn', turn: turn('new', { state: { kind: 'streaming' } }) });
    for (let at = 0; at < 60; at += 6) {
      await view.send({ type: 'delta', turnId: 'new', at, text: 'word\n\n' });
      expect(await view.page.evaluate(distance)).toBeLessThanOrEqual(1);
    }
    await view.page.mouse.move(190, 300);
    await view.page.mouse.wheel(0, -30);
    await expect.poll(() => view.page.evaluate(distance)).toBeGreaterThan(1);
    const before = await view.page.locator('.messages').evaluate(({ scrollTop }) => scrollTop);
    await view.send({ type: 'delta', turnId: 'new', at: 60, text: 'word\n\n'.repeat(10) });
    expect(await view.page.locator('.messages').evaluate(({ scrollTop }) => scrollTop)).toBe(before);
  });
});

/** Runs in the page: what reaches beyond its right or left edge, or scrolls sideways without being made for it. */
function beyondTheEdge(): string[] {
  const hidden = (each: Element): boolean => each.closest('.visually-hidden, pre, [hidden]') !== null;
  const page = document.documentElement;
  const wide = page.scrollWidth > page.clientWidth ? [`the page: ${String(page.scrollWidth)}`] : [];
  for (const each of document.querySelectorAll('body *')) {
    if (hidden(each)) continue;
    const { left, right, width } = each.getBoundingClientRect();
    if (width > 0 && (left < -1 || right > window.innerWidth + 1))
      wide.push(`${each.tagName}.${each.className}: ${String(left)} to ${String(right)}`);
  }
  const scroller = document.querySelector('.messages');
  if (scroller !== null && scroller.scrollWidth > scroller.clientWidth) wide.push('the messages');
  return wide;
}

/** Runs in the page: a name for each element that can be operated. */
function operable(): string[] {
  const all = document.querySelectorAll('a[href], button, vscode-button, vscode-text-area, textarea, input, select, [tabindex="0"]');
  const free = [...all].filter((each) => !each.hasAttribute('disabled') && each.checkVisibility({ visibilityProperty: true }));
  for (const [index, each] of free.entries()) each.setAttribute('data-stop', `${String(index)} ${each.tagName}`);
  return free.map((each) => each.getAttribute('data-stop') ?? '');
}

/** Runs in the page: the name that {@link operable} gave to what has the focus. */
function focusedElement(): string | undefined {
  return document.activeElement?.getAttribute('data-stop') ?? undefined;
}

/** Runs in the page: what moves in it, in the toolkit's elements too. */
function moving(): string[] {
  const roots: (Document | ShadowRoot)[] = [document];
  for (const each of document.querySelectorAll('*')) if (each.shadowRoot !== null) roots.push(each.shadowRoot);
  return roots.flatMap((root) =>
    root.getAnimations().map(({ playState, effect }) => `${playState} ${String(effect?.getTiming().duration)}`),
  );
}
