import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Editor } from '../support/driver.mjs';
import { installedPaddock, showFailures } from '../support/vsix';

describe('trouble', () => {
  let editor: Editor;

  beforeAll(async () => {
    // The path is a setting of the machine: VS Code drops it from the user's own settings once it knows that, sooner or later.
    editor = await installedPaddock({ machineSettings: { 'paddock.model.path': '/nowhere/llama-2-7b-chat.Q4_0.gguf' } });
    await editor.openChat();
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  it('says what is wrong with a model file that is not there, and a button puts it right', async () => {
    const turn = await editor.ask('What is a closure?');
    expect(turn.state).toBe('failed');
    const article = editor.chat.locator('article').last();
    // The record is written before the page has heard of it.
    await article.getByText('/nowhere/llama-2-7b-chat.Q4_0.gguf').waitFor();
    expect(await article.innerText()).toContain('/nowhere/llama-2-7b-chat.Q4_0.gguf');
    expect(await article.innerText()).toContain('What is a closure?');
    await article.getByRole('button', { name: 'Use Embedded Model' }).click();
    await editor.page.locator('.statusbar-item').filter({ hasText: 'SmolLM2' }).waitFor({ timeout: 60_000 });
    const again = await editor.ask('What is a closure?');
    expect(again.state).toBe('done');
  });

  it('loses no shown character when the worker is killed in the middle of an answer, and answers the next question', async () => {
    const before = await editor.turnCount();
    const answer = editor.chat
      .locator('article')
      .nth(await editor.chat.locator('article').count())
      .locator('.answer');
    await editor.input.click();
    await editor.page.keyboard.type('Write a very long story about a tortoise who learns to program.');
    await editor.page.keyboard.press('Enter');
    const text = async (): Promise<string> => (await answer.locator('p').allInnerTexts()).join('\n');
    await eventually('some words', async () => ((await text()).length > 60 ? true : undefined));
    const shown = await text();
    const [worker] = await editor.host.workers();
    expect(worker).toBeDefined();
    process.kill(worker ?? 0, 'SIGKILL');
    const turn = await editor.answer(before + 1);
    expect(turn.state).toBe('failed');
    const plain = (markdown: string): string => markdown.replace(/\s+/g, ' ').trim();
    expect(plain(turn.answer)).toContain(plain(shown));
    expect(plain(await text())).toContain(plain(shown));
    const next = await editor.ask('Say hello.');
    expect(next.state).toBe('done');
    expect(await editor.host.workers()).toHaveLength(1);
    expect((await editor.host.workers())[0]).not.toBe(worker);
  });
});
