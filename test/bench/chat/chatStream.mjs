/**
 * Long answers and long conversations in a real VS Code: a scripted worker streams, the chat's page writes down which frame showed which
 * token and which tasks were long, and the processes' time and memory are read.
 */
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Editor, eventually } from '../../e2e/support/driver.mjs';

/**
 * @typedef {import('./chatReport').ChatMeasurements} ChatMeasurements
 * @typedef {import('./chatReport').Streaming} Streaming
 * @typedef {import('./chatReport').Memory} Memory
 * @typedef {import('playwright-core').Frame} Frame
 * @typedef {import('playwright-core').CDPSession} CDPSession
 *
 * @typedef {object} Watched what the page writes down
 * @property {{at: number, token: number}[]} frames
 * @property {number[]} longTasks
 * @property {{at: number, turns: number}[]} turns when the number of turns on the screen changed
 * @property {number[]} states when a state came from the host
 *
 * @typedef {object} ChatBench
 * @property {string} vsix
 * @property {number} answers
 * @property {(count: number) => readonly string[]} numberedTokens
 * @property {(model: object, wanted: {id: string, title: string, count: number}) => object} longRecord
 */

const TOKENS = 2000;
const TOKENS_PER_SECOND = 200;
const TURNS = { streamed: 200, opened: 500 };
const WARM_UPS = 2;
const OPENINGS = 7;
const IDLE_MS = 5000;
/** Ticks of `/proc` in a second. */
const TICKS = 100;

const program = fileURLToPath(new URL('../../fixtures/workers/streams.mjs', import.meta.url));

/** Runs in the chat's page. */
function watchPage() {
  const watched = /** @type {Watched} */ ({ frames: [], longTasks: [], turns: [], states: [] });
  Object.assign(globalThis, { watched });
  const now = () => performance.timeOrigin + performance.now();
  new PerformanceObserver((list) => {
    // In the browser the page shares its thread with VS Code's own: a task that is named otherwise is VS Code's.
    for (const { name, duration } of list.getEntries()) if (name === 'self') watched.longTasks.push(duration);
  }).observe({ type: 'longtask' });
  addEventListener('message', ({ data }) => {
    if (data?.type === 'state') watched.states.push(now());
  });
  let turns = -1;
  const newest = () => {
    const block = document.querySelector('.turn-slot:last-child .answer-body')?.lastElementChild;
    const end = block?.textContent.slice(-80) ?? '';
    return Number([...end.matchAll(/n(\d+)/g)].at(-1)?.[1] ?? -1);
  };
  // Read after a frame's paint, when what it has drawn is on its way to the screen.
  const painted = new MessageChannel();
  painted.port1.onmessage = () => {
    const at = now();
    watched.frames.push({ at, token: newest() });
    const count = document.querySelectorAll('.turn-slot').length;
    if (count !== turns) watched.turns.push({ at, turns: count });
    turns = count;
    requestAnimationFrame(frame);
  };
  const frame = () => {
    painted.port2.postMessage(undefined);
  };
  requestAnimationFrame(frame);
}

/**
 * The chat's frame, and a line to the process it is in, with VS Code's own page.
 * @param {Editor} editor
 */
async function attach(editor) {
  const main = await editor.chat.locator('main').elementHandle();
  const frame = await main?.ownerFrame();
  if (!frame) throw new Error('The chat has no frame.');
  const session = await editor.page.context().newCDPSession(editor.page);
  await session.send('Performance.enable');
  await frame.evaluate(watchPage);
  return { frame, session };
}

/** @typedef {Awaited<ReturnType<typeof attach>>} Page */

/**
 * @param {Frame} frame
 * @returns {Promise<Watched>} what was written down since the last time
 */
async function taken(frame) {
  return /** @type {Watched} */ (
    await frame.evaluate(`(() => {
      const { frames, longTasks, turns, states } = globalThis.watched;
      return { frames: frames.splice(0), longTasks: longTasks.splice(0), turns: turns.splice(0), states: states.splice(0) };
    })()`)
  );
}

/**
 * @param {CDPSession} session
 * @returns {Promise<Record<string, number>>}
 */
async function metrics(session) {
  const { metrics: all } = await session.send('Performance.getMetrics');
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}

/** @param {Editor} editor */
async function extensionHost(editor) {
  const found = (await editor.host.processes()).find(({ command }) => command.includes('--type=extensionHost'));
  if (!found) throw new Error('There is no extension host.');
  return found.pid;
}

/** @param {number} pid */
async function cpuSeconds(pid) {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/**
 * @param {number} pid
 * @param {CDPSession} session
 * @returns {Promise<Memory>}
 */
async function memory(pid, session) {
  // The host collects when it likes: the least of some moments is nearest to what it needs.
  let host = Infinity;
  for (let look = 0; look < 10; look++) {
    const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
    host = Math.min(host, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024);
    await sleep(200);
  }
  await session.send('HeapProfiler.collectGarbage');
  const { JSHeapUsedSize: heap = NaN, Nodes: nodes = NaN } = await metrics(session);
  return { host, heap, nodes };
}

/**
 * @param {Editor} editor
 * @param {Page} page
 * @param {string} log of the worker
 * @returns {Promise<Streaming>}
 */
async function stream(editor, { frame, session }, log) {
  await rm(log, { force: true });
  await editor.input.click();
  await editor.page.keyboard.type('Count the words.');
  await taken(frame);
  const pid = await extensionHost(editor);
  const [cpu, work] = [await cpuSeconds(pid), await metrics(session)];
  await editor.page.keyboard.press('Enter');
  await eventually('the last token', () => readFile(log, 'utf8').then(JSON.parse, () => undefined));
  await sleep(500);
  const sent = /** @type {number[]} */ (JSON.parse(await readFile(log, 'utf8')));
  const after = await metrics(session);
  const { frames, longTasks } = await taken(frame);
  return {
    sent,
    // Those before and after are of other work: the key, the record's last write.
    frames: frames.filter(({ at }) => at >= (sent[0] ?? 0) && at <= (sent.at(-1) ?? 0) + 300),
    longTasks,
    hostCpu: (await cpuSeconds(pid)) - cpu,
    pageCpu: (after['TaskDuration'] ?? NaN) - (work['TaskDuration'] ?? NaN),
  };
}

/**
 * Opens a conversation by its title, as a person does, and waits for its turns.
 * @param {Editor} editor
 * @param {Page} page
 * @param {string} title
 * @param {number} turns
 */
async function openConversation(editor, { frame }, title, turns) {
  const row = editor.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first();
  // The palette's list gives way to the conversations' first: what is typed until then goes nowhere. A view that takes the focus late
  // closes the list, and it is asked for again.
  await eventually('the list of conversations', async () => {
    await editor.command('Paddock: Show Conversations');
    return row.waitFor({ timeout: 5000 }).then(
      () => true,
      () => undefined,
    );
  });
  await editor.page.locator('.quick-input-widget input').first().fill(title);
  await editor.page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: title }).waitFor();
  await taken(frame);
  // An Enter that comes while the list is being searched takes nothing, and the list stays.
  await eventually('the choice', async () => {
    await editor.page.keyboard.press('Enter');
    return row.waitFor({ state: 'hidden', timeout: 1000 }).then(
      () => true,
      () => undefined,
    );
  });
  await eventually('the turns', async () => ((await frame.locator('.turn-slot').count()) === turns ? true : undefined));
  // Two frames more, so that the one that shows them has been written down.
  await sleep(300);
  const pressed = /** @type {number} */ (await editor.page.evaluate('globalThis.pressed'));
  const watched = await taken(frame);
  const painted = watched.turns.find((each) => each.turns === turns)?.at ?? Infinity;
  return { total: painted - pressed, page: painted - (watched.states.at(-1) ?? Infinity) };
}

/** Runs in VS Code's page: when Enter was pressed last. */
function watchKeys() {
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter') Object.assign(globalThis, { pressed: performance.timeOrigin + event.timeStamp });
  };
  document.addEventListener('keydown', onKey, true);
}

/**
 * Puts the long conversations beside the one that Paddock has written.
 * @param {Editor} editor
 * @param {ChatBench['longRecord']} longRecord
 */
async function writeConversations(editor, longRecord) {
  const storage = path.join(editor.host.userDataDir, 'User', 'workspaceStorage');
  const [file] = (await readdir(storage, { recursive: true })).filter((name) => /conversations[\\/][^\\/]+\.json$/.test(name));
  if (file === undefined) throw new Error('Paddock has written no conversation.');
  const model = /** @type {object} */ (JSON.parse(await readFile(path.join(storage, file), 'utf8')));
  for (const [id, count] of Object.entries(TURNS)) {
    const record = longRecord(model, { id, title: `The ${id} conversation`, count });
    await writeFile(path.join(storage, path.dirname(file), `${id}.json`), JSON.stringify(record));
  }
}

/**
 * @param {ChatBench} bench
 * @returns {Promise<ChatMeasurements>}
 */
export async function benchChat({ vsix, answers, numberedTokens, longRecord }) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'paddock-chat-'));
  const files = { stream: path.join(folder, 'stream.json'), log: path.join(folder, 'log.json'), runtime: path.join(folder, 'runtime') };
  // Run in place of the host's own executable, it runs the scripted worker whatever it is told to run.
  await writeFile(files.runtime, `#!/bin/sh\nexec '${process.execPath}' '${program}'\n`);
  await chmod(files.runtime, 0o755);
  const says = (/** @type {number} */ count) =>
    writeFile(files.stream, JSON.stringify({ texts: numberedTokens(count), perSecond: TOKENS_PER_SECOND, log: files.log }));
  await says(1);
  process.env['PADDOCK_STREAM'] = files.stream;
  const scripted = {
    machineSettings: { 'paddock.worker.runtime': files.runtime },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
  const worker = /** @type {import('../../e2e/support/scriptedWorker.mjs').ScriptedWorker} */ (scripted);
  const editor = await Editor.start({ vsix, worker });
  try {
    await editor.page.evaluate(watchKeys);
    await editor.openChat();
    await editor.ask('Say one word.');
    await writeConversations(editor, longRecord);
    const page = await attach(editor);
    await openConversation(editor, page, 'The streamed conversation', TURNS.streamed);
    await says(TOKENS);
    return await measured(editor, page, files.log, answers);
  } finally {
    delete process.env['PADDOCK_STREAM'];
    await editor.stop();
  }
}

/**
 * @param {Editor} editor
 * @param {Page} page
 * @param {string} log
 * @param {number} answers
 * @returns {Promise<ChatMeasurements>}
 */
async function measured(editor, page, log, answers) {
  await taken(page.frame);
  await sleep(IDLE_MS);
  const idle = await taken(page.frame);
  for (let count = 0; count < WARM_UPS; count++) await stream(editor, page, log);
  const pid = await extensionHost(editor);
  const before = await memory(pid, page.session);
  const streamings = [];
  for (let count = 0; count < answers; count++) streamings.push(await stream(editor, page, log));
  const after = await memory(pid, page.session);
  const openings = [];
  const turns = TURNS.streamed + WARM_UPS + answers;
  for (let count = 0; count < OPENINGS; count++) {
    openings.push(await openConversation(editor, page, 'The opened conversation', TURNS.opened));
    await openConversation(editor, page, 'The streamed conversation', turns);
  }
  return { streamings, idle, before, after, openings };
}
