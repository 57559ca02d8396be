import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Editor } from '../support/driver.mjs';
import { installedPaddock, pictures, showFailures } from '../support/vsix';

describe('the benchmark of this machine', () => {
  let editor: Editor;
  let frame: Frame;

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    editor = await installedPaddock({ page: { height: 1000 } });
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  it('measures the model that is chosen beforehand, by the keyboard alone', async () => {
    await editor.command('Paddock: Benchmark This Machine…');
    await editor.page.locator('.quick-input-title', { hasText: 'Benchmark this machine' }).waitFor();
    await editor.page.locator('.quick-input-list .monaco-list-row', { hasText: 'SmolLM2' }).waitFor();
    await editor.page.keyboard.press('Enter');
    frame = await eventually(
      'the page of the benchmark',
      async () => {
        for (const each of editor.page.frames()) {
          if (
            await each
              .locator('main.benchmark')
              .isVisible()
              .catch(() => false)
          )
            return each;
        }
        return undefined;
      },
      120_000,
    );
    const writing = frame.getByRole('row').filter({ hasText: 'Writing' });
    expect(await writing.innerText()).toMatch(/[\d,.]+ tokens\/s/);
    expect(await frame.getByRole('button').allInnerTexts()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Use /),
        'Save as a Page…',
        'Copy as Markdown',
        'Copy as JSON',
        'Measure Again…',
      ]) as unknown,
    );
    await editor.page.screenshot({ path: path.join(pictures, 'benchmark.png') });
  });

  it('says what came of a button', async () => {
    await frame.getByRole('button', { name: 'Copy as JSON' }).press('Enter');
    await frame.getByRole('status').filter({ hasText: 'on the clipboard' }).waitFor();
  });

  it('is accessible', async () => {
    const { violations } = await new AxeBuilder({ page: editor.page })
      .include(['iframe.webview.ready', 'iframe#active-frame', 'main.benchmark'])
      .analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  });
});
