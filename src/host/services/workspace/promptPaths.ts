import path from 'node:path';
import * as vscode from 'vscode';
import { findCell, isCell } from '../documents/notebooks';

/**
 * A document's path as a prompt names it: within its workspace folder, with forward slashes on every system. Of several folders, the name of
 * its own stands first. A cell of a notebook has the notebook's path and its number from 1, as in `data.ipynb#cell2`.
 */
export function promptPath(uri: vscode.Uri): string {
  if (!isCell(uri)) return vscode.workspace.asRelativePath(uri).replace(/\\/g, '/');
  const cell = findCell(uri);
  return cell === undefined ? path.posix.basename(uri.path) : `${promptPath(cell.notebook.uri)}#cell${cell.index + 1}`;
}

/** A document's name in a sentence: the file's without its folders, and which cell of a notebook. */
export function documentName(uri: vscode.Uri): string {
  const name = path.posix.basename(uri.path);
  const cell = findCell(uri);
  return cell === undefined ? name : vscode.l10n.t('{0}, cell {1}', name, cell.index + 1);
}
