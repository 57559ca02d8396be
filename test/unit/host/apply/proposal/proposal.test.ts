import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Proposal } from '../../../../../src/host/apply/proposal/proposal';

/** VS Code's documents and edits, as far as a proposal goes. Written inside the mock, which stands before all imports. */
const fake = vi.hoisted(() => {
  class Uri {
    constructor(
      readonly scheme: string,
      readonly path: string,
      readonly query = '',
    ) {}
    readonly authority = '';
    static from({ scheme, path, query }: { scheme: string; path: string; query: string }): Uri {
      return new Uri(scheme, path, query);
    }
    toString(): string {
      return `${this.scheme}:${this.path}?${this.query}`;
    }
  }
  class Position {
    constructor(
      readonly line: number,
      readonly character: number,
    ) {}
  }
  class Document {
    /** One entry a step of undo. */
    readonly undo: string[] = [];
    readonly eol: number;
    readonly isUntitled = false;
    readonly encoding = 'utf8';
    isDirty = false;
    constructor(
      readonly uri: Uri,
      public text: string,
    ) {
      this.eol = text.includes('\r\n') ? 2 : 1;
    }
    getText(): string {
      return this.text;
    }
    get lineCount(): number {
      return this.text.split(/\r\n|\n/).length;
    }
    lineAt(line: number): { range: { end: Position } } {
      return { range: { end: new Position(line, (this.text.split(/\r\n|\n/)[line] ?? '').length) } };
    }
    offset(line: number, character: number): number {
      const starts = [0, ...Array.from(this.text.matchAll(/\r\n|\n/g), ({ index, 0: { length } }) => index + length)];
      return (starts[line] ?? 0) + character;
    }
  }
  class Range {
    readonly startLine: number;
    readonly startCharacter: number;
    readonly endLine: number;
    readonly endCharacter: number;
    constructor(...all: readonly (number | Position)[]) {
      const [startLine = 0, startCharacter = 0, endLine = 0, endCharacter = 0] = all.flatMap((each) =>
        typeof each === 'number' ? [each] : [each.line, each.character],
      );
      [this.startLine, this.startCharacter, this.endLine, this.endCharacter] = [startLine, startCharacter, endLine, endCharacter];
    }
  }
  class WorkspaceEdit {
    readonly edits: { uri: Uri; range: Range; text: string }[] = [];
    replace(uri: Uri, range: Range, text: string): void {
      this.edits.push({ uri, range, text });
    }
  }
  const documents = new Map<string, Document>();
  /** `setting`: VS Code changes the document's text and never saves it. */
  const state: { readonly: 'no' | 'refused' | 'setting' } = { readonly: 'no' };
  const applyEdit = ({ edits }: WorkspaceEdit): Promise<boolean> => {
    if (state.readonly === 'refused') return Promise.resolve(false);
    const document = documents.get(String(edits[0]?.uri));
    if (document === undefined) return Promise.resolve(false);
    document.undo.push(document.text);
    document.isDirty = state.readonly === 'no';
    for (const { range, text } of [...edits].reverse()) {
      const [start, end] = [document.offset(range.startLine, range.startCharacter), document.offset(range.endLine, range.endCharacter)];
      document.text = document.text.slice(0, start) + text + document.text.slice(end);
    }
    return Promise.resolve(true);
  };
  const openTextDocument = (uri: Uri): Promise<Document> => {
    const document = documents.get(uri.toString());
    return document === undefined ? Promise.reject(new Error('no such document')) : Promise.resolve(document);
  };
  const fs = { readFile: (uri: Uri) => Promise.resolve(documents.get(uri.toString())?.undo[0] ?? '') };
  const decode = (bytes: string): Promise<string> => Promise.resolve(bytes);
  return { Uri, Position, Document, Range, WorkspaceEdit, documents, state, workspace: { applyEdit, openTextDocument, fs, decode } };
});

vi.mock('vscode', () => ({ ...fake, EndOfLine: { LF: 1, CRLF: 2 } }));

const before = ['one', 'two', 'three', 'four', 'five', ''];
const after = ['ONE', 'two', 'three', 'four', 'FIVE', ''];

let file: InstanceType<typeof fake.Document>;
let proposed: InstanceType<typeof fake.Document>;
let proposal: Proposal;

function open(eol = '\n'): void {
  fake.documents.clear();
  const target = new fake.Uri('file', '/project/a.txt');
  file = new fake.Document(target, before.join(eol));
  proposal = new Proposal(target as never, before, 1);
  proposed = new fake.Document(proposal.uri as never, after.join(eol));
  fake.documents.set(file.uri.toString(), file);
  fake.documents.set(proposed.uri.toString(), proposed);
}

beforeEach(() => {
  fake.state.readonly = 'no';
  open();
});

describe('a proposed change', () => {
  it.each(['\n', '\r\n'])('is accepted whole as one step for undo, line ends kept: %j', async (eol) => {
    open(eol);
    expect(await proposal.accept()).toBe('done');
    expect(file.text).toBe(after.join(eol));
    expect(file.undo).toEqual([before.join(eol)]);
  });

  it('is accepted without what was taken out of it', async () => {
    expect(await proposal.discardAt(0, 'proposal')).toBe('done');
    expect(proposed.text).toBe('one\ntwo\nthree\nfour\nFIVE\n');
    expect(await proposal.accept()).toBe('done');
    expect(file.text).toBe('one\ntwo\nthree\nfour\nFIVE\n');
  });

  it('is accepted change by change, from either side, until nothing is left', async () => {
    expect(await proposal.acceptAt(4, 'file')).toBe('done');
    expect(file.text).toBe('one\ntwo\nthree\nfour\nFIVE\n');
    expect(await proposal.isEmpty()).toBe(false);
    expect(await proposal.acceptAt(0, 'proposal')).toBe('done');
    expect(file.text).toBe(after.join('\n'));
    expect(await proposal.isEmpty()).toBe(true);
  });

  it('knows where there is no change', async () => {
    expect(await proposal.acceptAt(2, 'proposal')).toBe('nowhere');
    expect(await proposal.discardAt(2, 'file')).toBe('nowhere');
    expect([file.text, proposed.text]).toEqual([before.join('\n'), after.join('\n')]);
  });

  it('follows a file that is changed elsewhere', async () => {
    file.text = 'one\ntwo\ntwo and a half\nthree!\nfour\nfive\n';
    expect(await proposal.follow()).toBe('done');
    expect(proposed.text).toBe('ONE\ntwo\ntwo and a half\nthree!\nfour\nFIVE\n');
    expect(await proposal.accept()).toBe('done');
    expect(file.text).toBe('ONE\ntwo\ntwo and a half\nthree!\nfour\nFIVE\n');
  });

  it('is not written over what was changed in the same places', async () => {
    file.text = 'eins\ntwo\nthree\nfour\nfive\n';
    expect(await proposal.accept()).toBe('moved');
    expect(await proposal.acceptAt(4, 'file')).toBe('moved');
    expect(file.text).toBe('eins\ntwo\nthree\nfour\nfive\n');
  });

  it.each(['refused', 'setting'] as const)('stays when the file cannot be written: %s', async (how) => {
    fake.state.readonly = how;
    expect(await proposal.accept()).toBe('failed');
    expect(file.text).toBe(before.join('\n'));
    fake.state.readonly = 'no';
    expect(await proposal.accept()).toBe('done');
    expect(file.text).toBe(after.join('\n'));
  });

  it('has a document of its own, named as the file is', () => {
    expect(String(proposal.uri)).toBe('paddock-proposal:/project/a.txt?1');
  });
});
