import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Editor } from '../support/driver.mjs';
import { installedPaddock, pictures, showFailures } from '../support/vsix';

const question = 'Write a TypeScript function that reverses a string.';

/** The page of one of Paddock's views: VS Code's frames do not say whose they are. */
function frameWith(editor: Editor, selector: string): Promise<Frame> {
  return eventually(`a view with ${selector}`, async () => {
    for (const frame of editor.page.frames()) {
      const isIt = await frame
        .locator(selector)
        .isVisible()
        .catch(() => false);
      if (isIt) return frame;
    }
    return undefined;
  });
}

/** The lanes themselves, without those that are parked. */
function lanes(session: Frame): Locator {
  return session.locator('section[aria-labelledby="section-lanes"] .lane');
}

async function showSession(editor: Editor): Promise<Frame> {
  await editor.command('Paddock: Show Session');
  const frame = await frameWith(editor, 'main.session');
  await frame.locator('.lane').first().waitFor();
  return frame;
}

/** A value among the view's facts. */
async function fact(frame: Frame, label: string): Promise<number> {
  const text = await frame
    .locator('.fact')
    .filter({ has: frame.getByText(label, { exact: true }) })
    .locator('dd')
    .innerText();
  return Number(text.replace(/[^\d.]/g, ''));
}

async function violations(editor: Editor): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page: editor.page })
    .include(['iframe.webview.ready', 'iframe#active-frame', 'main.session'])
    .analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describe('the session view', () => {
  let editor: Editor;
  let session: Frame;

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    editor = await installedPaddock({ page: { height: 1000 }, settings: { 'paddock.chat.maxTokens': 128 } });
    await editor.openChat();
    await editor.ask(question);
    session = await showSession(editor);
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  const notice = (text: RegExp): Promise<void> => session.getByRole('status').filter({ hasText: text }).waitFor({ timeout: 20_000 });

  it('names the lane of a conversation by its title', async () => {
    const lane = lanes(session).filter({ hasText: question });
    await lane.waitFor();
    expect(await lane.innerText()).toMatch(/\d+ of [\d,]+ tokens/);
  });

  it('shows that a follow-up question reuses what was read', async () => {
    const before = await fact(session, 'Tokens reused today');
    const chat = await frameWith(editor, 'main:not(.session) .composer');
    await chat.getByRole('textbox').click();
    await editor.page.keyboard.type('And one in Python?');
    await editor.page.keyboard.press('Enter');
    const { metrics } = await editor.answer(2);
    expect(metrics?.reusedTokens).toBeGreaterThan(100);
    await eventually('the tokens that were reused', async () => {
      const reused = (await fact(session, 'Tokens reused today')) - before;
      return reused === metrics?.reusedTokens ? true : undefined;
    });
    const picture = session.getByRole('img').first();
    expect(await picture.getAttribute('aria-label')).toMatch(/^Writing: .*tokens\/s/);
    await picture.scrollIntoViewIfNeeded();
    await editor.page.screenshot({ path: path.join(pictures, 'session-speed.png') });
  });

  it('names the lane of a file that was opened', async () => {
    await editor.openFile('inventory.ts');
    await lanes(session)
      .filter({ hasText: /inventory\.ts.*ghost text/ })
      .waitFor();
  });

  it.each(['dark', 'light', 'highContrast', 'highContrastLight'] as const)('is readable and accessible in %s', async (theme) => {
    await editor.host.setTheme(theme);
    await editor.reload();
    session = await showSession(editor);
    await editor.page.waitForTimeout(1500);
    await editor.page.screenshot({ path: path.join(pictures, `session-${theme}.png`) });
    expect(await violations(editor)).toEqual([]);
    await session.getByRole('button', { name: 'Restart Engine' }).scrollIntoViewIfNeeded();
    await editor.page.screenshot({ path: path.join(pictures, `session-${theme}-below.png`) });
  });

  it('parks what the lanes hold, by the keyboard', async () => {
    await editor.openFile('inventory.ts');
    await editor.selectLines(44, 53);
    await editor.command('Paddock: Explain Selection');
    const lane = lanes(session).filter({ hasText: 'Explain the selected code' });
    // The file alone has more tokens than that; on a machine that is busy it takes a while to read it.
    await lane.filter({ hasText: /(?:[7-9]\d\d|\d,\d{3}) of 4,095/ }).waitFor({ timeout: 170_000 });
    await editor.answer(3);
    await session.getByRole('button', { name: 'Park Now' }).focus();
    await editor.page.keyboard.press('Enter');
    await notice(/^Parked: \d+ lanes? can be taken up again/);
    await session.locator('section[aria-labelledby="section-parked"] .lane').filter({ hasText: 'Explain the selected code' }).waitFor();
  });

  it('copies a report without anything of the user’s', async () => {
    await session.getByRole('button', { name: 'Copy Report for an Issue' }).click();
    await notice(/^The report is on the clipboard/);
    const report = await editor.page.evaluate(() => navigator.clipboard.readText());
    expect(report).toContain('### Paddock');
    expect(report).toMatch(/\| Lane 0 \| (chat|ghost), \d+ of \d+ tokens/);
    expect(report).not.toContain('reverses');
    expect(report).not.toContain('inventory');
    expect(report).not.toContain(editor.folder);
  });

  it('clears after a question, which can be refused', async () => {
    const dialog = editor.page.locator('.monaco-dialog-box');
    const clear = session.getByRole('button', { name: 'Clear…' });
    await clear.click();
    await dialog.filter({ hasText: /This empties \d+ lanes? with [\d,]+ tokens/ }).waitFor();
    await editor.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await session.locator('section[aria-labelledby="section-lanes"] .lane[data-kind="chat"]').count()).toBeGreaterThan(0);
    await clear.click();
    await dialog.getByRole('button', { name: 'Clear', exact: true }).click();
    await notice(/^Cleared: \d+ lanes? with [\d,]+ tokens/);
    await session.getByText('Nothing is parked.').waitFor();
  });

  it('restarts the engine and shows the new one', async () => {
    const [before] = await editor.host.workers();
    await session.getByRole('button', { name: 'Restart Engine' }).click();
    await eventually('another worker', async () => {
      const [now] = await editor.host.workers();
      return now !== undefined && now !== before ? true : undefined;
    });
    await session.locator('.footer[data-kind="ready"]').waitFor({ timeout: 120_000 });
    await lanes(session).first().waitFor();
  });

  it('asked nothing outside this machine', () => {
    expect(editor.open.outside).toEqual([]);
  });
});
