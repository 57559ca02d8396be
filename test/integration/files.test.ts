import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { applyLine, buttons, bytesOf, closeAll, folder, insertAt, newEdits, newFile, open } from './documents';
import { eventually } from './paddock';

describe('files that cannot be written', () => {
  afterEach(closeAll);

  it('are left alone by Accept and by Insert', async () => {
    const uri = newFile('value = before();\n');
    await vscode.workspace
      .getConfiguration('files')
      .update('readonlyInclude', { [`**/${path.basename(uri.path)}`]: true }, vscode.ConfigurationTarget.Workspace);
    const editor = await open(uri, 'utf8');
    await applyLine(editor.document, 0, 'value = after();');
    assert.equal(editor.document.getText(), 'value = before();\n');
    await vscode.commands.executeCommand('paddock.discardChange');
    await insertAt(editor, 0, 'value = after();');
    assert.equal(editor.document.getText(), 'value = before();\n');
    assert.equal(bytesOf(uri).toString(), 'value = before();\n');
    await vscode.workspace.getConfiguration('files').update('readonlyInclude', undefined, vscode.ConfigurationTarget.Workspace);
  });
});

describe('files that are renamed', () => {
  afterEach(closeAll);

  async function rename(from: vscode.Uri, to: vscode.Uri): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(from, to);
    assert.equal(await vscode.workspace.applyEdit(edit), true);
  }
  const beside = (uri: vscode.Uri, name: string): vscode.Uri => vscode.Uri.joinPath(uri, '..', name);

  it('keep their proposed change, also with their folder', async () => {
    const dir = vscode.Uri.file(path.join(folder(), 'renamed'));
    await vscode.workspace.fs.createDirectory(dir);
    const uri = vscode.Uri.joinPath(dir, 'a.txt');
    writeFileSync(uri.fsPath, 'value = before();\nother();\n');
    const { document } = await open(uri, 'utf8');
    await (
      await buttons()
    ).apply(
      { code: 'value = after();', info: '', before: '' },
      { file: { path: 'renamed/a.txt' }, selection: { startLine: 1, endLine: 1, text: document.lineAt(0).text } },
    );
    await rename(uri, beside(uri, 'b.txt'));
    await rename(dir, beside(dir, 'renamed2'));
    const now = vscode.Uri.joinPath(dir, '../renamed2/b.txt');
    const shown = (): string[] =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .flatMap(({ input }) => (input instanceof vscode.TabInputTextDiff ? [input.original.path] : []));
    await eventually('the proposal beside the new file', () => (shown().join() === now.path ? true : undefined));
    await vscode.commands.executeCommand('paddock.acceptChange');
    const renamed = await vscode.workspace.openTextDocument(now);
    assert.equal(renamed.getText(), 'value = after();\nother();\n');
    assert.deepEqual(shown(), []);
  });

  it('keep their undecided edit', async () => {
    const uri = newFile('head\none\ntail\n');
    const { document } = await open(uri, 'utf8');
    const edits = newEdits();
    const live = edits.begin(document, 1, 2);
    await live.edit.show(['ONE'], true);
    const to = beside(uri, `renamed-${path.basename(uri.path)}`);
    await rename(uri, to);
    const moved = await vscode.workspace.openTextDocument(to);
    assert.equal(moved.getText(), 'head\none\nONE\ntail\n');
    const now = await eventually('the edit under the new name', () => edits.of(moved));
    assert.equal(now, live);
    await live.edit.show(['ONE', 'MORE'], true);
    await edits.settle(now, 'accept');
    assert.equal(moved.getText(), 'head\nONE\nMORE\ntail\n');
    edits.dispose();
  });
});

describe('files that change before a proposed change is accepted', () => {
  afterEach(closeAll);

  const files = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('files');
  const propose = async ({ document }: vscode.TextEditor, line: number, code: string): Promise<void> => {
    const selection = { startLine: line + 1, endLine: line + 1, text: document.lineAt(line).text };
    const file = { path: vscode.workspace.asRelativePath(document.uri, false) };
    await (await buttons()).apply({ code, info: '', before: '' }, { file, selection });
  };
  const accept = (): Thenable<unknown> => vscode.commands.executeCommand('paddock.acceptChange');
  const type = async (document: vscode.TextDocument, line: number, text: string): Promise<void> => {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(line, 0), text);
    assert.equal(await vscode.workspace.applyEdit(edit), true);
  };

  it('keep what was typed and not saved, before it was proposed and after', async () => {
    const editor = await open(newFile('one\ntwo\nthree\n'), 'utf8');
    await type(editor.document, 0, 'zero\n');
    await propose(editor, 2, 'TWO');
    await type(editor.document, 4, 'four\n');
    await accept();
    assert.equal(editor.document.getText(), 'zero\none\nTWO\nthree\nfour\n');
    assert.equal(editor.document.isDirty, true);
    await editor.document.save();
  });

  it('keep what another program wrote in other lines', async () => {
    const uri = newFile('one\ntwo\nthree\n');
    const editor = await open(uri, 'utf8');
    await propose(editor, 0, 'ONE');
    writeFileSync(uri.fsPath, 'one\ntwo\nthree!\n');
    await eventually('the change on disk in the document', () => (editor.document.getText().includes('three!') ? true : undefined));
    await accept();
    assert.equal(editor.document.getText(), 'ONE\ntwo\nthree!\n');
    await editor.document.save();
  });

  it('are not written where another program wrote in the same lines', async () => {
    const uri = newFile('one\ntwo\nthree\n');
    const editor = await open(uri, 'utf8');
    await propose(editor, 0, 'ONE');
    writeFileSync(uri.fsPath, 'eins\ntwo\nthree\n');
    await eventually('the change on disk in the document', () => (editor.document.getText().includes('eins') ? true : undefined));
    await accept();
    assert.equal(editor.document.getText(), 'eins\ntwo\nthree\n');
    await vscode.commands.executeCommand('paddock.discardChange');
  });

  it('are written by auto save', async () => {
    await files().update('autoSave', 'afterDelay', vscode.ConfigurationTarget.Global);
    await files().update('autoSaveDelay', 50, vscode.ConfigurationTarget.Global);
    const uri = newFile('one\ntwo\n');
    await propose(await open(uri, 'utf8'), 0, 'ONE');
    await accept();
    await eventually('the change on disk', () => (bytesOf(uri).toString() === 'ONE\ntwo\n' ? true : undefined));
    await files().update('autoSave', 'off', vscode.ConfigurationTarget.Global);
    await files().update('autoSaveDelay', undefined, vscode.ConfigurationTarget.Global);
  });

  it('take code though they have no name yet', async () => {
    const document = await vscode.workspace.openTextDocument({ content: 'one\ntwo\n', language: 'plaintext' });
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(0, 0, 0, 3);
    await propose(editor, 0, 'ONE');
    await accept();
    assert.equal(document.getText(), 'ONE\ntwo\n');
    await insertAt(editor, 1, 'TWO');
    assert.equal(document.getText(), 'ONE\nTWO\n');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
});

describe('large files', () => {
  afterEach(closeAll);

  it('of 130,000 lines take code', async () => {
    const lines = Array.from({ length: 130_000 }, (_, line) => `value${line} = read(${line});`);
    const uri = newFile(`${lines.join('\n')}\n`);
    const editor = await open(uri, 'utf8');
    await applyLine(editor.document, 70_000, 'value70000 = read(70000, true);');
    await insertAt(editor, 129_999, 'last();');
    await editor.document.save();
    const expected = lines.with(70_000, 'value70000 = read(70000, true);').with(129_999, 'last();');
    assert.equal(bytesOf(uri).toString(), `${expected.join('\n')}\n`);
  });
});
