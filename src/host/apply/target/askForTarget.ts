/** Settles with the user which file a code block is for, where the block and the question leave that open. */
import { Uri, l10n, window, workspace, WorkspaceEdit, Position } from 'vscode';
import { isInWorkspace, plainName, shownPath } from '../../services/workspace/workspacePaths';
import { confirmWrite } from './askBeforeRunning';
import type { Target } from './applyTarget';

/** Returns the file to change. If it is `undefined`, the user has been told why, or has decided so. */
export async function askForTarget(target: Target, code: string): Promise<Uri | undefined> {
  switch (target.kind) {
    case 'file':
      return target.uri;
    case 'several':
      return pickFile(target.name, target.uris);
    case 'missing':
      return offerNewFile(target.name, code);
    case 'gone':
      return offerChoice(
        l10n.t(
          '{0} was attached to the question and is no longer there. Bring it back, or choose the file to change.',
          plainName(target.name),
        ),
      );
    case 'outside':
      return offerOther(target.name);
    case 'none':
      void window.showInformationMessage(l10n.t('There is no file to apply the code to. Open the file it is about, then try again.'));
      return undefined;
  }
}

async function pickFile(name: string, uris: readonly Uri[]): Promise<Uri | undefined> {
  const items = uris.map((uri) => ({ label: plainName(shownPath(uri)), uri }));
  const placeHolder = l10n.t('Several files may be meant by “{0}”. Choose the file to change.', plainName(name));
  return (await window.showQuickPick(items, { placeHolder }))?.uri;
}

async function offerNewFile(name: string, code: string): Promise<Uri | undefined> {
  const [create, choose] = [l10n.t('New File'), l10n.t('Choose a File…')];
  const message = l10n.t('The code is for {0}, which is not in this workspace. Make it, or choose the file to change.', plainName(name));
  const choice = await window.showWarningMessage(message, create, choose);
  if (choice === create) return makeFile(name, code);
  return choice === choose ? chooseFile() : undefined;
}

function offerOther(name: string): Promise<Uri | undefined> {
  return offerChoice(
    l10n.t('{0} leads to a place outside of this workspace, where no code is applied. Choose the file to change.', plainName(name)),
  );
}

async function offerChoice(message: string): Promise<Uri | undefined> {
  const choose = l10n.t('Choose a File…');
  return (await window.showWarningMessage(message, choose)) === choose ? chooseFile() : undefined;
}

async function chooseFile(): Promise<Uri | undefined> {
  const uris = await window.showOpenDialog({ title: l10n.t('Choose the File to Change'), openLabel: l10n.t('Choose') });
  return uris?.[0];
}

/** Opens a document of that name with the code in it, which is written when the user saves it. The result is a file to change instead. */
async function makeFile(name: string, code: string): Promise<Uri | undefined> {
  const folder = await folderFor(name);
  if (folder === undefined) return undefined;
  const file = Uri.joinPath(folder.uri, folder.relative);
  if (!(await isPlaceInside(file))) return offerOther(name);
  if (!(await confirmWrite(file, [code]))) return undefined;
  const document = await workspace.openTextDocument(file.with({ scheme: 'untitled' }));
  // Open already, it may have the code, and what the user made of it.
  if (document.getText() === '') {
    const edit = new WorkspaceEdit();
    edit.insert(document.uri, new Position(0, 0), `${code}\n`);
    await workspace.applyEdit(edit);
  }
  await window.showTextDocument(document, { preview: false });
  return undefined;
}

/** The folder of the workspace that a new file goes to, and its path in it. */
async function folderFor(name: string): Promise<{ readonly uri: Uri; readonly relative: string } | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  const around = folders.find(({ uri }) => name.startsWith(`${uri.path}/`));
  if (around !== undefined) return { uri: around.uri, relative: name.slice(around.uri.path.length + 1) };
  const relative = name.replace(/^(?:\.?\/)+/, '');
  const named = folders.find((folder) => folders.length > 1 && relative.startsWith(`${folder.name}/`));
  if (named !== undefined) return { uri: named.uri, relative: relative.slice(named.name.length + 1) };
  const folder = folders.length > 1 ? await window.showWorkspaceFolderPick() : folders[0];
  return folder === undefined ? undefined : { uri: folder.uri, relative };
}

/** Returns true if the nearest existing folder above a new file is inside of the workspace. */
async function isPlaceInside(file: Uri): Promise<boolean> {
  for (let folder = Uri.joinPath(file, '..'); folder.path !== '/'; folder = Uri.joinPath(folder, '..')) {
    const exists = await Promise.resolve(workspace.fs.stat(folder)).then(
      () => true,
      () => false,
    );
    if (exists) return isInWorkspace(folder);
  }
  return false;
}
