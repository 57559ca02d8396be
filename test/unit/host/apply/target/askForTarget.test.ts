import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { splitLines } from '../../../../../src/util/text/lines';
import { placeSurely } from '../../../../../src/host/apply/proposal/askAboutPlacement';
import { confirmWrite } from '../../../../../src/host/apply/target/askBeforeRunning';
import { askForTarget } from '../../../../../src/host/apply/target/askForTarget';
import { declarationsIn } from '../../../../../src/host/apply/merge/declarations';
import { plainName } from '../../../../../src/host/services/workspace/workspacePaths';
import { files } from '../../../../fixtures/vscode/fakeFiles';
import { answerBy, chooseFiles, shown } from '../../../../fixtures/vscode/fakeWindow';
import { appliedChanges, openDocument, openFolders } from '../../../../fixtures/vscode/fakeWorkspace';
import { Uri } from '../../../../fixtures/vscode/uri';

/** What was asked: a message with its detail, or a list with its entries. */
const askedTexts = (): readonly string[] =>
  shown.questions.map(({ message, detail, entries }) => {
    if (entries.length === 0) return detail === undefined ? message : `${message} ${detail}`;
    return `${message} ${entries.map(({ label, description }) => [label, description].filter(Boolean).join(' ')).join(' | ')}`;
  });
const areModal = (): readonly boolean[] => shown.questions.map(({ isModal }) => isModal);

/** The texts that were put into documents, with their addresses. */
const made = (): readonly string[] => appliedChanges.map(({ uri, text }) => `${uri.toString()} ${text}`);

/** Answers with any of these, and the folder `two` where one is asked for. */
function answer(label: string): void {
  answerBy((labels) => labels.find((each) => each === label || each === 'two'));
}

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), 'paddock-asking-')));
  for (const name of ['one', 'two', 'outside']) mkdirSync(path.join(home, name));
  files.areReal = true;
  openFolders(path.join(home, 'one'));
  chooseFiles(Uri.file('/chosen.ts'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const uriOf = (file: string): Uri => Uri.file(path.join(home, file));
const untitled = (file: string): string => uriOf(file).with({ scheme: 'untitled' }).toString();

describe('askForTarget', () => {
  it('offers several candidate files by their paths', async () => {
    answer('b/x.ts');
    const uri = await askForTarget({ kind: 'several', name: 'x.ts', uris: [uriOf('one/a/x.ts'), uriOf('one/b/x.ts')] }, '');
    expect(String(uri)).toBe(String(uriOf('one/b/x.ts')));
    expect(askedTexts()).toEqual(['Several files may be meant by “x.ts”. Choose the file to change. a/x.ts | b/x.ts']);
  });

  it('creates a missing file as an untitled document with the code', async () => {
    answer('New File');
    expect(await askForTarget({ kind: 'missing', name: 'src/new.ts' }, 'let a;')).toBeUndefined();
    expect(made()).toEqual([`${untitled('one/src/new.ts')} let a;\n`]);
    expect(askedTexts()[0]).toContain('src/new.ts, which is not in this workspace');
  });

  it('does not insert the code again into an untitled document that has it', async () => {
    answer('New File');
    openDocument(uriOf('one/src/new.ts').with({ scheme: 'untitled' }), 'let a;\n');
    expect(await askForTarget({ kind: 'missing', name: 'src/new.ts' }, 'let a;')).toBeUndefined();
    expect(made()).toEqual([]);
  });

  it('creates a missing file in the folder that its path names, or in the chosen one', async () => {
    openFolders(path.join(home, 'one'), path.join(home, 'two'));
    answer('New File');
    await askForTarget({ kind: 'missing', name: 'one/src/new.ts' }, 'a');
    await askForTarget({ kind: 'missing', name: 'src/new.ts' }, 'b');
    expect(made()).toEqual([`${untitled('one/src/new.ts')} a\n`, `${untitled('two/src/new.ts')} b\n`]);
  });

  it('creates no file behind a link out of the workspace, and asks before one that tools run', async () => {
    symlinkSync(path.join(home, 'outside'), path.join(home, 'one/link'));
    answer('New File');
    await askForTarget({ kind: 'missing', name: 'link/new.ts' }, 'a');
    await askForTarget({ kind: 'missing', name: '.vscode/tasks.json' }, 'a');
    expect(made()).toEqual([]);
    expect(askedTexts()[1]).toContain('link/new.ts leads to a place outside of this workspace');
    expect(askedTexts().at(-1)).toContain('Write this change into .vscode/tasks.json?');
  });

  it('lets the user choose another file for a missing, deleted or outside one', async () => {
    answer('Choose a File…');
    for (const kind of ['missing', 'gone', 'outside'] as const)
      expect(String(await askForTarget({ kind, name: 'x.ts' }, ''))).toBe('file:///chosen.ts');
    answer('');
    for (const kind of ['missing', 'gone', 'outside', 'none'] as const)
      expect(await askForTarget({ kind, name: 'x.ts' }, '')).toBeUndefined();
    expect(askedTexts()).toHaveLength(7);
  });

  it('plainName removes links, icons and line breaks, and cuts long names', () => {
    expect(plainName('[a](command:x)\n$(trash).ts')).toBe('[a]\u2060(command:x) $\u2060(trash).ts');
    expect(plainName('a'.repeat(1000))).toHaveLength(200);
  });
});

describe('placeSurely', () => {
  const inputOf = (original: string, block: string): Parameters<typeof placeSurely>[0] => ({
    original: splitLines(original),
    block: splitLines(block),
    declarations: declarationsIn(splitLines(original)),
  });
  const text = 'class A {\n  x() {\n    return 1;\n  }\n\n  y() {\n    return 2;\n  }\n}\n';
  const partial = 'class A {\n  x() {\n    return 9;\n  }\n}';

  it('keeps or removes omitted declarations as the user answers, and does nothing without an answer', async () => {
    answer('Keep');
    expect((await placeSurely(inputOf(text, partial), 'a.ts'))?.join('\n')).toBe(text.replace('return 1', 'return 9'));
    answer('Remove');
    expect((await placeSurely(inputOf(text, partial), 'a.ts'))?.join('\n')).toBe(`${partial}\n`);
    answer('');
    expect(await placeSurely(inputOf(text, partial), 'a.ts')).toBeUndefined();
    expect(askedTexts()[0]).toBe('The code leaves out y of a.ts without saying so. Keep this part of the file, or remove it?');
    expect(areModal()).toEqual([true, true, true]);
  });

  it('asks before it removes omitted declarations from a very long file', async () => {
    const methods = Array.from({ length: 300 }, (_, index) => `  m${index}() {\n    return ${index};\n  }\n`).join('\n');
    const long = `class A {\n${methods}}\n\n${Array.from({ length: 1500 }, (_, index) => `export const c${index} = ${index};`).join('\n')}\n`;
    const block = 'class A {\n  m0() {\n    return 9;\n  }\n}';
    expect(await placeSurely(inputOf(long, block), 'a.ts')).toBeUndefined();
    expect(askedTexts()[0]).toMatch(/^The code leaves out m1, m2, m3, m4, m5, … of a\.ts without saying so\. /);
    answer('Remove');
    expect((await placeSurely(inputOf(long, block), 'a.ts'))?.join('\n')).not.toContain('m7()');
  });

  it('asks which of several declarations with the same name is meant', async () => {
    const shapes = 'class B:\n    def area(self):\n        return self.b\n\n\nclass C:\n    def area(self):\n        return self.c\n';
    answer('Line 7');
    const lines = await placeSurely(inputOf(shapes, 'def area(self):\n    return 0'), 'a.py');
    expect(lines?.join('\n')).toBe(shapes.replace('self.c\n', '0\n'));
    expect(askedTexts()[0]).toContain('def area(self): Line 2 | def area(self): Line 7');
  });

  it('asks before it inserts code without its elisions', async () => {
    const input = inputOf('alpha\nbeta\n', 'function g() {\n  start();\n  // ... existing code ...\n}');
    expect(await placeSurely(input, 'a.ts')).toBeUndefined();
    answer('Insert Without Them');
    expect(await placeSurely(input, 'a.ts')).toEqual(splitLines('alpha\nbeta\n\nfunction g() {\n  start();\n}\n'));
  });

  it('asks nothing when the placement is clear', async () => {
    expect((await placeSurely(inputOf(text, text.replace('return 1', 'return 9').trim()), 'a.ts'))?.join('\n')).toBe(
      text.replace('return 1', 'return 9'),
    );
    expect(askedTexts()).toEqual([]);
  });
});

describe('confirmWrite', () => {
  it('asks before it writes a file that tools run, and says why', async () => {
    mkdirSync(path.join(home, 'one/.github/workflows'), { recursive: true });
    writeFileSync(path.join(home, 'one/.github/workflows/x.yml'), '');
    expect(await confirmWrite(uriOf('one/.github/workflows/x.yml'), ['on: push'])).toBe(false);
    answer('Write Change');
    expect(await confirmWrite(uriOf('one/.github/workflows/x.yml'), ['on: push'])).toBe(true);
    expect(askedTexts()[0]).toMatch(/^Write this change into \.github\/workflows\/x\.yml\? A build server runs the commands in this file/);
    expect(areModal()).toEqual([true, true]);
  });

  it('asks about a link to a file that tools run', async () => {
    mkdirSync(path.join(home, 'one/.vscode'));
    mkdirSync(path.join(home, 'one/docs'));
    writeFileSync(path.join(home, 'one/.vscode/tasks.json'), '{}');
    symlinkSync(path.join(home, 'one/.vscode/tasks.json'), path.join(home, 'one/docs/notes.txt'));
    expect(await confirmWrite(uriOf('one/docs/notes.txt'), ['{}'])).toBe(false);
    expect(askedTexts()).toHaveLength(1);
  });

  it('asks when the change adds an interpreter line', async () => {
    expect(await confirmWrite(uriOf('one/bin/run'), ['text', '#!/bin/sh'])).toBe(false);
    expect(await confirmWrite(uriOf('one/bin/run'), ['text', 'more text'])).toBe(true);
  });
});
