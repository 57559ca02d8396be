import * as vscode from 'vscode';
import { isCell } from './notebooks';

export interface TextReplacement {
  readonly range: vscode.Range;
  readonly text: string;
}

/**
 * Replaces ranges of a document, as one step for undo. `false` where VS Code refuses, as it does for a document that has just changed, and
 * where the document is read-only.
 */
export async function replaceText(document: vscode.TextDocument, replacements: readonly TextReplacement[]): Promise<boolean> {
  const before = document.getText();
  const edit = new vscode.WorkspaceEdit();
  for (const { range, text } of replacements) edit.replace(document.uri, range, text);
  if (!(await vscode.workspace.applyEdit(edit))) return false;
  const { version } = document;
  // What was typed meanwhile is not taken back.
  if (document.getText() === before || (await canBeSaved(document)) || document.version !== version) return true;
  // VS Code changes the text of a read-only file all the same, and then never saves it.
  const back = new vscode.WorkspaceEdit();
  back.replace(document.uri, new vscode.Range(new vscode.Position(0, 0), document.lineAt(document.lineCount - 1).range.end), before);
  await vscode.workspace.applyEdit(back);
  return false;
}

/** Tells whether a change just made to a document will reach its file. A read-only file does not become dirty. */
async function canBeSaved(document: vscode.TextDocument): Promise<boolean> {
  if (document.isDirty || document.isUntitled || isCell(document.uri)) return true;
  try {
    // Auto save may have been as quick.
    const bytes = await vscode.workspace.fs.readFile(document.uri);
    return (await vscode.workspace.decode(bytes, { encoding: document.encoding })) === document.getText();
  } catch {
    return false;
  }
}

/** Tells whether the document's file system, or the file's permissions, say that it cannot be written. A setting of VS Code's may forbid it too. */
export async function isReadOnly(uri: vscode.Uri): Promise<boolean> {
  if (vscode.workspace.fs.isWritableFileSystem(uri.scheme) === false) return true;
  if (uri.scheme === 'untitled' || isCell(uri)) return false;
  try {
    const { permissions } = await vscode.workspace.fs.stat(uri);
    return permissions !== undefined && (permissions & vscode.FilePermission.Readonly) !== 0;
  } catch {
    // A file that was deleted since, or a document without a file: an edit will tell.
    return false;
  }
}

export function readOnlySentence(): string {
  return vscode.l10n.t('This editor is read-only, so nothing was changed. Copy the code to a file that can be written, and edit it there.');
}
