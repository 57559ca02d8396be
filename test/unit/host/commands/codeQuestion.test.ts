import { describe, expect, it } from 'vitest';
import { codeQuestion, type Place } from '../../../../src/host/commands/codeQuestion';
import { SlashCommands } from '../../../../src/host/commands/slashCommands';
import { answerCommand, ran } from '../../../fixtures/vscode/fakeCommands';
import { FakeDocument } from '../../../fixtures/vscode/fakeDocument';
import { reportProblems } from '../../../fixtures/vscode/fakeLanguages';
import { showEditor, shown } from '../../../fixtures/vscode/fakeWindow';
import { Range } from '../../../fixtures/vscode/positions';

const code = ['class A {', '  one() {', '    return 1;', '  }', '', '  two = 2;', '}', ''].join('\n');
const method = { kind: 5, name: 'one', range: new Range(1, 2, 3, 3), children: [] };
const field = { kind: 7, name: 'two', range: new Range(5, 2, 5, 10), children: [] };
const symbols = [{ kind: 4, name: 'A', range: new Range(0, 0, 6, 1), children: [method, field] }];

function at(...range: [number, number, number, number]): { document: FakeDocument; selection: Range } {
  return { document: new FakeDocument(code), selection: new Range(...range) };
}

function answerSymbols(found: readonly unknown[]): void {
  answerCommand('vscode.executeDocumentSymbolProvider', () => found);
}

describe('the lines of a code question', () => {
  const lines = async (place: Place): Promise<string | undefined> => {
    const selection = (await codeQuestion('doc', place))?.selection;
    return selection && `${selection.startLine}-${selection.endLine}`;
  };

  it('are the selected lines, without one that the selection only touches', async () => {
    answerSymbols(symbols);
    expect(await lines(at(1, 4, 2, 3))).toBe('2-3');
    expect(await lines(at(1, 0, 3, 0))).toBe('2-3');
  });

  it('are those of the function around the cursor', async () => {
    answerSymbols(symbols);
    expect(await lines(at(2, 6, 2, 6))).toBe('2-4');
  });

  it('are those of the class around the cursor, or the cursor’s line without symbols', async () => {
    answerSymbols(symbols);
    expect(await lines(at(5, 4, 5, 4))).toBe('1-7');
    answerSymbols([{ kind: 4, name: 'A', location: {} }]);
    expect(await lines(at(2, 6, 2, 6))).toBe('3-3');
  });

  it('do not exist on an empty line', async () => {
    answerSymbols(symbols);
    expect(await lines(at(4, 0, 4, 0))).toBeUndefined();
  });
});

describe('codeQuestion', () => {
  it('returns a title, the file, the selected lines and the user’s words', async () => {
    const question = await codeQuestion('tests', at(1, 0, 3, 3), 'with vitest');
    expect(question).toMatchObject({
      title: 'Write tests for the selected code: with vitest',
      file: { path: 'src/a.ts', language: 'typescript', text: code },
      selection: { startLine: 2, endLine: 4, text: '  one() {\n    return 1;\n  }' },
    });
    expect(question?.text).toContain('The user adds: with vitest');
  });

  it('cuts a long file after a whole character', async () => {
    const text = `return\n${'x'.repeat(399_992)}🙂`;
    const place = { document: new FakeDocument(text), selection: new Range(0, 0, 0, 6) };
    expect((await codeQuestion('explain', place))?.file.text).toBe(text.slice(0, 399_999));
  });

  it('lists the problems under the cursor, errors first and without hints', async () => {
    answerSymbols(symbols);
    reportProblems(
      '/project/src/a.ts',
      { message: 'a hint', severity: 3, range: new Range(2, 4, 2, 6) },
      { message: 'a warning', severity: 1, range: new Range(2, 4, 2, 6) },
      { message: 'an error', severity: 0, range: new Range(2, 5, 2, 8) },
      { message: 'elsewhere', severity: 0, range: new Range(1, 2, 1, 5) },
    );
    const { text = '' } = (await codeQuestion('fix', at(2, 6, 2, 6))) ?? {};
    expect(text).toContain('- line 3: an error\n- line 3: a warning');
    expect(text).not.toMatch(/hint|elsewhere/);
    expect((await codeQuestion('doc', at(2, 6, 2, 6)))?.text).not.toContain('an error');
  });

  it('lists the problems of the whole function when the cursor has none', async () => {
    answerSymbols(symbols);
    reportProblems('/project/src/a.ts', { message: 'elsewhere', severity: 0, range: new Range(1, 2, 1, 5) });
    expect((await codeQuestion('fix', at(2, 6, 2, 6)))?.text).toContain('- line 2: elsewhere');
  });
});

describe('SlashCommands', () => {
  const slash = new SlashCommands();

  it('asks about the active editor for a message that begins with a command', async () => {
    showEditor(new FakeDocument(code), new Range(1, 0, 3, 3));
    expect(await slash.resolve('/fix it throws')).toMatchObject({
      kind: 'question',
      question: { title: 'Fix the selected code: it throws' },
    });
  });

  it('leaves a message without a command unchanged', async () => {
    expect(await slash.resolve('/etc is what?')).toBeUndefined();
    expect(await slash.resolve('Why?')).toBeUndefined();
  });

  it('refuses a command with a message when there is no code', async () => {
    expect(await slash.resolve('/doc')).toEqual({ kind: 'refused' });
    showEditor(new FakeDocument(code), new Range(4, 0, 4, 0));
    expect(await slash.resolve('/doc')).toEqual({ kind: 'refused' });
    expect(shown.messages).toEqual([
      'Open a file and select the code that /doc is about.',
      'There is no code at the cursor. Select the code that /doc is about.',
    ]);
  });

  it('runs the commit command for /commit', async () => {
    expect(await slash.resolve('/commit closes #7')).toEqual({ kind: 'done' });
    expect(ran).toEqual([{ command: 'paddock.generateCommitMessage', args: [undefined, 'closes #7'] }]);
  });

  it('lists every command with a description', () => {
    expect(slash.list.map(({ name }) => name)).toEqual(['explain', 'fix', 'tests', 'doc', 'refactor', 'commit']);
    for (const { description } of slash.list) expect(description).toMatch(/^[A-Z]/);
  });
});
