import * as vscode from 'vscode';
import { isCell, selectedCell } from '../services/documents/notebooks';
import { PROPOSAL_SCHEME } from './proposal/proposalFiles';

/** A place that code can be put into: a document, and the selection in it. */
export interface Place extends Pick<vscode.TextEditor, 'document' | 'selection' | 'viewColumn'> {
  /** There is no cursor: code goes behind what is there. */
  readonly isEnd?: boolean;
}

/**
 * The place the user was in last that can be written to: in a chat of its own tab, VS Code has no active editor. In a notebook it is the
 * selected cell.
 */
export class LastEditor implements vscode.Disposable {
  private last: Place | undefined;
  private readonly subscription: vscode.Disposable;

  constructor() {
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

  /** `undefined` where it is no longer to be seen. */
  get current(): Place | undefined {
    this.noteCell();
    return this.last !== undefined && isVisible(this.last) ? this.last : undefined;
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private note(editor: vscode.TextEditor | undefined): void {
    if (editor === undefined || !isFile(editor.document.uri)) return;
    this.last = editor;
    // VS Code may name the editor of the cell that was selected before.
    if (isCell(editor.document.uri)) this.noteCell();
  }

  /** A selected cell without a cursor of its own is written to at its end. */
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

/** Whether this is a document of the user's that can be written to; an output channel is not, nor a proposal. */
export function isFile(uri: vscode.Uri): boolean {
  if (uri.scheme === 'untitled' || isCell(uri)) return true;
  return uri.scheme !== PROPOSAL_SCHEME && vscode.workspace.fs.isWritableFileSystem(uri.scheme) === true;
}

/** A cell counts as visible with its notebook: VS Code has no editor for cells that are scrolled away. */
function isVisible(place: Place): boolean {
  if (vscode.window.visibleTextEditors.some((editor) => editor === place)) return true;
  return vscode.window.visibleNotebookEditors.some(({ notebook }) =>
    notebook.getCells().some(({ document }) => document === place.document),
  );
}
