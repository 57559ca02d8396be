import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LastEditor } from '../../../../../src/host/services/documents/lastEditor';

interface Uri {
  readonly scheme: string;
}
interface Document {
  readonly uri: Uri;
  readonly lineCount: number;
  readonly lineAt: (line: number) => { readonly range: { readonly end: string } };
}
interface Editor {
  readonly document: Document;
}
interface NotebookEditor {
  readonly notebook: unknown;
  readonly selection: { readonly isEmpty: boolean; readonly start: number };
  readonly viewColumn?: number;
}

const vscode = vi.hoisted(() => {
  const listeners = new Map<string, (event: unknown) => void>();
  const on = (name: string) => (listener: (event: unknown) => void) => {
    listeners.set(name, listener);
    return { dispose: () => listeners.delete(name) };
  };
  const editors: {
    activeTextEditor?: unknown;
    activeNotebookEditor?: unknown;
    visibleTextEditors: unknown[];
    visibleNotebookEditors: unknown[];
  } = { visibleTextEditors: [], visibleNotebookEditors: [] };
  return {
    listeners,
    Disposable: {
      from: (...all: readonly { dispose: () => unknown }[]) => ({
        dispose: () => {
          for (const each of all) each.dispose();
        },
      }),
    },
    Selection: class {
      constructor(
        readonly anchor: unknown,
        readonly active: unknown,
      ) {}
    },
    window: {
      ...editors,
      onDidChangeActiveTextEditor: on('editor'),
      onDidChangeActiveNotebookEditor: on('notebook'),
      onDidChangeNotebookEditorSelection: on('cell'),
    },
  };
});

vi.mock('vscode', () => vscode);

function document(scheme = 'file'): Document {
  return { uri: { scheme }, lineCount: 3, lineAt: (line) => ({ range: { end: `end of line ${line}` } }) };
}

function activate(editor: Editor | undefined): void {
  vscode.window.activeTextEditor = editor;
  if (editor !== undefined) vscode.window.visibleTextEditors.push(editor);
  vscode.listeners.get('editor')?.(editor);
}

/** Makes a notebook with these cells the active one, with a cell selected. */
function selectCell(cells: readonly Document[], start: number): void {
  const notebook = {
    cellCount: cells.length,
    cellAt: (index: number) => ({ document: cells[index] }),
    getCells: () => cells.map((each) => ({ document: each })),
  };
  const editor: NotebookEditor = { notebook, selection: { isEmpty: false, start }, viewColumn: 2 };
  vscode.window.activeNotebookEditor = editor;
  vscode.window.visibleNotebookEditors = [editor];
  vscode.listeners.get('notebook')?.(editor);
}

describe('LastEditor', () => {
  beforeEach(() => {
    Object.assign(vscode.window, {
      activeTextEditor: undefined,
      activeNotebookEditor: undefined,
      visibleTextEditors: [],
      visibleNotebookEditors: [],
    });
    vscode.listeners.clear();
  });

  it('is the editor that was active last while none is', () => {
    const last = new LastEditor();
    expect(last.current).toBeUndefined();
    const editor = { document: document() };
    activate(editor);
    activate(undefined);
    expect(last.current).toBe(editor);
  });

  it('begins with the editor that is active already', () => {
    const editor = { document: document() };
    activate(editor);
    expect(new LastEditor().current).toBe(editor);
  });

  it('is undefined once the editor is closed', () => {
    const last = new LastEditor();
    activate({ document: document() });
    vscode.window.visibleTextEditors = [];
    expect(last.current).toBeUndefined();
  });

  it('passes over documents that do not count, but not over cells', () => {
    const last = new LastEditor(({ scheme }) => scheme === 'file');
    const editor = { document: document() };
    activate(editor);
    activate({ document: document('output') });
    expect(last.current).toBe(editor);
    const cell = { document: document('vscode-notebook-cell') };
    activate(cell);
    expect(last.current).toBe(cell);
  });

  it('is the end of a selected cell that has no editor', () => {
    const last = new LastEditor();
    const cells = [document('vscode-notebook-cell'), document('vscode-notebook-cell')];
    selectCell(cells, 1);
    expect(last.current).toMatchObject({ document: cells[1], viewColumn: 2, isEnd: true, selection: { active: 'end of line 2' } });
  });

  it('is the editor of a selected cell that has one', () => {
    const last = new LastEditor();
    const cell = document('vscode-notebook-cell');
    const editor = { document: cell };
    vscode.window.visibleTextEditors = [editor];
    selectCell([cell], 0);
    expect(last.current).toBe(editor);
  });

  it('keeps a cell while its notebook is visible', () => {
    const last = new LastEditor();
    const cell = document('vscode-notebook-cell');
    activate({ document: cell });
    selectCell([cell], 0);
    vscode.window.visibleTextEditors = [];
    expect(last.current).toMatchObject({ document: cell });
    Object.assign(vscode.window, { activeNotebookEditor: undefined, visibleNotebookEditors: [] });
    expect(last.current).toBeUndefined();
  });

  it('stops listening when disposed', () => {
    const last = new LastEditor();
    last.dispose();
    expect(vscode.listeners.size).toBe(0);
  });
});
