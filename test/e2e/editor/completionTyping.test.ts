import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Editor } from '../support/driver.mjs';
import { installedPaddock, showFailures } from '../support/vsix';

const file = 'sizes.ts';

/** Functions so alike that the embedded model writes the next one as they are. */
const functionFor = (thing: string): string =>
  [
    `// The area of a ${thing}.`,
    `export function areaOf${thing.charAt(0).toUpperCase()}${thing.slice(1)}(size: Size): number {`,
    '  const width = size.width;',
    '  const height = size.height;',
    '  return width * height;',
    '}',
    '',
  ].join('\n');

const before = [
  'export interface Size {\n  readonly width: number;\n  readonly height: number;\n}\n',
  ...['window', 'table', 'picture', 'garden', 'floor'].map(functionFor),
  '',
].join('\n');
const target = functionFor('door');

function dense(text: string): string {
  return text.replace(/\s/gu, '');
}

describe('a whole function, typed with ghost text', () => {
  let editor: Editor;

  beforeAll(async () => {
    // VS Code in the browser saves by itself after a while, and then does not say what is still to be saved.
    editor = await installedPaddock({ settings: { 'files.autoSave': 'off' } });
    await writeFile(path.join(editor.folder, file), before);
    // VS Code has no key for taking a line.
    const keys = [{ key: 'ctrl+alt+right', command: 'editor.action.inlineSuggest.acceptNextLine', when: 'inlineSuggestionVisible' }];
    await writeFile(path.join(editor.host.userDataDir, 'User', 'keybindings.json'), JSON.stringify(keys));
    // As settings are, keys are read when the page is loaded.
    await editor.reload();
    await editor.openFile(file);
    await editor.page.keyboard.press('Control+End');
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  /** How much of the function is in the file. */
  async function written(): Promise<string> {
    const text = (await editor.save(file)).slice(before.length);
    let length = 0;
    while (length < text.length && text[length] === target[length]) length++;
    return target.slice(0, length);
  }

  /** Types what is missing up to the end of `part`, as a person does: the editor indents by itself. */
  async function typeUpTo(part: string): Promise<void> {
    const from = (await written()).length;
    const missing = target.slice(from, target.indexOf(part) + part.length);
    for (const [index, line] of missing.split('\n').entries()) {
      if (index > 0) await editor.page.keyboard.press('Enter');
      await editor.page.keyboard.type(index > 0 ? line.trimStart() : line, { delay: 20 });
    }
  }

  /** Waits for a ghost text that is what the function goes on with, and takes it or part of it by a key. */
  async function take(key: string): Promise<string> {
    const had = await written();
    let seen = '';
    await eventually(
      () => `a ghost text that goes on as the function does, rather than '${seen}' behind '${had.slice(-20)}'`,
      async () => {
        seen = await editor.ghostTextInTheEnd();
        // On the screen lines are pieces without their ends.
        return dense(target.slice(had.length)).startsWith(dense(seen)) ? seen : undefined;
      },
    );
    await editor.page.keyboard.press(key);
    return eventually('what was taken, in the file', async () => {
      const has = await written();
      return has.length > had.trimEnd().length + 1 && has !== had ? has : undefined;
    });
  }

  it('comes out as it was meant', async () => {
    const { page } = editor;
    const at = (text: string): string => target.slice(0, target.indexOf(text) + text.length);
    await typeUpTo('number {');
    await page.keyboard.press('Enter');
    // By word and by line.
    expect(await take('Control+ArrowRight')).toBe(at('const'));
    expect(await take('Control+Alt+ArrowRight')).toBe(at('width = size.width;\n'));
    // One step back takes back what one key took; forth again, it is there.
    await page.keyboard.press('Control+z');
    expect(await eventually('the line undone', async () => ((await written()).includes('size.width;') ? undefined : written()))).toBe(
      at('const'),
    );
    await page.keyboard.press('Control+Shift+z');
    await eventually('the line redone', async () => ((await written()).includes('size.width;') ? true : undefined));
    // With IntelliSense open and shut again.
    await typeUpTo('const h');
    await page.keyboard.press('Control+Space');
    const list = page.locator('.suggest-widget.visible');
    await list.waitFor();
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'hidden' });
    await typeUpTo('const heigh');
    await page.keyboard.press('Escape');
    await typeUpTo('height = ');
    // What is left of the block that was suggested first.
    expect(await take('Tab')).toBe(at('return width * height;\n}'));
    // The editor closed the bracket when it was opened.
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await editor.save(file);
    expect(await readFile(path.join(editor.folder, file), 'utf8')).toBe(before + target);
  });
});
