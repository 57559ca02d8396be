import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderNameOf } from '../../../src/host/models/download/hubAddresses';
import { FileServer, modelBytes, sha256 } from '../../fixtures/servers/fileServer';
import { eventually, type Editor } from '../support/driver.mjs';
import { installedPaddock, pictures, showFailures } from '../support/vsix';

const bytes = modelBytes(12_000_000);
const source = {
  id: 'sample:Q4_0',
  name: 'Sample 7B Q4_0',
  repository: 'owner/sample',
  revision: 'main',
  files: [{ path: 'sample.gguf', bytes: bytes.length, sha256: sha256(bytes) }],
};

/** From what an earlier window has left, to a model that is there. */
describe('a download', () => {
  let hub: FileServer;
  let editor: Editor;
  const folder = (): string => path.join(editor.host.userDataDir, 'User/globalStorage/paddock.paddock/models', folderNameOf(source.id));

  beforeAll(async () => {
    hub = await FileServer.start();
    hub.files.set('/owner/sample/resolve/main/sample.gguf', bytes);
    editor = await installedPaddock({ machineSettings: { 'paddock.download.endpoint': hub.address() } });
    await mkdir(pictures, { recursive: true });
  });
  showFailures(() => editor);
  afterAll(async () => {
    await editor.stop();
    await hub.close();
  });

  const notification = (text: string): Locator => editor.page.locator('.notification-toast').filter({ hasText: text });
  const statusItem = (): Locator => editor.page.locator('.statusbar-item[id^="paddock.paddock."][id$=".downloads"]');

  it('that was left unfinished is offered, and connects to nothing by itself', async () => {
    await mkdir(folder(), { recursive: true });
    const file = { name: 'sample.gguf', bytes: bytes.length, sha256: sha256(bytes) };
    const record = { version: 1, source, files: [file], bytes: 3_000_000, total: bytes.length, finished: false };
    await writeFile(path.join(folder(), 'download.json'), JSON.stringify(record));
    await editor.reload();
    const offer = notification('Resume the download of Sample 7B Q4_0? 25% of 12 MB has arrived.');
    await offer.waitFor({ timeout: 30_000 });
    await editor.page.screenshot({ path: path.join(pictures, 'download-offer.png') });
    expect(hub.asked).toEqual([]);
    // What comes of the second half stays; the first half does not come yet.
    hub.fault = ({ range }) => (range && range.to > 4 && range.from < 4_000_000 ? { kind: 'stall', after: 100_000 } : undefined);
    await offer.getByRole('button', { name: 'Resume' }).click();
  });

  it('shows how far it is, in a notification and the status bar', async () => {
    await notification('Downloading Sample 7B Q4_0').waitFor({ timeout: 30_000 });
    await eventually('some progress', async () => (/[3-9]\d%/.test(await statusItem().innerText()) ? true : undefined));
    await editor.page.screenshot({ path: path.join(pictures, 'download-running.png') });
  });

  it('is paused from the list by the keyboard, and keeps what is there', async () => {
    const { page } = editor;
    await editor.command('Show Downloads');
    await page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: 'of 12 MB' }).waitFor();
    await page.screenshot({ path: path.join(pictures, 'download-list.png') });
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: 'Pause' }).waitFor();
    await page.keyboard.press('Enter');
    await statusItem().waitFor({ state: 'detached' });
    await notification('Downloading Sample 7B Q4_0').waitFor({ state: 'detached' });
    const record = JSON.parse(await readFile(path.join(folder(), 'download.json'), 'utf8')) as { bytes: number; finished: boolean };
    expect(record.bytes).toBeGreaterThan(4_000_000);
    expect(record.finished).toBe(false);
  });

  it('goes on through drops of the connection, and is checked', async () => {
    const { page } = editor;
    hub.fault = ({ count }) => (count % 3 === 0 ? { kind: 'drop', after: 500_000 } : undefined);
    await editor.command('Show Downloads');
    await page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: 'stopped' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: 'Resume' }).waitFor();
    await page.keyboard.press('Enter');
    await notification('Sample 7B Q4_0 is downloaded and checked.').waitFor({ timeout: 30_000 });
    await page.screenshot({ path: path.join(pictures, 'download-done.png') });
    expect((await readFile(path.join(folder(), 'sample.gguf'))).equals(bytes)).toBe(true);
  });
});
