import { beforeEach, describe, expect, it } from 'vitest';
import { cellFor } from '../../../../../src/host/apply/target/notebookCells';
import { documentName, promptPath } from '../../../../../src/host/services/workspace/promptPaths';
import { FakeDocument } from '../../../../fixtures/vscode/fakeDocument';
import { FakeEditor } from '../../../../fixtures/vscode/fakeEditor';
import { extensions } from '../../../../fixtures/vscode/fakeEnvironment';
import { closeAllSilently, openFolders, openNotebook } from '../../../../fixtures/vscode/fakeWorkspace';
import { Uri } from '../../../../fixtures/vscode/uri';

const cellUri = (index: number): Uri => new Uri('/p/n.ipynb', 'vscode-notebook-cell', `W${index}`);
const file = new Uri('/p/n.ipynb');
let documents: readonly FakeDocument[] = [];

function open(...texts: readonly string[]): void {
  documents = openNotebook('/p/n.ipynb', texts).cells;
}

/** The number of the cell that code goes into, or the address of another document. */
function target(uri: Uri, about?: string, cursor?: number | FakeDocument): number | string | undefined {
  const document = typeof cursor === 'number' ? documents[cursor] : cursor;
  const found = cellFor(uri, about, document && new FakeEditor(document));
  const index = documents.findIndex((each) => each.uri.toString() === found?.toString());
  return index >= 0 ? index : found?.toString();
}

beforeEach(() => {
  openFolders('/p');
  documents = [];
});

describe('the document to change', () => {
  it('is any file but a notebook', () => {
    expect(target(new Uri('/p/a.ts'))).toBe('file:///p/a.ts');
  });

  it('is the cell with the cursor, whether it or its notebook was found', () => {
    open('a = 1', 'b = 2');
    expect(target(cellUri(1), undefined, 1)).toBe(1);
    expect(target(file, undefined, 1)).toBe(1);
  });

  it('is the cell that holds what the question was about, whatever its number was', () => {
    open('new = 0', 'a = 1', 'b = 2\r\nc = 3');
    expect(target(cellUri(1), 'b = 2\nc = 3', 0)).toBe(2);
    expect(target(file, 'a = 1', 0)).toBe(1);
  });

  it('is of several such cells the one that was asked about, else the one with the cursor', () => {
    open('a = 1', 'a = 1\nb = 2', 'c = 3');
    expect(target(cellUri(1), 'a = 1', 2)).toBe(1);
    expect(target(file, 'a = 1', 1)).toBe(1);
    expect(target(file, 'a = 1', 2)).toBe(2);
  });

  it('is the cell that was asked about where its text has changed', () => {
    open('a = 1', 'b = 2');
    expect(target(cellUri(0), 'a = 0', 1)).toBe(0);
  });

  it('is none where nothing says which cell, or the notebook was closed: its file is JSON', () => {
    open('a = 1', 'b = 2');
    expect(target(file)).toBeUndefined();
    closeAllSilently();
    expect(target(cellUri(0))).toBeUndefined();
    const notebooks = [{ selector: [{ filenamePattern: '*.ipynb' }] }, { priority: 'option', selector: [{ filenamePattern: '*.md' }] }];
    extensions.all.push({ packageJSON: {} }, { packageJSON: { contributes: { notebooks } } });
    expect(target(file)).toBeUndefined();
    expect(target(new Uri('/p/a.md'))).toBe('file:///p/a.md');
  });

  it('is the JSON of a notebook that is open as text', () => {
    expect(target(file, undefined, new FakeDocument('{}', file, 'json'))).toBe('file:///p/n.ipynb');
  });
});

describe('the name of a cell', () => {
  it('has the notebook and a number from 1', () => {
    open('a = 1', 'b = 2');
    expect(promptPath(cellUri(1))).toBe('n.ipynb#cell2');
    expect(documentName(cellUri(1))).toBe('n.ipynb, cell 2');
    expect(promptPath(new Uri('/p/a.ts'))).toBe('a.ts');
  });

  it('has no folders of the computer where the notebook was closed', () => {
    expect(promptPath(cellUri(1))).toBe('n.ipynb');
  });
});
