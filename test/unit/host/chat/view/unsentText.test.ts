import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Emitter } from '../../../../../src/util/event';
import { DraftContext } from '../../../../../src/host/chat/context/draftContext';
import type { Item } from '../../../../../src/host/chat/context/contextItems';
import { readItem } from '../../../../../src/host/chat/context/resolveAttachment';
import { Suggestions, type SuggestionSources } from '../../../../../src/host/chat/context/mentionSuggestions';
import { ViewContext } from '../../../../../src/host/chat/context/viewContext';
import { ChatController } from '../../../../../src/host/chat/view/chatController';
import { ConversationStore } from '../../../../../src/host/chat/store/conversationStore';
import { ChatMemory } from '../../../../../src/host/chat/store/chatMemory';
import { newConversation, newTurn, type Conversation } from '../../../../../src/host/chat/store/conversationRecords';
import { ChatService } from '../../../../../src/host/chat/service/chatService';
import { ChatView } from '../../../../../src/host/chat/view/chatView';
import { problemActionIds } from '../../../../../src/host/ui/errorActions';
import { ModelRouter } from '../../../../../src/host/llm/router';
import type { HostMessage, WebviewMessage } from '../../../../../src/contract/webview/chatMessages';
import { FakeEngine } from '../../../../fixtures/engine/fakeEngine';
import { RecordingServer } from '../../../../fixtures/servers/recordingServer';
import { remoteEngine } from '../../../../fixtures/servers/serverEngines';
import { answerCommand } from '../../../../fixtures/vscode/fakeCommands';
import { installGit } from '../../../../fixtures/vscode/fakeEnvironment';
import { reportProblems } from '../../../../fixtures/vscode/fakeLanguages';
import { FakeWebview } from '../../../../fixtures/vscode/fakeWebview';
import { openDocument } from '../../../../fixtures/vscode/fakeWorkspace';
import { Range } from '../../../../fixtures/vscode/positions';
import { Uri } from '../../../../fixtures/vscode/uri';
import { fakeWords } from '../context/contextFakes';
import { FakeLog, FakeMemory, fakeTexts, noCode, settled } from '../chatFakes';

/** A word that stands in every draft, file, path, title and name of the window. No request may contain it before the user sends. */
const MARKER = vi.hoisted(() => 'zqMarker7');

vi.mock('../../../../../src/host/services/git/gitChanges', () => ({
  readGitChanges: () => Promise.resolve([{ path: `${MARKER}.ts`, header: `+${MARKER}`, hunks: [], isCut: false }]),
}));

const uri = `file:///project/${MARKER}/${MARKER}.ts`;

/** A file of the workspace that is open, with a symbol and a problem in it, in a Git repository. */
function openWorkspace(): void {
  const document = openDocument(Uri.parse(uri), `const ${MARKER} = 1;\n`.repeat(9));
  const range = new Range(0, 0, 3, 5);
  answerCommand('vscode.executeDocumentSymbolProvider', () => [{ name: MARKER, range, children: [] }]);
  reportProblems(document.uri, { range, severity: 0, message: `${MARKER} is not defined`, source: MARKER });
  installGit([{ rootUri: new Uri('/project'), ui: { selected: true } }]);
}

/** Something of each kind that can be attached. */
const items: { readonly [K in Item['kind']]: Extract<Item, { kind: K }> } = {
  file: { kind: 'file', uri },
  selection: { kind: 'selection', uri, startLine: 1, endLine: 3 },
  symbol: { kind: 'symbol', uri, name: MARKER, startLine: 1, endLine: 4 },
  problems: { kind: 'problems', uri },
  terminal: { kind: 'terminal', text: `$ echo ${MARKER}` },
  changes: { kind: 'changes' },
};

/** A conversation from before: a question with two answers, and one that failed. */
function conversationBefore(): Conversation {
  const conversation = newConversation('before', 1000);
  const file = { path: `${MARKER}.ts`, language: 'typescript', text: MARKER };
  const turn = (id: string, parent?: string): ReturnType<typeof newTurn> =>
    newTurn(id, { text: MARKER, file, context: [{ kind: 'terminal', text: MARKER }] }, parent);
  conversation.title = MARKER;
  conversation.turns.push(
    { ...turn('first'), state: 'done', answer: `${MARKER}\n\n\`\`\`ts\n${MARKER}\n\`\`\`\n`, edit: MARKER },
    { ...turn('other'), state: 'done', answer: MARKER },
    { ...turn('failed', 'first'), state: 'failed', answer: '', error: { kind: 'internal', detail: '' } },
  );
  return conversation;
}

/** Offers something of each kind, under names that contain the marker. */
const sources: SuggestionSources = {
  kinds: () =>
    Object.values(items).map((item) => ({
      view: { id: `#${item.kind}`, kind: item.kind, label: `#${item.kind}`, detail: MARKER },
      items: () => Promise.resolve([item]),
    })),
  files: () => Promise.resolve([{ uri, path: `${MARKER}/${MARKER}.ts` }]),
  symbols: () => Promise.resolve([{ uri, path: `${MARKER}/${MARKER}.ts`, name: MARKER, startLine: 1, endLine: 4 }]),
};

const waitFor = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 2, timeout: 10_000 });

/** A view of the chat, from its page to the sockets of a server. VS Code and the page alone are replaced. */
class ServedView {
  readonly controller: ChatController;
  readonly store: ConversationStore;
  private readonly service: ChatService;
  private readonly engine: ModelRouter;
  private readonly view: ChatView;
  private readonly log = new FakeLog();
  private readonly memory = new ChatMemory(new FakeMemory());
  private readonly webview = new FakeWebview();
  private waiting: (() => void)[] = [];
  private ids = 0;

  constructor(folder: string, url: string) {
    const remote = remoteEngine(url);
    const { log } = this;
    this.engine = new ModelRouter({
      worker: new FakeEngine(),
      remote,
      isRemote: () => true,
      onDidChangeRoute: new Emitter<undefined>().event,
    });
    const failed = (): void => undefined;
    this.store = new ConversationStore({ folder, log, onCorrupt: failed, onWriteFailing: failed });
    const settings = { system: `You know ${MARKER}.`, temperature: 0, maxTokens: 100 };
    const newId = (): string => `id-${String(this.ids++)}`;
    this.service = new ChatService({
      engine: this.engine,
      store: this.store,
      settings: () => settings,
      log,
      idle: this.whenIdle,
      newId,
      newSeed: () => 7,
      now: () => 2000,
    });
    const { memory } = this;
    memory.draft = `What is ${MARKER}?`;
    memory.items = [{ id: 'kept', item: items.file }];
    this.controller = new ChatController({
      service: this.service,
      engine: this.engine,
      memory,
      context: this.contextFor(memory, newId),
      openSource: () => Promise.resolve(),
      texts: fakeTexts,
      log,
      runAction: () => undefined,
      resolveCommand: () => Promise.resolve(undefined),
    });
    const place = { webview: this.webview, showConversations: () => this.store.list() };
    this.view = new ChatView(place, this.controller, { extensionUri: new Uri('/ext'), title: 'Chat', log, code: noCode });
  }

  /** Does what the page asks, then everything that is done ahead at a pause of the user, to the end. */
  async receive(message: WebviewMessage): Promise<void> {
    this.webview.fromPage.fire(message);
    await this.pause();
  }

  /** A pause of the user: counts and warm-ups run until the gauge has been shown anew. */
  async pause(): Promise<void> {
    await settled();
    this.controller.setDraft(this.memory.draft);
    const before = this.gauges.length;
    await waitFor(() => {
      for (const action of this.waiting.splice(0)) action();
      expect(this.gauges.length).toBeGreaterThan(before);
    });
    expect(this.log.lines.filter((line) => /error/i.test(line))).toEqual([]);
  }

  get said(): readonly HostMessage[] {
    return this.webview.posted as HostMessage[];
  }

  get gauges(): readonly Extract<HostMessage, { type: 'gauge' }>[] {
    return this.said.filter((message) => message.type === 'gauge');
  }

  async close(): Promise<void> {
    this.view.dispose();
    this.controller.dispose();
    this.service.dispose();
    await this.store.flush();
    this.store.dispose();
    this.engine.dispose();
  }

  private readonly whenIdle = (action: () => void): { dispose: () => void } => {
    this.waiting.push(action);
    return { dispose: () => void (this.waiting = this.waiting.filter((other) => other !== action)) };
  };

  private contextFor(memory: ChatMemory, newId: () => string): ViewContext {
    return new ViewContext({
      draft: new DraftContext({ memory, read: readItem, view: ({ kind }) => ({ kind, label: MARKER, opens: true }), newId }),
      suggestions: new Suggestions(sources),
      commands: [],
      engine: this.engine,
      words: fakeWords,
      idle: this.whenIdle,
      calm: this.whenIdle,
      watch: () => ({ dispose: () => undefined }),
      open: () => Promise.resolve(),
      offerModel: () => Promise.resolve(),
    });
  }
}

/** The messages with which the user sends a question. */
type Sending = 'send' | 'askAgain';

/** Every other message, in each of its forms. A kind of message that is missing here fails the type check. */
const unsent: { readonly [K in Exclude<WebviewMessage['type'], Sending>]: readonly Extract<WebviewMessage, { type: K }>[] } = {
  ready: [{ type: 'ready' }],
  stop: [{ type: 'stop' }],
  newChat: [{ type: 'newChat' }],
  showConversations: [{ type: 'showConversations' }],
  draft: [MARKER, `${MARKER} `.repeat(1000), ''].map((text) => ({ type: 'draft', text })),
  suggest: ['', MARKER, `file:${MARKER}`, `symbol:${MARKER}`].map((query, request) => ({ type: 'suggest', request, query })),
  attach: [...Object.keys(items).map((kind) => `#${kind}`), `file ${uri}`, `symbol ${uri} 1 ${MARKER}`].map((suggestion) => ({
    type: 'attach',
    suggestion,
  })),
  detach: [{ type: 'detach', attachment: 'kept' }],
  drop: [{ type: 'drop', uris: [uri, `file:///${MARKER}.gguf`] }],
  openAttachment: [{ type: 'openAttachment', attachment: 'kept' }],
  openSource: [{ type: 'openSource', turnId: 'first', index: 0 }],
  copy: [{ type: 'copy', text: MARKER }],
  openLink: [{ type: 'openLink', href: `https://example.com/${MARKER}` }],
  // The button that asks again sends: it has a test below.
  action: problemActionIds.filter((id) => id !== 'retry').map((id) => ({ type: 'action', id, turnId: 'failed' })),
  edit: [
    { type: 'edit', turnId: 'first', text: `${MARKER} in other words` },
    { type: 'edit', turnId: 'first' },
  ],
  sibling: [
    { type: 'sibling', turnId: 'first', places: 1 },
    { type: 'sibling', turnId: 'other', places: -1 },
  ],
  copyAnswer: [{ type: 'copyAnswer', turnId: 'first' }],
  code: (['apply', 'insert', 'newFile'] as const).map((action) => ({ type: 'code', action, turnId: 'first', block: 0 })),
};

const sending: { readonly [K in Sending]: readonly Extract<WebviewMessage, { type: K }>[] } & {
  readonly retry: readonly WebviewMessage[];
} = {
  send: [{ type: 'send', text: `What is ${MARKER}?` }],
  askAgain: [
    { type: 'askAgain', turnId: 'first' },
    { type: 'askAgain', turnId: 'first', text: `And ${MARKER}?` },
  ],
  retry: [{ type: 'action', id: 'retry', turnId: 'failed' }],
};

describe.each([
  ['an OpenAI-compatible server', false],
  ['llama-server', true],
] as const)('before the user sends, to %s', (_, isLlamaServer) => {
  let folder: string;
  let server: RecordingServer;
  let view: ServedView;

  beforeEach(async () => {
    openWorkspace();
    folder = await mkdtemp(path.join(tmpdir(), 'paddock-unsent-'));
    server = await RecordingServer.start(isLlamaServer);
    view = new ServedView(folder, server.url);
    view.store.save(conversationBefore());
    await view.receive({ type: 'ready' });
    await waitFor(() => {
      expect(server.requests.length).toBeGreaterThan(1);
    });
    expect(await view.controller.open('before')).toBe(true);
    await view.pause();
  });

  afterEach(async () => {
    await view.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  const expectNothingSent = (): void => {
    expect(server.requestsWith(MARKER)).toEqual([]);
    expect(server.beyondMetadata).toEqual([]);
    expect(server.requests).not.toEqual([]);
  };

  it('opening a conversation and counting it sends nothing', () => {
    expect(view.gauges.at(-1)?.gauge).toMatchObject({ isEstimate: true, contextTokens: 4096 });
    const chips = view.said.findLast((message) => message.type === 'attachments');
    expect(chips?.attachments).toMatchObject([{ tokens: expect.any(Number) as number, isEstimate: true }]);
    expectNothingSent();
  });

  it.each(Object.entries(unsent))('the message `%s` sends nothing', async (_, messages) => {
    for (const message of messages) {
      if (message.type === 'attach') await view.receive({ type: 'suggest', request: 1, query: suggestedBy(message.suggestion) });
      await view.receive(message);
    }
    expectNothingSent();
  });

  it.each(Object.values(items))('attaching and counting $kind sends nothing', async (item) => {
    const used = (): number => view.gauges.at(-1)?.gauge?.usedTokens ?? 0;
    await view.receive({ type: 'detach', attachment: 'kept' });
    const before = used();
    await view.controller.attach([item]);
    await view.pause();
    expect(used()).toBeGreaterThan(before);
    expectNothingSent();
  });

  it('all these messages one after the other send nothing', async () => {
    for (const message of Object.values(unsent).flat()) await view.receive(message);
    expectNothingSent();
  });

  it.each(Object.entries(sending))('the message `%s` sends only chat requests', async (_, messages) => {
    for (const [index, message] of messages.entries()) {
      await view.receive(message);
      await waitFor(() => {
        expect(server.requestsWith(MARKER)).toHaveLength(index + 1);
        expect(view.controller.isAnswering).toBe(false);
      });
    }
    expect(new Set(server.beyondMetadata)).toEqual(new Set(['POST /v1/chat/completions']));
  });

  it('sending includes every kind of attachment', async () => {
    await view.controller.attach(Object.values(items));
    await view.receive({ type: 'send', text: 'What is it?' });
    await waitFor(() => {
      expect(server.requestsWith(MARKER)).toHaveLength(1);
    });
    const [request] = server.requestsWith(MARKER);
    for (const part of [`$ echo ${MARKER}`, `+${MARKER}`, `${MARKER} is not defined`, `const ${MARKER} = 1;`, `You know ${MARKER}.`])
      expect(request?.body).toContain(part);
  });
});

/** What has to be typed behind `#` for a suggestion to be offered. */
function suggestedBy(suggestion: string): string {
  const [kind = ''] = suggestion.split(' ');
  return kind.startsWith('#') ? '' : `${kind}:${MARKER}`;
}
