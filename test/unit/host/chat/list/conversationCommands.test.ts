import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConversationActions } from '../../../../../src/host/chat/list/conversationActions';
import { registerConversationCommands } from '../../../../../src/host/chat/list/conversationCommands';
import type { ChatController } from '../../../../../src/host/chat/view/chatController';
import type { ChatSidebar } from '../../../../../src/host/chat/view/chatSidebar';
import type { ChatTabs } from '../../../../../src/host/chat/view/chatTabs';
import { registeredCommands } from '../../../../fixtures/vscode/fakeCommands';
import { shown } from '../../../../fixtures/vscode/fakeWindow';
import { FakeWindow } from '../chatFakes';

let folder: string;
let window: FakeWindow;
let tab: ChatController;
let tabs: { active: ChatController | undefined; opened: (string | undefined)[] };
let done: string[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'paddock-chat-'));
  window = new FakeWindow(folder);
  tab = window.openView();
  tabs = { active: undefined, opened: [] };
  done = [];
  const note = (what: string) => (id: unknown, more?: unknown) =>
    Promise.resolve(void done.push([what, id, ...(more === undefined ? [] : [more])].map(String).join(' ')));
  const actions: Partial<ConversationActions> = {
    rename: note('rename'),
    pin: note('pin'),
    export: note('export'),
    remove: note('remove'),
  };
  registerConversationCommands({
    sidebar: { reveal: () => note('reveal')('sidebar') } as Partial<ChatSidebar> as ChatSidebar,
    controller: window.controller,
    tabs: {
      get active() {
        return tabs.active;
      },
      open: (id: string | undefined) => Promise.resolve(void tabs.opened.push(id)),
    } as Partial<ChatTabs> as ChatTabs,
    actions: actions as ConversationActions,
    pick: (view) => note('pick')(view === tab ? 'tab' : 'sidebar'),
  });
});

afterEach(async () => {
  tab.dispose();
  window.close();
  await rm(folder, { recursive: true, force: true });
});

const run = async (name: string): Promise<void> => {
  await registeredCommands.get(`paddock.${name}`)?.();
};

describe('commands on the open conversation', () => {
  it('report that the chat has no question yet', async () => {
    for (const name of ['renameConversation', 'pinConversation', 'exportConversation', 'deleteConversation']) await run(name);
    expect(shown.messages).toEqual(Array(4).fill('This chat has no question yet. Ask one, or choose a conversation from the list.'));
    expect(done).toEqual([]);
  });

  it('act on the conversation of the active tab, or else of the side bar', async () => {
    await window.exchange('1?', 'one');
    await tab.send('2?');
    const [inSidebar, inTab] = [(await window.controller.openConversation())?.id, (await tab.openConversation())?.id];
    for (const name of ['renameConversation', 'pinConversation', 'exportConversation', 'deleteConversation']) await run(name);
    expect(done).toEqual(
      ['rename', 'pin', 'export', 'remove'].map((what) => `${what} ${String(inSidebar)}${what === 'pin' ? ' true' : ''}`),
    );
    done.length = 0;
    tabs.active = tab;
    await run('renameConversation');
    expect(done).toEqual([`rename ${String(inTab)}`]);
  });

  it('stop the answer of the active tab, or else of the side bar', async () => {
    await window.controller.send('1?');
    await tab.send('2?');
    const [first, second] = window.engine.chats;
    tabs.active = tab;
    await run('stopAnswer');
    expect([first, second].map((chat) => chat?.cancellation.isCancellationRequested)).toEqual([false, true]);
    await second?.outcome;
    await vi.waitFor(() => {
      expect(tab.isAnswering).toBe(false);
    });
    await run('stopAnswer');
    expect(first?.cancellation.isCancellationRequested).toBe(true);
  });
});

describe('commands that open a conversation somewhere', () => {
  it('open the conversation of the side bar in an editor, or a new one', async () => {
    await run('openChatInEditor');
    await window.exchange('1?', 'one');
    await run('openChatInEditor');
    await run('newChatInEditor');
    expect(tabs.opened).toEqual([undefined, (await window.state()).conversationId, undefined]);
  });

  it('choose and begin conversations in the active tab or in the side bar', async () => {
    tabs.active = tab;
    await run('showConversations');
    await run('showConversationsInTab');
    expect(done).toEqual(['reveal sidebar', 'pick sidebar', 'pick tab']);
    await tab.send('2?');
    await run('newChatInTab');
    expect(await tab.openConversation()).toBeUndefined();
  });
});
