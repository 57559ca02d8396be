import { beforeEach, describe, expect, it, vi } from 'vitest';
import { activeEditor, currentEditor } from '../../../../../src/host/services/documents/targetRange';
import { Document, Uri } from '../../../../fixtures/vscode/fakeVscode';

const window = vi.hoisted((): Record<string, unknown> => ({
  activeTextEditor: undefined,
  visibleTextEditors: [],
  activeNotebookEditor: undefined,
}));

vi.mock('vscode', async () => {
  const { fakeVscode } = await import('../../../../fixtures/vscode/fakeVscode');
  return { ...fakeVscode, window, Selection: fakeVscode.Range };
});

const cell = (index: number, text: string): Document =>
  Object.assign(new Document(text, 'python'), {
    uri: new Uri('/p/n.ipynb', 'vscode-notebook-cell', `W${index}`),
    validateRange: (range: unknown) => range,
  });
const cells = [cell(0, 'a = 1'), cell(1, '# Title'), cell(2, 'c = 3')];
const makeEditor = (index: number): unknown => ({ document: cells[index] });

/** The notebook is the active editor, with a cell selected; editors are those of the cells named. */
function openNotebook(selected: number, active: number | undefined, visible: readonly number[]): void {
  const editors = visible.map(makeEditor);
  const notebook = { cellCount: cells.length, cellAt: (index: number) => ({ document: cells[index] }) };
  window['visibleTextEditors'] = editors;
  window['activeTextEditor'] = active === undefined ? undefined : editors[visible.indexOf(active)];
  window['activeNotebookEditor'] = { notebook, selection: { start: selected, isEmpty: false } };
}
const findIndex = (place: { document: unknown } | undefined): number => cells.findIndex((each) => each === place?.document);

beforeEach(() => {
  Object.assign(window, { activeTextEditor: undefined, visibleTextEditors: [], activeNotebookEditor: undefined });
});

describe('the editor that a command is about', () => {
  it('is the one of the cell with the cursor', () => {
    openNotebook(2, 2, [0, 2]);
    expect([findIndex(activeEditor()), findIndex(currentEditor())]).toEqual([2, 2]);
  });

  it('is the one of the selected cell where VS Code names another', () => {
    openNotebook(2, 0, [0, 2]);
    expect([findIndex(activeEditor()), findIndex(currentEditor())]).toEqual([2, 2]);
  });

  it('is for Explain all of a selected cell without an editor, and for an edit none', () => {
    openNotebook(1, 0, [0, 2]);
    expect(activeEditor()).toBeUndefined();
    expect(findIndex(currentEditor())).toBe(1);
    expect(currentEditor()?.selection).toMatchObject({ start: { line: 0 }, end: { line: 1 } });
  });

  it('is the active one without a notebook, else the first with code in it', () => {
    const [output, code] = [{ document: { uri: new Uri('log', 'output') } }, { document: new Document('code') }];
    Object.assign(window, { visibleTextEditors: [output, code] });
    expect(currentEditor()).toBe(code);
    Object.assign(window, { activeTextEditor: output });
    expect(activeEditor()).toBe(output);
    expect(currentEditor()).toBe(code);
  });
});
