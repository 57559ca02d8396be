import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileServer } from '../../fixtures/servers/fileServer';
import { tinyModelPath } from '../../fixtures/models/llama';
import { eventually, type Editor } from '../support/driver.mjs';
import { installedPaddock, pictures, showFailures } from '../support/vsix';

const repositoryPath = '/TheBloke/CodeLlama-7B-GGUF/resolve/main/codellama-7b.Q4_K_M.gguf';

/** From a fresh profile to a model that was chosen, accepted, downloaded, checked and runs; by the keyboard alone. */
describe('choosing a model', () => {
  let hub: FileServer;
  let editor: Editor;

  beforeAll(async () => {
    hub = await FileServer.start();
    // A small model in the place of the large one, whose length and checksum the catalogue leaves to the hub.
    hub.files.set(repositoryPath, await readFile(await tinyModelPath()));
    hub.fault = ({ count }) => (count % 3 === 1 ? { kind: 'drop', after: 500_000 } : undefined);
    editor = await installedPaddock({ machineSettings: { 'paddock.download.endpoint': hub.address() } });
    await mkdir(pictures, { recursive: true });
  });
  showFailures(() => editor);
  afterAll(async () => {
    await editor.stop();
    await hub.close();
  });

  const row = (text: string | RegExp): Locator => editor.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text });
  const focused = (text: string | RegExp): Locator =>
    editor.page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: text });
  const dialog = (): Locator => editor.page.locator('.monaco-dialog-box');

  /** While it is loading, the status bar says that, and not its name. */
  const modelRuns = (name: RegExp): Promise<true> =>
    eventually('the model', async () => (name.test(await editor.statusItem.innerText()) ? true : undefined));

  it('shows what this machine makes of each, and what it is recommended for', async () => {
    await editor.openChat();
    await modelRuns(/SmolLM2/);
    await editor.command('Paddock: Choose Model…');
    await row(/Recommended for chat/)
      .first()
      .waitFor();
    // Read from the embedded model's file, beside the one that is loaded.
    await row(/SmolLM2.*fast · about \d+ words a second · [\d.]+ of [\d.]+ GB/)
      .first()
      .waitFor();
    await row(/in use/)
      .first()
      .waitFor();
    expect(await row(/words a second|does not fit/).count()).toBeGreaterThan(3);
    await editor.page.screenshot({ path: path.join(pictures, 'choose-model.png') });
    expect(hub.asked).toEqual([]);
  });

  it('asks for the quantisation and to accept the licence', async () => {
    const { page } = editor;
    await page.keyboard.type('Code Llama 7B');
    await focused(/Code Llama 7B.*Llama 2 Community License/).waitFor();
    await page.keyboard.press('Enter');
    await focused(/recommended/).waitFor();
    await page.screenshot({ path: path.join(pictures, 'choose-quantisation.png') });
    await page.keyboard.type('Q4_K_M');
    await focused(/Q4_K_M/).waitFor();
    await page.keyboard.press('Enter');
    await dialog().waitFor();
    if ((await dialog().innerText()).includes('does not fit')) {
      await page.keyboard.press('Enter');
      await dialog().filter({ hasText: 'Community License' }).waitFor();
    }
    expect(await dialog().innerText()).toContain('Copyright (c) Meta Platforms');
    await page.screenshot({ path: path.join(pictures, 'accept-licence.png') });
    expect(hub.asked).toEqual([]);
    await page.keyboard.press('Enter');
  });

  it('downloads it through drops of the connection, and runs it', async () => {
    const done = editor.page.locator('.notification-toast').filter({ hasText: 'Code Llama 7B Q4_K_M is downloaded and checked.' });
    await done.waitFor({ timeout: 60_000 });
    await done.getByRole('button', { name: 'Use This Model' }).click();
    await modelRuns(/codellama-7b/i);
    await editor.command('Paddock: Choose Model…');
    await row(/Code Llama 7B Q4_K_M.*in use/)
      .first()
      .waitFor();
    await editor.page.screenshot({ path: path.join(pictures, 'chosen-model.png') });
    await editor.page.keyboard.press('Escape');
  });
});
