/** Where attachments are from, in the editor. */
import { Range, Uri, l10n, window, workspace } from 'vscode';
import { promptPath } from '../../services/workspace/promptPaths';
import { wholeLines, type EditorPlace } from '../../services/documents/targetRange';
import { lookUpPath, plainName } from '../../services/workspace/workspacePaths';
import type { Item } from './contextItems';
import type { Source } from './attachmentLabels';

/** What is selected in an editor, in whole lines; `undefined` where nothing is. */
export function selectionItem({ document, selection }: EditorPlace): Item | undefined {
  if (selection.isEmpty) return undefined;
  const { start, end } = wholeLines(document, selection);
  return { kind: 'selection', uri: document.uri.toString(), startLine: start.line + 1, endLine: end.line + 1 };
}

/** An item's source, as its chip names it. */
export function sourceOf(item: Item): Source {
  const path = 'uri' in item ? { path: promptPath(Uri.parse(item.uri)) } : {};
  const lines = 'startLine' in item ? { startLine: item.startLine, endLine: item.endLine } : {};
  return { kind: item.kind, ...path, ...lines, ...('name' in item ? { name: item.name } : {}) };
}

/** Shows where an item is from. */
export async function openItem(item: Item): Promise<void> {
  if (!('uri' in item)) return;
  await show(Uri.parse(item.uri), 'startLine' in item ? item : {});
}

/** Shows where something in a sent question was from. An older or foreign record has its path alone, which may lead nowhere by now. */
export async function openSource(source: Source): Promise<void> {
  if (source.uri !== undefined) {
    await show(Uri.parse(source.uri), source);
    return;
  }
  if (source.path === undefined) return;
  const uri = await find(source.path);
  if (uri) await show(uri, source);
  else void window.showInformationMessage(l10n.t('{0} is no longer in this workspace.', source.path));
}

async function show(uri: Uri, { startLine, endLine }: { readonly startLine?: number; readonly endLine?: number }): Promise<void> {
  try {
    const document = await workspace.openTextDocument(uri);
    const range =
      startLine === undefined ? undefined : document.validateRange(new Range(startLine - 1, 0, (endLine ?? startLine) - 1, 10_000));
    await window.showTextDocument(document, { preview: true, ...(range && { selection: range }) });
  } catch {
    void window.showWarningMessage(l10n.t('{0} cannot be opened. It may have been moved or deleted.', promptPath(uri)));
  }
}

/** A path within the workspace. No other path is followed: a conversation may have been written elsewhere. */
async function find(path: string): Promise<Uri | undefined> {
  const open = workspace.textDocuments.find(({ uri }) => promptPath(uri) === path);
  if (open) return open.uri;
  const { files } = await lookUpPath(path);
  if (files.length < 2) return files[0];
  const items = files.map((uri) => ({ label: plainName(promptPath(uri)), uri }));
  const placeHolder = l10n.t('Several files may be meant by “{0}”. Choose the one to open.', plainName(path));
  return (await window.showQuickPick(items, { placeHolder }))?.uri;
}
