/** Finds files of the workspace by paths that models and conversations name. Such a path leads to a file inside the workspace, or nowhere. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { FileType, Uri, l10n, workspace, type WorkspaceFolder } from 'vscode';
import { findCell } from '../documents/notebooks';

export interface PathLookup {
  /** The files with that path, each once, spelled as they are on disk. */
  readonly files: readonly Uri[];
  /** The path leads out of the workspace: by itself, or through a link. */
  readonly isOutside: boolean;
}

/** Files that a search for a part of a path looks at. */
const MAX_FOUND = 100;

/** The files at `name` in the folders of the workspace. It may begin with the name of its folder, or be absolute. */
export async function lookUpPath(name: string): Promise<PathLookup> {
  const places = listPlaces(name);
  if (places === undefined) return { files: [], isOutside: true };
  const found = await Promise.all(places.map(({ folder, relative }) => fileAt(folder, relative)));
  return { files: await withoutDoubles(found.filter((each) => each instanceof Uri)), isOutside: found.includes('outside') };
}

/** The files whose paths end with `name`, by whole segments. */
export async function searchPath(name: string): Promise<readonly Uri[]> {
  const relative = path.posix.normalize(name);
  if (relative.startsWith('../') || path.posix.isAbsolute(relative)) return [];
  // Signs that mean something in a pattern.
  const found = await workspace.findFiles(`**/${relative.replace(/[[\](){}*?]/g, '?')}`, undefined, MAX_FOUND);
  const exact = found.filter((uri) => uri.path.endsWith(`/${relative}`));
  const inside = await Promise.all(exact.map(async (uri) => (await isFileOnDisk(uri)) && (await isInWorkspace(uri))));
  return withoutDoubles(exact.filter((_uri, index) => inside[index]));
}

/** Returns true for an existing file. A file that was never saved exists as long as it is open. */
export async function isThere(uri: Uri): Promise<boolean> {
  if (workspace.textDocuments.some((document) => !document.isClosed && document.uri.toString() === uri.toString())) return true;
  return isFileOnDisk(uri);
}

/** Returns true if the real path of `uri`, after all links, is inside of a folder of the workspace. */
export async function isInWorkspace(uri: Uri): Promise<boolean> {
  const folders = workspace.workspaceFolders ?? [];
  if (uri.scheme !== 'file') return folders.some((folder) => folder.uri.scheme === uri.scheme && contains(folder.uri.path, uri.path));
  const real = await realPath(uri.fsPath);
  const roots = await Promise.all(folders.filter((folder) => folder.uri.scheme === 'file').map((folder) => realPath(folder.uri.fsPath)));
  return real !== undefined && roots.some((root) => root !== undefined && contains(root, real, path.sep));
}

/** Finds the file that a link leads to; `undefined` for a file that is no link, and one that is not on this machine's disk. */
export async function findRealUri(uri: Uri): Promise<Uri | undefined> {
  const real = uri.scheme === 'file' ? await realPath(uri.fsPath) : undefined;
  return real === undefined || real === uri.fsPath ? undefined : Uri.file(real);
}

/** Returns true if `uri` is written as a file of the workspace. A link may still lead out of it. */
export function isNamedInWorkspace(uri: Uri): boolean {
  return workspace.getWorkspaceFolder(uri) !== undefined;
}

/**
 * A document's path in a title or a sentence: within its folder, whose name stands first where there are several. A cell of a notebook has
 * the notebook's path and its number.
 */
export function shownPath(uri: Uri): string {
  const cell = findCell(uri);
  const shown = workspace.asRelativePath(cell?.notebook.uri ?? uri).replace(/\\/g, '/');
  return cell === undefined ? shown : l10n.t('{0}, cell {1}', shown, cell.index + 1);
}

/** A name that comes from a model, in a message: no link, no icon, one line. */
export function plainName(name: string): string {
  const text = name
    .replace(/\p{C}+/gu, ' ')
    .replaceAll('](', ']\u2060(')
    .replaceAll('$(', '$\u2060(');
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

/** Lists where `name` may be in each folder. A name that leads out of all folders gives `undefined`. */
function listPlaces(name: string): readonly { readonly folder: WorkspaceFolder; readonly relative: string }[] | undefined {
  const folders = workspace.workspaceFolders ?? [];
  const relative = path.posix.normalize(name.replaceAll('\\', '/')).replace(/^\.\//, '');
  if (path.posix.isAbsolute(relative) || /^[A-Za-z]:/.test(relative)) {
    const absolute = Uri.file(relative).path;
    const inside = folders.filter((folder) => contains(folder.uri.path, absolute));
    return inside.length === 0 ? undefined : inside.map((folder) => ({ folder, relative: absolute.slice(folder.uri.path.length + 1) }));
  }
  if (relative === '..' || relative.startsWith('../') || relative === '.') return undefined;
  return folders.flatMap((folder) => {
    const prefix = `${folder.name}/`;
    return [relative, ...(relative.startsWith(prefix) ? [relative.slice(prefix.length)] : [])].map((each) => ({ folder, relative: each }));
  });
}

async function fileAt(folder: WorkspaceFolder, relative: string): Promise<Uri | 'outside' | undefined> {
  const uri = Uri.joinPath(folder.uri, relative);
  if (!contains(folder.uri.path, uri.path) || !(await isFileOnDisk(uri))) return undefined;
  return (await isInWorkspace(uri)) ? spelledAsOnDisk(folder.uri, relative) : 'outside';
}

/** Spells a path as the disk does. On systems that ignore case, VS Code takes another spelling for another document. */
async function spelledAsOnDisk(folder: Uri, relative: string): Promise<Uri> {
  let uri = folder;
  for (const segment of relative.split('/')) {
    const entries = await Promise.resolve(workspace.fs.readDirectory(uri)).catch(() => []);
    const names = entries.map(([name]) => name);
    const same = names.filter((name) => name.toLowerCase() === segment.toLowerCase());
    uri = Uri.joinPath(uri, names.includes(segment) || same.length !== 1 ? segment : (same[0] ?? segment));
  }
  return uri;
}

async function isFileOnDisk(uri: Uri): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(uri)).type & FileType.File) !== 0;
  } catch {
    return false;
  }
}

/** One of several URIs that lead to the same file. */
async function withoutDoubles(uris: readonly Uri[]): Promise<readonly Uri[]> {
  const byFile = new Map<string, Uri>();
  for (const uri of uris) {
    const key = uri.scheme === 'file' ? ((await realPath(uri.fsPath)) ?? uri.toString()) : uri.toString();
    // The file itself rather than a link to it.
    if (!byFile.has(key) || key === uri.fsPath) byFile.set(key, uri);
  }
  return [...byFile.values()];
}

async function realPath(file: string): Promise<string | undefined> {
  try {
    return await realpath(file);
  } catch {
    return undefined;
  }
}

function contains(folder: string, file: string, separator = '/'): boolean {
  return file === folder || file.startsWith(folder.endsWith(separator) ? folder : folder + separator);
}
