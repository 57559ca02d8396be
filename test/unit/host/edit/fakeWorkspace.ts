/** As much of VS Code's documents, with their events, as pending edits need; a disk behind them. */
import { Emitter } from '../../../../src/util/event';
import { Position, Range, Uri } from '../../../fixtures/vscode/fakeVscode';

interface Change {
  readonly range: Range;
  readonly text: string;
}

export class OpenDocument {
  readonly uri: Uri;
  readonly isUntitled: boolean;
  readonly encoding = 'utf8';
  isDirty = false;
  isClosed = false;
  version = 1;

  constructor(
    address: string | Uri,
    public text: string,
  ) {
    this.uri = typeof address === 'string' ? new Uri(address) : address;
    this.isUntitled = this.uri.scheme === 'untitled';
  }

  getText(): string {
    return this.text;
  }

  get lineCount(): number {
    return this.text.split('\n').length;
  }

  lineAt(line: number): { text: string; range: Range } {
    const text = this.text.split('\n')[line] ?? '';
    return { text, range: new Range(line, 0, line, text.length) };
  }

  /** Somebody types at a place. */
  put(line: number, character: number, text: string): void {
    this.change([{ range: new Range(line, character, line, character), text }]);
  }

  /** The changes from the bottom up, told to whoever listens. */
  change(changes: readonly Change[]): void {
    for (const { range, text } of changes) {
      const from = this.offsetAt(range.start);
      this.text = this.text.slice(0, from) + text.replace(/\r\n/g, '\n') + this.text.slice(this.offsetAt(range.end));
    }
    this.version++;
    this.isDirty = true;
    workspace.changed.fire({ document: this, contentChanges: changes, reason: undefined });
  }

  async save(): Promise<boolean> {
    await workspace.save(this, 'manual');
    return true;
  }

  private offsetAt({ line, character }: Position): number {
    const lines = this.text.split('\n').slice(0, line);
    return lines.reduce((sum, each) => sum + each.length + 1, character);
  }
}

/** A notebook that is open, with its cells' documents. */
export class OpenNotebook {
  readonly uri: Uri;

  constructor(
    path: string,
    readonly cells: readonly OpenDocument[],
  ) {
    this.uri = new Uri(path);
  }

  getCells(): readonly { document: OpenDocument; notebook: OpenNotebook; index: number }[] {
    return this.cells.map((document, index) => ({ document, notebook: this, index }));
  }

  async save(): Promise<boolean> {
    await workspace.saveNotebook(this, 'manual');
    return true;
  }
}

interface NotebookSaving {
  readonly notebook: OpenNotebook;
  readonly reason: number;
  readonly waitUntil: (edit: Promise<WorkspaceEdit>) => void;
}

interface Renames {
  readonly files: readonly { oldUri: Uri; newUri: Uri }[];
}

const reasons = { manual: 1, afterDelay: 2, focusOut: 3 } as const;

class FakeWorkspace {
  readonly changed = new Emitter<{ document: OpenDocument; contentChanges: readonly Change[]; reason: undefined }>();
  readonly willSave = new Emitter<{ document: OpenDocument; reason: number; waitUntil: (edits: Promise<readonly Change[]>) => void }>();
  readonly saved = new Emitter<OpenDocument>();
  readonly opened = new Emitter<OpenDocument>();
  readonly closed = new Emitter<OpenDocument>();
  readonly willSaveNotebook = new Emitter<NotebookSaving>();
  readonly savedNotebook = new Emitter<OpenNotebook>();
  readonly willRename = new Emitter<Renames>();
  readonly renamed = new Emitter<Renames>();
  readonly documents: OpenDocument[] = [];
  readonly notebooks: OpenNotebook[] = [];
  readonly disk = new Map<string, string>();

  clear(): void {
    this.documents.length = 0;
    this.notebooks.length = 0;
    this.disk.clear();
  }

  open(path: string, text: string): OpenDocument {
    const document = new OpenDocument(path, text);
    this.reopen(document);
    return document;
  }

  openUntitled(name: string, text: string): OpenDocument {
    const document = new OpenDocument(new Uri(name, 'untitled'), text);
    this.reopen(document);
    return document;
  }

  reopen(document: OpenDocument): void {
    document.isClosed = false;
    this.documents.push(document);
    this.opened.fire(document);
  }

  close(document: OpenDocument): void {
    this.documents.splice(this.documents.indexOf(document), 1);
    document.isClosed = true;
    this.closed.fire(document);
  }

  async save(document: OpenDocument, reason: keyof typeof reasons): Promise<void> {
    const waits: Promise<readonly Change[]>[] = [];
    this.willSave.fire({ document, reason: reasons[reason], waitUntil: (edits) => waits.push(edits) });
    const edits = (await Promise.all(waits)).flat();
    if (edits.length > 0) document.change([...edits].sort((a, b) => b.range.start.line - a.range.start.line));
    this.disk.set(document.uri.path, document.text);
    document.isDirty = false;
    this.saved.fire(document);
  }

  /** Renames a file or folder as VS Code does: what is not saved moves along, into another document. */
  rename(from: string, to: string, renamedWith: (text: string) => string = (text) => text): OpenDocument[] {
    const files = [{ oldUri: new Uri(from), newUri: new Uri(to) }];
    const moved = this.documents.filter(({ uri: { path } }) => path === from || path.startsWith(`${from}/`));
    this.willRename.fire({ files });
    for (const [path, text] of [...this.disk]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.disk.delete(path);
      this.disk.set(to + path.slice(from.length), text);
    }
    const now = moved.map(({ uri, text }) => this.open(to + uri.path.slice(from.length), renamedWith(text)));
    this.renamed.fire({ files });
    for (const document of moved) this.close(document);
    return now;
  }

  openNotebook(path: string, texts: readonly string[]): OpenNotebook {
    const cells = texts.map((text, index) => new OpenDocument(new Uri(path, 'vscode-notebook-cell', `W${index}`), text));
    const notebook = new OpenNotebook(path, cells);
    this.notebooks.push(notebook);
    for (const cell of cells) this.reopen(cell);
    return notebook;
  }

  closeNotebook(notebook: OpenNotebook): void {
    this.notebooks.splice(this.notebooks.indexOf(notebook), 1);
    for (const cell of notebook.cells) this.close(cell);
  }

  async saveNotebook(notebook: OpenNotebook, reason: keyof typeof reasons): Promise<void> {
    const waits: Promise<WorkspaceEdit>[] = [];
    this.willSaveNotebook.fire({ notebook, reason: reasons[reason], waitUntil: (edit) => waits.push(edit) });
    for (const edit of await Promise.all(waits)) applyEdit(edit);
    this.disk.set(notebook.uri.path, JSON.stringify(notebook.cells.map(({ text }) => text)));
    this.savedNotebook.fire(notebook);
  }
}

export const workspace = new FakeWorkspace();

class WorkspaceEdit {
  readonly changes: (Change & { uri: Uri })[] = [];

  get size(): number {
    return this.changes.length;
  }

  replace(uri: Uri, range: Range, text: string): void {
    this.changes.push({ uri, range, text });
  }

  delete(uri: Uri, range: Range): void {
    this.replace(uri, range, '');
  }
}

/** From the bottom up, as each range counts in the document before all of them. */
function applyEdit({ changes }: WorkspaceEdit): boolean {
  for (const { uri, ...change } of [...changes].sort((a, b) => b.range.start.line - a.range.start.line)) {
    workspace.documents.find((each) => each.uri.toString() === uri.toString())?.change([change]);
  }
  return changes.every(({ uri }) => workspace.documents.some((each) => each.uri.toString() === uri.toString()));
}

export const messages: string[] = [];

export const fakeVscode = {
  Position,
  Range,
  WorkspaceEdit,
  TextEdit: { delete: (range: Range): Change => ({ range, text: '' }) },
  TextDocumentSaveReason: { Manual: 1, AfterDelay: 2, FocusOut: 3 },
  Disposable: {
    from: (...parts: readonly { dispose: () => void }[]) => ({
      dispose: () => {
        for (const part of parts) part.dispose();
      },
    }),
  },
  Uri,
  l10n: { t: (text: string, ...values: readonly string[]) => text.replace(/\{(\d)\}/g, (_, index: string) => values[Number(index)] ?? '') },
  window: {
    visibleTextEditors: [],
    showErrorMessage: (message: string) => {
      messages.push(message);
      return Promise.resolve(undefined);
    },
  },
  workspace: {
    textDocuments: workspace.documents,
    notebookDocuments: workspace.notebooks,
    onDidChangeTextDocument: workspace.changed.event,
    onWillSaveTextDocument: workspace.willSave.event,
    onDidSaveTextDocument: workspace.saved.event,
    onWillSaveNotebookDocument: workspace.willSaveNotebook.event,
    onDidSaveNotebookDocument: workspace.savedNotebook.event,
    onDidOpenTextDocument: workspace.opened.event,
    onDidCloseTextDocument: workspace.closed.event,
    onWillRenameFiles: workspace.willRename.event,
    onDidRenameFiles: workspace.renamed.event,
    openTextDocument: (uri: Uri) => {
      const text = workspace.disk.get(uri.path);
      return text === undefined
        ? Promise.reject(new Error('FileNotFound'))
        : Promise.resolve(workspace.documents.find((each) => each.uri.path === uri.path) ?? workspace.open(uri.path, text));
    },
    openNotebookDocument: ({ path }: Uri) => {
      const texts: unknown = JSON.parse(workspace.disk.get(path) ?? '[]');
      return Promise.resolve(workspace.openNotebook(path, texts as readonly string[]));
    },
    applyEdit: (edit: WorkspaceEdit) => Promise.resolve(applyEdit(edit)),
    fs: {
      stat: ({ path }: Uri) => (workspace.disk.has(path) ? Promise.resolve({}) : Promise.reject(new Error('FileNotFound'))),
    },
  },
};
