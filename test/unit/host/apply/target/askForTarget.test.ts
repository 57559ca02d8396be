import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { splitLines } from '../../../../../src/util/text/lines';
import { placeSurely } from '../../../../../src/host/apply/proposal/askAboutPlacement';
import { confirmWrite } from '../../../../../src/host/apply/target/askBeforeRunning';
import { askForTarget } from '../../../../../src/host/apply/target/askForTarget';
import { declarationsIn } from '../../../../../src/host/apply/merge/declarations';
import { plainName } from '../../../../../src/host/services/workspace/workspacePaths';
import { disk, Uri } from './diskWorkspace';

/** What was asked, and what is answered: the button or the line with that label. */
const asked = vi.hoisted(() => ({ texts: [] as string[], modal: [] as boolean[], answer: '', made: [] as string[], open: '' }));

vi.mock('vscode', async () => {
  const { FileType, Uri: FakeUri, workspace } = await import('./diskWorkspace');
  const ask = (text: string, options: unknown, ...labels: string[]): Promise<string | undefined> => {
    const isModal = typeof options === 'object';
    const detail = isModal && options !== null && 'detail' in options ? ` ${String(options.detail)}` : '';
    asked.texts.push(text + detail);
    asked.modal.push(isModal);
    const all = typeof options === 'string' ? [options, ...labels] : labels;
    return Promise.resolve(all.find((label) => label === asked.answer));
  };
  class WorkspaceEdit {
    insert(uri: { toString(): string }, _position: unknown, text: string): void {
      asked.made.push(`${uri.toString()} ${text}`);
    }
  }
  return {
    FileType,
    Uri: FakeUri,
    Position: Object,
    WorkspaceEdit,
    l10n: {
      t: (text: string, ...values: unknown[]) => text.replace(/\{(\d)\}/g, (_whole, index: string) => String(values[Number(index)])),
    },
    window: {
      showWarningMessage: ask,
      showInformationMessage: ask,
      showQuickPick: (items: readonly { label: string; description?: string }[], { placeHolder }: { placeHolder: string }) => {
        asked.texts.push(
          `${placeHolder} ${items.map(({ label, description }) => [label, description].filter(Boolean).join(' ')).join(' | ')}`,
        );
        return Promise.resolve(items.find(({ label, description }) => [label, description].includes(asked.answer)));
      },
      showOpenDialog: () => Promise.resolve([FakeUri.file('/chosen.ts')]),
      showWorkspaceFolderPick: () => Promise.resolve(workspace.workspaceFolders[1]),
      showTextDocument: () => Promise.resolve(undefined),
    },
    workspace: Object.assign(Object.create(Object.prototype, Object.getOwnPropertyDescriptors(workspace)) as object, {
      openTextDocument: (uri: unknown) => Promise.resolve({ uri, getText: () => asked.open }),
      applyEdit: () => Promise.resolve(true),
    }),
  };
});

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), 'paddock-asking-')));
  for (const name of ['one', 'two', 'outside']) mkdirSync(path.join(home, name));
  disk.folders = [{ uri: Uri.file(path.join(home, 'one')), name: 'one' }];
  Object.assign(asked, { texts: [], modal: [], answer: '', made: [], open: '' });
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const uriOf = (file: string): never => Uri.file(path.join(home, file)) as never;

describe('where it is open which file a block is for', () => {
  it('several are offered by their paths', async () => {
    asked.answer = 'b/x.ts';
    const uri = await askForTarget({ kind: 'several', name: 'x.ts', uris: [uriOf('one/a/x.ts'), uriOf('one/b/x.ts')] }, '');
    expect(String(uri)).toBe(String(uriOf('one/b/x.ts')));
    expect(asked.texts).toEqual(['Several files may be meant by “x.ts”. Choose the file to change. a/x.ts | b/x.ts']);
  });

  it('one that is not there can be made, with the code in it, and is not written before it is saved', async () => {
    asked.answer = 'New File';
    expect(await askForTarget({ kind: 'missing', name: 'src/new.ts' }, 'let a;')).toBeUndefined();
    expect(asked.made).toEqual([`untitled://${home}/one/src/new.ts let a;\n`]);
    expect(asked.texts[0]).toContain('src/new.ts, which is not in this workspace');
  });

  it('one that is not there and is being made already does not get the code twice', async () => {
    Object.assign(asked, { answer: 'New File', open: 'let a;\n' });
    expect(await askForTarget({ kind: 'missing', name: 'src/new.ts' }, 'let a;')).toBeUndefined();
    expect(asked.made).toEqual([]);
  });

  it('one that is not there goes to the folder it names, or the one that is chosen', async () => {
    disk.folders = [...disk.folders, { uri: Uri.file(path.join(home, 'two')), name: 'two' }];
    asked.answer = 'New File';
    await askForTarget({ kind: 'missing', name: 'one/src/new.ts' }, 'a');
    await askForTarget({ kind: 'missing', name: 'src/new.ts' }, 'b');
    expect(asked.made).toEqual([`untitled://${home}/one/src/new.ts a\n`, `untitled://${home}/two/src/new.ts b\n`]);
  });

  it('one that is not there is made in no folder that a link leads out to, and without being asked in none that tools run', async () => {
    symlinkSync(path.join(home, 'outside'), path.join(home, 'one/link'));
    asked.answer = 'New File';
    await askForTarget({ kind: 'missing', name: 'link/new.ts' }, 'a');
    await askForTarget({ kind: 'missing', name: '.vscode/tasks.json' }, 'a');
    expect(asked.made).toEqual([]);
    expect(asked.texts[1]).toContain('link/new.ts leads to a place outside of this workspace');
    expect(asked.texts.at(-1)).toContain('Write this change into .vscode/tasks.json?');
  });

  it('another one can be chosen', async () => {
    asked.answer = 'Choose a File…';
    for (const kind of ['missing', 'gone', 'outside'] as const)
      expect(String(await askForTarget({ kind, name: 'x.ts' }, ''))).toBe('file:///chosen.ts');
    asked.answer = '';
    for (const kind of ['missing', 'gone', 'outside', 'none'] as const)
      expect(await askForTarget({ kind, name: 'x.ts' }, '')).toBeUndefined();
    expect(asked.texts).toHaveLength(7);
  });

  it('its name is no link, no icon and one line', () => {
    expect(plainName('[a](command:x)\n$(trash).ts')).toBe('[a]\u2060(command:x) $\u2060(trash).ts');
    expect(plainName('a'.repeat(1000))).toHaveLength(200);
  });
});

describe('where a placement is in doubt', () => {
  const inputOf = (original: string, block: string): Parameters<typeof placeSurely>[0] => ({
    original: splitLines(original),
    block: splitLines(block),
    declarations: declarationsIn(splitLines(original)),
  });
  const text = 'class A {\n  x() {\n    return 1;\n  }\n\n  y() {\n    return 2;\n  }\n}\n';
  const partial = 'class A {\n  x() {\n    return 9;\n  }\n}';

  it('declarations are kept or removed, as the user says, and nothing is done without an answer', async () => {
    asked.answer = 'Keep';
    expect((await placeSurely(inputOf(text, partial), 'a.ts'))?.join('\n')).toBe(text.replace('return 1', 'return 9'));
    asked.answer = 'Remove';
    expect((await placeSurely(inputOf(text, partial), 'a.ts'))?.join('\n')).toBe(`${partial}\n`);
    asked.answer = '';
    expect(await placeSurely(inputOf(text, partial), 'a.ts')).toBeUndefined();
    expect(asked.texts[0]).toBe('The code leaves out y of a.ts without saying so. Keep this part of the file, or remove it?');
    expect(asked.modal).toEqual([true, true, true]);
  });

  it('declarations of a file that is too long to be compared are removed only if the user says so', async () => {
    const methods = Array.from({ length: 300 }, (_, index) => `  m${index}() {\n    return ${index};\n  }\n`).join('\n');
    const long = `class A {\n${methods}}\n\n${Array.from({ length: 1500 }, (_, index) => `export const c${index} = ${index};`).join('\n')}\n`;
    const block = 'class A {\n  m0() {\n    return 9;\n  }\n}';
    expect(await placeSurely(inputOf(long, block), 'a.ts')).toBeUndefined();
    expect(asked.texts[0]).toMatch(/^The code leaves out m1, m2, m3, m4, m5, … of a\.ts without saying so\. /);
    asked.answer = 'Remove';
    expect((await placeSurely(inputOf(long, block), 'a.ts'))?.join('\n')).not.toContain('m7()');
  });

  it('of several with the same name, one is chosen', async () => {
    const shapes = 'class B:\n    def area(self):\n        return self.b\n\n\nclass C:\n    def area(self):\n        return self.c\n';
    asked.answer = 'Line 7';
    const lines = await placeSurely(inputOf(shapes, 'def area(self):\n    return 0'), 'a.py');
    expect(lines?.join('\n')).toBe(shapes.replace('self.c\n', '0\n'));
    expect(asked.texts[0]).toContain('def area(self): Line 2 | def area(self): Line 7');
  });

  it('code is put in without its elisions only if the user says so', async () => {
    const input = inputOf('alpha\nbeta\n', 'function g() {\n  start();\n  // ... existing code ...\n}');
    expect(await placeSurely(input, 'a.ts')).toBeUndefined();
    asked.answer = 'Insert Without Them';
    expect(await placeSurely(input, 'a.ts')).toEqual(splitLines('alpha\nbeta\n\nfunction g() {\n  start();\n}\n'));
  });

  it('nothing is asked where there is none', async () => {
    expect((await placeSurely(inputOf(text, text.replace('return 1', 'return 9').trim()), 'a.ts'))?.join('\n')).toBe(
      text.replace('return 1', 'return 9'),
    );
    expect(asked.texts).toEqual([]);
  });
});

describe('before a file is written that tools run', () => {
  it('the user is asked, and told why', async () => {
    mkdirSync(path.join(home, 'one/.github/workflows'), { recursive: true });
    writeFileSync(path.join(home, 'one/.github/workflows/x.yml'), '');
    expect(await confirmWrite(uriOf('one/.github/workflows/x.yml'), ['on: push'])).toBe(false);
    asked.answer = 'Write Change';
    expect(await confirmWrite(uriOf('one/.github/workflows/x.yml'), ['on: push'])).toBe(true);
    expect(asked.texts[0]).toMatch(/^Write this change into \.github\/workflows\/x\.yml\? A build server runs the commands in this file/);
    expect(asked.modal).toEqual([true, true]);
  });

  it('a link to it is asked about as it is', async () => {
    mkdirSync(path.join(home, 'one/.vscode'));
    mkdirSync(path.join(home, 'one/docs'));
    writeFileSync(path.join(home, 'one/.vscode/tasks.json'), '{}');
    symlinkSync(path.join(home, 'one/.vscode/tasks.json'), path.join(home, 'one/docs/notes.txt'));
    expect(await confirmWrite(uriOf('one/docs/notes.txt'), ['{}'])).toBe(false);
    expect(asked.texts).toHaveLength(1);
  });

  it('the change itself may make it one: its first line says by what it is run', async () => {
    expect(await confirmWrite(uriOf('one/bin/run'), ['text', '#!/bin/sh'])).toBe(false);
    expect(await confirmWrite(uriOf('one/bin/run'), ['text', 'more text'])).toBe(true);
  });
});
