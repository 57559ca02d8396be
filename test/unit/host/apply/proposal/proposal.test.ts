import { beforeEach, describe, expect, it } from 'vitest';
import type { FakeDocument } from '../../../../fixtures/vscode/fakeDocument';
import { files } from '../../../../fixtures/vscode/fakeFiles';
import { closeAllSilently, openDocument } from '../../../../fixtures/vscode/fakeWorkspace';
import { Proposal } from '../../../../../src/host/apply/proposal/proposal';

const before = ['one', 'two', 'three', 'four', 'five', ''];
const after = ['ONE', 'two', 'three', 'four', 'FIVE', ''];

let file: FakeDocument;
let proposed: FakeDocument;
let proposal: Proposal;

function open(eol = '\n'): void {
  closeAllSilently();
  const text = before.join(eol);
  files.set('/project/a.txt', text);
  file = openDocument('/project/a.txt', text);
  proposal = new Proposal(file.uri, before, 1);
  proposed = openDocument(proposal.uri, after.join(eol));
}

beforeEach(() => {
  open();
});

describe('Proposal', () => {
  it.each(['\n', '\r\n'])('accepts all changes as one undo step and keeps the line ends %j', async (eol) => {
    open(eol);
    expect(await proposal.accept()).toBe('done');
    expect(file.text).toBe(after.join(eol));
    expect(file.undoSteps).toEqual([before.join(eol)]);
  });

  it('accepts the rest after one change was discarded', async () => {
    expect(await proposal.discardAt(0, 'proposal')).toBe('done');
    expect(proposed.text).toBe('one\ntwo\nthree\nfour\nFIVE\n');
    expect(await proposal.accept()).toBe('done');
    expect(file.text).toBe('one\ntwo\nthree\nfour\nFIVE\n');
  });

  it('accepts single changes from either side until none is left', async () => {
    expect(await proposal.acceptAt(4, 'file')).toBe('done');
    expect(file.text).toBe('one\ntwo\nthree\nfour\nFIVE\n');
    expect(await proposal.isEmpty()).toBe(false);
    expect(await proposal.acceptAt(0, 'proposal')).toBe('done');
    expect(file.text).toBe(after.join('\n'));
    expect(await proposal.isEmpty()).toBe(true);
  });

  it('returns "nowhere" for a line without a change', async () => {
    expect(await proposal.acceptAt(2, 'proposal')).toBe('nowhere');
    expect(await proposal.discardAt(2, 'file')).toBe('nowhere');
    expect([file.text, proposed.text]).toEqual([before.join('\n'), after.join('\n')]);
  });

  it('keeps its changes when the file changes elsewhere', async () => {
    file.text = 'one\ntwo\ntwo and a half\nthree!\nfour\nfive\n';
    expect(await proposal.follow()).toBe('done');
    expect(proposed.text).toBe('ONE\ntwo\ntwo and a half\nthree!\nfour\nFIVE\n');
    expect(await proposal.accept()).toBe('done');
    expect(file.text).toBe('ONE\ntwo\ntwo and a half\nthree!\nfour\nFIVE\n');
  });

  it('writes nothing when the same lines of the file were changed', async () => {
    file.text = 'eins\ntwo\nthree\nfour\nfive\n';
    expect(await proposal.accept()).toBe('moved');
    expect(await proposal.acceptAt(4, 'file')).toBe('moved');
    expect(file.text).toBe('eins\ntwo\nthree\nfour\nfive\n');
  });

  it.each(['refused', 'unsaved'] as const)('stays undecided when the file cannot be written: %s', async (how) => {
    file.readOnly = how;
    expect(await proposal.accept()).toBe('failed');
    expect(file.text).toBe(before.join('\n'));
    file.readOnly = undefined;
    expect(await proposal.accept()).toBe('done');
    expect(file.text).toBe(after.join('\n'));
  });

  it('has its own URI with the path of the file', () => {
    expect(String(proposal.uri)).toBe('paddock-proposal:/project/a.txt?1');
  });
});
