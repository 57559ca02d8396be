import { beforeEach, describe, expect, it } from 'vitest';
import { insertCode } from '../../../../src/host/apply/applyCode';
import { ran } from '../../../fixtures/vscode/fakeCommands';
import type { FakeDocument } from '../../../fixtures/vscode/fakeDocument';
import type { FakeEditor } from '../../../fixtures/vscode/fakeEditor';
import { encodings, files } from '../../../fixtures/vscode/fakeFiles';
import { answerAlways, showEditor, shown } from '../../../fixtures/vscode/fakeWindow';
import { openDocument } from '../../../fixtures/vscode/fakeWorkspace';
import { Range } from '../../../fixtures/vscode/positions';

let document: FakeDocument;
let editor: FakeEditor;

const insert = (code: string): Promise<void> => insertCode({ code, info: '', before: '' }, { current: editor } as never);

beforeEach(() => {
  files.set('/project/a.py', 'value\n');
  document = openDocument('/project/a.py', 'def f():\n    value');
  document.encoding = 'gbk';
  editor = showEditor(document, new Range(1, 4, 1, 9));
});

describe('insertCode', () => {
  it('replaces the selection with the code', async () => {
    await insert('return 1\n');
    expect(document.getText()).toBe('def f():\n    return 1');
    expect(shown.messages).toEqual([]);
  });

  it.each(['refused', 'ignored', 'closed'] as const)('warns that the code could not be inserted when the edit is %s', async (edit) => {
    editor.edits = edit;
    await insert('return 1');
    expect(shown.messages).toEqual([expect.stringMatching(/could not be inserted into a\.py/)]);
  });

  it('asks before inserting a character that the file’s encoding lacks', async () => {
    encodings.lacking = '🙂';
    await insert('return "🙂"');
    expect(document.getText()).toBe('def f():\n    value');
    expect(shown.messages).toEqual([expect.stringMatching(/a\.py, gbk, lacks.*🙂 \(U\+1F642\)/)]);
    answerAlways('Reopen with Encoding');
    await insert('return "🙂"');
    expect(ran.map(({ command }) => command)).toEqual(['workbench.action.editor.changeEncoding']);
    answerAlways('Insert Anyway');
    await insert('return "🙂"');
    expect(document.getText()).toContain('🙂');
  });

  it('asks before changing a file whose bytes do not fit its encoding', async () => {
    files.set('/project/a.py', new Uint8Array([0x61, 0xff, 0x62]));
    document.text = 'def f():\n    value';
    await insert('return 1');
    expect(shown.messages).toEqual([expect.stringMatching(/opened as gbk, which does not fit its bytes/)]);
    expect(document.version).toBe(1);
  });

  it('names a direction override by its number only in the warning', async () => {
    encodings.lacking = '\u202E';
    await insert('a\u202Eb');
    expect(shown.messages.join()).not.toContain('\u202E');
    expect(shown.messages.join()).toContain('U+202E');
  });
});
