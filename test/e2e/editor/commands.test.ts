import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Editor } from '../support/driver.mjs';
import { scriptedWorker, type ScriptedWorker } from '../support/scriptedWorker.mjs';
import { installedPaddock, pictures, showFailures } from '../support/vsix';

const before = [
  'export function sum(values: readonly number[]): number {',
  '  let total = 0;',
  '  for (const value of values) total += value;',
  '  return totl;',
  '}',
  '',
  'export const label = "sum";',
  '',
].join('\n');

const rewritten = ['  // Adds up.', '  let total = 0;', '  for (const value of values) total += value;', '  return total;'];
const accepted = before.replace(/ {2}let[^]*?totl;/, rewritten.join('\n'));

/** Said by a model that repeats what stands around, at another indentation, with prose. */
const edit = [
  'Here is the new code:',
  '```ts',
  'export function sum(values: readonly number[]): number {',
  ...rewritten,
  '}',
  '```',
  'It is better.',
].join('\n');

let editor: Editor;
let worker: ScriptedWorker;

beforeAll(async () => {
  await mkdir(pictures, { recursive: true });
  worker = await scriptedWorker({
    answers: [
      { when: 'Fix the selected', answer: 'The name is misspelt.\n\n```ts\n  return total;\n```' },
      { when: 'documentation comment', answer: '```ts\n/** Adds up. */\n```' },
      { when: 'git commit message', answer: 'Here is the commit message:\n\n```\nReturn the total.\n```' },
      { when: 'slowly', answer: edit, tokensPerSecond: 25 },
      { when: 'Rewrite the selected', answer: edit },
      { answer: 'Plain.' },
    ],
  });
  editor = await installedPaddock({ worker, settings: { 'files.autoSave': 'off', 'editor.minimap.enabled': false } });
  await writeFile(path.join(editor.folder, 'sum.ts'), before);
  await editor.openFile('sum.ts');
});
showFailures(() => editor);
afterAll(() => editor.stop());

/** What was asked of the model last. */
async function lastAsked(): Promise<string> {
  return (await worker.asked('chat')).at(-1)?.user.text ?? '';
}

describe('commands on code', () => {
  it('fix a reported problem from the light bulb, with the function around it', async () => {
    const { page } = editor;
    await page.locator('.squiggly-error').first().waitFor({ timeout: 60_000 });
    await editor.goTo(4, 10);
    await page.keyboard.press('Control+.');
    await page.locator('.action-widget').getByText('Fix with Paddock').click();
    const turn = await editor.answer(1);
    expect(turn.user.selection).toMatchObject({ startLine: 1, endLine: 5 });
    expect(turn.user.text).toMatch(/- line 4: Cannot find name 'totl'/);
    await editor.chat.getByText('Fix the selected code', { exact: true }).waitFor();
  });

  it('are in a submenu of the editor, beside Explain Selection', async () => {
    const { page } = editor;
    await editor.openFile('sum.ts');
    await editor.selectLines(1, 5);
    await page.keyboard.press('Shift+F10');
    await page.locator('.monaco-menu .action-item').filter({ hasText: 'Explain Selection' }).waitFor();
    // VS Code's menus take no click in their first moment.
    await page.waitForTimeout(300);
    await page
      .locator('.monaco-menu .action-item')
      .filter({ hasText: /^\s*Paddock\s*$/ })
      .last()
      .hover();
    const item = (text: string): Locator => page.locator('.monaco-menu .action-item').filter({ hasText: text }).last();
    await item('Refactor Selection').waitFor();
    await page.screenshot({ path: path.join(pictures, 'commands-menu.png') });
    await item('Document Selection').click();
    const turn = await editor.answer(2);
    expect(turn.user.selection).toMatchObject({ startLine: 1, endLine: 5 });
    await editor.chat.getByText('Document the selected code', { exact: true }).waitFor();
  });

  it('are typed into the chat, with words behind them; what is no command is asked as it is', async () => {
    await editor.ask('/doc in one line');
    expect(await lastAsked()).toMatch(/^Write the documentation comment[^]*The user adds: in one line/);
    await editor.chat.getByText('Document the selected code: in one line', { exact: true }).waitFor();
    await editor.ask('/nosuch thing');
    expect(await lastAsked()).toBe('/nosuch thing');
  });
});

describe('an edit in place', () => {
  const lenses = (): Locator => editor.page.locator('.codelens-decoration a');

  async function begin(instruction: string): Promise<void> {
    const { page } = editor;
    await editor.openFile('sum.ts');
    await editor.selectLines(2, 4);
    await page.keyboard.press('Control+Alt+k');
    const input = page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.fill(instruction);
    await page.keyboard.press('Enter');
  }

  const saved = (): Promise<string> => editor.save('sum.ts');

  it('shows a diff, and the key that accepts it leaves exactly the new text, which one undo takes back', async () => {
    const { page } = editor;
    await begin('return the total, and say what it does');
    await lenses().filter({ hasText: 'Accept All' }).waitFor();
    await page.screenshot({ path: path.join(pictures, 'commands-edit.png') });
    await page.keyboard.press('Control+Enter');
    await lenses().first().waitFor({ state: 'detached' });
    expect(await saved()).toBe(accepted);
    await page.keyboard.press('Control+z');
    expect(await saved()).toBe(before);
  });

  it('is no part of what is saved before it is accepted, and Escape takes it away', async () => {
    const { page } = editor;
    await begin('the same again');
    await lenses().filter({ hasText: 'Discard All' }).waitFor();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type(';\n');
    await page.keyboard.press('Control+s');
    const file = path.join(editor.folder, 'sum.ts');
    await eventually('the save', async () => ((await readFile(file, 'utf8')) === `;\n${before}` ? true : undefined), 10_000);
    await lenses().filter({ hasText: 'Discard All' }).waitFor();
    await page.keyboard.press('Escape');
    await lenses().first().waitFor({ state: 'detached' });
    expect(await saved()).toBe(`;\n${before}`);
  });

  it('is decided on hunk by hunk', async () => {
    const { page } = editor;
    await editor.openFile('sum.ts');
    await editor.goTo(1);
    await page.keyboard.press('Control+Shift+k');
    await begin('and again');
    await lenses().filter({ hasText: 'Discard This' }).first().click();
    await lenses().filter({ hasText: 'Accept' }).first().waitFor();
    await lenses().filter({ hasText: 'Accept All' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Control+Enter');
    await lenses().first().waitFor({ state: 'detached' });
    expect(await saved()).toBe(before.replace('totl', 'total'));
    await page.keyboard.press('Control+z');
    expect(await saved()).toBe(before);
  });

  it('can be stopped while it is written, and leaves what was typed elsewhere meanwhile', async () => {
    const { page } = editor;
    await begin('slowly');
    await page.locator('.view-line').filter({ hasText: 'Adds up' }).waitFor();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('// mine');
    await page.keyboard.press('Escape');
    // The first Escape may have closed what typing opened.
    await page.keyboard.press('Escape');
    await lenses().first().waitFor({ state: 'detached' });
    expect(await saved()).toBe(`${before}// mine`);
    await page.keyboard.press('Control+z');
    await lenses()
      .filter({ hasText: /Accept/ })
      .first()
      .waitFor();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Escape');
    await lenses().first().waitFor({ state: 'detached' });
    expect(await saved()).toBe(`${before}// mine`);
  });

  it('is there again after a reload', async () => {
    const { page } = editor;
    await begin('once more');
    await lenses().filter({ hasText: 'Accept All' }).waitFor();
    // VS Code keeps what is not saved a moment later.
    await page.waitForTimeout(2000);
    await editor.reload();
    await lenses().filter({ hasText: 'Accept All' }).waitFor();
    const added = page.locator('.view-line').filter({ hasText: 'Adds up' });
    // Right after a reload, the key may not be the edit's yet.
    await eventually('the edit to be discarded', async () => {
      await added.click();
      await page.keyboard.press('Escape');
      return added.waitFor({ state: 'detached', timeout: 3000 }).then(
        () => true,
        () => undefined,
      );
    });
    await lenses().first().waitFor({ state: 'detached' });
    expect(await saved()).toBe(`${before}// mine`);
  });
});

describe('a commit message', () => {
  const box = (): Locator => editor.page.locator('.scm-editor .view-lines').first();
  const text = async (): Promise<string> => (await box().innerText()).replaceAll('\u00a0', ' ').trim();

  it('of the staged changes stands in the box, and replaces what was typed with a way back', async () => {
    const { page } = editor;
    const git = (...args: readonly string[]): void => {
      execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], { cwd: editor.folder });
    };
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'First');
    await writeFile(path.join(editor.folder, 'sum.ts'), accepted);
    git('add', 'sum.ts');
    await editor.reload();
    await page.keyboard.press('Control+Shift+g');
    await page.locator('.scm-editor').waitFor();
    await page.locator('.scm-editor').click();
    await page.keyboard.type('mine');
    await editor.command('Paddock: Write Commit Message');
    await eventually('the message', async () => ((await text()) === 'Return the total' ? true : undefined), 20_000);
    const { user } = (await worker.asked('chat')).at(-1) ?? {};
    expect(user?.file?.text).toContain('+  return total;');
    const replaced = page.locator('.notifications-toasts').filter({ hasText: 'was replaced' });
    await page.screenshot({ path: path.join(pictures, 'commands-commit.png') });
    await replaced.getByRole('button', { name: 'Undo' }).click();
    await eventually('the typed message', async () => ((await text()) === 'mine' ? true : undefined), 10_000);
  });
});
