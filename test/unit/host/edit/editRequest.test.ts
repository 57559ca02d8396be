import { describe, expect, it } from 'vitest';
import { editParams, editPlace, editTarget, refusal, type EditTarget } from '../../../../src/host/edit/editRequest';
import { FakeDocument } from '../../../fixtures/vscode/fakeDocument';
import { FakeEditor } from '../../../fixtures/vscode/fakeEditor';
import { files } from '../../../fixtures/vscode/fakeFiles';
import { workspace } from '../../../fixtures/vscode/fakeWorkspace';
import { Range } from '../../../fixtures/vscode/positions';

const code = ['function add(a, b) {', '  return a + b;', '}', '', ''].join('\n');

function target(start: number, end: number, text = code): EditTarget {
  return { document: new FakeDocument(text), start, end };
}

describe('what is edited', () => {
  it('is the selection in whole lines, from 0 with the end exclusive', async () => {
    const editor = new FakeEditor(new FakeDocument(code), new Range(1, 4, 2, 1));
    expect(await editTarget(editor)).toMatchObject({ start: 1, end: 3 });
  });

  it('is an empty line, to be written on', async () => {
    const editor = new FakeEditor(new FakeDocument(code), new Range(3, 0, 3, 0));
    expect(await editTarget(editor)).toMatchObject({ start: 3, end: 4 });
  });
});

describe('an edit is refused', () => {
  it('not where the file can be written and the selection fits', async () => {
    expect(await refusal(target(0, 3), 4096)).toBeUndefined();
  });

  it('in a workspace that is not trusted', async () => {
    workspace.isTrusted = false;
    expect(await refusal(target(0, 3), 4096)).toContain('Trust the workspace');
  });

  it('in a read-only file, or file system', async () => {
    files.set('/project/src/a.ts', code, { permissions: 1 });
    expect(await refusal(target(0, 3), 4096)).toContain('read-only');
    files.isWritable = false;
    expect(await refusal(target(0, 3), 4096)).toContain('read-only');
  });

  it('where the selection is too long, with how long it is', async () => {
    const long = 'x'.repeat(30_000);
    expect(await refusal(target(0, 1, long), 4096)).toContain('about 10,000 tokens, where 1,024 fit');
    expect(await refusal(target(0, 1, long), 131_072)).toBeUndefined();
  });
});

describe('the request for an edit', () => {
  it('is greedy, begins with the file, and asks for the selected lines', () => {
    const { user, sampling, system } = editParams(target(1, 2), 'use c', 'Be brief.', 4096);
    expect(system).toBe('Be brief.');
    expect(sampling.temperature).toBe(0);
    expect(user).toMatchObject({
      file: { path: 'src/a.ts', text: code },
      selection: { startLine: 2, endLine: 2, text: '  return a + b;' },
    });
    expect(user.text).toMatch(/^Rewrite the selected lines: use c\n/);
  });

  it('has a file that is too long up to its last whole character', () => {
    const text = `return\n${'x'.repeat(399_992)}🙂`;
    expect(editParams(target(0, 1, text), 'use c', '', 4096).user.file?.text).toBe(text.slice(0, 399_999));
  });

  it('asks for new lines where there are none', () => {
    const { user } = editParams(target(3, 4), 'test it', '', 4096);
    expect(user.selection).toBeUndefined();
    expect(user.text).toContain('line 4 of the file: test it');
  });
});

describe('what an answer is read against', () => {
  it('is the lines, those around them, and the editor’s indentation', () => {
    const place = editPlace(target(1, 2), { insertSpaces: true, tabSize: 4, indentSize: 2 });
    expect(place).toEqual({ original: ['  return a + b;'], before: ['function add(a, b) {'], after: ['}', '', ''], indentUnit: '  ' });
    expect(editPlace(target(1, 2), { insertSpaces: false, tabSize: 4 }).indentUnit).toBe('\t');
    expect(editPlace(target(1, 2), { insertSpaces: true, tabSize: 4, indentSize: 'tabSize' }).indentUnit).toBe('    ');
  });
});
