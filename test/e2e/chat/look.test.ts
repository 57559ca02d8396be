import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Editor } from '../support/driver.mjs';
import { installedPaddock, pictures, showFailures } from '../support/vsix';

async function violations(editor: Editor): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page: editor.page })
    .include(['iframe.webview.ready', 'iframe#active-frame', 'main'])
    .analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describe('look', () => {
  let editor: Editor;

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    editor = await installedPaddock();
    await editor.openChat();
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  it('has an empty chat that axe finds nothing wrong with', async () => {
    expect(await violations(editor)).toEqual([]);
    await editor.page.screenshot({ path: path.join(pictures, 'empty.png') });
  });

  it.each(['dark', 'light', 'highContrast'] as const)('is readable and accessible with an answer in %s', async (theme) => {
    if ((await editor.turnCount()) === 0) await editor.ask('Write a TypeScript function that reverses a string.');
    await editor.host.setTheme(theme);
    await editor.reload();
    await editor.openChat();
    await editor.chat.locator('article').first().waitFor();
    const kind = { dark: 'vscode-dark', light: 'vscode-light', highContrast: 'vscode-high-contrast' }[theme];
    await editor.chat.locator(`body.${kind}`).waitFor();
    await editor.page.waitForTimeout(500);
    await editor.page.screenshot({ path: path.join(pictures, `answer-${theme}.png`) });
    expect(await violations(editor)).toEqual([]);
  });
});
