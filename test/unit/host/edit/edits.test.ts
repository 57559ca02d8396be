import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EditMemory } from '../../../../src/host/edit/memory';
import { Edits } from '../../../../src/host/edit/edits';
import { FakeLog, FakeMemory } from '../chat/fakes';
import { workspace, type OpenDocument } from './fakeWorkspace';

vi.mock('vscode', async () => (await import('./fakeWorkspace')).fakeVscode);

type Document = Parameters<Edits['begin']>[0];

const before = 'head\none\ntwo\ntail';
const mixed = 'head\none\nONE\ntwo\ntail';
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
const vscodes = (document: OpenDocument): Document => document as unknown as Document;

let windows: Edits[] = [];

function openWindow(memento: FakeMemory): Edits {
  const edits = new Edits(new EditMemory(memento), new FakeLog());
  windows.push(edits);
  return edits;
}

/** A window with an edit of the line `one` written and undecided. */
async function pending(): Promise<{ memento: FakeMemory; edits: Edits; document: OpenDocument }> {
  const memento = new FakeMemory();
  const edits = openWindow(memento);
  const document = workspace.open('/project/a.ts', before);
  await edits.begin(vscodes(document), 1, 2).edit.show(['ONE'], true);
  expect(document.text).toBe(mixed);
  return { memento, edits, document };
}

beforeEach(() => {
  for (const edits of windows) edits.dispose();
  windows = [];
  workspace.clear();
});

describe('a document with an undecided edit', () => {
  it('is saved without it, and has it again afterwards', async () => {
    const { edits, document } = await pending();
    await workspace.save(document, 'manual');
    await settled();
    expect(workspace.disk.get('/project/a.ts')).toBe(before);
    expect(document.text).toBe(mixed);
    expect(edits.of(vscodes(document))?.edit.linesOf('added')).toEqual([2]);
  });

  it('is saved as it stands after each pause, where the suggestion would go out and in for ever', async () => {
    const { document } = await pending();
    await workspace.save(document, 'afterDelay');
    expect(workspace.disk.get('/project/a.ts')).toBe(mixed);
  });

  it('loses it when it is closed, on disk too', async () => {
    const { memento, edits, document } = await pending();
    await workspace.save(document, 'afterDelay');
    workspace.close(document);
    await settled();
    expect(workspace.disk.get('/project/a.ts')).toBe(before);
    expect(memento.values.get('paddock.edits')).toBeUndefined();
    expect(edits.of(vscodes(document))).toBeUndefined();
  });

  it('keeps it when its language changes, which VS Code tells as closing and opening', async () => {
    const { edits, document } = await pending();
    workspace.close(document);
    workspace.reopen(document);
    await settled();
    expect(document.text).toBe(mixed);
    const live = edits.of(vscodes(document));
    expect(live?.edit.linesOf('added')).toEqual([2]);
    if (live !== undefined) await edits.settle(live, 'accept');
    expect(document.text).toBe('head\nONE\ntwo\ntail');
  });

  it('has it again in the next window, and not where it was settled', async () => {
    const { memento, edits, document } = await pending();
    edits.dispose();
    const again = openWindow(memento);
    const live = again.of(vscodes(document));
    expect(live?.edit.linesOf('removed')).toEqual([1]);
    if (live !== undefined) await again.settle(live, 'discard');
    expect(document.text).toBe(before);
    again.dispose();
    expect(openWindow(memento).of(vscodes(document))).toBeUndefined();
  });

  it('has it decided on by hunk, where there is one at the line', async () => {
    const { edits, document } = await pending();
    const live = edits.of(vscodes(document));
    if (live === undefined) throw new Error('no edit');
    await edits.settle(live, 'accept', 4);
    expect(document.text).toBe(mixed);
    await edits.settle(live, 'accept', 2);
    expect(document.text).toBe('head\nONE\ntwo\ntail');
  });

  it('takes changes by others with line ends of either kind', async () => {
    const { edits, document } = await pending();
    document.put(0, 0, 'a\r\nb\r\n');
    expect(edits.of(vscodes(document))?.edit.linesOf('added')).toEqual([4]);
  });
});
