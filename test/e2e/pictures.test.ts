import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Editor } from './support/driver.mjs';
import { pictureAnswers, pictureEdit, pictureTexts } from './support/pictureTexts';
import { scriptedWorker } from './support/scriptedWorker.mjs';
import { ownWords, tooWide } from './support/viewWords';
import { installedPaddock, pictures, showFailures } from './support/vsix';

/** The README's pictures; `npm run pictures` takes them into docs/images. */
const folder = path.join(pictures, 'readme');
const mostBytes = 150_000;

/** Nothing in the editor that says nothing about Paddock. */
const settings = {
  'editor.minimap.enabled': false,
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'typescript.validate.enable': false,
  'breadcrumbs.enabled': false,
  'window.commandCenter': false,
  'workbench.layoutControl.enabled': false,
  'workbench.tips.enabled': false,
};

const ghosts = [
  { after: 'return ', text: '[...this.parts.values()]\n      .filter((part) => part.quantity === 0)\n      .map((part) => part.name);' },
];

/** Names, file names and code in the middle of Chinese. */
const foreign = /Paddock|Llama 2 7B Chat|Llama|inventory\.ts|IntelliSense|Tab|GGUF|Enter|Esc|Markdown/g;

async function start(language: 'en' | 'zh-cn'): Promise<Editor> {
  const worker = await scriptedWorker({ answers: pictureAnswers(pictureTexts[language]), ghosts, facts: { name: 'Llama 2 7B Chat' } });
  const editor = await installedPaddock({ language, worker, settings, page: { width: 1160, height: 740 } });
  await editor.openFile('inventory.ts');
  await editor.openChat();
  await editor.resizeSideBar(440);
  return editor;
}

type Box = NonNullable<Awaited<ReturnType<Locator['boundingBox']>>>;

interface Crop {
  /** What is to be in the middle, if not all of the part's height is shown. */
  readonly around?: Locator;
  readonly height: number;
}

/** The picture of a part of the window, free of the mouse. */
async function picture(editor: Editor, name: string, part: Locator, crop?: Crop): Promise<void> {
  const { page } = editor;
  await page.mouse.move(5, 5);
  const box = await part.boundingBox();
  if (box === null) throw new Error(`There is nothing to see for ${name}.`);
  const file = path.join(folder, `${name}.png`);
  const clip = { ...box, ...(crop === undefined ? {} : await croppedTo(box, crop)) };
  await page.screenshot({ path: file, clip, animations: 'disabled', caret: 'hide' });
  expect((await stat(file)).size, `bytes of ${name}.png`).toBeLessThan(mostBytes);
}

async function croppedTo(box: Box, { around, height }: Crop): Promise<{ readonly y: number; readonly height: number }> {
  const middle = await around?.boundingBox();
  if (middle === undefined || middle === null) return { y: box.y, height };
  const top = middle.y + middle.height / 2 - height / 2;
  return { y: Math.max(box.y, Math.min(top, box.y + box.height - height)), height };
}

const sideBar = (editor: Editor): Locator => editor.page.locator('.part.sidebar');
const editors = (editor: Editor): Locator => editor.page.locator('.part.editor');
const window = (editor: Editor): Locator => editor.page.locator('.monaco-workbench');

/** Changes between a dark and a light theme without a reload. */
async function toggleTheme(editor: Editor): Promise<void> {
  await editor.command('Toggle between Light/Dark Themes');
}

describe('pictures in English', () => {
  let editor: Editor;

  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    editor = await start('en');
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  it('show a question with its answer in the dark', async () => {
    await editor.input.click();
    await editor.page.keyboard.type('#inv');
    await editor.chat.getByRole('option').filter({ hasText: 'inventory.ts' }).waitFor();
    await editor.page.keyboard.press('Enter');
    await editor.chat.locator('.draft-attachments li').waitFor();
    const before = await editor.gauge();
    await editor.ask(pictureTexts.en.chat.question);
    // The record is written before the page has heard of it.
    await editor.chat.getByText('11.8 tokens/s').waitFor();
    await editor.gaugeAbove(before);
    expect(await editor.chat.locator('pre code').innerText()).toContain('reserve(sku');
    await picture(editor, 'chat-dark-en', sideBar(editor));
  });

  it('show the code of an answer as a change to a file in the dark', async () => {
    const { page } = editor;
    // Between two methods: what is new goes where the cursor is.
    await editor.openFile('inventory.ts');
    await editor.goTo(54);
    await editor.chat.getByRole('button', { name: 'Apply to file…', exact: true }).click();
    const added = page.locator('.monaco-diff-editor .modified .view-line').filter({ hasText: 'reserve(sku' });
    await added.waitFor();
    await picture(editor, 'apply-dark-en', editors(editor), { around: added, height: 420 });
    await editor.command('Paddock: Discard Change');
    await page.locator('.monaco-diff-editor').waitFor({ state: 'detached' });
  });

  it('show ghost text in the dark', async () => {
    await editor.openFile('inventory.ts');
    await editor.goTo(53);
    await editor.page.keyboard.press('End');
    await editor.page.keyboard.type('\n\nsoldOut(): string[] {\nreturn ');
    expect(await editor.ghostText()).toContain('this.parts.values()');
    await picture(editor, 'ghost-text-dark-en', editors(editor), {
      around: editor.page.locator('.ghost-text-decoration').first(),
      height: 300,
    });
    await editor.command('File: Revert File');
  });

  it('show what can be attached in the light', async () => {
    await toggleTheme(editor);
    await editor.chat.locator('body.vscode-light').waitFor();
    await editor.command('Paddock: New Chat');
    await editor.input.click();
    await editor.page.keyboard.type('Is there a faster way? #');
    await editor.chat.getByRole('option').first().waitFor();
    await picture(editor, 'context-light-en', sideBar(editor));
    await editor.page.keyboard.press('Escape');
    await editor.input.fill('');
  });

  it('show an edit in place in the light', async () => {
    const { page } = editor;
    await editor.openFile('inventory.ts');
    await editor.selectLines(32, 34);
    await page.keyboard.press('Control+Alt+k');
    await page.locator('.quick-input-widget input').first().waitFor();
    await page.keyboard.type(pictureEdit.instruction);
    await page.keyboard.press('Enter');
    await page.locator('.codelens-decoration').getByText('Accept').first().waitFor();
    const changed = page.locator('.view-line').filter({ hasText: 'quantity, reorderAt' });
    expect(await changed.count()).toBe(1);
    await picture(editor, 'inline-edit-light-en', editors(editor), { around: changed, height: 300 });
    await page.keyboard.press('Escape');
    await changed.waitFor({ state: 'detached' });
  });
});

describe('pictures in Chinese', () => {
  let editor: Editor;

  beforeAll(async () => {
    editor = await start('zh-cn');
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  it('show an explanation beside its code in the dark', async () => {
    const { item } = pictureTexts['zh-cn'].explain;
    await editor.openFile('inventory.ts');
    await editor.selectLines(65, 69);
    const before = { turns: await editor.turnCount(), gauge: await editor.gauge() };
    await (await editor.contextMenu(item)).click();
    await editor.answer(before.turns + 1);
    await editor.chat.getByText('11.8 词元/秒').waitFor();
    await editor.gaugeAbove(before.gauge);
    await picture(editor, 'explanation-dark-zh', window(editor), { height: 500 });
  });

  it('show a question with its answer in the light', async () => {
    await toggleTheme(editor);
    await editor.chat.locator('body.vscode-light').waitFor();
    const full = await editor.gauge();
    await editor.command('Paddock: 新建聊天');
    const empty = await eventually('the gauge of an empty chat', async () => {
      const tokens = await editor.gauge();
      return tokens < full ? tokens : undefined;
    });
    await editor.ask(pictureTexts['zh-cn'].chat.question);
    await editor.chat.getByText('11.8 词元/秒').waitFor();
    await editor.gaugeAbove(empty);
    await picture(editor, 'chat-light-zh', sideBar(editor));
  });

  it('show the list of conversations in the light', async () => {
    await editor.command('Paddock: 显示对话');
    const list = editor.page.locator('.quick-input-widget');
    // The palette's own list was in the same place a moment ago.
    await list.getByText(pictureTexts['zh-cn'].chat.question).waitFor();
    await list.locator('.monaco-progress-container.done').waitFor({ state: 'attached' });
    expect((await list.boundingBox())?.height, 'height of the list').toBeGreaterThan(90);
    await picture(editor, 'conversations-light-zh', list);
    await editor.page.keyboard.press('Escape');
  });

  it('have no English word of ours in the chat', async () => {
    const words = await ownWords(
      editor.chat.locator('main'),
      '.question-text, .answer-body > .block, pre, .code-language, .attachments, [aria-live="polite"]',
    );
    expect(words.length).toBeGreaterThan(10);
    expect(words.filter((text) => /[A-Za-z]{2}/.test(text.replace(foreign, '')))).toEqual([]);
    expect(await sideBar(editor).locator('a.action-label[aria-label="新建聊天"]').count()).toBe(1);
  });

  it('have nothing in the chat that does not fit into 320 pixels', async () => {
    await editor.resizeSideBar(320);
    expect(await tooWide(editor.chat.locator('main'))).toEqual([]);
  });
});
