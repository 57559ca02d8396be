import type { HostMessage, ViewState } from '../../../../src/contract/webview/chatMessages';
import type { CodeActions } from '../../../../src/host/chat/view/codeBlockActions';
import { ChatController, type ResolveCommand } from '../../../../src/host/chat/view/chatController';
import type { Item, Reading } from '../../../../src/host/chat/context/contextItems';
import type { Source } from '../../../../src/host/chat/context/attachmentLabels';
import type { ViewContext } from '../../../../src/host/chat/context/viewContext';
import { ConversationStore } from '../../../../src/host/chat/store/conversationStore';
import type { Memento } from '../../../../src/host/services/memento';
import { ChatMemory } from '../../../../src/host/chat/store/chatMemory';
import { ChatService, type ChatSettings } from '../../../../src/host/chat/service/chatService';
import type { ChatTexts } from '../../../../src/host/chat/service/chatTexts';
import type { Log } from '../../../../src/host/services/log';
import { FakeEngine } from '../../../fixtures/engine/fakeEngine';
import { fakeContext, fakeWords } from './context/contextFakes';

/** VS Code's memory of a workspace, over reloads. */
export class FakeMemory implements Memento {
  readonly values = new Map<string, unknown>();

  get(key: string): unknown {
    return this.values.get(key);
  }

  update(key: string, value: unknown): Promise<void> {
    this.values.set(key, value);
    return Promise.resolve();
  }
}

export class FakeLog implements Log {
  readonly lines: string[] = [];
  private readonly add = (message: string): void => {
    this.lines.push(message);
  };
  readonly error = this.add;
  readonly warn = this.add;
  readonly info = this.add;
  readonly debug = this.add;
  readonly trace = this.add;
}

/** Does nothing with code. */
export const noCode: CodeActions = {
  apply: () => Promise.resolve(),
  insert: () => Promise.resolve(),
  newFile: () => Promise.resolve(),
};

export const fakeTexts: ChatTexts = {
  untitled: 'untitled',
  retry: 'Retry',
  problem: (error) => ({
    message: `problem ${error.kind}`,
    actions:
      error.kind === 'workerDied'
        ? [
            { id: 'retry', label: 'Retry' },
            { id: 'restartEngine', label: 'Restart' },
            { id: 'showLog', label: 'Log' },
          ]
        : [{ id: 'chooseModelFile', label: 'Choose' }],
  }),
  notes: (facts) => [`dropped ${String(facts.droppedTurns)}`, `cuts ${String(facts.cuts.length)}`],
  engine: ({ kind }) => ({ kind: kind === 'remote' ? 'ready' : kind, label: kind }),
  ...fakeWords,
};

/** One window: the chat with its store, on a folder and a memory that outlive it, and a view of it. */
export class FakeWindow {
  readonly engine = new FakeEngine();
  readonly log = new FakeLog();
  readonly corrupt: string[] = [];
  readonly messages: HostMessage[] = [];
  readonly busy: boolean[] = [];
  readonly actions: string[] = [];
  /** What is in the things that are attached. */
  read: (item: Item) => Promise<Reading> = () => Promise.resolve({ kind: 'unreadable', problem: 'nothing is there' });
  readonly opened: Source[] = [];
  readonly store: ConversationStore;
  readonly service: ChatService;
  readonly controller: ChatController;
  resolveCommand: ResolveCommand = () => Promise.resolve(undefined);
  settings: ChatSettings = { system: 'Be brief.', temperature: 0.2, maxTokens: 100 };
  private idle: (() => void)[] = [];
  private ids = 0;
  private time = 1000;

  constructor(
    folder: string,
    readonly memory = new FakeMemory(),
    idPrefix = 'id',
  ) {
    this.store = new ConversationStore({
      folder,
      log: this.log,
      onCorrupt: (file) => this.corrupt.push(file),
      onWriteFailing: () => this.actions.push('write failing'),
      writeIntervalMilliseconds: 5,
    });
    this.service = new ChatService({
      engine: this.engine,
      store: this.store,
      settings: () => this.settings,
      log: this.log,
      idle: this.whenIdle,
      newId: () => `${idPrefix}-${String(this.ids++)}`,
      newSeed: () => 7,
      now: () => this.time++,
    });
    this.controller = this.openView(memory);
    this.controller.onMessage((message) => this.messages.push(message));
    this.controller.onDidChangeBusy((busy) => this.busy.push(busy));
  }

  private readonly whenIdle = (action: () => void): { dispose: () => void } => {
    this.idle.push(action);
    return { dispose: () => void (this.idle = this.idle.filter((other) => other !== action)) };
  };

  /** Another view of the same chat, with a memory of its own. */
  openView(memory = new FakeMemory()): ChatController {
    return this.viewWith(new ChatMemory(memory));
  }

  viewWith(memory: ChatMemory): ChatController {
    return new ChatController({
      service: this.service,
      engine: this.engine,
      memory,
      context: this.contextFor(memory),
      openSource: (source) => {
        this.opened.push(source);
        return Promise.resolve();
      },
      texts: fakeTexts,
      log: this.log,
      runAction: (id) => this.actions.push(id),
      resolveCommand: (text) => this.resolveCommand(text),
    });
  }

  private contextFor(memory: ChatMemory): ViewContext {
    return fakeContext({ memory, engine: this.engine, idle: this.whenIdle, read: (item) => this.read(item) });
  }

  /** The state as a webview that loads now is told. */
  async state(): Promise<ViewState> {
    await this.controller.viewReady();
    const message = this.messages.findLast(({ type }) => type === 'state');
    if (message?.type !== 'state') throw new Error('no state came');
    return message.state;
  }

  /** Sends, and ends the answer with `text`. */
  async exchange(question: string, text: string): Promise<void> {
    await this.controller.send(question);
    this.engine.last.write(text);
    this.engine.last.end();
    await settled();
  }

  skipTime(milliseconds: number): void {
    this.time += milliseconds;
  }

  runIdle(): void {
    const actions = this.idle;
    this.idle = [];
    for (const action of actions) action();
  }

  close(): void {
    this.controller.dispose();
    this.service.dispose();
    this.store.dispose();
  }
}

/** Lets what has been resolved run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
