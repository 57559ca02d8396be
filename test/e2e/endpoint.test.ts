import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { llamaServerMissing, startLlamaServer, type LlamaServer } from '../fixtures/llamaServer';
import { ensureModel } from '../../scripts/lib/model.mjs';
import type { Editor } from './driver.mjs';
import { installedPaddock, pictures, showFailures } from './vsix';

const missing = await llamaServerMissing();

if (missing !== undefined) {
  it(`not run: ${missing}`, (context) => {
    context.skip();
  });
}

describe.skipIf(missing !== undefined)('a server in the worker’s place', () => {
  let editor: Editor;
  let server: LlamaServer;

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    server = await startLlamaServer(await ensureModel(), '--api-key', 'the key');
    editor = await installedPaddock({ settings: { 'paddock.chat.maxTokens': 32 } });
    await editor.openChat();
  });
  showFailures(() => editor);
  afterAll(async () => {
    await editor.stop();
    await server.stop();
  });

  const item = (): ReturnType<Editor['page']['locator']> => editor.page.locator('.statusbar-item[id$="paddock.endpoint"]');

  it('takes over a conversation: set up by the keyboard, with its key, and said in the status bar', async () => {
    const { page } = editor;
    await editor.ask('What is the capital of France?');
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
    await page.screenshot({ path: path.join(pictures, 'endpoint-setup.png') });
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await item().filter({ hasText: server.host }).waitFor();
    await editor.chat.getByText(`server on this machine, ${server.host}`).waitFor();
    const turn = await editor.ask('And of Italy?');
    expect(turn.answer).not.toBe('');
    expect(turn.tokens).toEqual([]);
    expect(turn.metrics?.promptTokens).toBeGreaterThan(30);
    await page.screenshot({ path: path.join(pictures, 'endpoint-chat.png') });
    const [conversation] = await editor.conversations();
    expect(conversation?.turns.map(({ user }) => user.text)).toEqual(['What is the capital of France?', 'And of Italy?']);
  });

  it('says what is wrong when it is gone, with a way back to this machine', async () => {
    await server.stop();
    const turn = await editor.ask('And of Spain?');
    expect(turn.state).toBe('failed');
    await editor.chat.getByText(`The server ${server.host} cannot be reached`).first().waitFor();
    await editor.chat.getByRole('button', { name: 'Use This Machine' }).last().click();
    await item().waitFor({ state: 'hidden' });
    const local = await editor.ask('And of Portugal?');
    expect(local.state).toBe('done');
    expect(local.tokens.length).toBeGreaterThan(0);
  });
});
