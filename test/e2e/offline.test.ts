import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isIsolated } from '../../scripts/lib/debian/isolation.mjs';
import { eventually, type Editor } from './support/driver.mjs';
import { installedPaddock, showFailures } from './support/vsix';

/** Runs in a network namespace with loopback alone: VS Code, the browser, the worker and this test. */
describe('without a network', () => {
  let editor: Editor;

  beforeAll(async () => {
    expect(isIsolated()).toBe(true);
    await expect(fetch('http://192.0.2.1/', { signal: AbortSignal.timeout(3000) })).rejects.toThrow();
    editor = await installedPaddock({ isolateNetwork: true });
    await editor.openChat();
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  it('answers in the chat', async () => {
    const turn = await editor.ask('What is the capital of France?');
    expect(turn.state).toBe('done');
    expect(turn.answer).toContain('Paris');
  });

  it('explains a selection', async () => {
    await editor.openFile('weather.py');
    await editor.selectLines(1, 12);
    const before = await editor.turnCount();
    await (await editor.contextMenu('Explain Selection')).click();
    const turn = await editor.answer(before + 1);
    expect(turn.state).toBe('done');
    expect(turn.answer.length).toBeGreaterThan(40);
  });

  it('completes code', async () => {
    await editor.openFile('inventory.ts');
    await editor.page.keyboard.press('Control+End');
    await editor.page.keyboard.type('\nexport function add(a: number, b: number): number {\nreturn ');
    const shown = await editor.ghostText();
    await editor.page.keyboard.press('Tab');
    expect(shown.trim()).not.toBe('');
    await eventually('the accepted suggestion', async () => {
      const saved = await editor.save('inventory.ts');
      return saved.includes(`return ${shown}`) ? saved : undefined;
    });
    expect(editor.open.outside).toEqual([]);
  });
});
