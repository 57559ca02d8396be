import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Editor } from '../support/driver.mjs';
import { installedPaddock, pictures, showFailures } from '../support/vsix';

describe('context', () => {
  let editor: Editor;

  beforeAll(async () => {
    editor = await installedPaddock({ page: { width: 1000, height: 760 }, settings: { 'paddock.chat.maxTokens': 32 } });
    await editor.openChat();
    // The list and the gauge need files and a model.
    await editor.page.locator('.statusbar-item').filter({ hasText: 'SmolLM2' }).waitFor({ timeout: 60_000 });
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  const chips = (): ReturnType<Editor['chat']['locator']> => editor.chat.locator('.draft-attachments li');
  const options = (): ReturnType<Editor['chat']['locator']> => editor.chat.getByRole('option');
  const picture = async (name: string): Promise<void> => {
    await mkdir(pictures, { recursive: true });
    await editor.page.screenshot({ path: path.join(pictures, `context-${name}.png`) });
  };

  /** Tokens the gauge shows as used. */
  const used = async (): Promise<number> => {
    const text = await editor.chat.locator('.gauge-line').innerText();
    return Number(/^([\d,]+) of [\d,]+ tokens$/.exec(text.trim())?.[1]?.replace(',', ''));
  };

  it('attaches a file by # and the keyboard, with its tokens on the chip and in the gauge', async () => {
    await editor.input.click();
    const before = await eventually('the gauge', async () => ((await used()) > 0 ? used() : undefined));
    await editor.page.keyboard.type('What does #fi');
    await options().filter({ hasText: '#file' }).waitFor();
    await editor.page.keyboard.press('Tab');
    await editor.page.keyboard.type('limi');
    await options().filter({ hasText: 'limiter.go' }).waitFor();
    await picture('list');
    await editor.page.keyboard.press('Enter');
    await chips()
      .filter({ hasText: /limiter\.go.*\d+ tokens/s })
      .waitFor();
    expect(await editor.input.inputValue()).toBe('What does ');
    await eventually('a fuller gauge', async () => ((await used()) > before + 300 ? true : undefined));
    await picture('chip');
  });

  it('sends it with the question, shows it there, and opens it from there', async () => {
    const before = await editor.turnCount();
    await editor.input.click();
    await editor.page.keyboard.press('End');
    await editor.page.keyboard.type('Allow do?');
    await editor.page.keyboard.press('Enter');
    const turn = await editor.answer(before + 1);
    expect(turn.user.text).toBe('What does Allow do?');
    expect(turn.user.file?.path).toBe('limiter.go');
    expect(turn.metrics?.promptTokens).toBeGreaterThan(400);
    expect(await chips().count()).toBe(0);
    await editor.chat.locator('article').getByRole('button', { name: 'Open limiter.go' }).click();
    await editor.page.locator('.tab.active[data-resource-name="limiter.go"]').waitFor();
  });

  it('attaches the selection by a right-click, and removes it by Backspace', async () => {
    await editor.openFile('inventory.ts');
    await editor.selectLines(44, 53);
    await (await editor.contextMenu('Add Selection to Paddock Chat')).click();
    await chips().filter({ hasText: 'inventory.ts:44-53' }).waitFor();
    await eventually('the focus in the input', async () =>
      (await editor.input.evaluate((input) => input === (input.getRootNode() as ShadowRoot).activeElement)) ? true : undefined,
    );
    await editor.page.keyboard.press('Backspace');
    await chips().first().waitFor({ state: 'detached' });
  });

  it('attaches a file whose tab is dragged onto the chat, with Shift held as VS Code wants it', async () => {
    await editor.openFile('inventory.ts');
    const { mouse, keyboard } = editor.page;
    const middle = async (locator: ReturnType<Editor['chat']['locator']>): Promise<[number, number]> => {
      const { x, y, width, height } = (await locator.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      return [x + width / 2, y + height / 2];
    };
    await mouse.move(...(await middle(editor.page.locator('.tab.active[data-resource-name="inventory.ts"]'))));
    await mouse.down();
    await keyboard.down('Shift');
    await mouse.move(...(await middle(editor.input)), { steps: 10 });
    await mouse.up();
    await keyboard.up('Shift');
    await chips()
      .filter({ hasText: /inventory\.ts.*\d+ tokens/s })
      .waitFor();
    await editor.input.click();
    await keyboard.press('Backspace');
    await chips().first().waitFor({ state: 'detached' });
  });

  it('keeps attachments over a reload, and says of one that is gone why nothing is sent', async () => {
    await editor.input.click();
    await editor.page.keyboard.type('#weather');
    await options().filter({ hasText: 'weather.py' }).waitFor();
    await editor.page.keyboard.press('Enter');
    await chips().filter({ hasText: 'weather.py' }).waitFor();
    await rm(path.join(editor.folder, 'weather.py'));
    // The host's storage writes a moment later.
    await editor.page.waitForTimeout(1500);
    await editor.reload();
    await editor.openChat();
    await chips().filter({ hasText: 'weather.py' }).waitFor();
    const before = await editor.turnCount();
    await editor.input.click();
    await editor.page.keyboard.type('What is it?');
    await editor.page.keyboard.press('Enter');
    await editor.chat.getByText('weather.py is no longer there.').waitFor();
    // The sentence may have been there before the question was sent and came back.
    await eventually('the question to come back', async () => ((await editor.input.inputValue()) === 'What is it?' ? true : undefined));
    expect(await editor.turnCount()).toBe(before);
    await picture('gone');
  });

  it('attaches a symbol, the problems, what is not committed and the terminal’s selection', async () => {
    const { page } = editor;
    const git = (...args: readonly string[]): void => {
      execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], { cwd: editor.folder });
    };
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'First');
    await writeFile(path.join(editor.folder, 'broken.ts'), 'export const count: number = "many";\n');
    git('add', '.');
    await editor.command('Terminal: Create New Terminal');
    await page.locator('.terminal.xterm .xterm-screen').waitFor();
    await page.keyboard.type('echo said-in-the-terminal\n');
    await editor.command('Terminal: Select All');
    await editor.openFile('broken.ts');
    await page.locator('.squiggly-error').first().waitFor({ timeout: 60_000 });
    await editor.input.fill('');
    const attach = async (typed: string, option: string, chip: RegExp): Promise<void> => {
      await editor.input.click();
      await page.keyboard.type(typed);
      await options().filter({ hasText: option }).first().waitFor();
      await page.keyboard.press('Enter');
      await chips().filter({ hasText: chip }).waitFor();
    };
    await chips()
      .getByRole('button', { name: /^Remove/ })
      .first()
      .click();
    await attach('#symbol:count', 'count', /count.*tokens?/s);
    await attach('#problems', '#problems', /broken\.ts.*tokens/s);
    await attach('#changes', '#changes', /[Cc]hanges.*tokens/s);
    await attach('#terminal', '#terminal-selection', /[Tt]erminal.*tokens/s);
    await picture('kinds');
    const before = await editor.turnCount();
    await editor.input.click();
    await page.keyboard.type('Why?');
    await page.keyboard.press('Enter');
    const { user } = await editor.answer(before + 1);
    const texts = new Map(user.context?.map(({ kind, text }) => [kind, text]));
    expect(texts.get('symbol')).toBe('export const count: number = "many";');
    expect(texts.get('problems')).toMatch(/^broken\.ts:1:14: error: Type 'string' is not assignable to type 'number'/);
    expect(texts.get('changes')).toContain('+export const count');
    expect(texts.get('terminal')).toContain('said-in-the-terminal');
  });

  it('is free of what axe finds, with its list open', async () => {
    await editor.input.fill('');
    await editor.input.click();
    await editor.page.keyboard.type('#');
    await options().first().waitFor();
    const { violations } = await new AxeBuilder({ page: editor.page })
      .include(['iframe.webview.ready', 'iframe#active-frame', 'main'])
      .analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
    await editor.page.keyboard.press('Escape');
    await options().first().waitFor({ state: 'detached' });
  });
});
