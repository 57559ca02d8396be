import * as vscode from 'vscode';
import { Emitter, type Disposable } from '../../util/event';
import type { Log } from '../services/log';
import { findCell, findNotebook, isCell } from '../services/documents/notebooks';
import { documentName } from '../services/workspace/promptPaths';
import { renamedUri, type Rename } from '../services/workspace/renames';
import type { Change } from './editBlock';
import { VscodeEditDocument, replacementFor } from './editDocument';
import type { EditMemory } from './editMemory';
import { PendingEdit, findSnapshot, type Verdict } from './pendingEdit';
import type { EditWriter } from './editWriter';

/** A document's edit, and who is writing it. */
export interface LiveEdit {
  /** Another one after its file was renamed. */
  document: vscode.TextDocument;
  readonly edit: PendingEdit;
  /** The document as the edit sees it. */
  readonly text: VscodeEditDocument;
  /** The notebook, where the document is one of its cells. */
  readonly notebook: vscode.Uri | undefined;
  writer: EditWriter | undefined;
}

/** The edits of all documents, one each: keeps them in step with what happens to the documents. */
export class Edits implements Disposable {
  private readonly live = new Map<string, LiveEdit>();
  private readonly changes = new Emitter<vscode.TextDocument>();
  /** New addresses of documents that are being renamed, by their old ones. */
  private readonly renaming = new Map<string, vscode.Uri>();
  private readonly subscriptions: vscode.Disposable;

  /** Fires with a document whose marked lines, or whose writer, are others. */
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly memory: EditMemory,
    private readonly log: Log,
  ) {
    this.subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidChangeTextDocument((event) => {
        this.documentChanged(event);
      }),
      vscode.workspace.onWillSaveTextDocument((event) => {
        this.beforeSave(event);
      }),
      vscode.workspace.onWillSaveNotebookDocument((event) => {
        this.beforeNotebookSave(event);
      }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        this.attempt('save', document, this.afterSave(document));
      }),
      vscode.workspace.onDidSaveNotebookDocument((notebook) => {
        for (const { document } of notebook.getCells()) this.attempt('save', document, this.afterSave(document));
      }),
      vscode.workspace.onDidOpenTextDocument((document) => {
        this.opened(document);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.attempt('close', document, this.closed(document));
      }),
      vscode.workspace.onWillRenameFiles(({ files }) => {
        this.beforeRename(files);
      }),
      vscode.workspace.onDidRenameFiles(({ files }) => {
        this.afterRename(files);
      }),
    );
    for (const document of vscode.workspace.textDocuments) this.resume(document);
  }

  /** The document's edit, where it has marked lines or is being written. */
  of(document: vscode.TextDocument | undefined): LiveEdit | undefined {
    const found = document && this.live.get(document.uri.toString());
    return found !== undefined && (found.writer !== undefined || found.edit.hunks.length > 0) ? found : undefined;
  }

  /** Begins an edit of the lines from `start` to `end`, in place of one that is settled. */
  begin(document: vscode.TextDocument, start: number, end: number): LiveEdit {
    const text = new VscodeEditDocument(document);
    return this.add(document, text, PendingEdit.begin(text, start, end));
  }

  /** Says who writes an edit; `undefined` for nobody any more. */
  setWriter(live: LiveEdit, writer: EditWriter | undefined): void {
    live.writer = writer;
    this.changes.fire(live.document);
  }

  /** Accepts or discards the hunk at a line, or the whole edit. One that is still being written can only be discarded, which stops it. */
  async settle({ document, edit, writer }: LiveEdit, verdict: Verdict, line?: number): Promise<void> {
    if (writer !== undefined) {
      // Whoever writes it discards it then.
      if (verdict === 'discard') writer.stop();
      return;
    }
    const hunk = line === undefined ? undefined : edit.hunks.find(({ start, end }) => line >= start && line < end);
    if (line !== undefined && hunk === undefined) return;
    if (!(await edit.settle(verdict, hunk))) this.log.warn(`an edit of ${document.uri.toString()} could not be settled`);
  }

  dispose(): void {
    this.subscriptions.dispose();
    for (const { edit, writer } of this.live.values()) {
      writer?.interrupt();
      edit.dispose();
    }
    this.live.clear();
    this.changes.dispose();
  }

  private add(document: vscode.TextDocument, text: VscodeEditDocument, edit: PendingEdit): LiveEdit {
    const uri = document.uri.toString();
    this.live.get(uri)?.edit.dispose();
    const live: LiveEdit = { document, edit, text, notebook: findCell(document.uri)?.notebook.uri, writer: undefined };
    this.live.set(uri, live);
    edit.onDidChange(() => {
      this.memory.set(live.document.uri.toString(), edit.lasting);
      this.changes.fire(live.document);
    });
    return live;
  }

  private documentChanged({ document, contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    const live = this.live.get(document.uri.toString());
    if (live === undefined || contentChanges.length === 0) return;
    const changed = live.edit.documentChanged(
      contentChanges.map(({ range, text }): Change => ({ start: range.start, end: range.end, text: text.replace(/\r\n/g, '\n') })),
      reason !== undefined,
    );
    if (changed) live.writer?.interrupt();
  }

  /** What is saved is the user's text: a suggestion is no part of it until it is accepted. */
  private beforeSave(event: vscode.TextDocumentWillSaveEvent): void {
    const { document, reason } = event;
    const live = this.live.get(document.uri.toString());
    // Saved after each pause, the suggestion would go out of and into the document for ever.
    if (live === undefined || reason === vscode.TextDocumentSaveReason.AfterDelay) return;
    const lines = live.edit.hold();
    if (lines.length > 0) event.waitUntil(Promise.resolve(runsOf(lines).map(([start, end]) => deletion(document, start, end))));
  }

  /** A notebook is saved with all its cells at once, and its cells tell nothing of it. */
  private beforeNotebookSave(event: vscode.NotebookDocumentWillSaveEvent): void {
    const { notebook, reason } = event;
    if (reason === vscode.TextDocumentSaveReason.AfterDelay) return;
    const edit = new vscode.WorkspaceEdit();
    for (const { document } of notebook.getCells()) {
      const lines = this.live.get(document.uri.toString())?.edit.hold() ?? [];
      for (const [start, end] of runsOf(lines)) edit.delete(document.uri, replacementFor(document, start, end, []).range);
    }
    if (edit.size > 0) event.waitUntil(Promise.resolve(edit));
  }

  private async afterSave(document: vscode.TextDocument): Promise<void> {
    const live = this.live.get(document.uri.toString());
    if (live === undefined) return;
    live.edit.saved();
    await live.edit.resume();
  }

  private opened(document: vscode.TextDocument): void {
    const uri = document.uri.toString();
    const [old] = [...this.renaming].find(([, now]) => now.toString() === uri) ?? [];
    const live = old === undefined ? undefined : this.live.get(old);
    if (old !== undefined && live?.document.getText() === document.getText()) this.move(old, live, document);
    else this.resume(document);
  }

  /** Finds the edit of an earlier window, or of before the document was closed and opened again. */
  private resume(document: vscode.TextDocument): LiveEdit | undefined {
    const uri = document.uri.toString();
    if (this.live.has(uri)) return undefined;
    const text = new VscodeEditDocument(document);
    for (const key of this.keysFor(document.uri)) {
      const found = findSnapshot(text, [...this.memory.get(key)].reverse());
      if (found === undefined) continue;
      const live = this.add(document, text, PendingEdit.again(text, found));
      if (key !== uri) this.memory.set(key, []);
      this.memory.set(uri, live.edit.lasting);
      this.changes.fire(document);
      return live;
    }
    if (!isCell(document.uri)) this.memory.set(uri, []);
    return undefined;
  }

  /** What is remembered for a document, by whose address: each time a notebook is opened, its cells may have each other's. */
  private keysFor(uri: vscode.Uri): readonly string[] {
    const key = uri.toString();
    const others = isCell(uri)
      ? this.memory.uris.filter((other) => sameNotebook(vscode.Uri.parse(other), uri) && !this.live.has(other))
      : [];
    return [key, ...others.filter((other) => other !== key)].filter((each) => this.memory.get(each).length > 0);
  }

  /** Before VS Code makes another document of a file's: whatever comes first, its edit is known by both names. */
  private beforeRename(files: readonly Rename[]): void {
    for (const key of new Set([...this.memory.uris, ...this.live.keys()])) {
      const now = renamedUri(vscode.Uri.parse(key), files);
      if (now === undefined) continue;
      this.renaming.set(key, now);
      this.memory.set(now.toString(), this.memory.get(key));
      this.live.get(key)?.text.beginMove();
    }
  }

  private afterRename(files: readonly Rename[]): void {
    for (const [old, now] of [...this.renaming]) {
      if (renamedUri(vscode.Uri.parse(old), files) === undefined) continue;
      const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === now.toString());
      if (document !== undefined) this.opened(document);
      this.memory.set(old, []);
      const left = this.live.get(old);
      // The text did not come along, or VS Code has not opened it: it is found again when it is opened.
      if (left !== undefined) this.drop(old, left);
      this.renaming.delete(old);
    }
  }

  /** Takes an edit along, with whoever writes it, into the document that has the text now. */
  private move(old: string, live: LiveEdit, document: vscode.TextDocument): void {
    this.live.delete(old);
    this.live.set(document.uri.toString(), live);
    live.document = document;
    live.text.endMove(document);
    live.edit.moved();
  }

  private drop(uri: string, live: LiveEdit): void {
    this.live.delete(uri);
    live.text.endMove();
    live.writer?.interrupt();
    live.edit.dispose();
    this.changes.fire(live.document);
  }

  /** Whoever closes a file with an undecided edit gets it without: auto save may have written it as it stood. */
  private async closed(document: vscode.TextDocument): Promise<void> {
    const uri = document.uri.toString();
    const live = this.live.get(uri);
    if (live?.document !== document) return;
    if (this.renaming.has(uri) && !(await isFileThere(live.notebook ?? document.uri))) return;
    this.renaming.delete(uri);
    this.drop(uri, live);
    // A change of its language closes a document and opens it at once.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.live.has(uri) || this.memory.get(uri).length === 0) return;
    this.saveAs(document);
    if (document.isUntitled) this.memory.set(uri, []);
    else if (await isFileThere(live.notebook ?? document.uri)) await this.discardOnDisk(document.uri, live.notebook);
  }

  /** Saved under another name, a text with an undecided edit has become another document's. */
  private saveAs(document: vscode.TextDocument): void {
    const text = document.getText();
    const successor = vscode.workspace.textDocuments.find(
      (each) => each !== document && !each.isClosed && !this.live.has(each.uri.toString()) && each.getText() === text,
    );
    if (successor === undefined) return;
    this.memory.set(successor.uri.toString(), this.memory.get(document.uri.toString()));
    this.resume(successor);
  }

  private async discardOnDisk(uri: vscode.Uri, notebook: vscode.Uri | undefined): Promise<void> {
    if (notebook === undefined) {
      const document = await vscode.workspace.openTextDocument(uri);
      const live = this.live.get(uri.toString()) ?? this.resume(document);
      if (live !== undefined && (await live.edit.settle('discard'))) await document.save();
      return;
    }
    // A cell that was deleted from an open notebook: an undo of that finds what is remembered.
    if (findNotebook(notebook) !== undefined) return;
    const reopened = await vscode.workspace.openNotebookDocument(notebook);
    const edits = reopened.getCells().flatMap(({ document }) => this.live.get(document.uri.toString()) ?? this.resume(document) ?? []);
    for (const { edit } of edits) await edit.settle('discard');
    if (edits.length > 0) await reopened.save();
  }

  private attempt(what: string, { uri }: vscode.TextDocument, work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.log.error(`${what}: ${String(error)}`);
      void vscode.window.showErrorMessage(
        vscode.l10n.t(
          'The undecided edit in {0} could not be taken out of the file. Look at the file before you use it.',
          documentName(uri),
        ),
      );
    });
  }
}

/** Cells have their notebook's path. */
function sameNotebook(one: vscode.Uri, other: vscode.Uri): boolean {
  return one.scheme === other.scheme && one.path === other.path;
}

async function isFileThere(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

function deletion(document: vscode.TextDocument, start: number, end: number): vscode.TextEdit {
  return vscode.TextEdit.delete(replacementFor(document, start, end, []).range);
}

/** Neighbouring lines as runs, ends exclusive. */
function runsOf(lines: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last?.[1] === line) last[1]++;
    else runs.push([line, line + 1]);
  }
  return runs;
}
