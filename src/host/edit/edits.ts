import * as vscode from 'vscode';
import { Emitter, type Disposable } from '../../base/event';
import type { Log } from '../services/log';
import type { Change } from './block';
import { VscodeEditDocument, replacementFor } from './editDocument';
import type { EditMemory } from './memory';
import { PendingEdit, findSnapshot, type Verdict } from './pendingEdit';
import type { EditWriter } from './writer';

/** A document's edit, and who is writing it. */
export interface LiveEdit {
  readonly document: vscode.TextDocument;
  readonly edit: PendingEdit;
  writer: EditWriter | undefined;
}

/** The edits of all documents, one each: keeps them in step with what happens to the documents. */
export class Edits implements Disposable {
  private readonly live = new Map<string, LiveEdit>();
  private readonly changes = new Emitter<vscode.TextDocument>();
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
      vscode.workspace.onDidSaveTextDocument((document) => {
        this.attempt('save', this.afterSave(document));
      }),
      vscode.workspace.onDidOpenTextDocument((document) => {
        this.resume(document);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.attempt('close', this.closed(document));
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
    return this.add(document, PendingEdit.begin(new VscodeEditDocument(document), start, end));
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

  private add(document: vscode.TextDocument, edit: PendingEdit): LiveEdit {
    const uri = document.uri.toString();
    this.live.get(uri)?.edit.dispose();
    const live: LiveEdit = { document, edit, writer: undefined };
    this.live.set(uri, live);
    edit.onDidChange(() => {
      this.memory.set(uri, edit.lasting);
      this.changes.fire(document);
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

  private async afterSave(document: vscode.TextDocument): Promise<void> {
    const live = this.live.get(document.uri.toString());
    if (live === undefined) return;
    live.edit.saved();
    await live.edit.resume();
  }

  /** Finds the edit of an earlier window, or of before the document was closed and opened again. */
  private resume(document: vscode.TextDocument): void {
    const uri = document.uri.toString();
    const snapshots = this.memory.get(uri);
    if (snapshots.length === 0 || this.live.has(uri)) return;
    const text = new VscodeEditDocument(document);
    const found = findSnapshot(text, [...snapshots].reverse());
    if (found === undefined) this.memory.set(uri, []);
    else this.changes.fire(this.add(document, PendingEdit.again(text, found)).document);
  }

  /** Whoever closes a file with an undecided edit gets it without: auto save may have written it as it stood. */
  private async closed(document: vscode.TextDocument): Promise<void> {
    const uri = document.uri.toString();
    const live = this.live.get(uri);
    if (live?.document !== document) return;
    this.live.delete(uri);
    live.writer?.interrupt();
    live.edit.dispose();
    this.changes.fire(document);
    // A change of its language closes a document and opens it at once.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.live.has(uri) || this.memory.get(uri).length === 0) return;
    if (document.isUntitled) {
      this.memory.set(uri, []);
      return;
    }
    const reopened = await vscode.workspace.openTextDocument(document.uri);
    this.resume(reopened);
    const again = this.live.get(uri);
    if (again === undefined) return;
    await again.edit.settle('discard');
    await reopened.save();
  }

  private attempt(what: string, work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.log.error(`${what}: ${String(error)}`);
    });
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
