import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Editor } from '../support/driver.mjs';
import { scriptedWorker } from '../support/scriptedWorker.mjs';
import { installedPaddock, pictures, showFailures } from '../support/vsix';

const change = [
  'Both methods, in `inventory.ts`:',
  '',
  '```ts',
  'get(sku: string): Part {',
  '  const part = this.parts.get(sku.trim());',
  '  // ... existing code ...',
  '  return part;',
  '}',
  '',
  'value(): number {',
  '  return [...this.parts.values()].reduce((sum, part) => sum + part.priceCents * part.quantity, 0);',
  '}',
  '```',
  '',
  'That is all.',
].join('\n');

const answers = [
  { when: 'Really?', answer: 'All others.' },
  { when: 'Which one?', answer: 'The **first** one.' },
  { when: 'Which one?', answer: 'The *second* one.' },
  { when: 'Shorten', answer: change },
  { when: 'greeting', answer: 'Here:\n\n```python\nprint("hello")\n```\n' },
];

describe('turns', () => {
  let editor: Editor;

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    editor = await installedPaddock({ worker: await scriptedWorker({ answers }) });
    await editor.openChat();
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  const last = (): Locator => editor.chat.locator('article').last();
  const button = (name: string, within: Locator | FrameLocator = last()): Locator => within.getByRole('button', { name, exact: true });
  const shows = async (text: string): Promise<void> => last().getByText(text).waitFor();

  it('are answered again by the keyboard, and each answer stays a step away, over a reload too', async () => {
    await editor.ask('Which one?');
    await shows('The first one.');
    await button('Answer again').focus();
    await editor.page.keyboard.press('Enter');
    await shows('The second one.');
    await last().getByText('2/2', { exact: true }).waitFor();
    expect(await editor.chat.locator('article').count()).toBe(1);
    await button('Show the version before').focus();
    await editor.page.keyboard.press('Enter');
    await shows('The first one.');
    // The button of that name cannot be used there; the other one has the focus.
    await editor.page.keyboard.press('Enter');
    await shows('The second one.');
    await button('Show the version before').click();
    await shows('The first one.');
    await editor.page.waitForTimeout(1500);
    await editor.reload();
    await editor.openChat();
    await shows('The first one.');
    await last().getByText('1/2', { exact: true }).waitFor();
  });

  it('are asked again in other words', async () => {
    await button('Edit and ask again').focus();
    await editor.page.keyboard.press('Enter');
    await editor.page.keyboard.type(' Not sent');
    await editor.page.keyboard.press('Escape');
    await last().getByText('Which one?', { exact: true }).waitFor();
    await button('Edit and ask again').click();
    await editor.page.keyboard.type(' Really?');
    await editor.page.screenshot({ path: path.join(pictures, 'turn-edited.png') });
    await editor.page.keyboard.press('Enter');
    await shows('Which one? Really?');
    await shows('All others.');
    await last().getByText('3/3', { exact: true }).waitFor();
    await editor.page.screenshot({ path: path.join(pictures, 'turn-versions.png') });
  });

  it('are copied as the Markdown they are', async () => {
    await button('Show the version before').click();
    await shows('The second one.');
    await button('Copy as Markdown').click();
    await button('Copied').waitFor();
    await editor.input.click();
    await editor.page.keyboard.press('Control+v');
    await eventually('the copied answer', async () => ((await editor.input.inputValue()) === 'The *second* one.' ? true : undefined));
    await editor.input.fill('');
  });

  it('have code that becomes a new file, or is inserted where the cursor was', async () => {
    const { page } = editor;
    await editor.ask('Write a greeting.');
    await button('Open as new file').click();
    await page.locator('.tab.active[data-resource-name^="Untitled"]').waitFor();
    await page.locator('.statusbar-item').filter({ hasText: 'Python' }).waitFor();
    await editor.openFile('weather.py');
    await page.keyboard.press('Control+End');
    await button('Insert at cursor').click();
    const text = await eventually('the inserted code', async () => {
      const saved = await editor.save('weather.py');
      return saved.includes('print("hello")') ? saved : undefined;
    });
    expect(text.trimEnd().endsWith('print("hello")')).toBe(true);
  });

  it('have code that is proposed as a change, of which one hunk is discarded and the rest accepted, undone in one step', async () => {
    const { page } = editor;
    const file = path.join(editor.folder, 'inventory.ts');
    const before = await readFile(file, 'utf8');
    await editor.ask('Shorten get and value.');
    await button('Apply to file…').click();
    const proposed = page.locator('.monaco-diff-editor .editor.modified');
    const hunk = proposed.locator('.view-line').filter({ hasText: 'sku.trim()' });
    await hunk.waitFor();
    await page.screenshot({ path: path.join(pictures, 'proposed-change.png') });
    await hunk.click();
    await editor.command('Paddock: Discard This Hunk');
    await hunk.waitFor({ state: 'detached' });
    expect(await readFile(file, 'utf8')).toBe(before);
    await page.getByRole('button', { name: /^Accept Change/ }).click();
    await page.locator('.monaco-diff-editor').waitFor({ state: 'detached' });
    await page.locator('.editor-instance .monaco-editor.focused').first().waitFor();
    // VS Code in a browser saves by itself after a while.
    const saved = (what: string, isIt: (text: string) => boolean): Promise<string> =>
      eventually(what, async () => {
        const text = await editor.save('inventory.ts');
        return isIt(text) ? text : undefined;
      });
    const after = await saved('the accepted change', (text) => text.includes('reduce((sum, part)'));
    expect(after).not.toContain('let total = 0');
    expect(after).toContain('throw new UnknownPartError(sku)');
    expect(after).toContain('  /** What the whole stock is worth, in cents. */\n  value(): number {\n    return [...this.parts');
    await page.keyboard.press('Control+z');
    await saved('the file as it was', (text) => text === before);
  });
});
