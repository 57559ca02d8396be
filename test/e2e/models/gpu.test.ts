import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Editor } from '../support/driver.mjs';
import { ScriptedWorker } from '../support/scriptedWorker.mjs';
import { installedPaddock, pictures, showFailures } from '../support/vsix';

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('a machine whose Vulkan is broken', () => {
  let editor: Editor;

  beforeAll(async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'paddock-vulkan-'));
    const runtime = path.join(folder, 'runtime');
    // What drives a GPU is found beside the runtime, and llama.cpp's build for it cannot be loaded by it.
    await writeFile(path.join(folder, 'libvulkan.so.1'), 'no library');
    await writeFile(runtime, `#!/bin/sh\nexec env LD_LIBRARY_PATH='${folder}' '${process.execPath}' "$@"\n`);
    await chmod(runtime, 0o755);
    editor = await installedPaddock({ worker: new ScriptedWorker(folder), machineSettings: { 'paddock.model.gpu': 'auto' } });
    await editor.openChat();
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  it('loads the model on the CPU, and says so with what failed behind a button', async () => {
    await editor.input.click();
    await editor.page.keyboard.type('Say hello.');
    await editor.page.keyboard.press('Enter');
    const notice = editor.page.locator('.notification-toast').filter({ hasText: 'The GPU could not be used' });
    await notice.waitFor({ timeout: 50_000 });
    await editor.page.locator('.statusbar-item').filter({ hasText: 'SmolLM2' }).waitFor();
    await editor.page.screenshot({ path: path.join(pictures, 'gpu-notice.png') });
    await notice.getByRole('button', { name: 'Details' }).click();
    const dialog = editor.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    expect(await dialog.innerText()).toContain('vulkan');
    await editor.page.screenshot({ path: path.join(pictures, 'gpu-details.png') });
    await editor.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });
});
