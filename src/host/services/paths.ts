import * as vscode from 'vscode';

/**
 * A document's path as a prompt names it, with forward slashes on every system: within its workspace folder. Of several folders, the name
 * of its own stands first.
 */
export function promptPath(uri: vscode.Uri): string {
  return vscode.workspace.asRelativePath(uri).replace(/\\/g, '/');
}
