import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Editor } from '../support/driver.mjs';
import { installedPaddock, showFailures } from '../support/vsix';

describe('chat', () => {
  let editor: Editor;

  beforeAll(async () => {
    editor = await installedPaddock();
    await editor.openChat();
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  it('answers a question, with the code in a highlighted block', async () => {
    const turn = await editor.ask('Write a TypeScript function that reverses a string.');
    expect(turn.state).toBe('done');
    expect(turn.answer).toContain('function');
    expect(turn.metrics?.generatedTokens).toBeGreaterThan(10);
    const block = editor.chat.locator('pre code').first();
    await block.waitFor();
    expect(await block.innerText()).toContain('reverse');
    expect(await block.locator('[class*="hljs-"]').count()).toBeGreaterThan(3);
  });

  it('shows what the answer cost', async () => {
    expect(await editor.chat.locator('article .status').last().innerText()).toMatch(/\d+(\.\d)? tokens\/s/);
  });

  it('evaluates only its own tokens for a follow-up question', async () => {
    const { metrics } = await editor.ask('And one in Python?');
    expect(metrics?.reusedTokens).toBeGreaterThan(100);
    expect(metrics?.evaluatedTokens).toBeLessThan(30);
  });

  it('keeps the conversation and an unsent draft over a reload of the window', async () => {
    const shown = await editor.chat.locator('article').allInnerTexts();
    await editor.input.click();
    await editor.page.keyboard.type('half a thought');
    await eventually('the draft to be taken in', async () => ((await editor.input.inputValue()) === 'half a thought' ? true : undefined));
    // The webview tells the host of a draft; the host's storage writes it a moment later.
    await editor.page.waitForTimeout(1500);
    await editor.reload();
    await editor.openChat();
    await editor.chat.locator('article').nth(1).waitFor();
    expect(await editor.chat.locator('article').allInnerTexts()).toEqual(shown);
    expect(await editor.input.inputValue()).toBe('half a thought');
    await editor.input.fill('');
  });

  it('stops an answer by the keyboard and keeps what was written', async () => {
    const before = await editor.turnCount();
    const article = editor.chat.locator('article').nth(await editor.chat.locator('article').count());
    await editor.input.click();
    await editor.page.keyboard.type('Write a very long story about a tortoise who learns to program.');
    await editor.page.keyboard.press('Enter');
    await eventually('the first words', async () => {
      const texts = await article.locator('.answer p').allInnerTexts();
      return texts.join('').length > 20 ? true : undefined;
    });
    await editor.page.keyboard.press('Escape');
    const turn = await editor.answer(before + 1);
    expect(turn.state).toBe('stopped');
    expect(turn.answer.length).toBeGreaterThan(20);
  });

  it('begins a new chat and finds the old one again', async () => {
    const old = await editor.chat.locator('article').first().innerText();
    await editor.command('Paddock: New Chat');
    await editor.chat.locator('article').first().waitFor({ state: 'detached' });
    await editor.ask('Say hello.');
    await editor.command('Paddock: Show Conversations');
    await editor.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'reverses a string' }).first().click();
    await editor.chat.locator('article').nth(1).waitFor();
    expect(await editor.chat.locator('article').first().innerText()).toBe(old);
  });

  it('asked nothing outside this machine', () => {
    expect(editor.open.outside).toEqual([]);
  });
});
