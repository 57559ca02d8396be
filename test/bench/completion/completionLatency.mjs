/**
 * From a key press to ghost text on the screen, in a real VS Code with the embedded model: the recorded typing (trace.json) is typed into
 * its files in the browser, key by key, and the page itself writes down when which ghost text was painted. What VS Code and the debounce
 * wait is in the times.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Editor, eventually } from '../../e2e/support/driver.mjs';

/**
 * @typedef {import('../lib/trace').Trace} Trace
 * @typedef {import('../lib/trace').TraceEvent} TraceEvent
 * @typedef {import('./completionPaints').PageEvent} PageEvent
 * @typedef {import('./completionPaints').LogEntry} LogEntry
 * @typedef {import('./completionPaints').LatencyReport} LatencyReport
 */

/** VS Code adds nothing by itself, as the recording has it already, so that its text comes out; nothing else differs from the defaults. */
const settings = {
  'editor.autoClosingBrackets': 'never',
  'editor.autoClosingComments': 'never',
  'editor.autoClosingQuotes': 'never',
  'editor.autoIndent': 'none',
  'editor.acceptSuggestionOnEnter': 'off',
  'editor.acceptSuggestionOnCommitCharacter': false,
};

/** Runs in the page: notes keys, and ghost text when the frame is painted that first has it. */
function watchPage() {
  const events = /** @type {PageEvent[]} */ ([]);
  Object.assign(globalThis, { ghostEvents: events });
  let last = '';
  const read = () => {
    const inline = [...document.querySelectorAll('.monaco-editor .ghost-text-decoration')].map((each) => each.textContent).join('');
    const more = [...document.querySelectorAll('.monaco-editor .suggest-preview-text .view-line, .monaco-editor .ghost-text .view-line')];
    return [inline, ...more.map((each) => each.textContent)].join('\n').replaceAll('\u00a0', ' ').trimEnd();
  };
  // Read after a frame's paint, when what VS Code has drawn in it is on its way to the screen.
  const painted = new MessageChannel();
  painted.port1.onmessage = () => {
    const text = read();
    if (text !== last) events.push({ at: performance.timeOrigin + performance.now(), kind: 'paint', text });
    last = text;
    requestAnimationFrame(frame);
  };
  const frame = () => {
    painted.port2.postMessage(undefined);
  };
  requestAnimationFrame(frame);
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const text = event.key === 'Enter' ? '\n' : event.key;
    const isWritten = [...text].length === 1 && !event.ctrlKey;
    events.push({ at: performance.timeOrigin + event.timeStamp, kind: isWritten ? 'key' : 'other', text: isWritten ? text : '' });
  };
  document.addEventListener('keydown', onKey, true);
}

/**
 * @param {Editor} editor
 * @param {Trace} trace
 */
async function play(editor, trace) {
  const { keyboard } = editor.page;
  /** @type {Map<string, string>} What each file holds now, by which offsets become places. */
  const texts = new Map(trace.files.map(({ path: file, text }) => [file, text]));
  const cursors = new Map(trace.files.map(({ path: file }) => [file, 0]));
  let open = '';
  let before = 0;
  const replace = (/** @type {number} */ from, /** @type {number} */ to, /** @type {string} */ text) => {
    const all = texts.get(open) ?? '';
    texts.set(open, all.slice(0, from) + text + all.slice(to));
    cursors.set(open, from + text.length);
  };
  for (const event of trace.events) {
    const gap = event.at - before;
    before = event.at;
    const cursor = cursors.get(open) ?? 0;
    switch (event.kind) {
      case 'key': {
        await sleep(gap);
        if (event.text.startsWith('\n')) {
          await keyboard.press('Enter');
          // The recording has the indentation in the key.
          await keyboard.insertText(event.text.slice(1));
        } else {
          await keyboard.type(event.text);
        }
        replace(cursor, cursor, event.text);
        break;
      }
      case 'delete':
        await sleep(gap);
        for (let count = 0; count < event.count; count++) await keyboard.press('Backspace');
        replace(cursor - event.count, cursor, '');
        break;
      case 'jump': {
        cursors.set(open, event.offset);
        const lines = (texts.get(open) ?? '').slice(0, event.offset).split('\n');
        await editor.goTo(lines.length, (lines.at(-1)?.length ?? 0) + 1);
        break;
      }
      case 'switch':
        open = event.file;
        await editor.openFile(path.basename(event.file));
        break;
      case 'pause':
        await sleep(event.milliseconds);
        break;
    }
  }
}

/**
 * The ends of requests as Paddock's log has them.
 * @param {string} folder
 * @returns {Promise<LogEntry[]>}
 */
async function endings(folder) {
  const files = (await readdir(folder, { recursive: true })).filter((file) => /[\\/]Paddock[^\\/]*\.log$/.test(file)).sort();
  const text = (await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')))).join('');
  const line = /^(\S+ \S+) \[debug\] \[ghost text\] (\w+)(?:: .*generated in (\d+) ms)?/gmu;
  return Array.from(text.matchAll(line), ([, at = '', ending = '', worker]) => ({
    at: new Date(at).getTime(),
    ending,
    worker: worker === undefined ? undefined : Number(worker),
  }));
}

/**
 * @param {Trace} trace
 * @param {string} vsix
 * @param {(events: readonly PageEvent[], log: readonly LogEntry[]) => LatencyReport} reportOf
 */
export async function benchGhostLatency(trace, vsix, reportOf) {
  const editor = await Editor.start({ vsix, settings });
  try {
    for (const { path: file, text } of trace.files) await writeFile(path.join(editor.folder, path.basename(file)), text);
    await editor.page.evaluate(watchPage);
    await warmed(editor, trace);
    const started = Date.now();
    await play(editor, trace);
    await sleep(1000);
    const events = /** @type {PageEvent[]} */ (await editor.page.evaluate('globalThis.ghostEvents'));
    const log = (await endings(path.join(editor.host.userDataDir, 'logs'))).filter(({ at }) => at >= started);
    for (const { path: file, after } of trace.files) {
      await editor.openFile(path.basename(file));
      // Otherwise the figures are of something else than what was recorded.
      if ((await editor.save(path.basename(file))) !== after) throw new Error(`${file} did not come out as recorded.`);
    }
    return reportOf(events, log);
  } finally {
    await editor.stop();
  }
}

/**
 * Has the model loaded before the first key counts.
 * @param {Editor} editor
 * @param {Trace} trace
 */
async function warmed(editor, trace) {
  await editor.openFile(path.basename(trace.files[0]?.path ?? ''));
  await editor.page.keyboard.press('Control+End');
  const { keyboard } = editor.page;
  const model = editor.page.locator('.statusbar-item').filter({ hasText: 'SmolLM2' });
  // Keys before the extension is there ask nobody.
  await eventually('the model loaded', async () => {
    await keyboard.type(' ');
    await keyboard.press('Backspace');
    return (await model.count()) > 0 ? true : undefined;
  });
  await sleep(3000);
  await editor.page.evaluate('globalThis.ghostEvents.length = 0');
}
