import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TurnView } from '../../../../../src/contract/webview/chatMessages';
import { FakeWindow, settled } from '../chatFakes';

let folder: string;
let open: FakeWindow[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'paddock-chat-'));
  open = [];
});

afterEach(async () => {
  for (const each of open) each.close();
  await rm(folder, { recursive: true, force: true });
});

function openWindow(before?: FakeWindow): FakeWindow {
  const made = new FakeWindow(folder, before?.memory, before === undefined ? 'id' : 'later');
  open.push(made);
  return made;
}

/** A conversation of three questions, each answered. */
async function conversation(): Promise<FakeWindow> {
  const window = openWindow();
  await window.exchange('1?', 'one');
  await window.exchange('2?', 'two');
  await window.exchange('3?', 'three');
  return window;
}

async function turn(window: FakeWindow, place: number): Promise<TurnView> {
  const found = (await window.state()).turns[place];
  if (found === undefined) throw new Error(`no turn ${String(place)}`);
  return found;
}

async function end(window: FakeWindow, text: string): Promise<void> {
  window.engine.last.write(text);
  window.engine.last.end();
  await settled();
}

const shown = async (window: FakeWindow): Promise<string[]> =>
  (await window.state()).turns.map(({ question, answer }) => `${question} ${answer}`);
const told = (window: FakeWindow): string[] => window.engine.last.params.history.map(({ answer }) => answer.text);

describe('another answer', () => {
  it('is requested with only the turns before the question, and replaces the old answer in the view', async () => {
    const window = await conversation();
    window.messages.length = 0;
    const { id } = await turn(window, 1);
    window.controller.askAgain(id);
    expect(window.engine.last.params.user).toEqual({ text: '2?' });
    expect(told(window)).toEqual(['one']);
    await end(window, 'zwei');
    expect(await shown(window)).toEqual(['1? one', '2? zwei']);
    expect((await turn(window, 1)).branch).toEqual({ position: 2, count: 2 });
    expect((await turn(window, 0)).branch).toBeUndefined();
  });

  it('keeps the old answer with its follow-ups as a sibling, also after a restart', async () => {
    const window = await conversation();
    window.controller.askAgain((await turn(window, 1)).id);
    await end(window, 'zwei');
    window.controller.showSibling((await turn(window, 1)).id, -1);
    expect(await shown(window)).toEqual(['1? one', '2? two', '3? three']);
    window.close();
    const later = openWindow(window);
    expect(await shown(later)).toEqual(['1? one', '2? two', '3? three']);
    later.controller.showSibling((await turn(later, 1)).id, 1);
    expect(await shown(later)).toEqual(['1? one', '2? zwei']);
    await later.controller.send('4?');
    expect(told(later)).toEqual(['one', 'zwei']);
  });

  it('is sampled at a higher temperature, but not after a failure', async () => {
    const window = await conversation();
    window.controller.askAgain((await turn(window, 2)).id);
    expect(window.engine.last.params.sampling.temperature).toBe(0.7);
    window.engine.last.write('dr');
    window.engine.last.fail({ kind: 'workerDied', detail: '' });
    await settled();
    window.controller.askAgain((await turn(window, 2)).id);
    expect(window.engine.last.params.sampling.temperature).toBe(0.2);
  });

  it('is refused during another answer and for an unknown turn', async () => {
    const window = await conversation();
    await window.controller.send('4?');
    const count = window.engine.chats.length;
    window.controller.askAgain((await turn(window, 0)).id);
    window.controller.showSibling((await turn(window, 0)).id, -1);
    window.engine.last.end();
    await settled();
    window.controller.askAgain('nowhere');
    expect(window.engine.chats).toHaveLength(count);
  });
});

describe('an edited question', () => {
  it('keeps its attachments and its place, also as the first turn', async () => {
    const window = openWindow();
    const file = { path: 'a.ts', language: 'typescript', text: 'x' };
    await window.controller.ask({ text: 'Explain at length.', title: 'Explain', file }, { newConversation: true });
    await end(window, 'It is x.');
    const { id, words } = await turn(window, 0);
    expect(words).toBe('Explain at length.');
    window.controller.askAgain(id, 'Explain in a word.');
    expect(window.engine.last.params).toMatchObject({ history: [], user: { text: 'Explain in a word.', file } });
    await end(window, 'x');
    expect(await shown(window)).toEqual(['Explain in a word. x']);
    expect((await turn(window, 0)).branch).toEqual({ position: 2, count: 2 });
  });

  it('becomes the draft while another answer is running', async () => {
    const window = await conversation();
    await window.controller.send('4?');
    const { id } = await turn(window, 0);
    window.controller.askAgain(id, 'One?');
    expect(window.messages.at(-1)).toEqual({ type: 'returned', text: 'One?' });
  });

  it('is stored while it is typed, until it is sent or cancelled', async () => {
    const window = await conversation();
    const { id } = await turn(window, 1);
    window.controller.keepEdit(id, 'Two, or thr');
    window.close();
    const later = openWindow(window);
    expect((await turn(later, 1)).edit).toBe('Two, or thr');
    later.controller.askAgain(id, 'Two, or three?');
    await end(later, 'two');
    later.controller.showSibling((await turn(later, 1)).id, -1);
    expect((await turn(later, 1)).edit).toBeUndefined();
    later.controller.keepEdit(id, 'x');
    later.controller.keepEdit(id, undefined);
    expect((await turn(later, 1)).edit).toBeUndefined();
  });

  it('is ignored when it is empty', async () => {
    const window = await conversation();
    const { length } = window.engine.chats;
    window.controller.askAgain((await turn(window, 1)).id, ' \n');
    expect(window.engine.chats).toHaveLength(length);
    expect(window.messages.filter(({ type }) => type === 'returned')).toEqual([]);
  });
});

describe('after a switch', () => {
  it('warms up the shown branch', async () => {
    const window = await conversation();
    window.controller.askAgain((await turn(window, 2)).id);
    await end(window, 'drei');
    window.controller.showSibling((await turn(window, 2)).id, -1);
    window.runIdle();
    expect(window.engine.warmed.at(-1)).toMatchObject({
      history: [{ answer: { text: 'one' } }, { answer: { text: 'two' } }, { answer: { text: 'three' } }],
    });
  });
});
