import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyInfillModelPath } from '../../fixtures/models/llama';
import { eventually, type Editor } from '../support/driver.mjs';
import { installedPaddock, pictures, showFailures } from '../support/vsix';

describe('a model of its own for ghost text', () => {
  let editor: Editor;

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    editor = await installedPaddock({
      page: { height: 1000 },
      machineSettings: { 'paddock.ghostText.modelPath': await tinyInfillModelPath() },
      settings: { 'paddock.chat.maxTokens': 16 },
    });
    await editor.openChat();
    await editor.ask('What is a lexer?');
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  /** The headings of the lanes that the session view shows, as soon as there are so many. */
  async function laneHeadings(count: number): Promise<readonly string[]> {
    await editor.command('Paddock: Show Session');
    return eventually(`${String(count)} lists of lanes`, async () => {
      for (const frame of editor.page.frames()) {
        const found = await frame
          .locator('main.session section[aria-labelledby^="section-lanes"] h2')
          .allInnerTexts()
          .catch(() => []);
        if (found.length === count) return found;
      }
      return undefined;
    });
  }

  /** The chat's page: VS Code's frames do not say whose they are, and the session's is there as well. */
  function chatFrame(): Promise<Frame> {
    return eventually('the chat', async () => {
      for (const frame of editor.page.frames()) {
        const isIt = await frame
          .locator('main:not(.session) .composer')
          .isVisible()
          .catch(() => false);
        if (isIt) return frame;
      }
      return undefined;
    });
  }

  it('has lanes of its own, beside those of the chat', async () => {
    const headings = await laneHeadings(2);
    expect(headings[0]).toContain('SmolLM2');
    expect(headings[1]).not.toContain('SmolLM2');
    await editor.page.screenshot({ path: path.join(pictures, 'ghost-model.png') });
  });

  it('gives way to the chat’s by the command, and the conversation goes on', async () => {
    const { page } = editor;
    await editor.command('Paddock: Choose Model for Ghost Text…');
    await page.locator('.quick-input-title', { hasText: 'Choose the model for ghost text' }).waitFor();
    const rows = page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'Writes ghost text now' }).waitFor();
    expect(await rows.count()).toBe(2);
    await page.keyboard.press('Home');
    await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: 'The chat’s model' }).waitFor();
    await page.screenshot({ path: path.join(pictures, 'ghost-model-choice.png') });
    await page.keyboard.press('Enter');
    const [heading] = await laneHeadings(1);
    expect(heading).not.toContain('·');
    const before = await editor.turnCount();
    const chat = await chatFrame();
    await chat.getByRole('textbox').click();
    await page.keyboard.type('And a parser?');
    await page.keyboard.press('Enter');
    const turn = await editor.answer(before + 1);
    expect(turn.metrics?.reusedTokens).toBeGreaterThan(0);
  });
});
