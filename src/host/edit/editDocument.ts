import * as vscode from 'vscode';
import type { EditDocument, UndoStops } from './pendingEdit';

/** A document of VS Code's as a pending edit sees it. */
export class VscodeEditDocument implements EditDocument {
  constructor(private readonly document: vscode.TextDocument) {}

  get version(): number {
    return this.document.version;
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
    const done = await (editor === undefined ? inBackground(document, replacement) : inEditor(editor, replacement, undo));
    // An editor that is read-only does nothing, and does not say so.
    return done && document.version !== version;
  }
}

interface Replacement {
  readonly range: vscode.Range;
  readonly text: string;
}

/** Only an editor takes edits that are one step of the undo stack together. */
async function inEditor(editor: vscode.TextEditor, replacement: Replacement, undo: UndoStops): Promise<boolean> {
  try {
    return await editor.edit(
      (builder) => {
        builder.replace(replacement.range, replacement.text);
      },
      { undoStopBefore: undo.before, undoStopAfter: undo.after },
    );
  } catch {
    // It was closed this moment.
    return inBackground(editor.document, replacement);
  }
}

function inBackground(document: vscode.TextDocument, { range, text }: Replacement): Thenable<boolean> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, range, text);
  return vscode.workspace.applyEdit(edit);
}

/** Lines from 0, the end exclusive, in VS Code's terms: the last line of a document has no line break to take along. */
export function replacementFor(
  document: Pick<vscode.TextDocument, 'lineCount' | 'lineAt'>,
  start: number,
  end: number,
  lines: readonly string[],
): Replacement {
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
