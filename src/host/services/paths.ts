import * as vscode from 'vscode';

/** A document's path as a prompt names it: within its workspace folder, with forward slashes on every system. */
export function promptPath(uri: vscode.Uri): string {
  return vscode.workspace.asRelativePath(uri, false).replace(/\\/g, '/');
}
