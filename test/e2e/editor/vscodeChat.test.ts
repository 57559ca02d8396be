import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Editor } from '../support/driver.mjs';
import { installedPaddock, pictures, showFailures } from '../support/vsix';

/** Nobody is signed in. */
const settings = { 'chat.disableAIFeatures': false, 'paddock.chat.maxTokens': 64 };

/** Asks VS Code's own chat, as somebody does who has it open. */
async function ask({ page }: Editor, question: string): Promise<void> {
  await page.locator('.interactive-input-editor .monaco-editor').first().click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(question);
  // The list that a name or a slash opens would take Enter.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
}

/** What each answer of @paddock's evaluated of its prompt, by Paddock's log. */
async function evaluated(editor: Editor): Promise<readonly number[]> {
  const logs = await editor.host.logs();
  return Array.from(logs.matchAll(/@paddock: answer \w+; of \d+ prompt tokens (\d+) evaluated/g), ([, tokens]) => Number(tokens));
}

/**
 * The text of the last answer, once Paddock has given `count` of them and VS Code shows the last as complete. VS Code draws only the turns
 * that are in view, so the turns on the page cannot be counted.
 */
async function answer(editor: Editor, count: number): Promise<string> {
  const { page } = editor;
  await eventually(`answer ${count} in the log`, async () => ((await evaluated(editor)).length >= count ? true : undefined), 150_000);
  await page.locator('.interactive-response.chat-response-loading').first().waitFor({ state: 'detached' });
  return page.locator('.interactive-response').last().innerText();
}

describe('VS Code’s own chat, nobody signed in', () => {
  let editor: Editor;

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    editor = await installedPaddock({ settings, page: { width: 1400, height: 900 } });
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  it('has the model to choose in mode Ask', async () => {
    await editor.command('Chat: Open Chat (Ask)');
    await editor.page.locator('.interactive-session').getByText('SmolLM2-135M-Instruct').first().waitFor({ timeout: 30_000 });
  });

  it('has @paddock answer, and a follow-up evaluate only what is new', async () => {
    await ask(editor, '@paddock What is the capital of France?');
    expect(await answer(editor, 1)).toContain('Paris');
    await ask(editor, 'And of Italy?');
    await answer(editor, 2);
    expect((await evaluated(editor))[1]).toBeLessThan(30);
  });

  it('has @paddock explain what is selected in the editor', async () => {
    await editor.openFile('weather.py');
    await editor.page.keyboard.press('Control+Home');
    await editor.page.keyboard.press('Shift+ArrowDown');
    await ask(editor, '/explain ');
    expect((await answer(editor, 3)).length).toBeGreaterThan(60);
    await editor.page
      .locator('.interactive-response')
      .last()
      .getByText(/Used \d+ reference/)
      .waitFor({ state: 'attached' });
    await editor.page.screenshot({ path: path.join(pictures, 'vscode-chat.png') });
  });
});

describe('VS Code 1.104’s own chat, nobody signed in', () => {
  let editor: Editor;

  beforeAll(async () => {
    editor = await installedPaddock({ settings, version: 'oldest' });
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  it('is not there, and Paddock’s own is', async () => {
    await editor.page.keyboard.press('F1');
    await editor.page.keyboard.type('Chat: Open Chat');
    const rows = editor.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'Focus on Chat View' }).waitFor();
    expect(await rows.filter({ hasText: /^Chat: Open Chat/ }).count()).toBe(0);
    await editor.page.keyboard.press('Escape');
    await editor.openChat();
  });
});
