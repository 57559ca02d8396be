import { describe, expect, it } from 'vitest';
import { findSnapshot, PendingEdit } from '../../../../src/host/edit/pendingEdit';
import { FakeEditDocument } from '../../../fixtures/fakeEditDocument';

const before = ['head', 'one', 'two', 'three', 'tail'].join('\n');
const accepted = ['head', 'one', 'TWO', 'three', 'more', 'tail'].join('\n');
const mixed = ['head', 'one', 'two', 'TWO', 'three', 'more', 'tail'].join('\n');

/** A document with an edit of its three middle lines. */
function begun(text = before, start = 1, end = 4): { document: FakeEditDocument; edit: PendingEdit } {
  const document = new FakeEditDocument(text);
  const edit = PendingEdit.begin(document, start, end);
  document.follow(edit);
  return { document, edit };
}

/** The same with the suggestion written, in some pieces. */
async function written(): Promise<{ document: FakeEditDocument; edit: PendingEdit }> {
  const made = begun();
  await made.edit.show(['one'], false);
  await made.edit.show(['one', 'TWO'], false);
  await made.edit.show(['one', 'TWO', 'three', 'more'], true);
  return made;
}

describe('an edit', () => {
  it('stands in the document beside what it would replace', async () => {
    const { document, edit } = await written();
    expect(document.content).toBe(mixed);
    expect(edit.linesOf('removed')).toEqual([2]);
    expect(edit.linesOf('added')).toEqual([3, 5]);
    expect(edit.hunks).toEqual([
      { start: 2, end: 4 },
      { start: 5, end: 6 },
    ]);
  });

  it('leaves the right text when accepted, and one undo takes it back', async () => {
    const { document, edit } = await written();
    expect(await edit.settle('accept')).toBe(true);
    expect(document.content).toBe(accepted);
    expect(edit.hunks).toEqual([]);
    document.undo();
    expect(document.content).toBe(before);
    expect(edit.hunks).toEqual([]);
    document.redo();
    expect(document.content).toBe(accepted);
  });

  it('leaves the text as it was when discarded', async () => {
    const { document, edit } = await written();
    await edit.settle('discard');
    expect(document.content).toBe(before);
    document.undo();
    expect(document.content).toBe(before);
  });

  it('is decided on hunk by hunk, and one undo takes all of it back', async () => {
    const { document, edit } = await written();
    await edit.settle('discard', edit.hunks[0]);
    expect(document.content).toBe(['head', 'one', 'two', 'three', 'more', 'tail'].join('\n'));
    await edit.settle('accept', edit.hunks[0]);
    expect(edit.hunks).toEqual([]);
    expect(document.content).toBe(['head', 'one', 'two', 'three', 'more', 'tail'].join('\n'));
    document.undo();
    expect(document.content).toBe(before);
  });

  it('ignores a key pressed twice', async () => {
    const { document, edit } = await written();
    const [first] = edit.hunks;
    await Promise.all([edit.settle('accept', first), edit.settle('accept', first)]);
    expect(document.content).toBe(['head', 'one', 'TWO', 'three', 'more', 'tail'].join('\n'));
    expect(edit.hunks).toEqual([{ start: 4, end: 5 }]);
  });

  it('says so where the document takes no changes', async () => {
    const { document, edit } = begun();
    document.readOnly = true;
    expect(await edit.show(['x'], false)).toBe(false);
    expect(document.content).toBe(before);
    expect(edit.hunks).toEqual([]);
  });

  it('of a document’s last and only line leaves the right text', async () => {
    const { document, edit } = begun('', 0, 1);
    await edit.show(['a', 'b'], true);
    expect(document.content).toBe('\na\nb');
    await edit.settle('accept');
    expect(document.content).toBe('a\nb');
  });
});

describe('what others do meanwhile', () => {
  it('does not matter elsewhere, before, after, or while an edit is on its way', async () => {
    const { document, edit } = begun();
    await edit.show(['one', 'TWO'], false);
    document.typeBefore('head', 'new\n');
    document.typeBefore('tail', 'low\n');
    const late = ['head', 'tail'];
    document.onTheWay = () => {
      const mark = late.pop();
      if (mark !== undefined) document.typeBefore(mark, 'late\n');
    };
    await edit.show(['one', 'TWO', 'three', 'more'], true);
    expect(edit.linesOf('added')).toEqual([5, 7]);
    await edit.settle('accept');
    expect(document.content).toBe(['new', 'late', 'head', 'one', 'TWO', 'three', 'more', 'low', 'late', 'tail'].join('\n'));
  });

  it('is no interruption when it is undone elsewhere', async () => {
    const { document, edit } = await written();
    document.typeBefore('head', 'x');
    let inside = false;
    document.undo();
    edit.onDidChange(() => (inside = true));
    document.redo();
    document.undo();
    expect(inside).toBe(false);
    expect(edit.linesOf('added')).toEqual([3, 5]);
  });

  it('stays when one undo takes the accepted edit back', async () => {
    const { document, edit } = await written();
    document.typeBefore('head', 'new\n');
    await edit.settle('accept');
    expect(document.content).toBe(`new\n${accepted}`);
    document.undo();
    expect(document.content).toBe(`new\n${before}`);
  });

  it('is told apart in the lines it is about, and never taken for a suggestion', async () => {
    const { document, edit } = await written();
    const at = document.content.indexOf('TWO') + 3;
    expect(edit.documentChanged([], false)).toBe(false);
    document.type(at, at, '!\nmine');
    await edit.settle('discard');
    expect(document.content).toBe(['head', 'one', 'two', 'mine', 'three', 'tail'].join('\n'));
  });

  it('can be an undo in the midst, after which nothing is marked, and a redo, after which it is again', async () => {
    const { document, edit } = await written();
    document.undo();
    expect(document.content).toBe(before);
    expect(edit.hunks).toEqual([]);
    document.redo();
    expect(document.content).toBe(mixed);
    expect(edit.linesOf('added')).toEqual([3, 5]);
    await edit.settle('discard');
    expect(document.content).toBe(before);
  });

  it('marks a first line again that an undo of the discarding brings back', async () => {
    const { document, edit } = begun();
    await edit.show(['new', 'one'], false);
    document.typeBefore('tail', 'x');
    await edit.settle('discard');
    document.undo();
    expect(document.content).toBe(['head', 'new', 'one', 'two', 'three', 'xtail'].join('\n'));
    expect(edit.linesOf('added')).toEqual([1]);
  });

  it('marks a mixed state again that an undo brings back', async () => {
    const { document, edit } = await written();
    document.typeBefore('tail', 'x');
    await edit.settle('accept');
    document.undo();
    document.undo();
    expect(document.content).toContain('two\nTWO');
    expect(edit.linesOf('removed')).toEqual([2]);
    await edit.settle('accept');
    expect(document.content).toBe(accepted.replace('tail', 'xtail'));
  });
});

describe('a save', () => {
  it('writes the text without the suggestion, which then stands there again', async () => {
    const { document, edit } = await written();
    const lines = [...edit.hold()].reverse();
    for (const line of lines) await document.replace(line, line + 1, [], { before: true, after: true });
    expect(document.content).toBe(before);
    edit.saved();
    await edit.resume();
    expect(document.content).toBe(mixed);
    await edit.settle('accept');
    expect(document.content).toBe(accepted);
    document.undo();
    expect(document.content).toBe(before);
  });

  it('shows afterwards what was written during it', async () => {
    const { document, edit } = begun();
    await edit.show(['one', 'X'], false);
    for (const line of edit.hold()) await document.replace(line, line + 1, [], { before: true, after: true });
    await edit.show(['one', 'TWO', 'three', 'more'], true);
    expect(document.content).toBe(before);
    await edit.resume();
    expect(document.content).toBe(mixed);
  });

  it('that changes the lines itself, as formatting does, ends the suggestion', async () => {
    const { document, edit } = await written();
    for (const line of [...edit.hold()].reverse()) await document.replace(line, line + 1, [], { before: true, after: true });
    document.typeBefore('three', '  ');
    await edit.resume();
    expect(document.content).toBe(before.replace('three', '  three'));
  });
});

describe('PendingEdit.hold', () => {
  it('returns no lines while a replacement is on its way', async () => {
    const { document, edit } = begun();
    await edit.show(['one', 'TWO'], false);
    const held: (readonly number[])[] = [];
    document.onTheWay = () => held.push(edit.hold());
    await edit.show(['one', 'TWO', 'three', 'more'], true);
    expect(held).toEqual([[]]);
    expect(document.content).toBe(mixed);
    expect(edit.hold()).toEqual([3, 5]);
  });

  it('returns no lines a second time before resume, and the same lines after it', async () => {
    const { edit } = await written();
    expect(edit.hold()).toEqual([3, 5]);
    expect(edit.hold()).toEqual([]);
    await edit.resume();
    expect(edit.hold()).toEqual([3, 5]);
  });

  it('knows a save that comes between the arrival of a piece and its promise', async () => {
    const document = new FakeEditDocument(before);
    const edit = PendingEdit.begin(document, 1, 4);
    await edit.show(['one'], false);
    let held: readonly number[] = [];
    const followed = edit.documentChanged.bind(edit);
    const changed: boolean[] = [];
    edit.documentChanged = (changes, byUndo) => {
      const result = followed(changes, byUndo);
      changed.push(result);
      // The first change is the piece: VS Code reports it, and saves, before the replacement resolves.
      if (changed.length === 1) held = edit.hold();
      return result;
    };
    document.follow(edit);
    await edit.show(['one', 'TWO'], false);
    expect(held).not.toEqual([]);
    for (const line of [...held].reverse()) await document.replace(line, line + 1, [], { before: true, after: true });
    // Nobody else has changed a line of the block.
    expect(changed).toEqual(changed.map(() => false));
    expect(document.content).toBe(before);
    await edit.resume();
    expect(document.content).toContain('TWO');
  });

  it('ignores a verdict until resume has written the suggestion back', async () => {
    const { document, edit } = await written();
    for (const line of [...edit.hold()].reverse()) await document.replace(line, line + 1, [], { before: true, after: true });
    expect(await edit.settle('accept')).toBe(true);
    expect(document.content).toBe(before);
    await edit.resume();
    expect(document.content).toBe(mixed);
  });

  it('keeps the suggestion in the lasting states while it is out of the document', async () => {
    const { document, edit } = await written();
    const [shown] = edit.lasting;
    for (const line of [...edit.hold()].reverse()) await document.replace(line, line + 1, [], { before: true, after: true });
    expect(edit.lasting).toContainEqual(shown);
    await edit.resume();
    expect(edit.lasting).toEqual([shown]);
  });
});

describe('a reload', () => {
  it('finds the edit again by its text, wherever it stands now', async () => {
    const { edit } = await written();
    const later = new FakeEditDocument(`// new\n${mixed}`);
    const found = findSnapshot(later, edit.lasting);
    expect(found?.start).toBe(2);
    if (found === undefined) return;
    const again = PendingEdit.again(later, found);
    later.follow(again);
    await again.settle('accept');
    expect(later.content).toBe(`// new\n${accepted}`);
    later.undo();
    expect(later.content).toBe(`// new\n${before}`);
  });

  it('finds the state that was about to be when the window ended', async () => {
    const { document, edit } = begun();
    let lasting = edit.lasting;
    document.onTheWay = () => {
      lasting = edit.lasting;
    };
    await edit.show(['one', 'TWO', 'three', 'more'], true);
    expect(findSnapshot(document, lasting)?.kinds).toContain('added');
    expect(findSnapshot(new FakeEditDocument(before), lasting)).toBeUndefined();
  });

  it('remembers nothing of what is settled', async () => {
    const { edit } = await written();
    await edit.settle('accept');
    expect(edit.lasting).toEqual([]);
  });
});
