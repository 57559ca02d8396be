// Writes trace.json: the edits of traceScenario.mjs typed key by key, as a person types, with slips that are noticed and deleted. A fixed
// seed, so that the same scenario makes the same trace. The files are this repository's own, as they were at one commit. Brackets are not
// closed by themselves here, and suggestions are not taken: the trace is of typing.
// Run: node test/bench/lib/traceRecord.mjs && npx prettier --write test/bench/lib/trace.json
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { scenario } from './traceScenario.mjs';

/**
 * @import { Trace, TraceEvent } from './trace'
 * @typedef {{ path: string, language: string, text: string }} Source
 */

const COMMIT = '85f8720';
const SEED = 20_26;

/** @type {readonly Omit<Source, 'text'>[]} */
const FILES = [
  { path: 'test/fixtures/workspace/weather.py', language: 'python' },
  { path: 'src/host/chat/store/conversationRecords.ts', language: 'typescript' },
  { path: 'scripts/lib/models/model.mjs', language: 'javascript' },
];

/** What lies beside a key, so that a slip is one that fingers make. */
const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** Share of letters that are missed at first. */
const SLIPS = 0.04;

/**
 * Numbers from 0 to 1, the same for the same seed (mulberry32).
 * @param {number} seed
 * @returns {() => number}
 */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Somebody at an editor. The scenario says what they do; this turns it into events. */
export class Recorder {
  /** @type {TraceEvent[]} */
  events = [];
  /** @type {Map<string, { text: string, cursor: number, wanted: string }>} `wanted` is the text with the edits made at one stroke */
  files;
  at = 0;
  path = '';
  conversation = '';
  random = randomOf(SEED);

  /** @param {readonly Source[]} sources */
  constructor(sources) {
    this.files = new Map(sources.map(({ path, text }) => [path, { text, cursor: 0, wanted: text }]));
  }

  get file() {
    const file = this.files.get(this.path);
    if (!file) throw new Error(`no file ${this.path}`);
    return file;
  }

  /**
   * Opens a file.
   * @param {string} name its path's end
   */
  show(name) {
    this.path = [...this.files.keys()].find((path) => path.endsWith(name)) ?? name;
    if (this.at > 0) this.wait(700, 1100);
    this.push({ kind: 'switch', file: this.path });
  }

  /**
   * Puts the cursor behind a piece of the file.
   * @param {string} anchor stands in the file once
   */
  after(anchor) {
    this.wait(600, 1000);
    this.file.cursor = this.indexOf(this.file.text, anchor) + anchor.length;
    this.push({ kind: 'jump', file: this.path, offset: this.file.cursor });
  }

  /**
   * Deletes what stands before the cursor and types in its place.
   * @param {string} anchor the cursor goes behind it
   * @param {{ erase?: string, word?: boolean, type: string }} edit `erase` is the anchor's end; with `word`, it goes at one stroke
   */
  edit(anchor, { erase = '', word = false, type }) {
    const { file } = this;
    this.after(anchor);
    if (!anchor.endsWith(erase)) throw new Error(`${erase} is not the end of ${anchor}`);
    const from = this.indexOf(file.wanted, anchor) + anchor.length - erase.length;
    file.wanted = file.wanted.slice(0, from) + type + file.wanted.slice(from + erase.length);
    if (word) this.backspace(erase.length);
    else for (let left = erase.length; left > 0; left--) this.backspace(1);
    this.type(type);
  }

  /**
   * Nobody does anything.
   * @param {number} milliseconds
   */
  think(milliseconds) {
    this.wait(150, 250);
    this.push({ kind: 'pause', milliseconds });
    this.at += milliseconds;
  }

  /**
   * Opens a conversation and asks in it.
   * @param {string} conversation
   * @param {string} text
   */
  ask(conversation, text) {
    if (conversation !== this.conversation) {
      this.wait(500, 800);
      this.push({ kind: 'open', conversation });
      this.conversation = conversation;
    }
    // What is typed in the chat is the chat's own affair until it is sent.
    this.wait(1800, 2600);
    this.push({ kind: 'ask', conversation, text });
  }

  /**
   * Selects lines of the file and has them explained.
   * @param {string} conversation
   * @param {string} first begins the selection's first line
   * @param {number} lines
   */
  explain(conversation, first, lines) {
    this.wait(1000, 1600);
    const startLine = this.file.text.slice(0, this.indexOf(this.file.text, `\n${first}`) + 1).split('\n').length;
    this.push({ kind: 'explain', conversation, file: this.path, startLine, endLine: startLine + lines - 1 });
    this.conversation = conversation;
  }

  /** @param {string} text */
  type(text) {
    const keys = text.match(/\n[ \t]*|[^\n]/gu) ?? [];
    for (let index = 0; index < keys.length; index++) {
      if (/[a-z]/u.test(keys[index] ?? '') && this.random() < SLIPS) this.slip(keys, index);
      this.key(keys[index] ?? '');
    }
  }

  /**
   * A key beside the right one, up to two more before it is noticed, and all of them deleted.
   * @param {readonly string[]} keys
   * @param {number} index
   */
  slip(keys, index) {
    const row = ROWS.find((letters) => letters.includes(keys[index] ?? '')) ?? '';
    const place = row.indexOf(keys[index] ?? '');
    const more = keys.slice(index + 1, index + 1 + Math.floor(this.random() * 3)).filter((key) => !key.startsWith('\n'));
    const typed = [row[place + 1] ?? row[place - 1] ?? '', ...more];
    for (const key of typed) this.key(key);
    this.wait(150, 350);
    for (const key of typed) this.backspace(key.length);
  }

  /** @param {string} text */
  key(text) {
    const { file } = this;
    // A new line is thought about.
    if (text.startsWith('\n')) this.wait(150, 350);
    this.wait(150, 250);
    file.text = file.text.slice(0, file.cursor) + text + file.text.slice(file.cursor);
    file.cursor += text.length;
    this.push({ kind: 'key', text });
  }

  /** @param {number} count */
  backspace(count) {
    const { file } = this;
    this.wait(150, 200);
    file.text = file.text.slice(0, file.cursor - count) + file.text.slice(file.cursor);
    file.cursor -= count;
    this.push({ kind: 'delete', count });
  }

  /**
   * @param {number} least
   * @param {number} most
   */
  wait(least, most) {
    this.at += Math.round(least + this.random() * (most - least));
  }

  /**
   * @param {string} text
   * @param {string} anchor
   */
  indexOf(text, anchor) {
    const index = text.indexOf(anchor);
    if (index < 0 || text.includes(anchor, index + 1)) throw new Error(`${this.path} does not have once: ${anchor}`);
    return index;
  }

  /** @param {import('./traceScenario.mjs').Doing} doing */
  push(doing) {
    this.events.push({ at: this.at, ...doing });
  }
}

/**
 * The trace of the scenario in these files.
 * @param {readonly Source[]} sources
 * @returns {Trace}
 */
export function record(sources) {
  const recorder = new Recorder(sources);
  scenario(recorder);
  const files = sources.map(({ path, language, text }) => ({ path, language, text, after: recorder.files.get(path)?.wanted ?? '' }));
  return { files, events: recorder.events };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sources = FILES.map((file) => ({ ...file, text: execFileSync('git', ['show', `${COMMIT}:${file.path}`], { encoding: 'utf8' }) }));
  writeFileSync(new URL('trace.json', import.meta.url), JSON.stringify(record(sources)));
}
