import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Editor } from '../support/driver.mjs';
import { scriptedWorker } from '../support/scriptedWorker.mjs';
import { installedPaddock, pictures, showFailures } from '../support/vsix';

const classWithRest = [
  '在 `inventory.ts` 中：',
  '',
  '```ts',
  'export class Inventory {',
  '  get(sku: string): Part {',
  '    const part = this.parts.get(sku.trim());',
  '    if (part === undefined) throw new UnknownPartError(sku);',
  '    return part;',
  '  }',
  '',
  '  // 其他方法保持不变',
  '}',
  '```',
].join('\n');

const tasks = [
  '`.vscode/tasks.json`:',
  '',
  '```json',
  '{',
  '  "version": "2.0.0",',
  '  "tasks": [{ "label": "build", "command": "make" }]',
  '}',
  '```',
];

const answers = [
  { when: 'Trim the number', answer: classWithRest },
  { when: 'Add a task', answer: tasks.join('\n') },
  { when: 'Make a helper', answer: 'In `src/helper.ts`:\n\n```ts\nexport const help = 1;\n```' },
  { when: 'Fix the selected', answer: 'So:\n\n```ts\nexport function total(values: number[]): number {\n  return values.length;\n}\n```' },
];

const total = 'export function total(values: number[]): number {\n  return valeus.length;\n}\n';

let editor: Editor;
const button = (name: string): Locator => editor.chat.locator('article').last().getByRole('button', { name, exact: true });
const tab = (name: string): Locator => editor.page.locator(`.tab.active[aria-label*="${name}"]`);
const read = (name: string): Promise<string> => readFile(path.join(editor.folder, name), 'utf8');

/** Accepts the change that is shown, and waits until it is on the disk. */
async function accept(name: string, isIt: (text: string) => boolean): Promise<string> {
  await editor.page.getByRole('button', { name: /^Accept Change/ }).click();
  return written(name, isIt);
}

/** Saves the file that is shown once the change is in it. */
async function written(name: string, isIt: (text: string) => boolean): Promise<string> {
  await editor.page.locator('.monaco-diff-editor').waitFor({ state: 'detached' });
  // The file is shown in its place; a key that comes before that saves nothing.
  await editor.page.locator(`.tab.active.dirty[data-resource-name="${path.basename(name)}"]`).waitFor();
  await editor.page.locator('.editor-instance .monaco-editor.focused').first().waitFor();
  return eventually(`the change in ${name}`, async () => {
    const text = await editor.save(name);
    return isIt(text) ? text : undefined;
  });
}

describe('a code block', () => {
  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    editor = await installedPaddock({
      worker: await scriptedWorker({ answers }),
      settings: { 'files.autoSave': 'off', 'search.quickOpen.includeHistory': false },
    });
    await mkdir(path.join(editor.folder, '.vscode'));
    await writeFile(path.join(editor.folder, '.vscode/tasks.json'), '{\n  "version": "2.0.0",\n  "tasks": []\n}\n');
    for (const root of ['api', 'web']) {
      await mkdir(path.join(editor.folder, root, 'src'), { recursive: true });
      await writeFile(path.join(editor.folder, root, 'src/index.ts'), total);
    }
    await editor.openChat();
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  it('with “其他方法保持不变” for the rest of a class keeps the other methods', async () => {
    const before = await read('inventory.ts');
    await editor.ask('Trim the number');
    await button('Apply to file…').click();
    await tab('inventory.ts (Proposed Change)').waitFor();
    await editor.page.screenshot({ path: path.join(pictures, 'apply-rest-of-class.png') });
    const after = await accept('inventory.ts', (text) => text.includes('sku.trim()'));
    expect(after).toBe(before.replace('this.parts.get(sku)', 'this.parts.get(sku.trim())'));
  });

  it('for a file that is not there is applied to no open file, but offered as a new one', async () => {
    await editor.openFile('inventory.ts');
    await editor.ask('Make a helper');
    await button('Apply to file…').click();
    const offer = editor.page.locator('.notification-toast').filter({ hasText: 'src/helper.ts, which is not in this workspace' });
    await offer.waitFor();
    await offer.getByRole('button', { name: 'New File' }).click();
    await editor.page.locator('.tab.active[data-resource-name="helper.ts"]').waitFor();
    expect(await read('inventory.ts')).not.toContain('help');
  });

  it('for a file that tools run is written only when that has been asked', async () => {
    const { page } = editor;
    await editor.ask('Add a task');
    await button('Apply to file…').click();
    await tab('.vscode/tasks.json (Proposed Change to a File That Tools Run)').waitFor();
    await page.getByRole('button', { name: /^Accept Change/ }).click();
    const dialog = page.locator('.monaco-dialog-box').filter({ hasText: 'Write this change into .vscode/tasks.json?' });
    await dialog.waitFor();
    await page.screenshot({ path: path.join(pictures, 'apply-runs-code.png') });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(await read('.vscode/tasks.json')).toContain('"tasks": []');
    await page.getByRole('button', { name: /^Accept Change/ }).click();
    await dialog.getByRole('button', { name: 'Write Change' }).click();
    await written('.vscode/tasks.json', (text) => text.includes('"make"'));
  });

  it('about a file of one folder is not applied to the same path in another', async () => {
    const { page } = editor;
    const file = path.join(editor.folder, 'two.code-workspace');
    await writeFile(file, JSON.stringify({ folders: [{ path: 'api' }, { path: 'web' }] }));
    await page.goto(`${editor.host.origin}/?workspace=${encodeURI(file)}`, { waitUntil: 'domcontentloaded' });
    await editor.activated();
    const open = async (root: string): Promise<void> => {
      await page.keyboard.press('Control+p');
      const input = page.locator('.quick-input-widget input').first();
      await input.waitFor();
      await input.fill(path.join(editor.folder, root, 'src/index.ts'));
      // The row of the other folder's file may still stand there from the search before.
      await page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: 'index.ts' }).filter({ hasText: root }).waitFor();
      await page.keyboard.press('Enter');
      await page.locator('.breadcrumbs-control').filter({ hasText: root }).first().waitFor();
      await page.locator('.editor-instance .monaco-editor.focused').first().waitFor();
    };
    await open('web');
    await editor.selectLines(1, 3);
    await editor.openChat();
    await editor.ask('/fix the name');
    await open('api');
    await button('Apply to file…').click();
    await tab('web/src/index.ts (Proposed Change)').waitFor();
    await page.screenshot({ path: path.join(pictures, 'apply-other-root.png') });
    await accept('web/src/index.ts', (text) => text.includes('values.length'));
    expect(await read('api/src/index.ts')).toBe(total);
  });
});
