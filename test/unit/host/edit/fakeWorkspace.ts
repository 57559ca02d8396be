/** As much of VS Code's documents, with their events, as pending edits need; a disk behind them. */
import { Emitter } from '../../../../src/base/event';
import { Position, Range, Uri } from '../../../fixtures/fakeVscode';

interface Change {
  readonly range: Range;
  readonly text: string;
}

export class OpenDocument {
  readonly uri: Uri;
  readonly isUntitled = false;
  version = 1;

  constructor(
    path: string,
    public text: string,
  ) {
    this.uri = new Uri(path);
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

const reasons = { manual: 1, afterDelay: 2, focusOut: 3 } as const;

class FakeWorkspace {
  readonly changed = new Emitter<{ document: OpenDocument; contentChanges: readonly Change[]; reason: undefined }>();
  readonly willSave = new Emitter<{ document: OpenDocument; reason: number; waitUntil: (edits: Promise<readonly Change[]>) => void }>();
  readonly saved = new Emitter<OpenDocument>();
  readonly opened = new Emitter<OpenDocument>();
  readonly closed = new Emitter<OpenDocument>();
  readonly documents: OpenDocument[] = [];
  readonly disk = new Map<string, string>();

  clear(): void {
    this.documents.length = 0;
    this.disk.clear();
  }

  open(path: string, text: string): OpenDocument {
    const document = new OpenDocument(path, text);
    this.reopen(document);
    return document;
  }

  reopen(document: OpenDocument): void {
    this.documents.push(document);
    this.opened.fire(document);
  }

  close(document: OpenDocument): void {
    this.documents.splice(this.documents.indexOf(document), 1);
    this.closed.fire(document);
  }

  async save(document: OpenDocument, reason: keyof typeof reasons): Promise<void> {
    const waits: Promise<readonly Change[]>[] = [];
    this.willSave.fire({ document, reason: reasons[reason], waitUntil: (edits) => waits.push(edits) });
    const edits = (await Promise.all(waits)).flat();
    if (edits.length > 0) document.change([...edits].sort((a, b) => b.range.start.line - a.range.start.line));
    this.disk.set(document.uri.path, document.text);
    this.saved.fire(document);
  }
}

export const workspace = new FakeWorkspace();

class WorkspaceEdit {
  readonly changes: (Change & { uri: Uri })[] = [];

  replace(uri: Uri, range: Range, text: string): void {
    this.changes.push({ uri, range, text });
  }
}

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
  window: { visibleTextEditors: [] },
  workspace: {
    textDocuments: workspace.documents,
    onDidChangeTextDocument: workspace.changed.event,
    onWillSaveTextDocument: workspace.willSave.event,
    onDidSaveTextDocument: workspace.saved.event,
    onDidOpenTextDocument: workspace.opened.event,
    onDidCloseTextDocument: workspace.closed.event,
    openTextDocument: ({ path }: Uri) => Promise.resolve(workspace.open(path, workspace.disk.get(path) ?? '')),
    applyEdit: ({ changes }: WorkspaceEdit) => {
      for (const { uri, ...change } of changes) workspace.documents.find((each) => each.uri.path === uri.path)?.change([change]);
      return Promise.resolve(true);
    },
  },
};
