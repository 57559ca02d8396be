import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeWorkspace } from './contextFakes';
import { FakeWindow, settled } from '../chatFakes';

let folder: string;
let window: FakeWindow;
const workspace = new FakeWorkspace({ 'src/a.ts': 'const a = 1;' });
const item = { kind: 'file', uri: 'file:///src/a.ts' } as const;
const block = { path: 'src/a.ts', language: 'plaintext', text: 'const a = 1;' };

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'paddock-attaching-'));
  window = new FakeWindow(folder);
  window.read = workspace.read;
});

afterEach(async () => {
  window.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a question with attachments', () => {
  it('is sent with what is in them, shows them, and leaves none to the next', async () => {
    await window.controller.attach([item]);
    await window.controller.send('What is it?');
    expect(window.engine.last.params.user).toEqual({ text: 'What is it?', file: block });
    const state = await window.state();
    expect(state.turns[0]?.attachments).toEqual([{ kind: 'file', label: 'src/a.ts', opens: true }]);
    expect(state.attachments).toEqual([]);
    expect(state.title).toBe('What is it? src/a.ts');
  });

  it('is not sent where one cannot be read: the words come back, and the chip says why', async () => {
    await window.controller.attach([item, { kind: 'file', uri: 'file:///gone.ts' }]);
    await window.controller.send('What is it?');
    expect(window.engine.chats).toEqual([]);
    expect(window.messages.at(-1)).toEqual({ type: 'returned', text: 'What is it?' });
    const { attachments, draft } = await window.state();
    expect(draft).toBe('What is it?');
    expect(attachments.map(({ problem }) => problem)).toEqual([undefined, 'gone.ts is gone']);
  });

  it('keeps what is typed while they are read', async () => {
    await window.controller.attach([item]);
    window.controller.setDraft('What is it?');
    const sending = window.controller.send('What is it?');
    window.controller.setDraft('And');
    await sending;
    expect((await window.state()).draft).toBe('And');
  });

  it('comes back where the conversation is another one by the time they are read', async () => {
    await window.exchange('First?', 'Yes.');
    await window.controller.attach([item]);
    const sending = window.controller.send('What is it?');
    await window.controller.newChat();
    await sending;
    expect(window.engine.chats).toHaveLength(1);
    expect(window.messages.at(-1)).toEqual({ type: 'returned', text: 'What is it?' });
  });

  it('keeps them over a restart of the window', async () => {
    await window.controller.attach([item]);
    const later = new FakeWindow(folder, window.memory, 'later');
    expect((await later.state()).attachments.map(({ label }) => label)).toEqual(['src/a.ts']);
    later.close();
  });

  it('leads back to where they were from', async () => {
    await window.controller.attach([item]);
    await window.exchange('What is it?', 'One.');
    const [turn] = (await window.state()).turns;
    await window.controller.openSource(turn?.id ?? '', 0);
    await window.controller.openSource(turn?.id ?? '', 1);
    await window.controller.openSource('nonsense', 0);
    expect(window.opened).toEqual([{ kind: 'file', path: 'src/a.ts', uri: item.uri }]);
  });

  it('keeps the URI of what was attached in its record, and tells the model none', async () => {
    const other = { kind: 'selection', uri: 'file:///web/src/a.ts', startLine: 1, endLine: 1 } as const;
    window.read = ({ kind }) =>
      Promise.resolve({
        kind: 'read',
        block: { kind: kind === 'file' ? kind : 'selection', ...block, startLine: 1, endLine: 1 },
      });
    await window.controller.attach([item, other]);
    await window.exchange('What are they?', 'One.');
    window.close();
    const later = new FakeWindow(folder, window.memory, 'later');
    const [turn] = (await later.state()).turns;
    const kept = later.controller.turn(turn?.id ?? '')?.user;
    expect([kept?.file?.uri, kept?.context?.[0]]).toEqual([item.uri, expect.objectContaining({ uri: other.uri })]);
    await later.controller.send('And?');
    const { user, history } = later.engine.last.params;
    expect(JSON.stringify([window.engine.last.params, user, history])).not.toContain('file://');
    expect(history[0]?.user.file).toEqual(block);
    later.close();
  });

  it('is kept in its record, blocks and all', async () => {
    const diff = { kind: 'changes', text: '+ x' } as const;
    await window.controller.ask({ text: 'Why?', context: [diff] }, { newConversation: false });
    window.engine.last.write('So.');
    window.engine.last.end('end', { cuts: [{ block: 'changes', label: '', shownLines: 1, totalLines: 9 }] });
    await settled();
    window.close();
    const later = new FakeWindow(folder, window.memory, 'later');
    expect((await later.state()).turns[0]?.attachments).toEqual([{ kind: 'changes', label: 'changes', opens: false }]);
    await later.controller.send('And?');
    expect(later.engine.last.params.history[0]?.user).toEqual({ text: 'Why?', context: [diff] });
    later.close();
  });
});
