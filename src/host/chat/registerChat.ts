import { randomInt, randomUUID } from 'node:crypto';
import { Disposable, Uri, commands, env, l10n, window, type Memento } from 'vscode';
import type { Event } from '../../util/event';
import type { SlashCommandView } from '../../contract/webview/chatMessages';
import type { LanguageModel } from '../llm/languageModel';
import { commandOf } from '../ui/errorActions';
import { labelOf } from '../ui/errorMessages';
import { idleAfter } from '../llm/idleWarmUp';
import { chatTabType, chatViewId } from '../services/commandIds';
import type { Log } from '../services/log';
import type { CodeActions } from './view/codeBlockActions';
import { openSource } from './context/editorItems';
import { registerContexts, type Contexts } from './context/registerContexts';
import { forecastWords } from './context/contextMessages';
import { ConversationActions } from './list/conversationActions';
import { registerConversationCommands } from './list/conversationCommands';
import { ChatController, type ChatAsker, type ResolveCommand } from './view/chatController';
import { ConversationStore } from './store/conversationStore';
import { FileMemory } from './store/fileMemory';
import { ChatMemory } from './store/chatMemory';
import { chatTexts } from './service/localizedChatTexts';
import { pickConversation } from './list/conversationPicker';
import { ConversationSearch } from './store/conversationSearch';
import { ChatService, type ChatSettings } from './service/chatService';
import { ChatSidebar } from './view/chatSidebar';
import { ChatTabs } from './view/chatTabs';

export interface ChatDeps {
  readonly extensionUri: Uri;
  readonly engine: LanguageModel;
  readonly log: Log;
  readonly settings: () => ChatSettings;
  /** What may stand at the beginning of a question, behind a slash. */
  readonly commands: readonly SlashCommandView[];
  /** What is done with the code in answers. */
  readonly code: CodeActions;
  /** Where the workspace's draft, and which conversation was open, are kept; `undefined` without a workspace. */
  readonly storageUri: Uri | undefined;
  /** The same for windows without a workspace, which have no folder of their own. */
  readonly memory: Memento;
  /**
   * Where those keep their conversations, as a workspace does in its own folder. They share it: ids are distinct, so only a conversation
   * open in two of them has two writers, and there the last one wins.
   */
  readonly globalStorageUri: Uri;
  /** What a message that begins with a command asks for. */
  readonly resolveCommand: ResolveCommand;
}

export interface Chat extends Disposable {
  /** Shows the view and asks there. */
  readonly asker: ChatAsker;
  /** What conversations are called, by the `subject` of their requests; see {@link ChatService.titleOf}. */
  readonly titles: { readonly of: (subject: string) => Promise<string | undefined>; readonly onDidChange: Event<unknown> };
}

/** Milliseconds of quiet before the engine is asked to warm up. */
const IDLE_MILLISECONDS = 300;

/** Context key: whether the conversation in the side bar, or in the active tab, has an answer under way. */
const ANSWERING = 'paddock.answering';

/** The chat view, its commands and its conversations. */
export function registerChat(deps: ChatDeps): Chat {
  const run = runner(deps.log);
  const store = new ConversationStore({
    folder: Uri.joinPath(deps.storageUri ?? deps.globalStorageUri, 'conversations').fsPath,
    log: deps.log,
    onCorrupt: reportCorrupt,
    onWriteFailing: () => {
      reportWriteFailing(run);
    },
  });
  const file = deps.storageUri && new FileMemory(Uri.joinPath(deps.storageUri, 'chat.json').fsPath, deps.log);
  const service = createService(deps, store);
  const contexts = registerContexts({
    engine: deps.engine,
    words: forecastWords(),
    commands: deps.commands,
    attach: async (items) => {
      await view.reveal();
      await controller.attach(items);
      controller.focusInput();
    },
  });
  const memory = file ?? deps.memory;
  const create = (own: ChatMemory): ChatController => createController(deps, { service, contexts }, own, run);
  const controller = create(new ChatMemory(memory));
  const page = { extensionUri: deps.extensionUri, title: l10n.t('Paddock chat'), log: deps.log, code: deps.code };
  const view = new ChatSidebar(controller, page);
  const actions = new ConversationActions(service, randomUUID, deps.log);
  const search = new ConversationSearch((id) => store.read(id));
  const pick = (shownIn: ChatController): Promise<void> =>
    pickConversation({ store, search, actions, openInEditor: (id) => tabs.open(id), language: env.language, log: deps.log }, shownIn);
  const tabs = new ChatTabs({ page, memory, createController: create, showConversations: pick, newId: randomUUID });
  const showBusy = (): void => {
    run('setContext', ANSWERING, controller.isAnswering || tabs.active?.isAnswering === true);
  };
  const disposable = Disposable.from(
    window.registerWebviewViewProvider(chatViewId, view),
    window.registerWebviewPanelSerializer(chatTabType, tabs),
    registerConversationCommands({ sidebar: view, controller, tabs, actions, pick }),
    controller.onDidChangeBusy(showBusy),
    tabs.onDidChangeBusy(showBusy),
    view,
    tabs,
    controller,
    contexts,
    service,
    // Last: they write what the others have left.
    store,
    ...(file ? [file] : []),
  );
  const asker: ChatAsker = {
    ask: async (question, options) => {
      await view.reveal();
      await controller.ask(question, options);
    },
  };
  return Object.assign(disposable, { asker, titles: titlesOf(service) });
}

function titlesOf(service: ChatService): Chat['titles'] {
  return {
    of: (subject) => service.titleOf(subject),
    onDidChange: (listener) =>
      service.onDidChange((change) => {
        if (change.kind === 'title') listener(change);
      }),
  };
}

function createService(deps: ChatDeps, store: ConversationStore): ChatService {
  return new ChatService({
    engine: deps.engine,
    store,
    settings: deps.settings,
    log: deps.log,
    idle: idleAfter(IDLE_MILLISECONDS),
    newId: randomUUID,
    newSeed: () => randomInt(2 ** 31),
    now: Date.now,
  });
}

/** A view's controller, with the memory of that view. */
function createController(
  deps: ChatDeps,
  { service, contexts }: { readonly service: ChatService; readonly contexts: Contexts },
  memory: ChatMemory,
  run: Run,
): ChatController {
  return new ChatController({
    service,
    engine: deps.engine,
    memory,
    context: contexts.create(memory),
    openSource,
    texts: chatTexts(),
    log: deps.log,
    resolveCommand: deps.resolveCommand,
    runAction: (id) => {
      const { command, args } = commandOf(id);
      run(command, ...args);
    },
  });
}

/** Runs a command that nobody waits for. */
type Run = (command: string, ...args: readonly unknown[]) => void;

function runner(log: Log): Run {
  return (command, ...args) => {
    commands.executeCommand(command, ...args).then(undefined, (error: unknown) => {
      log.error(`${command}: ${String(error)}`);
    });
  };
}

function reportWriteFailing(run: Run): void {
  const showLog = labelOf('showLog');
  const message = l10n.t('The conversation cannot be saved. Paddock keeps trying; until it succeeds, closing the window may lose words.');
  void window.showWarningMessage(message, showLog).then((choice) => {
    if (choice === showLog) run(commandOf('showLog').command);
  });
}

function reportCorrupt(file: string): void {
  void window.showWarningMessage(l10n.t('A conversation could not be read and was set aside as {0}. The others are not affected.', file));
}
