import type { WorkspaceFile } from '../../../../../src/host/services/workspace/workspaceFiles';
import { DraftContext, type ItemMemory } from '../../../../../src/host/chat/context/draftContext';
import type { ForecastWords } from '../../../../../src/host/chat/context/contextGauge';
import type { Item, LineChange, Reading } from '../../../../../src/host/chat/context/contextItems';
import { labelOf, type Source } from '../../../../../src/host/chat/context/attachmentLabels';
import { Suggestions, type SuggestionSources } from '../../../../../src/host/chat/context/mentionSuggestions';
import { ViewContext, type DocumentListener } from '../../../../../src/host/chat/context/viewContext';
import type { CountingEngine } from '../../../../../src/host/chat/context/tokenCounter';
import type { Idle } from '../../../../../src/host/llm/idleWarmUp';

/** The facts, without a language. */
export const fakeWords: ForecastWords = {
  source: (kind, path) => (path === undefined ? kind : `${kind} in ${path}`),
  dropped: (turns, title) => `drops ${String(turns)} to ${title}`,
  cut: (label, shown, total) => `cuts ${label} to ${String(shown)} of ${String(total)}`,
  tooLong: () => 'too long',
};

/** A workspace of files by their paths. Addresses are `file:///` and the path. */
export class FakeWorkspace implements SuggestionSources {
  readonly files_ = new Map<string, string>();
  readonly reads: string[] = [];
  private listeners: DocumentListener[] = [];

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) this.files_.set(path, text);
  }

  readonly read = (item: Item): Promise<Reading> => {
    if (item.kind !== 'file') return Promise.resolve({ kind: 'unreadable', problem: `no ${item.kind}` });
    const path = item.uri.replace('file:///', '');
    this.reads.push(path);
    const text = this.files_.get(path);
    return Promise.resolve(
      text === undefined
        ? { kind: 'unreadable', problem: `${path} is gone` }
        : { kind: 'read', block: { kind: 'file', path, language: 'plaintext', text } },
    );
  };

  readonly watch = (listener: DocumentListener): { dispose: () => void } => {
    this.listeners.push(listener);
    return { dispose: () => void (this.listeners = this.listeners.filter((other) => other !== listener)) };
  };

  /** A document has another text. */
  change(path: string, text: string): void {
    this.files_.set(path, text);
    for (const listener of this.listeners) listener.changed(`file:///${path}`);
  }

  /** Lines of a document moved. */
  move(path: string, changes: readonly LineChange[]): void {
    for (const listener of this.listeners) listener.moved(`file:///${path}`, changes);
  }

  kinds(): ReturnType<SuggestionSources['kinds']> {
    const view = { id: '#changes', kind: 'changes', label: '#changes', detail: '' } as const;
    return [
      { view: { id: '#file', kind: 'file', label: '#file', detail: '', insert: 'file:' }, items: () => Promise.resolve([]) },
      { view, items: () => Promise.resolve([{ kind: 'changes' }]) },
    ];
  }

  files(typed: string): Promise<readonly WorkspaceFile[]> {
    const found = [...this.files_.keys()].filter((path) => path.includes(typed));
    return Promise.resolve(found.map((path) => ({ uri: `file:///${path}`, path })));
  }

  symbols(typed: string): ReturnType<SuggestionSources['symbols']> {
    return Promise.resolve([{ uri: 'file:///src/a.ts', path: 'src/a.ts', name: typed, startLine: 3, endLine: 9 }]);
  }
}

export interface FakeContextParts {
  readonly memory?: ItemMemory;
  readonly engine: CountingEngine;
  readonly idle: Idle;
  readonly read?: (item: Item) => Promise<Reading>;
  readonly workspace?: FakeWorkspace;
  readonly opened?: Item[];
  /** Addresses of models that were dropped. */
  readonly offered?: string[];
}

let ids = 0;

/** A view's context on a workspace that is not there. */
export function fakeContext({
  memory = { items: [] },
  engine,
  idle,
  workspace = new FakeWorkspace(),
  ...rest
}: FakeContextParts): ViewContext {
  return new ViewContext({
    draft: new DraftContext({ memory, read: rest.read ?? workspace.read, view: viewOf, newId: () => `chip-${String(ids++)}` }),
    suggestions: new Suggestions(workspace),
    commands: [{ name: 'explain', description: 'Explains' }],
    engine,
    words: fakeWords,
    idle,
    calm: idle,
    watch: workspace.watch,
    open: (item) => {
      rest.opened?.push(item);
      return Promise.resolve();
    },
    offerModel: (uri) => {
      rest.offered?.push(uri);
      return Promise.resolve();
    },
  });
}

function viewOf(item: Item): { readonly kind: Item['kind']; readonly label: string; readonly opens: boolean } {
  const source: Source = { kind: item.kind, ...('uri' in item ? { path: (item.uri ?? '').replace('file:///', '') } : {}) };
  return { kind: item.kind, label: labelOf(source, fakeWords), opens: 'uri' in item };
}
