/** Tells which file a code block is about. Names are the model's: they lead to a file of the workspace, or nowhere. */
import { Uri, workspace, type TextEditor } from 'vscode';
import { findCell, isCell } from '../../services/documents/notebooks';
import { promptPath } from '../../services/workspace/promptPaths';
import { isInWorkspace, isNamedInWorkspace, isThere, lookUpPath, searchPath } from '../../services/workspace/workspacePaths';
import { PROPOSAL_SCHEME } from '../proposal/proposalFiles';
import type { NamedFiles } from './namedFiles';

/** A file that was attached to a question. An older or foreign record has no URI. */
export interface Attached {
  readonly path: string;
  readonly uri?: string;
}

export type Target =
  | { readonly kind: 'file'; readonly uri: Uri }
  /** Several files may be meant. */
  | { readonly kind: 'several'; readonly name: string; readonly uris: readonly Uri[] }
  /** The block names a file that is not there. */
  | { readonly kind: 'missing'; readonly name: string }
  /** The attached file does not exist any more. */
  | { readonly kind: 'gone'; readonly name: string }
  /** The name, or a link, leads out of the workspace. */
  | { readonly kind: 'outside'; readonly name: string }
  /** The block names no file, and no file is attached or open. */
  | { readonly kind: 'none' };

/**
 * Finds the file that a block names, else the attached one, else the editor's. A name never leads to a file that is called something else.
 * If several files fit, the user has to choose.
 */
export async function findTarget(
  { paths, doubtful = [] }: Pick<NamedFiles, 'paths' | 'doubtful'>,
  attached: Attached | undefined,
  editor: Pick<TextEditor, 'document'> | undefined,
): Promise<Target> {
  const own = attached === undefined ? undefined : await attachedFile(attached);
  const certain = paths.filter((name) => !doubtful.includes(name));
  const byName = await findNamed(certain, own);
  if (byName !== undefined) return byName;
  const mentioned = await findMentioned(doubtful, own);
  if (mentioned !== undefined) return mentioned;
  if (own !== undefined) return own;
  return editor === undefined ? { kind: 'none' } : { kind: 'file', uri: editor.document.uri };
}

async function findNamed(names: readonly string[], own: Target | undefined): Promise<Target | undefined> {
  const [first] = names;
  if (first === undefined) return undefined;
  const found = await Promise.all(names.map((name) => filesNamed(name, own)));
  const uris = unique(found.flatMap(({ files }) => files));
  if (uris.length > 0) return chooseOnly(first, uris);
  // The attached file is named, and gone.
  if (own?.kind === 'gone' && names.some((name) => endsWithName(name, own.name))) return own;
  return found.some(({ isOutside }) => isOutside) ? { kind: 'outside', name: first } : { kind: 'missing', name: first };
}

/** Names in the midst of a sentence may be no files, or other files than the one that changes. */
async function findMentioned(names: readonly string[], own: Target | undefined): Promise<Target | undefined> {
  const found = await Promise.all(names.map((name) => filesNamed(name, own)));
  const uris = unique(found.flatMap(({ files }) => files));
  if (own === undefined) return uris.length === 0 ? undefined : chooseOnly(names[0] ?? '', uris);
  if (own.kind !== 'file' || uris.length === 0 || uris.some((uri) => isSame(uri, own.uri))) return undefined;
  return { kind: 'several', name: names[0] ?? '', uris: [own.uri, ...uris] };
}

function chooseOnly(name: string, uris: readonly Uri[]): Target {
  const [only, ...others] = uris;
  return only !== undefined && others.length === 0 ? { kind: 'file', uri: only } : { kind: 'several', name, uris };
}

async function filesNamed(name: string, own: Target | undefined): Promise<{ readonly files: readonly Uri[]; readonly isOutside: boolean }> {
  const attached = own?.kind === 'file' ? own.uri : undefined;
  if (attached !== undefined && isWholePath(name, attached)) return { files: [attached], isOutside: false };
  const { files, isOutside } = await lookUpPath(name);
  const isPartOfAttached = attached !== undefined && endsWithName(name, attached.path);
  if (isPartOfAttached) return { files: unique([attached, ...files]), isOutside: false };
  if (files.length > 0 || isOutside) return { files, isOutside };
  return { files: await searchPath(name), isOutside: false };
}

/** Finds the attached file, wherever it is, and never another one. */
async function attachedFile({ path, uri }: Attached): Promise<Target> {
  if (uri !== undefined) {
    const attached = Uri.parse(uri);
    if (!(await isThere(attached))) return { kind: 'gone', name: path };
    // Whoever attaches a file outside of the workspace knows where it is; a link inside of it does not say.
    const leaves = attached.scheme !== 'untitled' && isNamedInWorkspace(attached) && !(await isInWorkspace(attached));
    return leaves ? { kind: 'outside', name: path } : { kind: 'file', uri: attached };
  }
  const open = workspace.textDocuments.filter(
    (document) => !document.isClosed && isWritable(document.uri) && promptPath(document.uri) === path,
  );
  const { files } = await lookUpPath(path);
  const uris = unique([...files, ...open.map((document) => document.uri).filter((each) => !isNamedInWorkspace(each))]);
  return uris.length === 0 ? { kind: 'gone', name: path } : chooseOnly(path, uris);
}

/** Whether this is a document of the user's that can be written to; an output channel is not, nor a proposal. */
export function isWritable(uri: Uri): boolean {
  if (uri.scheme === 'untitled' || isCell(uri)) return true;
  return uri.scheme !== PROPOSAL_SCHEME && workspace.fs.isWritableFileSystem(uri.scheme) === true;
}

/** Returns true if `name` is the whole path of `uri`: absolute, or within its folder. */
function isWholePath(name: string, uri: Uri): boolean {
  // A cell is named by its notebook.
  const file = findCell(uri)?.notebook.uri ?? uri;
  const folder = workspace.getWorkspaceFolder(file);
  const relative = folder === undefined ? undefined : file.path.slice(folder.uri.path.length + 1);
  const paths = [file.path, file.fsPath.replaceAll('\\', '/'), relative, promptPath(file), promptPath(uri)];
  return paths.includes(name.replace(/^\.\//, ''));
}

/** Returns true if `path` is `name`, or ends with it. */
function endsWithName(name: string, path: string): boolean {
  return path === name || path.endsWith(`/${name.replace(/^\.\//, '')}`);
}

function unique(uris: readonly Uri[]): readonly Uri[] {
  return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()];
}

function isSame(one: Uri, other: Uri): boolean {
  return one.toString() === other.toString();
}
