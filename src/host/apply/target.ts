/** Which file a code block is about. Paths are the model's: they name a file of the workspace, or nothing. */
import path from 'node:path';
import { FileType, Uri, workspace, type TextEditor } from 'vscode';
import { promptPath } from '../services/paths';
import { isFile } from './editors';

/**
 * The one file of the workspace that `named` names; else the attached one, by the path it was told the model by; else the editor's.
 * `undefined` where there is none, or the attached file is gone.
 */
export async function findTarget(
  named: readonly string[],
  attached: string | undefined,
  editor: TextEditor | undefined,
): Promise<Uri | undefined> {
  const found = (await Promise.all(named.map(inWorkspace))).filter((uri) => uri !== undefined);
  const [first, ...others] = found;
  if (first !== undefined && others.every((other) => other.toString() === first.toString())) return first;
  if (attached !== undefined) {
    const open = workspace.textDocuments.find(({ uri, isClosed }) => !isClosed && isFile(uri) && promptPath(uri) === attached);
    const uri = open?.uri ?? (await inFolders(attached));
    if (uri !== undefined) return uri;
  }
  return editor?.document.uri;
}

async function inWorkspace(name: string): Promise<Uri | undefined> {
  const exact = await inFolders(name);
  if (exact !== undefined || name.includes('/')) return exact;
  // Only where there is no choice. The name has no signs that mean something in a pattern but for brackets.
  const found = await workspace.findFiles(`**/${name.replace(/[[\](){}]/g, '?')}`, undefined, 2);
  const [only, another] = found.filter((uri) => path.posix.basename(uri.path) === name);
  return another === undefined ? only : undefined;
}

async function inFolders(name: string): Promise<Uri | undefined> {
  const relative = path.posix.normalize(name);
  if (path.posix.isAbsolute(relative) || relative.split('/').includes('..') || /^[A-Za-z]:/.test(relative)) return undefined;
  for (const folder of workspace.workspaceFolders ?? []) {
    for (const each of [relative, ...(relative.startsWith(`${folder.name}/`) ? [relative.slice(folder.name.length + 1)] : [])]) {
      const uri = Uri.joinPath(folder.uri, each);
      if (await exists(uri)) return uri;
    }
  }
  return undefined;
}

async function exists(uri: Uri): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(uri)).type & FileType.File) !== 0;
  } catch {
    return false;
  }
}
