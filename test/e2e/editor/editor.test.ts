import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Editor } from '../support/driver.mjs';
import { installedPaddock, showFailures } from '../support/vsix';

describe('explain selection', () => {
  let editor: Editor;

  beforeAll(async () => {
    editor = await installedPaddock();
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  it('explains by a right-click, in the chat view, with the place in the file', async () => {
    await editor.openFile('inventory.ts');
    await editor.selectLines(44, 53);
    const item = await editor.contextMenu('Explain Selection');
    await item.click();
    const turn = await editor.answer(1);
    expect(turn.state).toBe('done');
    expect(turn.user.file?.path).toBe('inventory.ts');
    expect(turn.user.selection).toMatchObject({ startLine: 44, endLine: 53 });
    expect(turn.answer.length).toBeGreaterThan(40);
    await editor.chat.getByText('inventory.ts:44-53', { exact: true }).waitFor();
  });

  it('evaluates only its own tokens for a follow-up', async () => {
    const { metrics } = await editor.ask('Which line may throw?');
    expect(metrics?.evaluatedTokens).toBeLessThan(40);
    expect(metrics?.reusedTokens).toBeGreaterThan(500);
  });

  it('reuses the file for a second explanation, asked by the keyboard', async () => {
    await editor.openFile('inventory.ts');
    await editor.selectLines(27, 31);
    const before = await editor.turnCount();
    await editor.page.keyboard.press('Control+Alt+e');
    const { metrics, user } = await editor.answer(before + 1);
    expect(user.selection).toMatchObject({ startLine: 27, endLine: 31 });
    expect(metrics?.reusedTokens).toBeGreaterThan(500);
    expect(metrics?.evaluatedTokens).toBeLessThan(250);
  });
});

describe('ghost text', () => {
  let editor: Editor;

  beforeAll(async () => {
    editor = await installedPaddock();
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  it('appears while typing and is taken with Tab', async () => {
    await editor.openFile('inventory.ts');
    await editor.page.keyboard.press('Control+End');
    await editor.page.keyboard.type('\nexport function add(a: number, b: number): number {\nreturn ');
    const shown = await editor.ghostTextInTheEnd();
    expect(shown.trim()).not.toBe('');
    await editor.page.keyboard.press('Tab');
    const text = await eventually('the file with the suggestion', async () => {
      const saved = await editor.save('inventory.ts');
      return saved.includes(`return ${shown}`) ? saved : undefined;
    });
    expect(text.slice(text.lastIndexOf('export function add'))).toMatch(
      /^export function add\(a: number, b: number\): number \{\n *return \S/,
    );
  });

  it('stays while its own characters are typed', async () => {
    await editor.page.keyboard.press('Control+End');
    await editor.page.keyboard.type('\n\nexport function subtract(a: number, b: number): number {\nreturn a');
    // Typing an opening bracket would bring the closing one, in the midst of the ghost text.
    const shown = await editor.ghostText();
    await editor.page.keyboard.type(shown.slice(0, 2));
    // The browser paints what was typed a moment later.
    const rest = shown.slice(2);
    await eventually('the rest of the suggestion', async () => ((await editor.ghostText()) === rest ? rest : undefined), 10_000);
    await editor.page.keyboard.press('Escape');
    await editor.page.locator('.ghost-text-decoration').first().waitFor({ state: 'detached' });
  });

  it('can be turned off', async () => {
    await editor.command('Paddock: Turn Ghost Text On or Off');
    await editor.page.locator('.statusbar-item').filter({ hasText: 'ghost text off' }).waitFor();
    await editor.page.locator('.editor-instance .monaco-editor .view-line').last().click();
    await editor.page.keyboard.press('Control+End');
    await editor.page.keyboard.type('\nexport function multiply(a: number, b: number): number {\nreturn ');
    await editor.page.waitForTimeout(3000);
    expect(await editor.page.locator('.ghost-text-decoration').count()).toBe(0);
    await editor.command('Paddock: Turn Ghost Text On or Off');
  });

  it('is off for one language alone, says why, and a button turns it on again', async () => {
    const { page } = editor;
    await editor.command('Paddock: Ghost Text On or Off for This Language');
    const status = page.locator('.statusbar-item').filter({ hasText: 'ghost text off for typescript' });
    await status.waitFor();
    await editor.command('Paddock: Why No Suggestion?');
    const message = page.locator('.notifications-toasts').filter({ hasText: 'Ghost text is off for this language.' });
    await message.getByRole('button', { name: 'Turn On' }).click();
    await status.waitFor({ state: 'detached' });
  });

  it('is snoozed from the status bar, by keyboard, and comes by its own key meanwhile', async () => {
    const { page } = editor;
    await editor.command('Paddock: Show Menu');
    await page.locator('.quick-input-widget').getByText('Open the chat').waitFor();
    await page.keyboard.type('Ghost text');
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-widget').getByText('Suggestions offered').waitFor();
    await page.keyboard.type('Snooze');
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-widget').getByText('For 5 minutes').waitFor();
    await page.keyboard.press('Enter');
    const snoozed = page.locator('.statusbar-item').filter({ hasText: 'ghost text snoozed until' });
    await snoozed.waitFor();
    await page.locator('.editor-instance .monaco-editor .view-line').last().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('\n\nexport function half(a: number): number {\nreturn a');
    await page.waitForTimeout(2000);
    expect(await page.locator('.ghost-text-decoration').count()).toBe(0);
    await page.keyboard.press('Alt+\\');
    expect((await editor.ghostText()).trim()).not.toBe('');
    await editor.command('Paddock: Snooze Ghost Text…');
    await snoozed.waitFor({ state: 'detached' });
  });
});
