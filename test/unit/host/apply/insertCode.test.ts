import { beforeEach, describe, expect, it, vi } from 'vitest';
import { insertCode } from '../../../../src/host/apply/applyCode';
import { Range, Uri, type Position } from '../../../fixtures/vscode/fakeVscode';

interface Scene {
  /** What the editor does with an edit. */
  edit: 'done' | 'refused' | 'ignored' | 'closed';
  messages: string[];
  ran: string[];
  /** The button that the user presses. */
  answer: string | undefined;
  bytes: string;
  /** The character that the file's encoding lacks. */
  lacks: string;
}

const scene = vi.hoisted((): Scene => ({
  edit: 'done',
  messages: [],
  ran: [],
  answer: undefined,
  bytes: 'value\n',
  lacks: '',
}));

vi.mock('vscode', async () => {
  const { fakeVscode } = await import('../../../fixtures/vscode/fakeVscode');
  const say = (message: string): Promise<string | undefined> => {
    scene.messages.push(message);
    return Promise.resolve(scene.answer);
  };
  return {
    ...fakeVscode,
    Selection: class extends fakeVscode.Range {},
    window: {
      showInformationMessage: say,
      showWarningMessage: say,
      showTextDocument: (document: FakeDocument) =>
        Promise.resolve({
          edit: (build: (edit: { replace: (range: Range, text: string) => void }) => void) => {
            if (scene.edit === 'closed') return Promise.reject(new Error('closed'));
            build({
              replace: (range, text) => {
                if (scene.edit === 'done') document.put(range, text);
              },
            });
            return Promise.resolve(scene.edit !== 'refused');
          },
        }),
    },
    commands: { executeCommand: (command: string) => scene.ran.push(command) },
    workspace: {
      asRelativePath: (uri: Uri) => uri.path.slice(uri.path.lastIndexOf('/') + 1),
      notebookDocuments: [],
      fs: { readFile: () => Promise.resolve(Buffer.from(scene.bytes)) },
      decode: (bytes: Uint8Array) => Promise.resolve(Buffer.from(bytes).toString().replaceAll('\u0007', '\uFFFD')),
      encode: (text: string) => Promise.resolve(Buffer.from(scene.lacks === '' ? text : text.replaceAll(scene.lacks, '?'))),
    },
  };
});

class FakeDocument {
  readonly uri = new Uri('/p/a.py');
  readonly encoding = 'gbk';
  version = 1;
  lines = ['def f():', '    value'];

  get lineCount(): number {
    return this.lines.length;
  }
  getText(): string {
    return this.lines.join('\n');
  }
  lineAt(line: number): { text: string } {
    return { text: this.lines[line] ?? '' };
  }
  validatePosition(position: Position): Position {
    return position;
  }
  put({ start, end }: Range, text: string): void {
    const line = this.lines[start.line] ?? '';
    this.lines.splice(start.line, 1, line.slice(0, start.character) + text + line.slice(end.character));
    this.version++;
  }
}

let document: FakeDocument;

const insert = (code: string): Promise<void> =>
  insertCode({ code, info: '', before: '' }, { current: { document, selection: new Range(1, 4, 1, 9) } } as never);

beforeEach(() => {
  document = new FakeDocument();
  Object.assign(scene, { edit: 'done', answer: undefined, bytes: 'value\n', lacks: '' });
  scene.messages.length = 0;
  scene.ran.length = 0;
});

describe('inserted code', () => {
  it('stands in place of the selection', async () => {
    await insert('return 1\n');
    expect(document.getText()).toBe('def f():\n    return 1');
    expect(scene.messages).toEqual([]);
  });

  it.each(['refused', 'ignored', 'closed'] as const)('is said not to be there where the edit is %s', async (edit) => {
    scene.edit = edit;
    await insert('return 1');
    expect(scene.messages).toEqual([expect.stringMatching(/could not be inserted into a\.py/)]);
  });

  it('waits for the user where the encoding lacks a character of it', async () => {
    scene.lacks = '🙂';
    await insert('return "🙂"');
    expect(document.getText()).toBe('def f():\n    value');
    expect(scene.messages).toEqual([expect.stringMatching(/a\.py, gbk, lacks.*🙂 \(U\+1F642\)/)]);
    scene.answer = 'Reopen with Encoding';
    await insert('return "🙂"');
    expect(scene.ran).toEqual(['workbench.action.editor.changeEncoding']);
    scene.answer = 'Insert Anyway';
    await insert('return "🙂"');
    expect(document.getText()).toContain('🙂');
  });

  it('waits for the user where the file does not fit its encoding', async () => {
    scene.bytes = 'a\u0007b';
    await insert('return 1');
    expect(scene.messages).toEqual([expect.stringMatching(/opened as gbk, which does not fit its bytes/)]);
    expect(document.version).toBe(1);
  });

  it('has characters named in a warning by number where they would change how it reads', async () => {
    scene.lacks = '\u202E';
    await insert('a\u202Eb');
    expect(scene.messages.join()).not.toContain('\u202E');
    expect(scene.messages.join()).toContain('U+202E');
  });
});
