import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { engineState, eventually } from './paddock';

async function openDocument(language: string, content: string): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument({ language, content });
  const editor = await vscode.window.showTextDocument(document);
  const end = document.lineAt(document.lineCount - 1).range.end;
  editor.selection = new vscode.Selection(end, end);
  return editor;
}

/** Takes the ghost text at the cursor once there is one; its text. */
async function takeGhostText({ document }: vscode.TextEditor): Promise<string> {
  const before = document.getText();
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  return eventually('a ghost text', async () => {
    await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
    const now = document.getText();
    return now === before ? undefined : now.slice(before.length);
  });
}

describe('ghost text', () => {
  before(async () => {
    await vscode.commands.executeCommand('paddock.restartEngine');
    await engineState('ready');
  });

  it('completes the line of a function', async () => {
    const editor = await openDocument('typescript', 'function add(a: number, b: number): number {\n  return ');
    assert.match(await takeGhostText(editor), /^a \+ b;?/);
  });

  it('completes a block in Python', async () => {
    const editor = await openDocument('python', 'def factorial(n):\n    ');
    assert.match(await takeGhostText(editor), /return/);
  });

  it('stands in the place of a bracket that the editor has closed', async () => {
    const lines = ['const a = add(1, 2);', 'const b = add(2, 3);', 'const c = add(3, 4);', 'const d = add(4, 5);', 'const e = add()'];
    const editor = await openDocument('typescript', lines.join('\n'));
    const inside = editor.selection.active.translate(0, -1);
    editor.selection = new vscode.Selection(inside, inside);
    await takeGhostText(editor);
    assert.match(editor.document.getText(), /\nconst e = add\([^()]+\);$/);
  });

  it('is turned off and on by its command', async () => {
    const enabled = (): boolean => vscode.workspace.getConfiguration('paddock').get('ghostText.enabled') === true;
    await vscode.commands.executeCommand('paddock.toggleGhostText');
    await eventually('off', () => (enabled() ? undefined : true));
    await vscode.commands.executeCommand('paddock.toggleGhostText');
    await eventually('on', () => (enabled() ? true : undefined));
  });
});
