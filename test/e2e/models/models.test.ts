import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureModel } from '../../../scripts/lib/models/model.mjs';
import { catalogue } from '../../../src/host/models/picker/catalogue';
import { FileServer, sha256 } from '../../fixtures/servers/fileServer';
import { llamaServerMissing, startLlamaServer, type LlamaServer } from '../../fixtures/servers/llamaServer';
import { eventually, type Editor } from '../support/driver.mjs';
import { installedPaddock, pictures, showFailures } from '../support/vsix';

const missing = await llamaServerMissing();

/** What the catalogue calls it, and where the hub has it. The weights are those of a model that a test has the time to run. */
const wanted = { name: 'Llama 2 7B Chat', quantisation: 'Q3_K_M', file: 'llama-2-7b-chat.Q3_K_M.gguf' };
const { revision } = catalogue().models.find(({ name }) => name === wanted.name) ?? { revision: 'main' };
const repository = `/TheBloke/Llama-2-7B-Chat-GGUF/resolve/${revision}`;

/** One profile, from nothing to a model of the user's choice, then to a server and back. */
describe('a fresh profile', () => {
  let hub: FileServer;
  let editor: Editor;
  let server: LlamaServer | undefined;

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    const weights = await readFile(await ensureModel());
    hub = await FileServer.start();
    hub.files.set(`${repository}/${wanted.file}`, weights);
    hub.headers = { 'x-linked-etag': `"${sha256(weights)}"`, 'x-linked-size': String(weights.length) };
    editor = await installedPaddock({
      machineSettings: { 'paddock.download.endpoint': hub.address() },
      settings: { 'paddock.chat.maxTokens': 32 },
    });
  });
  showFailures(() => editor);
  afterAll(async () => {
    await editor.stop();
    await hub.close();
    await server?.stop();
  });

  const rows = (): ReturnType<Editor['page']['locator']> => editor.page.locator('.quick-input-list .monaco-list-row');
  const toast = (text: string): ReturnType<Editor['page']['locator']> =>
    editor.page.locator('.notification-toast').filter({ hasText: text });
  const item = (): ReturnType<Editor['page']['locator']> => editor.page.locator('.statusbar-item[id$="paddock.endpoint"]');

  it('chooses a model by the keyboard, accepts its licence, and gets it through a drop of the connection, checked', async () => {
    const { page } = editor;
    const whole = { count: 0 };
    hub.fault = () => (whole.count++ === 2 ? { kind: 'drop', after: 1_000_000 } : undefined);
    await editor.command('Paddock: Choose Model…');
    await rows().filter({ hasText: 'Recommended for' }).first().waitFor();
    await page.screenshot({ path: path.join(pictures, 'models-list.png') });
    await page.keyboard.type(wanted.name);
    await page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: wanted.name }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-title').filter({ hasText: wanted.name }).waitFor();
    await page.keyboard.type(wanted.quantisation);
    await page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: wanted.quantisation }).waitFor();
    await page.screenshot({ path: path.join(pictures, 'models-quantisations.png') });
    await page.keyboard.press('Enter');
    const licence = page.locator('.monaco-dialog-box').filter({ hasText: 'Llama 2 Community License' });
    await licence.waitFor();
    expect(hub.asked).toEqual([]);
    await page.screenshot({ path: path.join(pictures, 'models-licence.png') });
    await licence.getByRole('button', { name: 'Accept and Download' }).click();
    const done = toast('is downloaded and checked');
    await done.waitFor({ timeout: 120_000 });
    expect(whole.count).toBeGreaterThan(3);
    await done.getByRole('button', { name: 'Use This Model' }).click();
    const loaded = new RegExp(`"path":"[^"]*${wanted.file.replaceAll('.', '\\.')}"`);
    await eventually('the model that was downloaded', async () => (loaded.test(await editor.host.logs()) ? true : undefined));
  });

  it('is answered by it', async () => {
    await editor.openChat();
    const turn = await editor.ask('What is the capital of France?');
    expect(turn.state).toBe('done');
    expect(turn.tokens.length).toBeGreaterThan(0);
  });

  it.skipIf(missing !== undefined)(
    `goes on with a server, set up by the keyboard and said in the status bar${missing ? `; not run: ${missing}` : ''}`,
    async () => {
      const { page } = editor;
      server = await startLlamaServer(await ensureModel(), '--api-key', 'the key');
      expect(await item().isVisible()).toBe(false);
      await editor.command('Paddock: Set Up a Server…');
      const title = page.locator('.quick-input-title');
      const input = page.locator('.quick-input-widget input').first();
      await title.filter({ hasText: '1 of 3' }).waitFor();
      await input.fill('no address');
      await page.locator('.quick-input-message').filter({ hasText: 'This is no address' }).waitFor();
      await input.fill(server.url);
      await page.keyboard.press('Enter');
      await title.filter({ hasText: `Key for ${server.host}` }).waitFor();
      await page.keyboard.type('the key');
      await page.keyboard.press('Enter');
      await title.filter({ hasText: '3 of 3' }).waitFor();
      await page.screenshot({ path: path.join(pictures, 'models-server.png') });
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await item().filter({ hasText: server.host }).waitFor();
      await editor.chat.getByText(`server on this machine, ${server.host}`).waitFor();
      const turn = await editor.ask('And of Italy?');
      expect(turn.answer).not.toBe('');
      expect(turn.tokens).toEqual([]);
      expect(turn.metrics?.promptTokens).toBeGreaterThan(30);
      const [conversation] = await editor.conversations();
      expect(conversation?.turns.map(({ user }) => user.text)).toEqual(['What is the capital of France?', 'And of Italy?']);
    },
  );

  it.skipIf(missing !== undefined)('hears what is wrong when the server is gone, and is back on this machine with one button', async () => {
    const host = server?.host ?? '';
    await server?.stop();
    const turn = await editor.ask('And of Spain?');
    expect(turn.state).toBe('failed');
    await editor.chat.getByText(`The server ${host} cannot be reached`).first().waitFor();
    await editor.page.screenshot({ path: path.join(pictures, 'models-server-gone.png') });
    await editor.chat.getByRole('button', { name: 'Use This Machine' }).last().click();
    await item().waitFor({ state: 'hidden' });
    const local = await editor.ask('And of Portugal?');
    expect(local.state).toBe('done');
    expect(local.tokens.length).toBeGreaterThan(0);
  });
});
