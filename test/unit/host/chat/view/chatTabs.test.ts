import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HostMessage } from '../../../../../src/contract/webview/chatMessages';
import type { ChatController } from '../../../../../src/host/chat/view/chatController';
import { ChatTabs } from '../../../../../src/host/chat/view/chatTabs';
import { FakeWebviewPanel } from '../../../../fixtures/vscode/fakeWebview';
import { shown } from '../../../../fixtures/vscode/fakeWindow';
import { Uri } from '../../../../fixtures/vscode/uri';
import { FakeMemory, FakeWindow, settled, noCode } from '../chatFakes';

/** An editor tab with the chat in it, and its page. */
class Panel {
  constructor(readonly tab: FakeWebviewPanel) {}

  get title(): string {
    return this.tab.title;
  }

  get posted(): HostMessage[] {
    return this.tab.webview.posted as HostMessage[];
  }

  /** The name that its page has VS Code keep. */
  get view(): string {
    return /data-view="([^"]*)"/.exec(this.tab.webview.html)?.[1] ?? '';
  }

  async send(message: object): Promise<void> {
    this.tab.webview.fromPage.fire(message);
    await settled();
  }

  /** The page has loaded: what it shows. */
  async load(): Promise<Extract<HostMessage, { type: 'state' }>['state']> {
    this.posted.length = 0;
    await this.send({ type: 'ready' });
    const state = await vi.waitFor(() => {
      const message = this.posted.find(({ type }) => type === 'state');
      if (message?.type !== 'state') throw new Error('no state came');
      return message;
    });
    return state.state;
  }
}

let folder: string;
let window: FakeWindow;
let memory: FakeMemory;
let tabs: ChatTabs;
let shownLists: ChatController[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'paddock-chat-'));
  window = new FakeWindow(folder);
  memory = new FakeMemory();
  shownLists = [];
  tabs = openTabs();
});

afterEach(async () => {
  tabs.dispose();
  window.close();
  await rm(folder, { recursive: true, force: true });
});

let ids = 0;
function openTabs(): ChatTabs {
  return new ChatTabs({
    page: { extensionUri: new Uri('/ext'), title: 'Chat', log: window.log, code: noCode },
    memory,
    createController: (own) => window.viewWith(own),
    showConversations: (controller) => Promise.resolve(void shownLists.push(controller)),
    newId: () => `view-${String(ids++)}`,
  });
}

async function restored(state: unknown): Promise<Panel> {
  const tab = new FakeWebviewPanel();
  await tabs.deserializeWebviewPanel(tab, state);
  return new Panel(tab);
}

const openPanels = (): readonly Panel[] => shown.panels.map((tab) => new Panel(tab));

function panelAt(index: number): Panel {
  const panel = openPanels()[index];
  if (panel === undefined) throw new Error(`no tab ${String(index)}`);
  return panel;
}

describe('ChatTabs', () => {
  it('opens a conversation under its title and focuses the input', async () => {
    await window.exchange('Why?', 'So.');
    await tabs.open((await window.state()).conversationId);
    const panel = panelAt(0);
    expect(await panel.load()).toMatchObject({ title: 'Why?', turns: [{ answer: 'So.' }] });
    expect(panel.posted.map(({ type }) => type)).toEqual(['state', 'focusInput']);
    expect(panel.title).toBe('Why?');
  });

  it('begins a new conversation beside the one in the side bar, and shows its title', async () => {
    await window.exchange('Why?', 'So.');
    await tabs.open(undefined);
    const panel = panelAt(0);
    expect((await panel.load()).turns).toEqual([]);
    expect(panel.title).toBe('untitled');
    await panel.send({ type: 'send', text: 'Else?' });
    expect(panel.title).toBe('Else?');
    expect((await window.state()).title).toBe('Why?');
    await window.service.rename((await panel.load()).conversationId, 'Another name');
    expect(panel.title).toBe('Another name');
    expect(panel.posted.at(-1)).toEqual({ type: 'title', title: 'Another name' });
  });

  it('reveals the tab that already shows the conversation', async () => {
    await window.exchange('Why?', 'So.');
    const { conversationId } = await window.state();
    await tabs.open(conversationId);
    await tabs.open(conversationId);
    expect(shown.panels.map(({ reveals }) => reveals)).toEqual([1]);
  });

  it('restores the conversation and the draft of each tab after a reload', async () => {
    await window.exchange('Why?', 'So.');
    await tabs.open((await window.state()).conversationId);
    await tabs.open(undefined);
    await panelAt(0).send({ type: 'draft', text: 'first draft' });
    await panelAt(1).send({ type: 'draft', text: 'second draft' });
    const views = openPanels().map(({ view }) => view);
    tabs.dispose();
    for (const panel of shown.panels) panel.dispose();
    tabs = openTabs();
    expect(await (await restored({ view: views[1] })).load()).toMatchObject({ draft: 'second draft', turns: [] });
    expect(await (await restored({ view: views[0] })).load()).toMatchObject({ draft: 'first draft', turns: [{ answer: 'So.' }] });
  });

  it.each([undefined, null, {}, { view: 7 }, { view: '../x' }])('restores an empty chat from the invalid state %j', async (state) => {
    const panel = await restored(state);
    expect(await panel.load()).toMatchObject({ draft: '', turns: [] });
    expect(panel.view).toMatch(/^view-\d+$/);
  });

  it('forgets the stored state of a closed tab', async () => {
    await tabs.open(undefined);
    const panel = panelAt(0);
    await panel.load();
    await panel.send({ type: 'draft', text: 'a' });
    await panel.send({ type: 'send', text: 'Why?' });
    await panel.send({ type: 'draft', text: 'b' });
    panel.tab.dispose();
    expect([...memory.values.values()].filter((value) => value !== undefined)).toEqual([]);
    expect(tabs.active).toBeUndefined();
    window.engine.last.write('So.');
    expect(panel.posted.filter(({ type }) => type === 'delta')).toEqual([]);
  });

  it('keeps answering in a hidden tab without warming up for it', async () => {
    await tabs.open(undefined);
    const panel = panelAt(0);
    await panel.load();
    panel.tab.become(false);
    window.runIdle();
    expect(window.engine.warmed).toEqual([]);
    panel.tab.become(true);
    await panel.load();
    await panel.send({ type: 'send', text: 'Why?' });
    panel.tab.become(false);
    window.engine.last.write('So.');
    panel.tab.become(true);
    expect((await panel.load()).turns).toMatchObject([{ answer: 'So.', state: { kind: 'streaming' } }]);
  });

  it('is the active chat while its tab is active, and chooses its own conversation', async () => {
    await tabs.open(undefined);
    await tabs.open(undefined);
    panelAt(0).tab.become(false);
    const active = tabs.active;
    await panelAt(1).send({ type: 'showConversations' });
    expect(shownLists).toEqual([active]);
    panelAt(1).tab.become(false);
    expect(tabs.active).toBeUndefined();
  });

  it('fires an event when a tab begins to answer', async () => {
    let told = 0;
    tabs.onDidChangeBusy(() => told++);
    await tabs.open(undefined);
    await panelAt(0).send({ type: 'send', text: 'Why?' });
    expect([told > 0, tabs.active?.isAnswering]).toEqual([true, true]);
  });
});
