import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readItem } from '../../../../../src/host/chat/context/resolveAttachment';
import type { Item } from '../../../../../src/host/chat/context/contextItems';

const vscode = vi.hoisted(() => {
  class Position {
    constructor(
      readonly line: number,
      readonly character: number,
    ) {}
  }
  class Range {
    readonly start: Position;
    readonly end: Position;
    constructor(startLine: number, startCharacter: number, endLine: number, endCharacter: number) {
      this.start = new Position(startLine, startCharacter);
      this.end = new Position(endLine, endCharacter);
    }
  }
  const uriOf = (path: string) => ({ path, toString: () => `file://${path}` });
  const disk = new Map<string, { readonly type: number; readonly size: number; readonly text?: string }>();
  const documentOf = (path: string, text: string) => {
    const lines = text.split('\n');
    return {
      uri: uriOf(path),
      languageId: 'go',
      isClosed: false,
      lineCount: lines.length,
      lineAt: (line: number) => ({ range: new Range(line, 0, line, lines[line]?.length ?? 0) }),
      getText: (range?: Range) => (range ? lines.slice(range.start.line, range.end.line + 1).join('\n') : text),
    };
  };
  const open: ReturnType<typeof documentOf>[] = [];
  const symbols: { name: string; range: Range; children: [] }[] = [];
  const diagnostics: [ReturnType<typeof uriOf>, object[]][] = [];
  interface Repository {
    readonly rootUri: ReturnType<typeof uriOf>;
    readonly ui: { readonly selected: boolean };
    readonly diff: (cached: boolean) => Promise<string>;
  }
  const git: { enabled: boolean; repositories: Repository[] } = { enabled: true, repositories: [] };
  return { Range, uriOf, disk, documentOf, open, symbols, diagnostics, git };
});

// Git itself has tests of its own, in services/gitChanges.test.ts.
vi.mock('../../../../../src/host/services/git/gitChanges', () => ({
  readGitChanges: async (_git: string, repository: (typeof vscode.git.repositories)[number], { staged }: { readonly staged: boolean }) => {
    const header = await repository.diff(staged);
    return header === '' ? [] : [{ path: 'a.go', header, hunks: [], isCut: false }];
  },
}));
vi.mock('vscode', () => ({
  DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
  FileType: { Directory: 2 },
  Range: vscode.Range,
  Uri: { parse: (text: string) => vscode.uriOf(text.replace('file://', '')) },
  commands: { executeCommand: () => Promise.resolve(vscode.symbols) },
  env: { language: 'en' },
  extensions: {
    getExtension: () =>
      vscode.git.enabled
        ? {
            activate: () =>
              Promise.resolve({ getAPI: () => ({ state: 'initialized', git: { path: 'git' }, repositories: vscode.git.repositories }) }),
          }
        : undefined,
  },
  l10n: {
    t: (text: string, ...values: readonly string[]) => text.replace(/\{(\d)\}/g, (whole, index: string) => values[Number(index)] ?? whole),
  },
  languages: {
    getDiagnostics: (uri?: { path: string }) =>
      uri === undefined ? vscode.diagnostics : (vscode.diagnostics.find(([each]) => each.path === uri.path)?.[1] ?? []),
  },
  window: { visibleTextEditors: [], activeTextEditor: undefined },
  workspace: {
    asRelativePath: (uri: { path: string }) => uri.path.replace('/project/', ''),
    textDocuments: vscode.open,
    fs: {
      stat: (uri: { path: string }) => {
        const entry = vscode.disk.get(uri.path);
        return entry === undefined ? Promise.reject(new Error('not found')) : Promise.resolve(entry);
      },
    },
    openTextDocument: (uri: { path: string }) => {
      const text = vscode.disk.get(uri.path)?.text;
      return text === undefined ? Promise.reject(new Error('binary')) : Promise.resolve(vscode.documentOf(uri.path, text));
    },
  },
}));

const put = (path: string, text: string): void => void vscode.disk.set(path, { type: 1, size: text.length, text });
const uri = 'file:///project/a.go';
const problemOf = async (item: Item): Promise<string> => {
  const reading = await readItem(item);
  return reading.kind === 'unreadable' ? reading.problem : `read ${reading.block.text}`;
};

beforeEach(() => {
  vscode.disk.clear();
  vscode.open.length = 0;
  vscode.symbols.length = 0;
  vscode.diagnostics.length = 0;
  vscode.git.enabled = true;
  vscode.git.repositories = [];
});

describe('a file', () => {
  it('is what the editor has of it, saved or not', async () => {
    put('/project/a.go', 'on disk');
    expect(await readItem({ kind: 'file', uri })).toEqual({
      kind: 'read',
      block: { kind: 'file', path: 'a.go', language: 'go', text: 'on disk' },
    });
    vscode.open.push(vscode.documentOf('/project/a.go', 'being typed'));
    expect(await problemOf({ kind: 'file', uri })).toBe('read being typed');
  });

  it('whose editor was closed without saving has what was saved, and nothing where that never was', async () => {
    put('/project/a.go', 'on disk');
    vscode.open.push(vscode.documentOf('/project/a.go', 'a secret'), vscode.documentOf('/project/new.go', 'a secret'));
    const lines = { startLine: 1, endLine: 1 };
    const selections = ['a.go', 'new.go'].map((name) => ({ kind: 'selection', uri: `file:///project/${name}`, ...lines }) as const);
    expect(await Promise.all(selections.map(problemOf))).toEqual(['read a secret', 'read a secret']);
    vscode.open.length = 0;
    expect(await Promise.all(selections.map(problemOf))).toEqual(['read on disk', expect.stringContaining('new.go is no longer there')]);
  });

  it('that is too long is read up to its last whole character', async () => {
    const text = `${'x'.repeat(399_999)}🙂`;
    put('/project/a.go', text);
    expect(await problemOf({ kind: 'file', uri })).toBe(`read ${'x'.repeat(399_999)}`);
    expect(await problemOf({ kind: 'selection', uri, startLine: 1, endLine: 1 })).toBe(`read ${'x'.repeat(399_999)}`);
  });

  it.each([
    ['is gone', undefined, 'a.go is no longer there.'],
    ['is a folder', { type: 2, size: 0 }, 'a.go is a folder.'],
    ['is too big', { type: 1, size: 50 * 1024 * 1024, text: 'x' }, 'a.go is too big to attach (50 MB).'],
    ['is no text', { type: 1, size: 9 }, 'a.go is not a text file.'],
  ])('that %s says so, and what to do', async (_name, entry, sentence) => {
    if (entry !== undefined) vscode.disk.set('/project/a.go', entry);
    const problem = await problemOf({ kind: 'file', uri });
    expect(problem.startsWith(sentence)).toBe(true);
    expect(problem).toMatch(/remove/i);
  });
});

describe('lines', () => {
  it('are those there now, as far as there are any', async () => {
    put('/project/a.go', 'one\ntwo\nthree');
    expect(await readItem({ kind: 'selection', uri, startLine: 2, endLine: 9 })).toMatchObject({
      block: { kind: 'selection', startLine: 2, endLine: 3, text: 'two\nthree' },
    });
    expect(await problemOf({ kind: 'selection', uri, startLine: 7, endLine: 9 })).toMatch(
      /^The attached lines of a.go are no longer there/,
    );
  });

  it('of a symbol are its whole declaration, where that is by now', async () => {
    put('/project/a.go', 'one\ntwo\nthree\nfour');
    const symbol = { kind: 'symbol', uri, name: 'Run', startLine: 1, endLine: 1 } as const;
    expect(await problemOf(symbol)).toBe('read one');
    vscode.symbols.push({ name: 'Run', range: new vscode.Range(2, 0, 3, 4), children: [] });
    expect(await readItem(symbol)).toMatchObject({ block: { name: 'Run', startLine: 3, endLine: 4, text: 'three\nfour' } });
  });
});

describe('problems', () => {
  const diagnostic = (severity: number, message: string) => ({
    range: new vscode.Range(4, 2, 4, 3),
    severity,
    message,
    source: 'go',
    code: 'E1',
  });

  it('are a line each, the worst first', async () => {
    vscode.diagnostics.push([vscode.uriOf('/project/a.go'), [diagnostic(1, 'odd'), diagnostic(0, 'wrong\nhere'), diagnostic(3, 'hint')]]);
    expect(await problemOf({ kind: 'problems' })).toBe('read a.go:5:3: error: wrong here (go E1)\na.go:5:3: warning: odd (go E1)');
    expect(await readItem({ kind: 'problems', uri })).toMatchObject({ block: { path: 'a.go' } });
  });

  it('are said to be none where there are none', async () => {
    expect(await problemOf({ kind: 'problems', uri })).toMatch(/^No problems are reported in a.go/);
    expect(await problemOf({ kind: 'problems' })).toMatch(/^No problems are reported in the workspace/);
  });
});

describe('changes', () => {
  const repository = (diff: (cached: boolean) => Promise<string>, selected = false): (typeof vscode.git.repositories)[number] => ({
    rootUri: vscode.uriOf('/project'),
    ui: { selected },
    diff,
  });

  it('are what is staged and what is not', async () => {
    vscode.git.repositories = [
      repository(() => Promise.resolve('+other')),
      repository((cached) => Promise.resolve(cached ? '+staged' : '+not'), true),
    ];
    expect(await problemOf({ kind: 'changes' })).toBe('read +staged\n+not');
  });

  it('say where there are none, no repository, or no Git', async () => {
    expect(await problemOf({ kind: 'changes' })).toMatch(/no Git repository/);
    vscode.git.repositories = [repository(() => Promise.resolve(''))];
    expect(await problemOf({ kind: 'changes' })).toMatch(/everything is committed/);
    vscode.git.repositories = [repository(() => Promise.reject(new Error('git is not found')))];
    expect(await problemOf({ kind: 'changes' })).toMatch(/^This cannot be read: git is not found\. /);
    vscode.git.enabled = false;
    expect(await problemOf({ kind: 'changes' })).toMatch(/switched off/);
  });
});
