import * as vscode from 'vscode';
import { isCell, selectedCell } from './notebooks';
import type { EditorPlace } from './targetRange';

export interface LastPlace extends EditorPlace {
  readonly viewColumn?: vscode.ViewColumn | undefined;
  /** The document has no cursor. The selection is its end. */
  readonly isEnd?: boolean;
}

/**
 * Remembers the editor the user was in last. While a chat has the focus, VS Code may have no active editor. In a notebook the place is the
 * selected cell.
 */
export class LastEditor implements vscode.Disposable {
  private last: LastPlace | undefined;
  private readonly subscription: vscode.Disposable;

  /** @param accepts tells which documents count; by default all do. Cells of notebooks always do. */
  constructor(private readonly accepts: (uri: vscode.Uri) => boolean = () => true) {
    this.note(vscode.window.activeTextEditor);
    this.noteCell();
    this.subscription = vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        this.note(editor);
      }),
      vscode.window.onDidChangeActiveNotebookEditor(() => {
        this.noteCell();
      }),
      vscode.window.onDidChangeNotebookEditorSelection(() => {
        this.noteCell();
      }),
    );
  }

  /** `undefined` once the editor is no longer visible. */
  get current(): LastPlace | undefined {
    this.noteCell();
    return this.last !== undefined && isVisible(this.last) ? this.last : undefined;
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private note(editor: vscode.TextEditor | undefined): void {
    if (editor === undefined || !(isCell(editor.document.uri) || this.accepts(editor.document.uri))) return;
    this.last = editor;
    // VS Code may name the editor of the cell that was selected before.
    if (isCell(editor.document.uri)) this.noteCell();
  }

  /** A selected cell without an editor of its own counts with its end as the selection. */
  private noteCell(): void {
    const document = selectedCell()?.document;
    // The end of a cell is found anew: something may have been put in there.
    if (document === undefined || (document === this.last?.document && this.last.isEnd !== true)) return;
    const editor = vscode.window.visibleTextEditors.find((each) => each.document === document);
    const end = document.lineAt(document.lineCount - 1).range.end;
    const { viewColumn } = vscode.window.activeNotebookEditor ?? {};
    this.last = editor ?? { document, selection: new vscode.Selection(end, end), viewColumn, isEnd: true };
  }
}

/** A cell counts as visible with its notebook: VS Code has no editor for cells that are scrolled away. */
function isVisible(place: LastPlace): boolean {
  if (vscode.window.visibleTextEditors.some((editor) => editor === place)) return true;
  return vscode.window.visibleNotebookEditors.some(({ notebook }) =>
    notebook.getCells().some(({ document }) => document === place.document),
  );
}
