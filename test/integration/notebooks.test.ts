import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { codeQuestion } from '../../src/host/commands/codeQuestion';
import { buttons, bytesOf, closeAll, newEdits, newFile } from './documents';
import { eventually } from './paddock';

describe('cells of a notebook', () => {
  afterEach(closeAll);

  const cell = (type: string, source: string): object => ({
    cell_type: type,
    metadata: {},
    source: source.split(/(?<=\n)/),
    ...(type === 'code' ? { execution_count: null, outputs: [] } : {}),
  });

  async function openNotebook(...cells: readonly object[]): Promise<vscode.NotebookEditor> {
    const content = { cells, metadata: { language_info: { name: 'python' } }, nbformat: 4, nbformat_minor: 5 };
    const uri = newFile(JSON.stringify(content, undefined, 1), '.ipynb');
    const notebook = await vscode.workspace.openNotebookDocument(uri);
    return vscode.window.showNotebookDocument(notebook, { selections: [new vscode.NotebookRange(0, 1)] });
  }
  const sources = ({ uri }: vscode.NotebookDocument): string[] => {
    const { cells } = JSON.parse(bytesOf(uri).toString()) as { cells: { source: string[] }[] };
    return cells.map(({ source }) => source.join(''));
  };

  async function enter(editor: vscode.NotebookEditor, index: number): Promise<vscode.TextDocument> {
    editor.selections = [new vscode.NotebookRange(index, index + 1)];
    await vscode.commands.executeCommand('notebook.cell.edit');
    const { document } = editor.notebook.cellAt(index);
    await eventually('the cursor in the cell', () => (vscode.window.activeTextEditor?.document === document ? true : undefined));
    return document;
  }

  it('take code that is inserted, with the focus in the chat', async () => {
    const editor = await openNotebook(cell('code', 'a = 1'), cell('markdown', '# Title'), cell('code', 'b = 2\nc = 3'));
    const document = await enter(editor, 2);
    const shown = vscode.window.activeTextEditor;
    if (shown) shown.selection = new vscode.Selection(1, 0, 1, 5);
    await vscode.commands.executeCommand('paddock.chat.focus');
    await (await buttons()).insert({ code: 'c = 4\nd = 5', info: 'python', before: '' });
    assert.equal(document.getText(), 'b = 2\nc = 4\nd = 5');
    await editor.notebook.save();
    assert.deepEqual(sources(editor.notebook), ['a = 1', '# Title', 'b = 2\nc = 4\nd = 5']);
  });

  it('take code into the selected cell that has no editor', async () => {
    const editor = await openNotebook(cell('code', 'a = 1'), cell('markdown', '# Title'));
    await enter(editor, 0);
    await vscode.commands.executeCommand('notebook.cell.quitEdit');
    editor.selections = [new vscode.NotebookRange(1, 2)];
    await eventually('the other cell selected', () => (vscode.window.activeNotebookEditor?.selection.start === 1 ? true : undefined));
    await (await buttons()).insert({ code: 'and more', info: '', before: '' });
    assert.deepEqual(
      editor.notebook.getCells().map(({ document }) => document.getText()),
      ['a = 1', '# Title\nand more'],
    );
  });

  it('take a proposed change, and the notebook stays a notebook', async () => {
    const editor = await openNotebook(cell('code', 'import os'), cell('code', 'def f(x):\n    return x\n'));
    const document = await enter(editor, 1);
    await (await buttons()).apply({ code: 'def f(x):\n    return x + 1', info: 'python', before: '' }, {});
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff, 'a diff of text');
    const proposed = await vscode.workspace.openTextDocument(input.modified);
    assert.deepEqual([proposed.getText(), proposed.languageId], ['def f(x):\n    return x + 1\n', 'python']);
    await vscode.commands.executeCommand('paddock.acceptChange');
    assert.equal(document.getText(), 'def f(x):\n    return x + 1\n');
    await editor.notebook.save();
    assert.deepEqual(sources(editor.notebook), ['import os', 'def f(x):\n    return x + 1\n']);
  });

  it('take code of a block that names the notebook, or is about one of them', async () => {
    const editor = await openNotebook(cell('code', 'first = 1'), cell('code', 'second = 2'));
    await enter(editor, 0);
    const name = vscode.workspace.asRelativePath(editor.notebook.uri, false);
    const { apply } = await buttons();
    await apply(
      { code: 'second = 3', info: `python ${name}`, before: '' },
      { file: { path: `${name}#cell2` }, selection: { startLine: 1, endLine: 1, text: 'second = 2' } },
    );
    await vscode.commands.executeCommand('paddock.acceptChange');
    assert.deepEqual(
      editor.notebook.getCells().map(({ document }) => document.getText()),
      ['first = 1', 'second = 3'],
    );
    assert.match(bytesOf(editor.notebook.uri).toString(), /^\{\n "cells"/);
  });

  it('take an inline edit, which is no part of the saved notebook before it is accepted', async () => {
    const editor = await openNotebook(cell('code', 'a = 1\nb = 2'));
    const document = await enter(editor, 0);
    const edits = newEdits();
    const live = edits.begin(document, 0, 1);
    assert.equal(await live.edit.show(['a = 10'], true), true);
    assert.equal(document.getText(), 'a = 1\na = 10\nb = 2');
    await editor.notebook.save();
    assert.deepEqual(sources(editor.notebook), ['a = 1\nb = 2']);
    await eventually('the edit back in the cell', () => (document.getText() === 'a = 1\na = 10\nb = 2' ? true : undefined));
    await edits.settle(live, 'accept');
    await editor.notebook.save();
    assert.deepEqual(sources(editor.notebook), ['a = 10\nb = 2']);
    edits.dispose();
  });

  it('are what Explain is about, by the name of the notebook and in the language of the cell', async () => {
    const editor = await openNotebook(cell('markdown', '# Title'), cell('code', 'a = 1\nb = 2'));
    const document = await enter(editor, 1);
    const question = await codeQuestion('explain', { document, selection: new vscode.Range(0, 0, 1, 5) });
    const name = vscode.workspace.asRelativePath(editor.notebook.uri, false);
    assert.deepEqual(question?.file, {
      path: `${name}#cell2`,
      uri: document.uri.toString(),
      language: 'python',
      text: 'a = 1\nb = 2',
    });
    assert.equal(question.selection.text, 'a = 1\nb = 2');
  });
});
