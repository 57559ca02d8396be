import { beforeEach, describe, expect, it, vi } from 'vitest';
import { answerCommand } from '../../../../fixtures/vscode/fakeCommands';
import { installGit } from '../../../../fixtures/vscode/fakeEnvironment';
import { files } from '../../../../fixtures/vscode/fakeFiles';
import { reportProblems } from '../../../../fixtures/vscode/fakeLanguages';
import { closeAllSilently, openDocument } from '../../../../fixtures/vscode/fakeWorkspace';
import { Range } from '../../../../fixtures/vscode/positions';
import { Uri } from '../../../../fixtures/vscode/uri';
import { readItem } from '../../../../../src/host/chat/context/resolveAttachment';
import type { Item } from '../../../../../src/host/chat/context/contextItems';

interface Repository {
  readonly rootUri: Uri;
  readonly ui: { readonly selected: boolean };
  readonly diff: (cached: boolean) => Promise<string>;
}

// Git itself has tests of its own, in services/gitChanges.test.ts.
vi.mock('../../../../../src/host/services/git/gitChanges', () => ({
  readGitChanges: async (_git: string, repository: Repository, { staged }: { readonly staged: boolean }) => {
    const header = await repository.diff(staged);
    return header === '' ? [] : [{ path: 'a.go', header, hunks: [], isCut: false }];
  },
}));

const uri = 'file:///project/a.go';
const problemOf = async (item: Item): Promise<string> => {
  const reading = await readItem(item);
  return reading.kind === 'unreadable' ? reading.problem : `read ${reading.block.text}`;
};

beforeEach(() => {
  installGit([]);
});

describe('readItem of a file', () => {
  it('reads the open document, and otherwise the file', async () => {
    files.set('/project/a.go', 'on disk');
    expect(await readItem({ kind: 'file', uri })).toEqual({
      kind: 'read',
      block: { kind: 'file', path: 'a.go', language: 'go', text: 'on disk' },
    });
    openDocument('/project/a.go', 'being typed');
    expect(await problemOf({ kind: 'file', uri })).toBe('read being typed');
  });

  it('reads the saved file after its editor was closed, and reports one that was never saved', async () => {
    files.set('/project/a.go', 'on disk');
    openDocument('/project/a.go', 'a secret');
    openDocument('/project/new.go', 'a secret');
    const lines = { startLine: 1, endLine: 1 };
    const selections = ['a.go', 'new.go'].map((name) => ({ kind: 'selection', uri: `file:///project/${name}`, ...lines }) as const);
    expect(await Promise.all(selections.map(problemOf))).toEqual(['read a secret', 'read a secret']);
    closeAllSilently();
    expect(await Promise.all(selections.map(problemOf))).toEqual(['read on disk', expect.stringContaining('new.go is no longer there')]);
  });

  it('cuts a long file after a whole character', async () => {
    const text = `${'x'.repeat(399_999)}🙂`;
    files.set('/project/a.go', text);
    expect(await problemOf({ kind: 'file', uri })).toBe(`read ${'x'.repeat(399_999)}`);
    expect(await problemOf({ kind: 'selection', uri, startLine: 1, endLine: 1 })).toBe(`read ${'x'.repeat(399_999)}`);
  });

  it.each([
    ['is gone', () => undefined, 'a.go is no longer there.'],
    [
      'is a folder',
      () => {
        files.setFolder('/project/a.go');
      },
      'a.go is a folder.',
    ],
    [
      'is too big',
      () => {
        files.set('/project/a.go', 'x', { size: 50 * 1024 * 1024 });
      },
      'a.go is too big to attach (50 MB).',
    ],
    [
      'is no text',
      () => {
        files.set('/project/a.go', new Uint8Array(9));
      },
      'a.go is not a text file.',
    ],
  ])('reports a file that %s, with what to do', async (_name, put, sentence) => {
    put();
    const problem = await problemOf({ kind: 'file', uri });
    expect(problem.startsWith(sentence)).toBe(true);
    expect(problem).toMatch(/remove/i);
  });
});

describe('readItem of lines', () => {
  it('reads the lines that still exist, and reports lines that do not', async () => {
    files.set('/project/a.go', 'one\ntwo\nthree');
    expect(await readItem({ kind: 'selection', uri, startLine: 2, endLine: 9 })).toMatchObject({
      block: { kind: 'selection', startLine: 2, endLine: 3, text: 'two\nthree' },
    });
    expect(await problemOf({ kind: 'selection', uri, startLine: 7, endLine: 9 })).toMatch(
      /^The attached lines of a.go are no longer there/,
    );
  });

  it('reads the whole declaration of a symbol at its present place', async () => {
    files.set('/project/a.go', 'one\ntwo\nthree\nfour');
    const symbol = { kind: 'symbol', uri, name: 'Run', startLine: 1, endLine: 1 } as const;
    expect(await problemOf(symbol)).toBe('read one');
    const found = { name: 'Run', range: new Range(2, 0, 3, 4), children: [] };
    answerCommand('vscode.executeDocumentSymbolProvider', () => [found]);
    expect(await readItem(symbol)).toMatchObject({ block: { name: 'Run', startLine: 3, endLine: 4, text: 'three\nfour' } });
  });
});

describe('readItem of problems', () => {
  const diagnostic = (severity: number, message: string) => ({
    range: new Range(4, 2, 4, 3),
    severity,
    message,
    source: 'go',
    code: 'E1',
  });

  it('lists one problem on each line, errors first', async () => {
    reportProblems('/project/a.go', diagnostic(1, 'odd'), diagnostic(0, 'wrong\nhere'), diagnostic(3, 'hint'));
    expect(await problemOf({ kind: 'problems' })).toBe('read a.go:5:3: error: wrong here (go E1)\na.go:5:3: warning: odd (go E1)');
    expect(await readItem({ kind: 'problems', uri })).toMatchObject({ block: { path: 'a.go' } });
  });

  it('reports that there are no problems in the file or the workspace', async () => {
    expect(await problemOf({ kind: 'problems', uri })).toMatch(/^No problems are reported in a.go/);
    expect(await problemOf({ kind: 'problems' })).toMatch(/^No problems are reported in the workspace/);
  });
});

describe('readItem of changes', () => {
  const repository = (diff: (cached: boolean) => Promise<string>, selected = false): Repository => ({
    rootUri: new Uri('/project'),
    ui: { selected },
    diff,
  });

  it('reads staged and unstaged changes of the selected repository', async () => {
    installGit([repository(() => Promise.resolve('+other')), repository((cached) => Promise.resolve(cached ? '+staged' : '+not'), true)]);
    expect(await problemOf({ kind: 'changes' })).toBe('read +staged\n+not');
  });

  it('reports missing changes, a missing repository and missing Git', async () => {
    expect(await problemOf({ kind: 'changes' })).toMatch(/no Git repository/);
    installGit([repository(() => Promise.resolve(''))]);
    expect(await problemOf({ kind: 'changes' })).toMatch(/everything is committed/);
    installGit([repository(() => Promise.reject(new Error('git is not found')))]);
    expect(await problemOf({ kind: 'changes' })).toMatch(/^This cannot be read: git is not found\. /);
    installGit(undefined);
    expect(await problemOf({ kind: 'changes' })).toMatch(/switched off/);
  });
});
