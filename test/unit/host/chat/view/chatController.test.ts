import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostMessage } from '../../../../../src/contract/webview/chatMessages';
import { fakeFacts, fakeMetrics } from '../../../../fixtures/engine/fakeEngine';
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

function types(messages: readonly HostMessage[]): string[] {
  return messages.map((message) => (message.type === 'turn' ? `turn ${message.turn.state.kind}` : message.type));
}

describe('an answer', () => {
  it('reports waiting, reading, streaming and its end to the view', async () => {
    const { controller, engine, messages, busy } = openWindow();
    await controller.send('Why?');
    engine.last.read(10, 100);
    engine.last.write('Be');
    engine.last.read(100, 100);
    engine.last.write('cause.');
    engine.last.end('end', { droppedTurns: 2 });
    await settled();
    expect(types(messages)).toEqual(['title', 'turn waiting', 'turn reading', 'turn streaming', 'delta', 'delta', 'turn done']);
    expect(messages.filter((message) => message.type === 'delta').map(({ at, text }) => [at, text])).toEqual([
      [0, 'Be'],
      [2, 'cause.'],
    ]);
    const last = messages.at(-1);
    expect(last?.type === 'turn' && last.turn).toMatchObject({
      question: 'Why?',
      answer: 'Because.',
      metrics: fakeMetrics,
      notes: ['dropped 2', 'cuts 0'],
    });
    expect(busy).toEqual([true, false]);
  });

  it('is requested with the present settings', async () => {
    const window = openWindow();
    window.settings = { system: 'S', temperature: 0.9, maxTokens: 5 };
    await window.controller.send('Why?');
    expect(window.engine.last.params).toMatchObject({ system: 'S', maxTokens: 5, sampling: { temperature: 0.9, seed: 7 } });
  });

  it('that is stopped keeps its text and its tokens', async () => {
    const window = openWindow();
    await window.controller.send('Why?');
    window.engine.last.write('Be');
    window.controller.stop();
    await settled();
    window.engine.last.write('too late');
    expect((await window.state()).turns).toMatchObject([{ answer: 'Be', state: { kind: 'stopped' } }]);
    await window.controller.send('And?');
    expect(window.engine.last.params.history).toMatchObject([
      { answer: { text: 'Be', tokens: [66, 101], fingerprint: fakeFacts.fingerprint } },
    ]);
  });

  it('keeps streamed text that its result lacks', async () => {
    const window = openWindow();
    await window.controller.send('Why?');
    window.engine.last.write('Because.');
    window.engine.last.end('end', { text: 'Be', tokens: [66] });
    await settled();
    expect((await window.state()).turns[0]?.answer).toBe('Because.');
  });

  it('is one at a time, and a second question becomes the draft', async () => {
    const window = openWindow();
    await window.controller.send('First?');
    await window.controller.send('Second?');
    expect(window.engine.chats).toHaveLength(1);
    expect(window.messages.at(-1)).toEqual({ type: 'returned', text: 'Second?' });
    const state = await window.state();
    expect(state.draft).toBe('Second?');
    expect(state.turns).toHaveLength(1);
  });
});

describe('after the worker died during an answer', () => {
  async function died(window: FakeWindow, words = 'Half'): Promise<void> {
    await window.controller.send('Why?');
    if (words !== '') window.engine.last.write(words);
    window.engine.last.fail({ kind: 'workerDied', detail: 'SIGKILL' });
    await settled();
  }

  it('the text stays, with a button that asks again', async () => {
    const window = openWindow();
    await died(window);
    expect((await window.state()).turns).toMatchObject([
      {
        answer: 'Half',
        state: {
          kind: 'failed',
          message: 'problem workerDied',
          actions: [
            { id: 'retry', label: 'Retry' },
            { id: 'showLog', label: 'Log' },
          ],
        },
      },
    ]);
  });

  it('the text stays after a restart of the window', async () => {
    const window = openWindow();
    await died(window);
    window.close();
    expect((await openWindow(window).state()).turns).toMatchObject([{ answer: 'Half', state: { kind: 'failed' } }]);
  });

  it('asking again sends the same question without the partial answer', async () => {
    const window = openWindow();
    const file = { path: 'a.ts', language: 'typescript', text: 'x' };
    await window.controller.ask({ text: 'Why?', file }, { newConversation: false });
    window.engine.last.write('Half');
    window.engine.last.fail({ kind: 'workerDied', detail: 'SIGKILL' });
    await settled();
    window.controller.act('retry', (await window.state()).turns[0]?.id);
    expect(window.engine.last.params).toMatchObject({ user: { text: 'Why?', file }, history: [] });
    window.engine.last.write('Whole');
    window.engine.last.end();
    await settled();
    expect((await window.state()).turns).toMatchObject([{ answer: 'Whole', branch: { position: 2, count: 2 } }]);
    await window.controller.send('And?');
    expect(window.engine.last.params.history.map(({ answer }) => answer.text)).toEqual(['Whole']);
  });

  it('asking again replaces a failure without text', async () => {
    const window = openWindow();
    await died(window, '');
    window.controller.act('retry', (await window.state()).turns[0]?.id);
    expect((await window.state()).turns).toMatchObject([{ question: 'Why?', state: { kind: 'waiting' } }]);
  });

  it('asking again starts a failed engine', async () => {
    const window = openWindow();
    await died(window);
    window.engine.become({ kind: 'failed', generation: 1, error: { kind: 'workerDied', detail: '' } });
    window.controller.act('retry', (await window.state()).turns[0]?.id);
    expect(window.engine.restarts).toBe(1);
  });

  it('known buttons run their action and unknown ones do nothing', () => {
    const window = openWindow();
    window.controller.act('showLog', undefined);
    window.controller.act('workbench.action.terminal.new', undefined);
    window.controller.act('retry', 'no-such-turn');
    expect(window.actions).toEqual(['showLog']);
    expect(window.engine.chats).toEqual([]);
  });
});

describe('the history', () => {
  it('contains the answers with text, with token ids that match the text', async () => {
    const window = openWindow();
    await window.exchange('1?', 'one');
    await window.controller.send('2?');
    window.engine.last.fail({ kind: 'noModel' });
    await settled();
    await window.controller.send('3?');
    window.engine.last.write('th');
    window.engine.last.fail({ kind: 'workerDied', detail: '' });
    await settled();
    window.engine.become({ kind: 'stopped' });
    await window.controller.send('4?');
    window.engine.last.write('four');
    window.engine.last.fail({ kind: 'workerDied', detail: '' });
    await settled();
    await window.controller.send('5?');
    expect(window.engine.last.params.history).toEqual([
      { user: { text: '1?' }, answer: { text: 'one', tokens: [111, 110, 101], fingerprint: 'fake-model' } },
      { user: { text: '3?' }, answer: { text: 'th', tokens: [116, 104], fingerprint: 'fake-model' } },
      { user: { text: '4?' }, answer: { text: 'four' } },
    ]);
  });

  it('survives a restart with its token ids', async () => {
    const window = openWindow();
    await window.exchange('1?', 'one');
    window.close();
    const later = openWindow(window);
    await later.controller.send('2?');
    expect(later.engine.last.params.history).toMatchObject([{ answer: { text: 'one', tokens: [111, 110, 101] } }]);
  });
});

describe('conversations', () => {
  it('keep answering while another conversation is open', async () => {
    const window = openWindow();
    await window.controller.send('Long?');
    const { conversationId } = await window.state();
    const long = window.engine.last;
    await window.controller.newChat();
    window.messages.length = 0;
    long.write('still here');
    expect(types(window.messages)).toEqual([]);
    expect(await window.controller.open(conversationId)).toBe(true);
    expect((await window.state()).turns).toMatchObject([{ answer: 'still here', state: { kind: 'streaming' } }]);
    expect(window.busy).toEqual([true, false, true]);
  });

  it('start a new one for a question from a command while the open one is answering', async () => {
    const window = openWindow();
    await window.controller.send('Long?');
    const { conversationId } = await window.state();
    const selection = { startLine: 3, endLine: 5, text: 'x' };
    const file = { path: 'src/a.ts', language: 'typescript', text: 'x' };
    await window.controller.ask({ text: 'Explain', file, selection }, { newConversation: false });
    const state = await window.state();
    expect(state.conversationId).not.toBe(conversationId);
    expect(state.turns).toMatchObject([{ question: 'Explain', attachments: [{ label: 'src/a.ts:3-5' }] }]);
  });

  it('show the title of a command’s question and send its prompt', async () => {
    const window = openWindow();
    const file = { path: 'src/a.ts', language: 'typescript', text: 'x' };
    await window.controller.ask({ text: 'Explain at length.', title: 'Explain', file }, { newConversation: true });
    const state = await window.state();
    expect(state.turns[0]?.question).toBe('Explain');
    expect(state.title).toBe('Explain src/a.ts');
    expect(window.engine.last.params.user).toEqual({ text: 'Explain at length.', file });
  });

  it('reuse an empty conversation for a new one and focus the input', async () => {
    const window = openWindow();
    const { conversationId } = await window.state();
    await window.controller.newChat();
    expect(window.messages.at(-1)).toEqual({ type: 'focusInput' });
    expect((await window.state()).conversationId).toBe(conversationId);
  });

  it('stop the answer of a deleted conversation and open a new one', async () => {
    const window = openWindow();
    await window.controller.send('Why?');
    const { conversationId } = await window.state();
    await window.service.remove(conversationId);
    await settled();
    expect((await window.state()).turns).toEqual([]);
    expect(await window.store.list()).toEqual([]);
    expect(await window.controller.open(conversationId)).toBe(false);
  });

  it('show an interrupted answer as stopped in the next window', async () => {
    const window = openWindow();
    await window.controller.send('Why?');
    window.engine.last.write('Half');
    window.close();
    const state = await openWindow(window).state();
    expect(state.turns).toMatchObject([{ question: 'Why?', answer: 'Half', state: { kind: 'stopped' } }]);
    expect(state.title).toBe('Why?');
  });
});

describe('the draft', () => {
  it('survives the window until it is sent', async () => {
    const window = openWindow();
    window.controller.setDraft('unfinished');
    window.close();
    const later = openWindow(window);
    expect((await later.state()).draft).toBe('unfinished');
    await later.controller.send('unfinished');
    expect((await later.state()).draft).toBe('');
  });

  it('is not sent when it is empty', async () => {
    const window = openWindow();
    await window.controller.send('  \n');
    expect(window.engine.chats).toEqual([]);
  });
});

describe('warming up', () => {
  it('evaluates the system prompt and the history once while the view is open and idle', async () => {
    const window = openWindow();
    await window.exchange('1?', 'one');
    await window.state();
    window.runIdle();
    expect(window.engine.warmed).toMatchObject([{ system: 'Be brief.', history: [{ answer: { text: 'one' } }] }]);
    await window.state();
    window.runIdle();
    expect(window.engine.warmed).toHaveLength(1);
  });

  it('loads the model when the view opens, and not earlier', async () => {
    const window = openWindow();
    await settled();
    expect(window.engine.starts).toBe(0);
    await window.state();
    expect(window.engine.starts).toBe(1);
  });

  it('is cancelled by a question and skipped while the engine is down', async () => {
    const window = openWindow();
    await window.state();
    await window.controller.send('1?');
    window.runIdle();
    expect(window.engine.warmed).toEqual([]);
    window.engine.last.end();
    await settled();
    window.engine.become({ kind: 'stopped' });
    await window.state();
    window.runIdle();
    expect(window.engine.warmed).toEqual([]);
  });

  it('is repeated for a new worker, and not for a closed view', async () => {
    const window = openWindow();
    await window.state();
    window.runIdle();
    window.engine.become({ kind: 'ready', generation: 2, responding: true, facts: fakeFacts });
    window.runIdle();
    expect(window.engine.warmed).toHaveLength(2);
    await window.state();
    window.controller.viewClosed();
    window.runIdle();
    window.engine.become({ kind: 'ready', generation: 3, responding: true, facts: fakeFacts });
    window.runIdle();
    expect(window.engine.warmed).toHaveLength(2);
  });
});

describe('a message that begins with a command', () => {
  const selection = { startLine: 1, endLine: 2, text: 'a' };
  const question = {
    title: 'Fix the selected code',
    text: 'Fix it.',
    file: { path: 'a.ts', language: 'typescript', text: 'a' },
    selection,
  };

  it('sends the prompt of the command in the open conversation under its title', async () => {
    const window = openWindow();
    await window.exchange('Why?', 'Because.');
    window.resolveCommand = (text) => Promise.resolve(text === '/fix' ? { kind: 'question', question } : undefined);
    await window.controller.send('/fix');
    expect(window.engine.last.params.user).toMatchObject({ text: 'Fix it.', selection });
    expect(window.engine.last.params.history).toHaveLength(1);
    expect((await window.state()).turns.at(-1)?.question).toBe('Fix the selected code');
  });

  it('becomes the draft when the command is refused, and is dropped when it is done elsewhere', async () => {
    const window = openWindow();
    window.resolveCommand = (text) => Promise.resolve({ kind: text === '/fix' ? 'refused' : 'done' });
    await window.controller.send('/fix');
    expect(window.messages).toContainEqual({ type: 'returned', text: '/fix' });
    expect((await window.state()).draft).toBe('/fix');
    await window.controller.send('/commit');
    expect(await window.state()).toMatchObject({ draft: '', turns: [] });
    expect(window.engine.chats).toEqual([]);
  });
});
