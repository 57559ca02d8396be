import { describe, expect, it } from 'vitest';
import { activeEditor, currentEditor } from '../../../../../src/host/services/documents/targetRange';
import { FakeDocument } from '../../../../fixtures/vscode/fakeDocument';
import { FakeEditor } from '../../../../fixtures/vscode/fakeEditor';
import { window } from '../../../../fixtures/vscode/fakeWindow';
import { openNotebook } from '../../../../fixtures/vscode/fakeWorkspace';
import { NotebookRange } from '../../../../fixtures/vscode/positions';
import { Uri } from '../../../../fixtures/vscode/uri';

let cells: readonly FakeDocument[];

/** The notebook is the active editor, with a cell selected; editors are those of the cells named. */
function editNotebook(selected: number, active: number | undefined, visible: readonly number[]): void {
  const notebook = openNotebook('/p/n.ipynb', ['a = 1', '# Title\n', 'c = 3']);
  ({ cells } = notebook);
  const editors = new Map(visible.map((index) => [index, new FakeEditor(cellAt(index))]));
  window.visibleTextEditors = [...editors.values()];
  window.activeTextEditor = active === undefined ? undefined : editors.get(active);
  window.activeNotebookEditor = { notebook, selection: new NotebookRange(selected, selected + 1) };
}

function cellAt(index: number): FakeDocument {
  const cell = cells[index];
  if (cell === undefined) throw new Error(`no cell ${index}`);
  return cell;
}

const findIndex = (place: { document: unknown } | undefined): number => cells.findIndex((each) => each === place?.document);

describe('the editor that a command is about', () => {
  it('is that of the notebook cell with the cursor', () => {
    editNotebook(2, 2, [0, 2]);
    expect([findIndex(activeEditor()), findIndex(currentEditor())]).toEqual([2, 2]);
  });

  it('is that of the selected cell when VS Code names another one', () => {
    editNotebook(2, 0, [0, 2]);
    expect([findIndex(activeEditor()), findIndex(currentEditor())]).toEqual([2, 2]);
  });

  it('covers a selected cell without an editor for Explain, and is missing for an edit', () => {
    editNotebook(1, 0, [0, 2]);
    expect(activeEditor()).toBeUndefined();
    expect(findIndex(currentEditor())).toBe(1);
    expect(currentEditor()?.selection).toMatchObject({ start: { line: 0 }, end: { line: 1 } });
  });

  it('is the active one without a notebook, or the first visible one with code', () => {
    const output = new FakeEditor(new FakeDocument('', new Uri('log', 'output')));
    const code = new FakeEditor(new FakeDocument('code'));
    window.visibleTextEditors = [output, code];
    expect(currentEditor()).toBe(code);
    window.activeTextEditor = output;
    expect(activeEditor()).toBe(output);
    expect(currentEditor()).toBe(code);
  });
});
