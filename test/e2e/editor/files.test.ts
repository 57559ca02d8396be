import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Editor } from '../support/driver.mjs';
import { scriptedWorker } from '../support/scriptedWorker.mjs';
import { installedPaddock, pictures, showFailures } from '../support/vsix';

const python = ['# 注释：这一行的字节不能变', 'def price(x):', '    return x', '', '# 中文字符编码测试', ''].join('\n');

const inBlock = (name: string, lines: readonly string[]): string => `In \`${name}\`:\n\n\`\`\`python\n${lines.join('\n')}\n\`\`\`\n`;

const answers = [
  { when: 'the tax', answer: inBlock('price.py', ['def price(x):', '    # 含税', '    return x * 1.13']) },
  { when: 'a smile', answer: inBlock('price.py', ['def price(x):', '    return "🙂"']) },
  { when: 'a plot', answer: inBlock('data.ipynb', ['plot(rows)', 'show()']) },
  { when: 'more rows', answer: '```python\nrows = load(10, header=True)\n```\n' },
];

const notebook = {
  cells: [
    { cell_type: 'markdown', metadata: {}, source: ['# Data'] },
    { cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source: ['rows = load(10)'] },
    { cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source: ['rows.head()'] },
  ],
  metadata: { language_info: { name: 'python' } },
  nbformat: 4,
  nbformat_minor: 5,
};

/** The bytes of a text in GBK, for which Node has a decoder only. */
function encodeGbk(text: string): Buffer {
  const decoder = new TextDecoder('gbk');
  const codes = new Map<string, readonly number[]>();
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) codes.set(decoder.decode(Uint8Array.of(lead, trail)), [lead, trail]);
  }
  return Buffer.from(
    Array.from(text).flatMap((character) => (character < '\u0080' ? [character.charCodeAt(0)] : (codes.get(character) ?? []))),
  );
}

describe('files', () => {
  let editor: Editor;
  const file = (name: string): string => path.join(editor.folder, name);

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    const settings = { 'files.encoding': 'gbk', 'files.autoSave': 'off' };
    editor = await installedPaddock({ worker: await scriptedWorker({ answers }), settings });
    await writeFile(file('price.py'), encodeGbk(python));
    await writeFile(file('data.ipynb'), JSON.stringify(notebook, undefined, 1));
    await editor.openChat();
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  const button = (name: string): Locator => editor.chat.locator('article').last().getByRole('button', { name, exact: true });
  const accept = (): Locator => editor.page.getByRole('button', { name: /^Accept Change/ });
  const diff = (): Locator => editor.page.locator('.monaco-diff-editor');

  async function apply(): Promise<void> {
    await button('Apply to file…').click();
    await diff().locator('.editor.modified .view-line').first().waitFor();
  }

  it('in GBK keep every byte outside of an accepted change', async () => {
    await editor.openFile('price.py');
    await editor.ask('Add the tax.');
    await apply();
    await editor.page.screenshot({ path: path.join(pictures, 'files-gbk.png') });
    await accept().click();
    await diff().waitFor({ state: 'detached' });
    await editor.page.locator('.editor-instance .monaco-editor.focused').first().waitFor();
    const expected = encodeGbk(python.replace('    return x\n', '    # 含税\n    return x * 1.13\n')).toString('hex');
    await eventually('the accepted change on disk', async () => {
      await editor.save('price.py');
      return (await readFile(file('price.py'))).toString('hex') === expected ? true : undefined;
    });
  });

  it('in GBK get no character that GBK lacks without a warning', async () => {
    const { page } = editor;
    const before = await readFile(file('price.py'));
    await editor.ask('Return a smile.');
    await apply();
    const toast = page.locator('.notification-toast').filter({ hasText: '🙂 (U+1F642)' });
    await toast.first().waitFor();
    await page.screenshot({ path: path.join(pictures, 'files-lacking.png') });
    await accept().click();
    await toast.getByRole('button', { name: 'Accept Anyway' }).waitFor();
    expect(await diff().count()).toBeGreaterThan(0);
    await toast.getByRole('button', { name: 'Reopen with Encoding' }).last().click();
    await page.locator('.quick-input-widget .monaco-list-row').filter({ hasText: 'Save with Encoding' }).waitFor();
    await page.keyboard.press('Escape');
    expect((await readFile(file('price.py'))).equals(before)).toBe(true);
    await editor.command('Notifications: Clear All Notifications');
    await editor.command('Paddock: Discard Change');
    await diff().waitFor({ state: 'detached' });
  });

  it('that are notebooks take code into the cell with the cursor', async () => {
    const { page } = editor;
    /** `undefined` while VS Code writes the file. */
    const cells = async (): Promise<readonly string[] | undefined> => {
      const text = await readFile(file('data.ipynb'), 'utf8');
      if (!text.trimEnd().endsWith('}')) return undefined;
      return (JSON.parse(text) as typeof notebook).cells.map(({ source }) => source.join(''));
    };
    const saved = (what: string, expected: readonly string[]): Promise<true> =>
      eventually(what, async () => {
        await page.keyboard.press('Control+s');
        return JSON.stringify(await cells()) === JSON.stringify(expected) ? true : undefined;
      });
    const line = (text: string): Locator => page.locator('.notebookOverlay .view-line').filter({ hasText: text }).first();
    await page.keyboard.press('Control+p');
    await page.locator('.quick-input-widget input').first().fill('data.ipynb');
    await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'data.ipynb' }).first().click();
    await line('rows.head').click();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await editor.ask('Add a plot.');
    await button('Insert at cursor').click();
    await line('show()').waitFor();
    await saved('the inserted code', ['# Data', 'rows = load(10)', 'rows.head()\nplot(rows)\nshow()']);
    await line('load(10)').click();
    await editor.ask('Load more rows.');
    await apply();
    await page.screenshot({ path: path.join(pictures, 'files-cell.png') });
    await accept().click();
    await diff().waitFor({ state: 'detached' });
    await saved('the accepted change', ['# Data', 'rows = load(10, header=True)', 'rows.head()\nplot(rows)\nshow()']);
  });
});
