import * as vscode from 'vscode';

/** Scheme of the documents that hold a notebook's cells. Their address has the notebook's path; the fragment tells cells apart. */
const CELL_SCHEME = 'vscode-notebook-cell';

export function isCell({ scheme }: vscode.Uri): boolean {
  return scheme === CELL_SCHEME;
}

/** The cell that a document holds. `undefined` for other documents, and for a cell whose notebook is closed. */
export function findCell(uri: vscode.Uri): vscode.NotebookCell | undefined {
  if (!isCell(uri)) return undefined;
  const id = uri.toString();
  for (const notebook of vscode.workspace.notebookDocuments) {
    const cell = notebook.getCells().find(({ document }) => document.uri.toString() === id);
    if (cell !== undefined) return cell;
  }
  return undefined;
}

/** The open notebook that a file holds. */
export function findNotebook(uri: vscode.Uri): vscode.NotebookDocument | undefined {
  return vscode.workspace.notebookDocuments.find((notebook) => notebook.uri.toString() === uri.toString());
}

/** The cell that is selected in the active notebook. It need not have an editor: a rendered Markdown cell has none. */
export function selectedCell(): vscode.NotebookCell | undefined {
  const editor = vscode.window.activeNotebookEditor;
  if (editor === undefined || editor.selection.isEmpty || editor.selection.start >= editor.notebook.cellCount) return undefined;
  return editor.notebook.cellAt(editor.selection.start);
}

/**
 * Shows a document in its editor. `undefined` for a cell that VS Code shows without an editor, as it does a rendered Markdown cell: then the
 * notebook is shown with the cell selected.
 */
export async function showDocument(
  document: vscode.TextDocument,
  options: vscode.TextDocumentShowOptions,
): Promise<vscode.TextEditor | undefined> {
  try {
    return await vscode.window.showTextDocument(document, options);
  } catch (error) {
    const cell = findCell(document.uri);
    if (cell === undefined) throw error;
    const { index, notebook } = cell;
    await vscode.window.showNotebookDocument(notebook, {
      ...(options.viewColumn === undefined ? {} : { viewColumn: options.viewColumn }),
      selections: [new vscode.NotebookRange(index, index + 1)],
    });
    return undefined;
  }
}
