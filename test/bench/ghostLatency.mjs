/**
 * From a key press to ghost text on the screen, in a real VS Code with the embedded model: the recorded typing (trace.json) is typed into
 * its files in the browser, key by key, and the page itself writes down when which ghost text was painted. What VS Code and the debounce
 * wait is in the times.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { note } from '../../scripts/lib/progress.mjs';
import { Editor } from '../e2e/driver.mjs';

/**
 * @typedef {import('./trace').Trace} Trace
 * @typedef {import('./trace').TraceEvent} TraceEvent
 * @typedef {import('./ghostPaints').PageEvent} PageEvent
 * @typedef {import('./ghostPaints').LogEntry} LogEntry
 * @typedef {import('./ghostPaints').LatencyReport} LatencyReport
 */

/** As long as the recording's pauses between two keys are, they are not all needed; milliseconds. */
const longestGap = 500;
/** VS Code closes no brackets and indents as the recording has it, so that its text comes out; nothing else differs from the defaults. */
const settings = {
  'editor.autoClosingBrackets': 'never',
  'editor.autoClosingQuotes': 'never',
  'editor.autoIndent': 'keep',
  'editor.acceptSuggestionOnEnter': 'off',
  'editor.acceptSuggestionOnCommitCharacter': false,
};

/** Runs in the page: notes keys, and ghost text in the frame after the one it was found in, which is when it can be seen. */
function watchPage() {
  const events = /** @type {PageEvent[]} */ ([]);
  Object.assign(globalThis, { ghostEvents: events });
  let last = '';
  const read = () => {
    const inline = [...document.querySelectorAll('.monaco-editor .ghost-text-decoration')].map((each) => each.textContent).join('');
    const more = [...document.querySelectorAll('.monaco-editor .suggest-preview-text .view-line, .monaco-editor .ghost-text .view-line')];
    return [inline, ...more.map((each) => each.textContent)].join('\n').replaceAll('\u00a0', ' ').trimEnd();
  };
  const frame = () => {
    const text = read();
    if (text !== last) requestAnimationFrame((time) => events.push({ at: performance.timeOrigin + time, kind: 'paint', text }));
    last = text;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const text = event.key === 'Enter' ? '\n' : event.key;
    if ([...text].length === 1 && !event.ctrlKey) events.push({ at: performance.timeOrigin + event.timeStamp, kind: 'key', text });
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
    const gap = Math.min(longestGap, event.at - before);
    before = event.at;
    const cursor = cursors.get(open) ?? 0;
    switch (event.kind) {
      case 'key': {
        await sleep(gap);
        // The recording has the indentation in the key; the editor brings it by itself.
        await (event.text.startsWith('\n') ? keyboard.press('Enter') : keyboard.type(event.text));
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
        await sleep(Math.min(event.milliseconds, 2 * longestGap));
        break;
    }
  }
  return texts;
}

/**
 * The ends of requests as Paddock's log has them.
 * @param {string} folder
 * @returns {Promise<LogEntry[]>}
 */
async function endings(folder) {
  const files = (await readdir(folder, { recursive: true })).filter((file) => /[\\/]Paddock[^\\/]*\.log$/.test(file)).sort();
  const text = (await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')))).join('');
  return Array.from(text.matchAll(/^(\S+ \S+) \[debug\] \[?ghost text\]?:? (\w+)/gmu), ([, at = '', ending = '']) => ({
    at: new Date(at).getTime(),
    ending,
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
    const texts = await play(editor, trace);
    await sleep(1000);
    const events = /** @type {PageEvent[]} */ (await editor.page.evaluate('globalThis.ghostEvents'));
    const log = await endings(path.join(editor.host.userDataDir, 'logs'));
    for (const { path: file, after } of trace.files) if (texts.get(file) !== after) note(`${file} did not come out as recorded.`);
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
  await editor.page.keyboard.type(' ');
  await editor.page.locator('.statusbar-item').filter({ hasText: 'SmolLM2' }).first().waitFor({ timeout: 120_000 });
  await editor.page.keyboard.press('Backspace');
  await sleep(3000);
  await editor.page.evaluate('globalThis.ghostEvents.length = 0');
}
