import { Uri, ViewColumn, window, type WebviewPanel, type WebviewPanelSerializer } from 'vscode';
import * as v from 'valibot';
import { Emitter, type Disposable, type Event } from '../../../util/event';
import { chatTabType } from '../../services/commandIds';
import type { ChatController } from './chatController';
import type { Memento } from '../../services/memento';
import { ChatMemory } from '../store/chatMemory';
import { ChatView, type ChatPageDeps } from './chatView';

export interface ChatTabsDeps {
  readonly page: ChatPageDeps;
  /** Holds what each tab remembers. */
  readonly memory: Memento;
  readonly createController: (memory: ChatMemory) => ChatController;
  readonly showConversations: (controller: ChatController) => Promise<void>;
  readonly newId: () => string;
}

interface ChatTab {
  readonly panel: WebviewPanel;
  readonly controller: ChatController;
}

/** What the page has VS Code keep. It comes back from outside, and its id becomes part of a key. */
const keptState = v.object({ view: v.pipe(v.string(), v.regex(/^[0-9a-zA-Z-]{1,64}$/)) });

/** The chat in editor tabs, each a view with a conversation and a draft of its own. VS Code brings them back after a reload. */
export class ChatTabs implements WebviewPanelSerializer, Disposable {
  private readonly tabs = new Set<ChatTab>();
  private readonly busyChanges = new Emitter<undefined>();
  private disposed = false;

  /** An answer has begun or ended in a tab, or another tab is active. */
  readonly onDidChangeBusy: Event<undefined> = this.busyChanges.event;

  constructor(private readonly deps: ChatTabsDeps) {}

  /** The view in the active editor tab, if that is one. */
  get active(): ChatController | undefined {
    return [...this.tabs].find(({ panel }) => panel.active)?.controller;
  }

  /** Shows a conversation in an editor tab: in the one that has it, or in a new one; without an id in a new one that has none. */
  async open(id: string | undefined): Promise<void> {
    const shown = id === undefined ? undefined : await this.find(id);
    if (shown !== undefined) {
      shown.panel.reveal();
      shown.controller.focusInput();
      return;
    }
    const view = this.deps.newId();
    const memory = new ChatMemory(this.deps.memory, view);
    memory.conversationId = id;
    const panel = window.createWebviewPanel(chatTabType, this.deps.page.title, ViewColumn.Active, { enableFindWidget: true });
    this.attach(panel, view, memory).focusInput();
  }

  deserializeWebviewPanel(panel: WebviewPanel, state: unknown): Promise<void> {
    const { success, output } = v.safeParse(keptState, state);
    const view = success ? output.view : this.deps.newId();
    this.attach(panel, view, new ChatMemory(this.deps.memory, view));
    return Promise.resolve();
  }

  dispose(): void {
    // What the tabs remember stays: the window goes, and they come back with it.
    this.disposed = true;
    for (const { controller } of this.tabs) controller.dispose();
    this.tabs.clear();
    this.busyChanges.dispose();
  }

  private async find(id: string): Promise<ChatTab | undefined> {
    for (const tab of this.tabs) if ((await tab.controller.openConversation())?.id === id) return tab;
    return undefined;
  }

  private attach(panel: WebviewPanel, view: string, memory: ChatMemory): ChatController {
    const controller = this.deps.createController(memory);
    const tab = { panel, controller };
    this.tabs.add(tab);
    const icon = (theme: string): Uri => Uri.joinPath(this.deps.page.extensionUri, 'media', `paddock-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    void controller.openConversation().then(() => {
      if (this.tabs.has(tab)) panel.title = controller.title;
    });
    const page = new ChatView(
      { webview: panel.webview, view, showConversations: () => this.deps.showConversations(controller) },
      controller,
      this.deps.page,
    );
    controller.onDidChangeTitle((title) => {
      panel.title = title;
    });
    controller.onDidChangeBusy(() => {
      this.busyChanges.fire(undefined);
    });
    panel.onDidChangeViewState(() => {
      // Out of sight its page is destroyed; shown again there is a new one, which says `ready` itself.
      if (!panel.visible) controller.viewClosed();
      this.busyChanges.fire(undefined);
    });
    panel.onDidDispose(() => {
      this.tabs.delete(tab);
      page.dispose();
      controller.dispose();
      if (this.disposed) return;
      memory.forget();
      this.busyChanges.fire(undefined);
    });
    return controller;
  }
}
