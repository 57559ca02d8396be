import * as vscode from 'vscode';
import { withTimeout } from '../../util/timeout';
import { replaceText, type TextReplacement } from '../services/documents/documentEdits';
import type { EditDocument, UndoStops } from './pendingEdit';

/** Longest that an edit waits for its document's new name, in milliseconds. */
const MAX_MOVE_MILLISECONDS = 2000;

/** More versions than a document has before its file is renamed. */
const VERSIONS = 1e9;

/** A document of VS Code's as a pending edit sees it: the same one when its file is renamed, which VS Code makes another document. */
export class VscodeEditDocument implements EditDocument {
  private moves = 0;
  private moving: { readonly done: Promise<void>; readonly end: () => void } | undefined;

  constructor(private document: vscode.TextDocument) {}

  get version(): number {
    return this.moves * VERSIONS + this.document.version;
  }

  get lineCount(): number {
    return this.document.lineCount;
  }

  lines(start: number, end: number): readonly string[] {
    const from = Math.max(0, start);
    const count = Math.max(0, Math.min(end, this.lineCount) - from);
    return Array.from({ length: count }, (_, index) => this.document.lineAt(from + index).text);
  }

  async replace(start: number, end: number, lines: readonly string[], undo: UndoStops): Promise<boolean> {
    const { document } = this;
    const replacement = replacementFor(document, start, end, lines);
    const { version } = document;
    const editor = vscode.window.visibleTextEditors.find((each) => each.document === document);
    const done = await (editor === undefined ? replaceText(document, [replacement]) : inEditor(editor, replacement, undo));
    // An editor that is read-only does nothing, and does not say so.
    if (done && document.version !== version) return true;
    // A document whose file is being renamed takes no changes. The next attempt goes to its successor.
    if (this.moving !== undefined) await withTimeout(this.moving.done, MAX_MOVE_MILLISECONDS, () => undefined);
    return false;
  }

  /** The document's file is about to be renamed. */
  beginMove(): void {
    let end = (): void => undefined;
    const done = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.moving = { done, end };
  }

  /** The file was renamed. `document` has the same text; without it the document is the one it was. */
  endMove(document?: vscode.TextDocument): void {
    if (document !== undefined) {
      this.document = document;
      this.moves++;
    }
    this.moving?.end();
    this.moving = undefined;
  }
}

/** Only an editor takes edits that are one step of the undo stack together. */
async function inEditor(editor: vscode.TextEditor, replacement: TextReplacement, undo: UndoStops): Promise<boolean> {
  try {
    return await editor.edit(
      (builder) => {
        builder.replace(replacement.range, replacement.text);
      },
      { undoStopBefore: undo.before, undoStopAfter: undo.after },
    );
  } catch {
    // It was closed this moment.
    return replaceText(editor.document, [replacement]);
  }
}

/** Lines from 0, the end exclusive, in VS Code's terms: the last line of a document has no line break to take along. */
export function replacementFor(
  document: Pick<vscode.TextDocument, 'lineCount' | 'lineAt'>,
  start: number,
  end: number,
  lines: readonly string[],
): TextReplacement {
  const text = lines.join('\n');
  const { lineCount } = document;
  const endOf = (line: number): vscode.Position => document.lineAt(line).range.end;
  if (end > start && lines.length > 0) return { range: new vscode.Range(new vscode.Position(start, 0), endOf(end - 1)), text };
  if (end < lineCount) {
    return { range: new vscode.Range(start, 0, end, 0), text: lines.length > 0 ? `${text}\n` : '' };
  }
  const from = start > 0 ? endOf(start - 1) : new vscode.Position(0, 0);
  return { range: new vscode.Range(from, endOf(lineCount - 1)), text: lines.length > 0 ? `\n${text}` : '' };
}
