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

describe('cellFor', () => {
  it('returns a file that is no notebook unchanged', () => {
    expect(target(new Uri('/p/a.ts'))).toBe('file:///p/a.ts');
  });

  it('returns the cell with the cursor, for the cell and for its notebook', () => {
    open('a = 1', 'b = 2');
    expect(target(cellUri(1), undefined, 1)).toBe(1);
    expect(target(file, undefined, 1)).toBe(1);
  });

  it('returns the cell that contains the text of the question, whatever its index was', () => {
    open('new = 0', 'a = 1', 'b = 2\r\nc = 3');
    expect(target(cellUri(1), 'b = 2\nc = 3', 0)).toBe(2);
    expect(target(file, 'a = 1', 0)).toBe(1);
  });

  it('prefers the cell that was asked about, then the one with the cursor, among several with the text', () => {
    open('a = 1', 'a = 1\nb = 2', 'c = 3');
    expect(target(cellUri(1), 'a = 1', 2)).toBe(1);
    expect(target(file, 'a = 1', 1)).toBe(1);
    expect(target(file, 'a = 1', 2)).toBe(2);
  });

  it('returns the cell that was asked about although its text has changed', () => {
    open('a = 1', 'b = 2');
    expect(target(cellUri(0), 'a = 0', 1)).toBe(0);
  });

  it('returns undefined when no cell is known or the notebook is closed', () => {
    open('a = 1', 'b = 2');
    expect(target(file)).toBeUndefined();
    closeAllSilently();
    expect(target(cellUri(0))).toBeUndefined();
    const notebooks = [{ selector: [{ filenamePattern: '*.ipynb' }] }, { priority: 'option', selector: [{ filenamePattern: '*.md' }] }];
    extensions.all.push({ packageJSON: {} }, { packageJSON: { contributes: { notebooks } } });
    expect(target(file)).toBeUndefined();
    expect(target(new Uri('/p/a.md'))).toBe('file:///p/a.md');
  });

  it('returns the notebook’s file when it is open as text', () => {
    expect(target(file, undefined, new FakeDocument('{}', file, 'json'))).toBe('file:///p/n.ipynb');
  });
});

describe('promptPath of a notebook cell', () => {
  it('names the notebook and the cell’s number from 1', () => {
    open('a = 1', 'b = 2');
    expect(promptPath(cellUri(1))).toBe('n.ipynb#cell2');
    expect(documentName(cellUri(1))).toBe('n.ipynb, cell 2');
    expect(promptPath(new Uri('/p/a.ts'))).toBe('a.ts');
  });

  it('names only the file when the notebook is closed', () => {
    expect(promptPath(cellUri(1))).toBe('n.ipynb');
  });
});
