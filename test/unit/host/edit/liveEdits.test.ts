import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EditMemory } from '../../../../src/host/edit/editMemory';
import { Edits } from '../../../../src/host/edit/liveEdits';
import { FakeLog, FakeMemory } from '../chat/chatFakes';
import type { FakeDocument, FakeNotebook } from '../../../fixtures/vscode/fakeDocument';
import { files } from '../../../fixtures/vscode/fakeFiles';
import { shown } from '../../../fixtures/vscode/fakeWindow';
import {
  closeAllSilently,
  closeDocument,
  closeNotebook,
  openDocument,
  openNotebook,
  renameFile,
  reopenDocument,
  saveDocument,
  saveNotebook,
  workspace,
  workspaceEvents,
} from '../../../fixtures/vscode/fakeWorkspace';
import { Uri } from '../../../fixtures/vscode/uri';

const before = 'head\none\ntwo\ntail';
const mixed = 'head\none\nONE\ntwo\ntail';
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

let windows: Edits[] = [];

function openWindow(memento: FakeMemory): Edits {
  const edits = new Edits(new EditMemory(memento), new FakeLog());
  windows.push(edits);
  return edits;
}

/** A window with an edit of the line `one` written and undecided. */
async function pending(): Promise<{ memento: FakeMemory; edits: Edits; document: FakeDocument }> {
  const memento = new FakeMemory();
  const edits = openWindow(memento);
  files.set('/project/a.ts', before);
  const document = openDocument('/project/a.ts', before);
  await edits.begin(document, 1, 2).edit.show(['ONE'], true);
  expect(document.text).toBe(mixed);
  return { memento, edits, document };
}

beforeEach(() => {
  for (const edits of windows) edits.dispose();
  windows = [];
});

describe('a document with an undecided edit', () => {
  it('is saved without the edit and shows it again afterwards', async () => {
    const { edits, document } = await pending();
    await saveDocument(document, 'manual');
    await settled();
    expect(files.get('/project/a.ts')).toBe(before);
    expect(document.text).toBe(mixed);
    expect(edits.of(document)?.edit.linesOf('added')).toEqual([2]);
  });

  it('is saved with the edit by auto save after a delay', async () => {
    const { document } = await pending();
    await saveDocument(document, 'afterDelay');
    expect(files.get('/project/a.ts')).toBe(mixed);
  });

  it('loses the edit when it is closed, on disk too', async () => {
    const { memento, edits, document } = await pending();
    await saveDocument(document, 'afterDelay');
    closeDocument(document);
    await settled();
    expect(files.get('/project/a.ts')).toBe(before);
    expect(memento.values.get('paddock.edits')).toBeUndefined();
    expect(edits.of(document)).toBeUndefined();
  });

  it('keeps the edit when its language changes, which VS Code reports as closing and opening', async () => {
    const { edits, document } = await pending();
    closeDocument(document);
    reopenDocument(document);
    await settled();
    expect(document.text).toBe(mixed);
    const live = edits.of(document);
    expect(live?.edit.linesOf('added')).toEqual([2]);
    if (live !== undefined) await edits.settle(live, 'accept');
    expect(document.text).toBe('head\nONE\ntwo\ntail');
  });

  it('restores the edit in the next window until it is settled', async () => {
    const { memento, edits, document } = await pending();
    edits.dispose();
    const again = openWindow(memento);
    const live = again.of(document);
    expect(live?.edit.linesOf('removed')).toEqual([1]);
    if (live !== undefined) await again.settle(live, 'discard');
    expect(document.text).toBe(before);
    again.dispose();
    expect(openWindow(memento).of(document)).toBeUndefined();
  });

  it('accepts only the hunk at the given line', async () => {
    const { edits, document } = await pending();
    const live = edits.of(document);
    if (live === undefined) throw new Error('no edit');
    await edits.settle(live, 'accept', 4);
    expect(document.text).toBe(mixed);
    await edits.settle(live, 'accept', 2);
    expect(document.text).toBe('head\nONE\ntwo\ntail');
  });

  it('follows other changes with either kind of line end', async () => {
    const { edits, document } = await pending();
    document.put(0, 0, 'a\r\nb\r\n');
    expect(edits.of(document)?.edit.linesOf('added')).toEqual([4]);
  });
});

describe('an undecided edit in a renamed file', () => {
  /** The only other document there is; the edit in it, as the window knows it. */
  function successor(edits: Edits): { document: FakeDocument; live: ReturnType<Edits['of']> } {
    const [document] = workspace.textDocuments;
    if (document === undefined) throw new Error('no document');
    return { document, live: edits.of(document) };
  }

  it.each([
    ['a new name', '/project/a.ts', '/project/b.ts', '/project/b.ts'],
    ['another folder', '/project/a.ts', '/project/lib/deep/a.ts', '/project/lib/deep/a.ts'],
    ['a new name of its folder', '/project', '/project2', '/project2/a.ts'],
    ['a name with the old one as its beginning', '/project/a.ts', '/project/a.tsx', '/project/a.tsx'],
  ])('is kept and can be accepted after %s', async (_what, from, to, at) => {
    const { memento, edits } = await pending();
    renameFile(from, to);
    await settled();
    const { document, live } = successor(edits);
    expect([document.uri.path, document.text]).toEqual([at, mixed]);
    expect(live?.edit.linesOf('added')).toEqual([2]);
    expect(Object.keys(memento.values.get('paddock.edits') ?? {})).toEqual([`file://${at}`]);
    if (live !== undefined) await edits.settle(live, 'accept');
    expect(document.text).toBe('head\nONE\ntwo\ntail');
    expect(shown.messages).toEqual([]);
  });

  it('can be discarded under the new name', async () => {
    const { edits } = await pending();
    renameFile('/project/a.ts', '/project/b.ts');
    await settled();
    const { document, live } = successor(edits);
    if (live !== undefined) await edits.settle(live, 'discard');
    expect(document.text).toBe(before);
  });

  it('survives two renames and a new window', async () => {
    const { memento, edits } = await pending();
    renameFile('/project/a.ts', '/project/b.ts');
    renameFile('/project', '/work');
    await settled();
    const { document } = successor(edits);
    edits.dispose();
    expect(openWindow(memento).of(document)?.edit.linesOf('removed')).toEqual([1]);
  });

  it('is left out of the file saved under the new name', async () => {
    const { edits } = await pending();
    renameFile('/project/a.ts', '/project/b.ts');
    await settled();
    const { document } = successor(edits);
    await saveDocument(document, 'manual');
    await settled();
    expect(files.get('/project/b.ts')).toBe(before);
    expect(document.text).toBe(mixed);
  });

  it('keeps growing in the new document', async () => {
    const { edits, document: old } = await pending();
    const live = edits.of(old);
    if (live === undefined) throw new Error('no edit');
    let interrupted = 0;
    edits.setWriter(live, { interrupt: () => interrupted++ } as never);
    renameFile('/project/a.ts', '/project/b.ts');
    await settled();
    expect(await live.edit.show(['ONE', 'MORE'], true)).toBe(true);
    const { document } = successor(edits);
    expect(document.text).toBe('head\none\nONE\nMORE\ntwo\ntail');
    expect([edits.of(document), interrupted]).toEqual([live, 0]);
    expect(old.text).toBe(mixed);
  });

  it('waits for the new document when a line arrives between the two documents', async () => {
    const { edits, document: old } = await pending();
    const live = edits.of(old);
    if (live === undefined) throw new Error('no edit');
    const renames = [{ oldUri: old.uri, newUri: old.uri.with({ path: '/project/b.ts' }) }];
    workspaceEvents.willRename.fire({ files: renames });
    closeAllSilently();
    const shown = live.edit.show(['ONE', 'MORE'], true);
    await settled();
    const document = openDocument('/project/b.ts', mixed);
    workspaceEvents.renamed.fire({ files: renames });
    expect(await shown).toBe(true);
    expect(document.text).toBe('head\none\nONE\nMORE\ntwo\ntail');
  });

  it('is found again below lines that a formatter added', async () => {
    const { edits } = await pending();
    renameFile('/project/a.ts', '/project/b.ts', (text) => `// moved\n${text}`);
    await settled();
    expect(successor(edits).live?.edit.linesOf('added')).toEqual([3]);
  });

  it('stays in place when another file is renamed or the rename fails', async () => {
    const { edits, document } = await pending();
    renameFile('/project/a', '/project/b');
    const renames = [{ oldUri: document.uri, newUri: document.uri.with({ path: '/project/c.ts' }) }];
    workspaceEvents.willRename.fire({ files: renames });
    await settled();
    expect(edits.of(document)?.edit.linesOf('added')).toEqual([2]);
    closeDocument(document);
    await settled();
    expect(files.get('/project/a.ts')).toBe(before);
  });

  it('moves along when an untitled document is saved as a file', async () => {
    const edits = openWindow(new FakeMemory());
    const untitled = openDocument(new Uri('Untitled-1', 'untitled'), before);
    await edits.begin(untitled, 1, 2).edit.show(['ONE'], true);
    files.set('/project/new.ts', mixed);
    const file = openDocument('/project/new.ts', mixed);
    closeDocument(untitled);
    await settled();
    expect(edits.of(file)?.edit.linesOf('added')).toEqual([2]);
  });

  it('is forgotten without a message when its file is deleted', async () => {
    const { document } = await pending();
    files.delete('/project/a.ts');
    closeDocument(document);
    await settled();
    expect(shown.messages).toEqual([]);
  });

  it('is reported when it cannot be removed from the closed file', async () => {
    const { document } = await pending();
    vi.spyOn(workspace, 'openTextDocument').mockRejectedValue(new Error('EIO'));
    closeDocument(document);
    await settled();
    vi.restoreAllMocks();
    expect(shown.messages).toEqual([expect.stringMatching(/a\.ts could not be taken out/)]);
  });
});

describe('an undecided edit in a cell of a notebook', () => {
  async function pendingInCell(): Promise<{ edits: Edits; memento: FakeMemory; notebook: FakeNotebook }> {
    const memento = new FakeMemory();
    const edits = openWindow(memento);
    files.set('/project/n.ipynb', JSON.stringify(['first', before]));
    const notebook = openNotebook('/project/n.ipynb', ['first', before]);
    const [, cell] = notebook.cells;
    if (cell !== undefined) await edits.begin(cell, 1, 2).edit.show(['ONE'], true);
    return { edits, memento, notebook };
  }
  function findCellAt({ cells }: FakeNotebook, index: number): FakeDocument {
    const cell = cells[index];
    if (cell === undefined) throw new Error('no such cell');
    return cell;
  }
  const onDisk = (path = '/project/n.ipynb'): unknown => JSON.parse(files.get(path) ?? '');

  it('is left out of the saved notebook and stays in the cell', async () => {
    const { edits, notebook } = await pendingInCell();
    await saveNotebook(notebook, 'manual');
    await settled();
    expect(onDisk()).toEqual(['first', before]);
    expect(notebook.cells[1]?.text).toBe(mixed);
    expect(edits.of(findCellAt(notebook, 1))?.edit.linesOf('added')).toEqual([2]);
  });

  it('is removed from the file when the notebook is closed', async () => {
    const { notebook } = await pendingInCell();
    await saveNotebook(notebook, 'afterDelay');
    expect(onDisk()).toEqual(['first', mixed]);
    closeNotebook(notebook);
    await settled();
    expect(onDisk()).toEqual(['first', before]);
  });

  it('is found in the next window although the cell has another URI', async () => {
    const { edits, memento, notebook } = await pendingInCell();
    edits.dispose();
    closeAllSilently();
    const again = openWindow(memento);
    const reopened = openNotebook('/project/n.ipynb', ['new', 'first', notebook.cells[1]?.text ?? '']);
    expect(again.of(findCellAt(reopened, 2))?.edit.linesOf('added')).toEqual([2]);
    expect(again.of(findCellAt(reopened, 1))).toBeUndefined();
  });

  it('is restored when the deletion of its cell is undone', async () => {
    const { edits, notebook } = await pendingInCell();
    const cell = findCellAt(notebook, 1);
    closeDocument(cell);
    await settled();
    reopenDocument(cell);
    expect(edits.of(cell)?.edit.linesOf('added')).toEqual([2]);
    expect(shown.messages).toEqual([]);
  });
});
