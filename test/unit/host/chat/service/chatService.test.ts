import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostMessage, ViewState } from '../../../../../src/contract/webview/chatMessages';
import type { ChatController } from '../../../../../src/host/chat/view/chatController';
import { FakeMemory, FakeWindow, settled } from '../chatFakes';

let folder: string;
let window: FakeWindow;
let memory: FakeMemory;
let second: ChatController;
let heard: HostMessage[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'paddock-chat-'));
  window = new FakeWindow(folder);
  memory = new FakeMemory();
  second = openSecond();
});

afterEach(async () => {
  second.dispose();
  window.close();
  await rm(folder, { recursive: true, force: true });
});

function openSecond(): ChatController {
  heard = [];
  const view = window.openView(memory);
  view.onMessage((message) => heard.push(message));
  return view;
}

async function secondState(): Promise<ViewState> {
  await second.viewReady();
  const state = heard.findLast((message) => message.type === 'state');
  if (state === undefined) throw new Error('no state came');
  return state.state;
}

describe('two views', () => {
  it('have separate conversations, drafts and simultaneous answers', async () => {
    await window.controller.send('First?');
    await second.send('Second?');
    const [one, two] = window.engine.chats;
    one?.write('one');
    two?.write('two');
    window.controller.setDraft('first draft');
    second.setDraft('second draft');
    expect(await window.state()).toMatchObject({ draft: 'first draft', turns: [{ question: 'First?', answer: 'one' }] });
    expect(await secondState()).toMatchObject({ draft: 'second draft', turns: [{ question: 'Second?', answer: 'two' }] });
    second.stop();
    await settled();
    expect((await secondState()).turns).toMatchObject([{ state: { kind: 'stopped' } }]);
    expect((await window.state()).turns).toMatchObject([{ state: { kind: 'streaming' } }]);
  });

  it('share the messages of one conversation and allow one answer at a time', async () => {
    await window.exchange('1?', 'one');
    const { conversationId } = await window.state();
    expect(await second.open(conversationId)).toBe(true);
    heard.length = 0;
    const before = window.messages.length;
    await second.send('2?');
    window.engine.last.write('two');
    await window.controller.send('3?');
    expect(window.messages.at(-1)).toEqual({ type: 'returned', text: '3?' });
    window.engine.last.end();
    await settled();
    expect(heard.filter(({ type }) => type === 'delta')).toHaveLength(1);
    expect(window.messages.slice(before).filter(({ type }) => type !== 'returned')).toEqual(heard);
    expect((await window.state()).turns).toEqual((await secondState()).turns);
    await window.controller.send('3?');
    expect(window.engine.last.params.history.map(({ answer }) => answer.text)).toEqual(['one', 'two']);
  });

  it('get the same record when they open a conversation at the same moment', async () => {
    await window.exchange('1?', 'one');
    const { conversationId } = await window.state();
    await window.store.flush();
    const later = new FakeWindow(folder, new FakeMemory(), 'later');
    const beside = later.openView();
    await Promise.all([later.controller.open(conversationId), beside.open(conversationId)]);
    await beside.send('2?');
    later.engine.last.write('two');
    expect((await later.state()).turns).toMatchObject([{ answer: 'one' }, { answer: 'two' }]);
    beside.dispose();
    later.close();
  });

  it('both leave a deleted conversation and both show it again after Undo', async () => {
    await window.exchange('1?', 'one');
    const { conversationId } = await window.state();
    await second.open(conversationId);
    const undo = await window.service.remove(conversationId);
    const [one, two] = [await window.state(), await secondState()];
    expect([one.turns, two.turns]).toEqual([[], []]);
    expect(one.conversationId).not.toBe(two.conversationId);
    await second.send('Else?');
    await undo?.();
    expect((await window.state()).conversationId).toBe(conversationId);
    expect((await secondState()).turns).toMatchObject([{ question: 'Else?' }]);
  });

  it('show what another window has written when they open the conversation again', async () => {
    await window.exchange('1?', 'one');
    const { conversationId } = await window.state();
    await window.store.flush();
    const elsewhere = new FakeWindow(folder, new FakeMemory(), 'elsewhere');
    elsewhere.skipTime(1000);
    await elsewhere.controller.open(conversationId);
    await elsewhere.exchange('2?', 'two');
    elsewhere.close();
    await second.open(conversationId);
    expect((await secondState()).turns).toHaveLength(2);
    const shown = window.messages.at(-1);
    expect(shown?.type === 'state' && shown.state.turns).toHaveLength(2);
  });

  it('restore their own conversations after a restart', async () => {
    await window.exchange('1?', 'one');
    await second.send('2?');
    second.setDraft('half');
    second.dispose();
    second = openSecond();
    expect(await secondState()).toMatchObject({ draft: 'half', turns: [{ question: '2?' }] });
  });
});

describe('warming up', () => {
  it('serves the view that was opened or typed in last', async () => {
    await window.exchange('1?', 'one');
    await second.send('2?');
    window.engine.last.write('two');
    window.engine.last.end();
    await settled();
    await window.state();
    await secondState();
    window.runIdle();
    const warmed = (): unknown[] =>
      window.engine.warmed.map((params) => (params.kind === 'chat' ? params.history.map(({ user }) => user.text) : []));
    expect(warmed()).toEqual([['2?']]);
    window.controller.setDraft('a');
    window.controller.setDraft('ab');
    window.runIdle();
    window.controller.setDraft('abc');
    window.runIdle();
    expect(warmed()).toEqual([['2?'], ['1?']]);
  });

  it('of a conversation opened during another answer waits for that answer', async () => {
    await window.exchange('1?', 'one');
    const { conversationId } = await window.state();
    await second.send('2?');
    await window.controller.newChat();
    await window.controller.open(conversationId);
    window.runIdle();
    expect(window.engine.warmed).toEqual([]);
    window.engine.last.write('two');
    window.engine.last.end();
    await settled();
    window.runIdle();
    expect(window.engine.warmed).toMatchObject([{ history: [{ user: { text: '1?' } }] }]);
  });
});

describe('the title of a conversation', () => {
  it('is found by the subject of a request, in memory and on disk', async () => {
    await window.exchange('Why is the sky blue?', 'one');
    const { subject = '' } = window.engine.last.params;
    expect(await window.service.titleOf(subject)).toBe('Why is the sky blue?');
    await window.store.flush();
    const later = new FakeWindow(folder, new FakeMemory(), 'later');
    expect(await later.service.titleOf(subject)).toBe('Why is the sky blue?');
    expect(await later.service.titleOf('none-such')).toBeUndefined();
    later.close();
  });
});
