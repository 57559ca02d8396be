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

describe('editTarget', () => {
  it('returns the selected whole lines', async () => {
    const editor = new FakeEditor(new FakeDocument(code), new Range(1, 4, 2, 1));
    expect(await editTarget(editor)).toMatchObject({ start: 1, end: 3 });
  });

  it('returns the empty line of the cursor', async () => {
    const editor = new FakeEditor(new FakeDocument(code), new Range(3, 0, 3, 0));
    expect(await editTarget(editor)).toMatchObject({ start: 3, end: 4 });
  });
});

describe('refusal', () => {
  it('returns undefined for a writable file and a selection that fits', async () => {
    expect(await refusal(target(0, 3), 4096)).toBeUndefined();
  });

  it('refuses an untrusted workspace', async () => {
    workspace.isTrusted = false;
    expect(await refusal(target(0, 3), 4096)).toContain('Trust the workspace');
  });

  it('refuses a read-only file and a read-only file system', async () => {
    files.set('/project/src/a.ts', code, { permissions: 1 });
    expect(await refusal(target(0, 3), 4096)).toContain('read-only');
    files.isWritable = false;
    expect(await refusal(target(0, 3), 4096)).toContain('read-only');
  });

  it('refuses a selection that is too long and says its length', async () => {
    const long = 'x'.repeat(30_000);
    expect(await refusal(target(0, 1, long), 4096)).toContain('about 10,000 tokens, where 1,024 fit');
    expect(await refusal(target(0, 1, long), 131_072)).toBeUndefined();
  });
});

describe('editParams', () => {
  it('samples greedily and asks for the selected lines of the file', () => {
    const { user, sampling, system } = editParams(target(1, 2), 'use c', 'Be brief.', 4096);
    expect(system).toBe('Be brief.');
    expect(sampling.temperature).toBe(0);
    expect(user).toMatchObject({
      file: { path: 'src/a.ts', text: code },
      selection: { startLine: 2, endLine: 2, text: '  return a + b;' },
    });
    expect(user.text).toMatch(/^Rewrite the selected lines: use c\n/);
  });

  it('cuts a long file after a whole character', () => {
    const text = `return\n${'x'.repeat(399_992)}🙂`;
    expect(editParams(target(0, 1, text), 'use c', '', 4096).user.file?.text).toBe(text.slice(0, 399_999));
  });

  it('asks for new lines at an empty line', () => {
    const { user } = editParams(target(3, 4), 'test it', '', 4096);
    expect(user.selection).toBeUndefined();
    expect(user.text).toContain('line 4 of the file: test it');
  });
});

describe('editPlace', () => {
  it('returns the lines, the lines around them and the indentation of the editor', () => {
    const place = editPlace(target(1, 2), { insertSpaces: true, tabSize: 4, indentSize: 2 });
    expect(place).toEqual({ original: ['  return a + b;'], before: ['function add(a, b) {'], after: ['}', '', ''], indentUnit: '  ' });
    expect(editPlace(target(1, 2), { insertSpaces: false, tabSize: 4 }).indentUnit).toBe('\t');
    expect(editPlace(target(1, 2), { insertSpaces: true, tabSize: 4, indentSize: 'tabSize' }).indentUnit).toBe('    ');
  });
});
