import type * as vscode from 'vscode';
import { isCell } from '../documents/notebooks';

export interface Rename {
  readonly oldUri: vscode.Uri;
  readonly newUri: vscode.Uri;
}

/** Where a document is after files or folders were renamed or moved. `undefined` where it stays. A cell moves with its notebook. */
export function renamedUri(uri: vscode.Uri, renames: readonly Rename[]): vscode.Uri | undefined {
  const found = renames
    .filter(({ oldUri }) => isCell(uri) || (oldUri.scheme === uri.scheme && oldUri.authority === uri.authority))
    .filter(({ oldUri }) => uri.path === oldUri.path || uri.path.startsWith(`${oldUri.path}/`))
    // A file renamed together with its folder.
    .sort((one, other) => other.oldUri.path.length - one.oldUri.path.length)[0];
  if (found === undefined) return undefined;
  const path = found.newUri.path + uri.path.slice(found.oldUri.path.length);
  return isCell(uri) ? uri.with({ path }) : uri.with({ scheme: found.newUri.scheme, authority: found.newUri.authority, path });
}
