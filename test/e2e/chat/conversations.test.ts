import path from 'node:path';
import { mkdir } from 'node:fs/promises';
import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Editor } from '../support/driver.mjs';
import { installedPaddock, pictures, showFailures } from '../support/vsix';

/** A person with several conversations: names, pins, finds, deletes and keeps them, in the side bar and in editor tabs. */
describe('conversations', () => {
  let editor: Editor;

  beforeAll(async () => {
    editor = await installedPaddock({ settings: { 'paddock.chat.maxTokens': 16 } });
    await editor.openChat();
    await mkdir(pictures, { recursive: true });
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  /** The page of the chat in the side bar, or in the editor tab: both are webviews over VS Code's page. */
  async function page(place: 'sidebar' | 'tab'): Promise<Frame> {
    return eventually(`the chat’s page in the ${place}`, async () => {
      for (const frame of editor.page.frames()) {
        const main = frame.locator('main#app:visible');
        if ((await main.count().catch(() => 0)) === 0) continue;
        const view = await main.getAttribute('data-view', { timeout: 1000 }).catch(() => undefined);
        if (view !== undefined && (view === null) === (place === 'sidebar')) return frame;
      }
      return undefined;
    });
  }

  async function askIn(place: 'sidebar' | 'tab', question: string): Promise<void> {
    const before = await editor.turnCount();
    await (await page(place)).getByRole('textbox').click();
    await editor.page.keyboard.type(question);
    await editor.page.keyboard.press('Enter');
    await editor.answer(before + 1);
  }

  const rows = (): Locator => editor.page.locator('.quick-input-list .monaco-list-row');
  const row = (title: string): Locator => rows().filter({ hasText: title }).first();
  const dialog = (): Locator => editor.page.locator('.quick-input-widget input').first();

  async function list(): Promise<void> {
    await editor.command('Paddock: Show Conversations');
    // The palette, which is going, has rows as well.
    await rows().locator('.action-label[aria-label^="Delete Conversation"]').first().waitFor();
  }

  async function press(button: string, title: string): Promise<void> {
    await row(title).hover();
    await row(title).locator(`.action-label[aria-label^="${button}"]`).click();
  }

  /** Without a desktop, VS Code has a dialog of its own for files, with the path in its input. */
  async function choosePath(offered: string, wanted: string): Promise<void> {
    await eventually('the dialog for files', async () => ((await dialog().inputValue()).includes(offered) ? true : undefined));
    await dialog().fill(wanted);
    await eventually('the path to be taken in', async () => ((await dialog().inputValue()) === wanted ? true : undefined));
    await editor.page.keyboard.press('Enter');
  }

  it('renames one, which then keeps its name', async () => {
    await askIn('sidebar', 'What is a lexer?');
    await editor.command('Paddock: New Chat');
    await askIn('sidebar', 'What is a parser?');
    await list();
    await press('Rename Conversation', 'What is a lexer?');
    // Its input takes the place of the list's.
    await editor.page.locator('.quick-input-title', { hasText: 'Rename Conversation' }).waitFor();
    await dialog().fill('Splitting text');
    await editor.page.keyboard.press('Enter');
    await row('Splitting text').waitFor();
    expect(await rows().filter({ hasText: 'What is a lexer?' }).count()).toBe(0);
    await editor.page.keyboard.press('Escape');
  });

  it('pins one, which then stands first', async () => {
    await list();
    expect(await rows().first().innerText()).toContain('What is a parser?');
    await press('Pin Conversation', 'Splitting text');
    await eventually('the pinned one to stand first', async () =>
      (await rows().first().innerText()).includes('Splitting text') ? true : undefined,
    );
    await editor.page.screenshot({ path: path.join(pictures, 'conversations-list.png') });
    await editor.page.keyboard.press('Escape');
  });

  it('finds one by what was asked in it', async () => {
    await list();
    await dialog().fill('lexer');
    await eventually('the one that was found', async () => ((await rows().count()) === 1 ? true : undefined));
    expect(await rows().first().innerText()).toContain('What is a lexer?');
    await editor.page.screenshot({ path: path.join(pictures, 'conversations-search.png') });
    await editor.page.keyboard.press('Enter');
    const sidebar = await page('sidebar');
    await sidebar.locator('article').getByText('What is a lexer?').waitFor();
  });

  it('deletes one and brings it back', async () => {
    await list();
    await press('Delete Conversation', 'What is a parser?');
    await row('What is a parser?').waitFor({ state: 'detached' });
    await editor.page.keyboard.press('Escape');
    await editor.page.locator('.notification-list-item').getByRole('button', { name: 'Undo' }).click();
    await list();
    await row('What is a parser?').waitFor();
    await editor.page.keyboard.press('Escape');
  });

  it('opens one in an editor tab beside another in the side bar, each with a draft of its own', async () => {
    await list();
    await press('Open in Editor', 'What is a parser?');
    await editor.page.locator('.tab.active').filter({ hasText: 'What is a parser?' }).waitFor();
    await (await page('tab')).locator('article').getByText('What is a parser?').waitFor();
    await askIn('tab', 'And a compiler?');
    const tab = await page('tab');
    expect(await tab.locator('article').count()).toBe(2);
    await tab.getByRole('textbox').click();
    await editor.page.keyboard.type('draft in the tab');
    const sidebar = await page('sidebar');
    expect(await sidebar.locator('article').count()).toBe(1);
    await sidebar.getByRole('textbox').click();
    await editor.page.keyboard.type('draft in the side bar');
    await editor.page.screenshot({ path: path.join(pictures, 'conversations-tab.png') });
  });

  it('has both after a reload of the window', async () => {
    // The drafts are written a moment after the last key; which tabs are open VS Code writes every five seconds in a browser.
    await editor.page.waitForTimeout(7000);
    await editor.reload();
    await editor.page.locator('.tab.active').filter({ hasText: 'What is a parser?' }).waitFor();
    const tab = await page('tab');
    await tab.locator('article').nth(1).waitFor();
    expect(await tab.getByRole('textbox').inputValue()).toBe('draft in the tab');
    await editor.page.locator('.activitybar a.action-label[aria-label^="Paddock"]').waitFor();
    const sidebar = await page('sidebar');
    await sidebar.locator('article').getByText('What is a lexer?').waitFor();
    expect(await sidebar.getByRole('textbox').inputValue()).toBe('draft in the side bar');
  });

  it('shows a conversation that is open in both places streaming in both', async () => {
    await editor.page.locator('.tab.active').filter({ hasText: 'What is a parser?' }).click();
    await editor.command('Paddock: Show Conversations');
    await row('Splitting text').click();
    const tab = await page('tab');
    await tab.locator('article').getByText('What is a lexer?').waitFor();
    await tab.getByRole('textbox').fill('');
    await askIn('tab', 'Go on.');
    const texts = await Promise.all(
      (['tab', 'sidebar'] as const).map(async (place) => (await page(place)).locator('article').nth(1).locator('.answer').innerText()),
    );
    expect(texts[0]).not.toBe('');
    expect(texts[0]).toBe(texts[1]);
  });

  it('exports the open one as Markdown and imports it as another', async () => {
    const before = (await editor.conversations()).length;
    await editor.command('Paddock: Export Conversation');
    await rows().filter({ hasText: 'Markdown' }).first().click();
    await choosePath('.md', path.join(editor.folder, 'exported.md'));
    await editor.page.locator('.notification-list-item').filter({ hasText: 'exported.md' }).waitFor();
    await editor.command('Paddock: Import Conversations');
    await choosePath(editor.folder, path.join(editor.folder, 'exported.md'));
    await eventually('the imported one', async () => ((await editor.conversations()).length === before + 1 ? true : undefined));
    await (await page('tab')).locator('article').nth(1).waitFor();
  });
});
