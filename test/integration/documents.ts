/** What the tests of files do with documents and with Paddock's buttons. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { Edits } from '../../src/host/edit/liveEdits';
import { EditMemory } from '../../src/host/edit/editMemory';
import type { Log } from '../../src/host/services/log';
import { paddock } from './paddock';

const log: Log = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
function ignore(): void {
  // These tests look at files.
}

let serial = 0;
export const folder = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
export const newFile = (bytes: Uint8Array | string, ending = '.txt'): vscode.Uri => {
  const file = path.join(folder(), `file${serial++}${ending}`);
  writeFileSync(file, bytes);
  return vscode.Uri.file(file);
};
export const bytesOf = ({ fsPath }: vscode.Uri): Buffer => readFileSync(fsPath);
export const closeAll = (): Thenable<unknown> => vscode.commands.executeCommand('workbench.action.closeAllEditors');

/** What the buttons of a code block do. */
export async function buttons(): Promise<NonNullable<Awaited<ReturnType<typeof paddock>>['code']>> {
  const { code } = await paddock();
  assert.ok(code, 'a window that runs tests');
  return code;
}

/** Opens a file with an encoding, in an editor. */
export async function open(uri: vscode.Uri, encoding: string): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument(uri, { encoding });
  return vscode.window.showTextDocument(document, { preview: false });
}

/** Inline edits as a window of its own has them. */
export function newEdits(): Edits {
  return new Edits(new EditMemory({ get: () => undefined, update: () => Promise.resolve() }), log);
}

/** Applies code in place of a line, and accepts the proposal. */
export async function applyLine(document: vscode.TextDocument, line: number, code: string): Promise<void> {
  const { text } = document.lineAt(line);
  const selection = { startLine: line + 1, endLine: line + 1, text };
  await (
    await buttons()
  ).apply({ code, info: '', before: '' }, { file: { path: vscode.workspace.asRelativePath(document.uri, false) }, selection });
  await vscode.commands.executeCommand('paddock.acceptChange');
}

/** Inserts code in place of a line. */
export async function insertAt(editor: vscode.TextEditor, line: number, code: string): Promise<void> {
  const shown = await vscode.window.showTextDocument(editor.document, { preview: false });
  shown.selection = new vscode.Selection(line, 0, line, editor.document.lineAt(line).text.length);
  await (await buttons()).insert({ code, info: '', before: '' });
}

/** Changes a line as an inline edit does, and accepts it. */
export async function editLine(document: vscode.TextDocument, line: number, text: string): Promise<void> {
  const edits = newEdits();
  try {
    const live = edits.begin(document, line, line + 1);
    assert.equal(await live.edit.show([text], true), true);
    await edits.settle(live, 'accept');
  } finally {
    edits.dispose();
  }
}
