import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SharingRules } from '../../../../src/host/completion/sharing';

type Document = Parameters<SharingRules['allows']>[0];

const vscode = vi.hoisted(() => {
  interface Uri {
    readonly scheme: string;
    readonly path: string;
    readonly toString: () => string;
  }
  const uriOf = (path: string, scheme = 'file'): Uri => ({ scheme, path, toString: () => `${scheme}://${path}` });
  const root = { uri: uriOf('/work'), name: 'work', index: 0 };
  const files = new Map<string, string>();
  const excludes = { files: {} as Record<string, unknown>, search: {} as Record<string, unknown> };
  const changes: (() => void)[] = [];
  const noted = (listener: () => void): { dispose: () => void } => {
    changes.push(listener);
    return { dispose: () => undefined };
  };
  const workspace = {
    isTrusted: true,
    getWorkspaceFolder: (uri: Uri) => (uri.path.startsWith('/work/') ? root : undefined),
    createFileSystemWatcher: () => ({ onDidChange: noted, onDidCreate: noted, onDidDelete: noted, dispose: () => undefined }),
    getConfiguration: (section: 'files' | 'search') => ({ get: () => excludes[section] }),
    fs: {
      readFile: (uri: Uri) => {
        const text = files.get(uri.path);
        return text === undefined ? Promise.reject(new Error('not found')) : Promise.resolve(new TextEncoder().encode(text));
      },
    },
  };
  return {
    uriOf,
    files,
    excludes,
    changes,
    workspace,
    Uri: { joinPath: (uri: Uri, ...parts: string[]) => uriOf([uri.path, ...parts].join('/')) },
    RelativePattern: class {
      constructor(
        readonly base: unknown,
        readonly pattern: string,
      ) {}
    },
    Disposable: {
      from: (...all: { dispose: () => void }[]) => ({
        dispose: () => {
          for (const each of all) each.dispose();
        },
      }),
    },
    languages: {
      /** VS Code's globs as far as these tests have them: `**` for any folders, `*` for part of a name. */
      match: ({ pattern: { pattern } }: { pattern: { pattern: string } }, document: { uri: Uri }) => {
        const source = pattern
          .replace(/[.]/g, '\\.')
          .replace(/\*\*\/|\/\*\*|\*/g, (mark) => ({ '**/': '(?:.*/)?', '/**': '/.*', '*': '[^/]*' })[mark] ?? '');
        return new RegExp(`^${source}$`).test(document.uri.path.slice('/work/'.length)) ? 10 : 0;
      },
    },
  };
});

vi.mock('vscode', () => vscode);

const allowed = (path: string, exclude: readonly string[] = [], scheme = 'file'): Promise<boolean> =>
  new SharingRules(() => exclude).allows({ uri: vscode.uriOf(path, scheme) } as unknown as Document);

beforeEach(() => {
  vscode.files.clear();
  vscode.excludes.files = {};
  vscode.excludes.search = {};
  vscode.workspace.isTrusted = true;
});

describe('which files may stand in prompts about others', () => {
  it('are those of the workspace', async () => {
    expect(await allowed('/work/src/a.ts')).toBe(true);
    expect(await allowed('/elsewhere/a.ts')).toBe(false);
    expect(await allowed('/work/src/a.ts', [], 'output')).toBe(false);
  });

  it('are none in a workspace that is not trusted', async () => {
    vscode.workspace.isTrusted = false;
    expect(await allowed('/work/src/a.ts')).toBe(false);
  });

  it.each(['/work/.env', '/work/.env.local', '/work/deploy/server.pem', '/work/.ssh/id_rsa', '/work/.npmrc'])(
    'are not %s',
    async (path) => {
      expect(await allowed(path)).toBe(false);
    },
  );

  it("are none that the user's patterns name, or that are in a folder they name", async () => {
    expect(await allowed('/work/a.gen.ts', ['**/*.gen.ts'])).toBe(false);
    vscode.excludes.files = { '**/private': true, '**/shown': false, '**/*.js': { when: '$(basename).ts' } };
    vscode.excludes.search = { '**/node_modules': true };
    expect(await allowed('/work/private/notes.md')).toBe(false);
    expect(await allowed('/work/packages/one/node_modules/x/index.js')).toBe(false);
    expect(await allowed('/work/shown/a.ts')).toBe(true);
    expect(await allowed('/work/a.js')).toBe(true);
  });

  it('are none that git ignores, by the rules of every folder down to the file', async () => {
    vscode.files.set('/work/.gitignore', 'dist/\n*.log\n/local.ts\n');
    vscode.files.set('/work/src/.gitignore', '!kept.log\nscratch*\n');
    expect(await allowed('/work/dist/a.js')).toBe(false);
    expect(await allowed('/work/src/dist/a.js')).toBe(false);
    expect(await allowed('/work/local.ts')).toBe(false);
    expect(await allowed('/work/src/local.ts')).toBe(true);
    expect(await allowed('/work/src/a.log')).toBe(false);
    expect(await allowed('/work/src/kept.log')).toBe(true);
    expect(await allowed('/work/src/deep/scratch.ts')).toBe(false);
    expect(await allowed('/work/scratch.ts')).toBe(true);
    vscode.files.set('/work/dist/.gitignore', '!a.js\n');
    expect(await allowed('/work/dist/a.js')).toBe(false);
  });

  it('follow a .gitignore that changes', async () => {
    const rules = new SharingRules(() => []);
    const document = { uri: vscode.uriOf('/work/a.ts') } as unknown as Document;
    expect(await rules.allows(document)).toBe(true);
    vscode.files.set('/work/.gitignore', 'a.ts\n');
    for (const changed of vscode.changes) changed();
    expect(await rules.allows(document)).toBe(false);
    rules.dispose();
  });
});
