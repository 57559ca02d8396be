/**
 * What a person does with Paddock in a real VS Code, for the tour and the end-to-end tests: typing, clicking, reading what is on the
 * screen. Works on what can be seen, and on the conversations that Paddock wrote to disk.
 */
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPage, serve } from '../../../scripts/lib/vscode/host.mjs';

const sampleWorkspace = fileURLToPath(new URL('../../fixtures/workspace', import.meta.url));

/** Lines of Paddock's log that a failed test shows. */
const evidenceLines = 60;

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {{state: string, answer: string, user: {text: string, file?: {path: string}, selection?: {startLine: number, endLine: number},
 *   context?: {kind: string, text: string}[]},
 *   tokens: number[], metrics?: import('../../../src/contract/metrics').Metrics}} Turn
 * @typedef {{id: string, title: string, updatedAt: number, turns: Turn[]}} Conversation
 */

/**
 * @typedef {object} StartOptions
 * @property {string} [vsix] the package to install
 * @property {string} [link] or a built clone to use in place
 * @property {Record<string, unknown>} [settings]
 * @property {Record<string, unknown>} [machineSettings] those that package.json gives the scope `machine`
 * @property {import('../../../scripts/lib/vscode/host.mjs').PageOptions} [page]
 * @property {boolean} [isolateNetwork]
 * @property {import('../../../scripts/lib/vscode/code-server.mjs').VscodeVersion} [version]
 * @property {import('../../../scripts/lib/vscode/language.mjs').Language} [language] default English
 * @property {import('./scriptedWorker.mjs').ScriptedWorker} [worker] runs instead of Paddock's own; removed with the editor
 */

/** A VS Code with Paddock and a copy of the sample workspace. */
export class Editor {
  /**
   * @param {import('../../../scripts/lib/vscode/host.mjs').Host} host
   * @param {import('../../../scripts/lib/vscode/host.mjs').OpenPage} open
   * @param {string} folder
   * @param {import('./scriptedWorker.mjs').ScriptedWorker} [worker]
   */
  constructor(host, open, folder, worker) {
    this.host = host;
    this.open = open;
    this.folder = folder;
    this.worker = worker;
  }

  /**
   * @param {StartOptions} options
   * @returns {Promise<Editor>}
   */
  static async start({
    vsix,
    link,
    settings = {},
    machineSettings = {},
    page = {},
    isolateNetwork = false,
    version = 'newest',
    language = 'en',
    worker,
  }) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'paddock-workspace-'));
    await cp(sampleWorkspace, folder, { recursive: true });
    const host = await serve({
      folder,
      version,
      language,
      settings,
      isolateNetwork,
      args: ['--log', 'debug'],
      machineSettings: { ...machineSettings, ...worker?.machineSettings },
      ...(vsix === undefined ? {} : { install: [vsix] }),
      ...(link === undefined ? {} : { link }),
    });
    try {
      const editor = new Editor(host, await openPage(host.url, page), folder, worker);
      await editor.activated();
      return editor;
    } catch (error) {
      await host.stop();
      throw error;
    }
  }

  /** Waits until the extension host has come up and Paddock with it. */
  async activated() {
    await this.statusItem.waitFor({ timeout: 60_000 });
  }

  get page() {
    return this.open.page;
  }

  /** Paddock's item in the status bar. */
  get statusItem() {
    return this.page.locator('.statusbar-item[id^="paddock.paddock."][id$=".status"]');
  }

  /** The chat's webview. A notebook has one of VS Code's own. */
  get chat() {
    return this.page.frameLocator('iframe.webview.ready[src*="extensionId=paddock.paddock"]').frameLocator('iframe#active-frame');
  }

  async stop() {
    await this.open.close();
    await this.host.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    await this.worker?.remove();
  }

  /**
   * What there is to see of a failure: a picture of the window, and the end of Paddock's log.
   * @param {string} picture path of the picture
   * @returns {Promise<string>}
   */
  async evidence(picture) {
    await this.page.screenshot({ path: picture }).catch(() => undefined);
    const logs = path.join(this.host.userDataDir, 'logs');
    const files = (await readdir(logs, { recursive: true }).catch(() => [])).filter((file) => /[\\/]Paddock[^\\/]*\.log$/.test(file));
    const texts = await Promise.all(files.sort().map((file) => readFile(path.join(logs, file), 'utf8')));
    // llama.cpp's lines about a load would leave no room for ours.
    const lines = texts
      .join('')
      .split('\n')
      .filter((line) => !/\[debug\] \[worker\]/.test(line));
    return lines.slice(-evidenceLines).join('\n');
  }

  /** Closes the page and opens another, as a reload of the window does. */
  async reload() {
    await this.page.reload({ waitUntil: 'domcontentloaded' });
    await this.page.locator('.monaco-workbench .statusbar').waitFor({ timeout: 60_000 });
    await this.activated();
  }

  async openChat() {
    const icon = this.page.locator('.activitybar a.action-label[aria-label^="Paddock"]');
    await icon.waitFor({ timeout: 60_000 });
    // A click on the icon of a view that is open closes it.
    const open = this.page.locator('.activitybar .action-item.checked a.action-label[aria-label^="Paddock"]');
    if ((await open.count()) === 0) await icon.click();
    await this.chat.locator('main').waitFor({ timeout: 60_000 });
  }

  /**
   * Drags the edge of the side bar.
   * @param {number} width
   */
  async resizeSideBar(width) {
    const { page } = this;
    const box = await page.locator('.part.sidebar').boundingBox();
    if (box === null) throw new Error('There is no side bar.');
    await page.mouse.move(box.x + box.width, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + width, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
  }

  get input() {
    return this.chat.getByRole('textbox');
  }

  /**
   * Asks as a person does and waits for the end of the answer.
   * @param {string} question
   * @returns {Promise<Turn>}
   */
  async ask(question) {
    const before = await this.turnCount();
    await this.input.click();
    await this.page.keyboard.type(question);
    await this.page.keyboard.press('Enter');
    return this.answer(before + 1);
  }

  /** @returns {Promise<number>} tokens that the gauge below the chat's input shows as used; 0 while it is hidden */
  async gauge() {
    const meter = this.chat.locator('.gauge:not([hidden]) .gauge-bar');
    return (await meter.count()) === 0 ? 0 : meter.evaluate((element) => /** @type {HTMLMeterElement} */ (element).value);
  }

  /**
   * Waits until the gauge has counted the conversation again, which it does at the next pause after an answer.
   * @param {number} before tokens it showed before the question
   */
  async gaugeAbove(before) {
    await eventually('a fuller gauge', async () => ((await this.gauge()) > before ? true : undefined));
  }

  /** @returns {Promise<number>} turns in all conversations */
  async turnCount() {
    return (await this.conversations()).reduce((sum, { turns }) => sum + turns.length, 0);
  }

  /**
   * Waits until there are `count` turns in all and none of them is under way.
   * @param {number} count
   * @returns {Promise<Turn>} the newest conversation's last turn
   */
  async answer(count) {
    return eventually(
      'the end of the answer',
      async () => {
        const all = await this.conversations();
        const turns = all.flatMap((conversation) => conversation.turns);
        return turns.length >= count && turns.every(({ state }) => state !== 'streaming') ? all[0]?.turns.at(-1) : undefined;
      },
      120_000,
    );
  }

  /** @returns {Promise<Conversation[]>} what Paddock has on disk, the newest first */
  async conversations() {
    const storage = path.join(this.host.userDataDir, 'User', 'workspaceStorage');
    const files = (await readdir(storage, { recursive: true }).catch(() => [])).filter((file) =>
      /conversations[\\/][^\\/]+\.json$/.test(file),
    );
    const read = files.map((file) => readFile(path.join(storage, file), 'utf8').then(JSON.parse, () => undefined));
    const all = /** @type {Conversation[]} */ ((await Promise.all(read)).filter((value) => value !== undefined));
    return all.sort((a, b) => b.updatedAt - a.updatedAt);
  }

  /**
   * Opens a file of the workspace by Quick Open.
   * @param {string} name
   */
  async openFile(name) {
    const { page } = this;
    await page.keyboard.press('Control+p');
    const input = page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.fill(name);
    await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: name }).first().click();
    await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await page.locator('.editor-instance .monaco-editor .view-line').first().waitFor();
    // The tab is there before the keyboard is the editor's: what is typed until then is lost.
    await page.locator('.editor-instance .monaco-editor.focused').first().waitFor();
  }

  /**
   * Runs a command by its title in the palette.
   * @param {string} title
   */
  async command(title) {
    const { page } = this;
    await page.keyboard.press('F1');
    const input = page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.fill(`>${title}`);
    // By the keyboard, once it is the one that Enter takes: a click may find that the list, still being filtered, has moved on.
    await page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: title }).waitFor();
    await page.keyboard.press('Enter');
  }

  /**
   * Puts the cursor at a line and column, both from 1.
   * @param {number} line
   * @param {number} [column]
   */
  async goTo(line, column = 1) {
    const { page } = this;
    await page.keyboard.press('Control+g');
    const input = page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.fill(`:${String(line)}:${String(column)}`);
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /**
   * Selects whole lines of the open file.
   * @param {number} from
   * @param {number} to
   */
  async selectLines(from, to) {
    await this.goTo(from);
    for (let line = from; line < to; line++) await this.page.keyboard.press('Shift+ArrowDown');
    await this.page.keyboard.press('Shift+End');
  }

  /**
   * Right-clicks the selection and picks an item of the menu.
   * @param {string} item
   */
  async contextMenu(item) {
    const { page } = this;
    await page
      .locator('.monaco-editor .selected-text')
      .first()
      .click({ button: 'right', position: { x: 4, y: 4 }, force: true });
    const entry = page.locator('.monaco-menu .action-item').filter({ hasText: item });
    await entry.waitFor();
    // VS Code's menus take no click in their first moment, so that the one that opened them picks nothing.
    await page.waitForTimeout(300);
    return entry;
  }

  /** Waits for ghost text at the cursor; the text of its first line. */
  async ghostText() {
    const first = this.page.locator('.monaco-editor .ghost-text-decoration');
    await first.first().waitFor({ timeout: 60_000 });
    return (await first.allTextContents()).join('').replaceAll('\u00a0', ' ');
  }

  /**
   * The same, from somebody who types on where none comes: keys that are pressed before VS Code has all its extensions ask nobody.
   * @returns {Promise<string>}
   */
  async ghostTextInTheEnd() {
    const { keyboard } = this.page;
    const first = this.page.locator('.monaco-editor .ghost-text-decoration').first();
    return eventually('a ghost text', async () => {
      try {
        await first.waitFor({ timeout: 10_000 });
      } catch {
        await keyboard.type(' ');
        await keyboard.press('Backspace');
        return undefined;
      }
      return this.ghostText();
    });
  }

  /**
   * Saves the open file and reads it from the disk when it has changed.
   * @param {string} name
   * @returns {Promise<string>}
   */
  async save(name) {
    await this.page.keyboard.press('Control+s');
    await this.page.locator('.tab.active.dirty').waitFor({ state: 'hidden' });
    return readFile(path.join(this.folder, name), 'utf8');
  }
}

/**
 * Asks until the answer is not `undefined`.
 * @template T
 * @param {string | (() => string)} what
 * @param {() => Promise<T | undefined>} question
 * @param {number} [limit] milliseconds
 * @returns {Promise<T>}
 */
export async function eventually(what, question, limit = 60_000) {
  const deadline = Date.now() + limit;
  for (;;) {
    const answer = await question();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`Did not happen in time: ${typeof what === 'string' ? what : what()}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
