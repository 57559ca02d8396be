import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

/** Holds back what the store reads from now on, read as of now, until told to proceed. */
function slowRead({ store }: FakeWindow): { proceed: () => void; restore: () => void } {
  let proceed = (): void => undefined;
  const gate = new Promise<void>((resolve) => (proceed = resolve));
  const read = store.read.bind(store);
  store.read = async (id) => {
    const record = await read(id);
    await gate;
    return record;
  };
  return {
    proceed: () => {
      proceed();
    },
    restore: () => {
      store.read = read;
    },
  };
}

describe('opening a conversation', () => {
  it('twice at once opens one record, and no older copy overwrites it', async () => {
    const window = openWindow();
    await window.exchange('1?', 'one');
    const { conversationId } = await window.state();
    await window.controller.newChat();
    const slow = slowRead(window);
    const first = window.controller.open(conversationId);
    await settled();
    slow.restore();
    expect(await window.controller.open(conversationId)).toBe(true);
    await window.exchange('2?', 'two');
    slow.proceed();
    expect(await first).toBe(true);
    await window.exchange('3?', 'three');
    window.close();
    expect((await openWindow(window).state()).turns.map(({ question }) => question)).toEqual(['1?', '2?', '3?']);
  });

  it('while an answer begins shows the record that is being answered', async () => {
    const window = openWindow();
    await window.exchange('1?', 'one');
    const { conversationId } = await window.state();
    const slow = slowRead(window);
    const opening = window.controller.open(conversationId);
    await window.controller.send('2?');
    await window.controller.newChat();
    slow.proceed();
    await opening;
    window.engine.last.write('two');
    expect((await window.state()).turns).toMatchObject([{ answer: 'one' }, { answer: 'two', state: { kind: 'streaming' } }]);
  });

  it('after another one shows the later, whichever is read first', async () => {
    const window = openWindow();
    const ids: string[] = [];
    for (const question of ['1?', '2?', '3?']) {
      await window.controller.newChat();
      await window.exchange(question, 'x');
      ids.push((await window.state()).conversationId);
    }
    const slow = slowRead(window);
    const earlier = window.controller.open(ids[0] ?? '');
    await settled();
    slow.restore();
    await window.controller.open(ids[1] ?? '');
    slow.proceed();
    await earlier;
    expect((await window.state()).turns[0]?.question).toBe('2?');
  });

  it('again after Undo restores it whole and opens it if it was open', async () => {
    const window = openWindow();
    await window.exchange('1?', 'one');
    const { conversationId } = await window.state();
    await window.controller.send('2?');
    window.engine.last.write('tw');
    const undo = await window.service.remove(conversationId);
    expect((await window.state()).turns).toEqual([]);
    expect(await window.store.list()).toEqual([]);
    await undo?.();
    expect((await window.state()).turns).toMatchObject([{ answer: 'one' }, { answer: 'tw', state: { kind: 'stopped' } }]);
    await window.exchange('3?', 'three');
    window.close();
    expect((await openWindow(window).state()).turns).toHaveLength(3);
  });

  it('again after Undo restores it to the list and keeps another one open', async () => {
    const window = openWindow();
    await window.exchange('1?', 'one');
    const { conversationId } = await window.state();
    await window.controller.newChat();
    await window.exchange('2?', 'two');
    const undo = await window.service.remove(conversationId);
    await undo?.();
    expect((await window.state()).turns).toMatchObject([{ answer: 'two' }]);
    expect((await window.store.list()).map(({ title }) => title)).toEqual(['2?', '1?']);
    expect(await window.service.remove('none-such')).toBeUndefined();
  });

  it('again reads what another window has written', async () => {
    const window = openWindow();
    await window.exchange('1?', 'one');
    const { conversationId } = await window.state();
    await window.store.flush();
    const other = new FakeWindow(folder, window.memory, 'other');
    open.push(other);
    await other.controller.open(conversationId);
    other.skipTime(1000);
    await other.exchange('2?', 'two');
    await other.store.flush();
    await window.controller.open(conversationId);
    expect((await window.state()).turns).toHaveLength(2);
  });
});
