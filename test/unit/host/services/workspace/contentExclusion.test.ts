import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SharingRules } from '../../../../../src/host/services/workspace/contentExclusion';

type Document = Parameters<SharingRules['allows']>[0];

const vscode = vi.hoisted(() => {
  interface Uri {
    readonly scheme: string;
    readonly path: string;
    readonly toString: () => string;
  }
  const uriOf = (path: string, scheme = 'file'): Uri => ({ scheme, path, toString: () => `${scheme}://${path}` });
  const root = { uri: uriOf('/project'), name: 'project', index: 0 };
  const files = new Map<string, string>();
  const excludes = { files: {} as Record<string, unknown>, search: {} as Record<string, unknown> };
  const changes: (() => void)[] = [];
  const noted = (listener: () => void): { dispose: () => void } => {
    changes.push(listener);
    return { dispose: () => undefined };
  };
  const settings: ((event: { affectsConfiguration: (name: string) => boolean }) => void)[] = [];
  const workspace = {
    isTrusted: true,
    onDidChangeConfiguration: (listener: (typeof settings)[number]) => {
      settings.push(listener);
      return { dispose: () => undefined };
    },
    getWorkspaceFolder: (uri: Uri) => (uri.path.startsWith('/project/') ? root : undefined),
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
    settings,
    workspace,
    EventEmitter: class {
      private readonly listeners: (() => void)[] = [];
      readonly event = (listener: () => void): { dispose: () => void } => {
        this.listeners.push(listener);
        return { dispose: () => undefined };
      };
      fire(): void {
        for (const listener of this.listeners) listener();
      }
      dispose(): void {
        this.listeners.length = 0;
      }
    },
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
        return new RegExp(`^${source}$`).test(document.uri.path.slice('/project/'.length)) ? 10 : 0;
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
    expect(await allowed('/project/src/a.ts')).toBe(true);
    expect(await allowed('/elsewhere/a.ts')).toBe(false);
    expect(await allowed('/project/src/a.ts', [], 'output')).toBe(false);
  });

  it('are none in a workspace that is not trusted', async () => {
    vscode.workspace.isTrusted = false;
    expect(await allowed('/project/src/a.ts')).toBe(false);
  });

  it.each(['/project/.env', '/project/.env.local', '/project/deploy/server.pem', '/project/.ssh/id_rsa', '/project/.npmrc'])(
    'are not %s',
    async (path) => {
      expect(await allowed(path)).toBe(false);
    },
  );

  it("are none that the user's patterns name, or that are in a folder they name", async () => {
    expect(await allowed('/project/a.gen.ts', ['**/*.gen.ts'])).toBe(false);
    vscode.excludes.files = { '**/private': true, '**/shown': false, '**/*.js': { when: '$(basename).ts' } };
    vscode.excludes.search = { '**/node_modules': true };
    expect(await allowed('/project/private/notes.md')).toBe(false);
    expect(await allowed('/project/packages/one/node_modules/x/index.js')).toBe(false);
    expect(await allowed('/project/shown/a.ts')).toBe(true);
    expect(await allowed('/project/a.js')).toBe(true);
  });

  it('are none that git ignores, by the rules of every folder down to the file', async () => {
    vscode.files.set('/project/.gitignore', 'dist/\n*.log\n/local.ts\n');
    vscode.files.set('/project/src/.gitignore', '!kept.log\nscratch*\n');
    expect(await allowed('/project/dist/a.js')).toBe(false);
    expect(await allowed('/project/src/dist/a.js')).toBe(false);
    expect(await allowed('/project/local.ts')).toBe(false);
    expect(await allowed('/project/src/local.ts')).toBe(true);
    expect(await allowed('/project/src/a.log')).toBe(false);
    expect(await allowed('/project/src/kept.log')).toBe(true);
    expect(await allowed('/project/src/deep/scratch.ts')).toBe(false);
    expect(await allowed('/project/scratch.ts')).toBe(true);
    vscode.files.set('/project/dist/.gitignore', '!a.js\n');
    expect(await allowed('/project/dist/a.js')).toBe(false);
  });

  it('follow a .gitignore that changes', async () => {
    const rules = new SharingRules(() => []);
    const document = { uri: vscode.uriOf('/project/a.ts') } as unknown as Document;
    expect(await rules.allows(document)).toBe(true);
    vscode.files.set('/project/.gitignore', 'a.ts\n');
    for (const changed of vscode.changes) changed();
    expect(await rules.allows(document)).toBe(false);
    rules.dispose();
  });
});

describe('which files may be offered to somebody who looks for one', () => {
  const offered = (path: string): Promise<boolean> =>
    new SharingRules(() => []).offers(vscode.uriOf(path) as unknown as Parameters<SharingRules['offers']>[0]);

  it('are those git does not ignore and that look like no secrets, also where the workspace is not trusted', async () => {
    vscode.workspace.isTrusted = false;
    vscode.files.set('/project/.gitignore', 'dist/\n');
    expect(await offered('/project/src/a.ts')).toBe(true);
    expect(await offered('/elsewhere/a.ts')).toBe(true);
    expect(await offered('/project/dist/a.js')).toBe(false);
    expect(await offered('/project/.env')).toBe(false);
  });
});

describe('a change of what may be shared', () => {
  it('is told when a .gitignore changes, and when a setting does that keeps files out', () => {
    let told = 0;
    vscode.changes.length = 0;
    vscode.settings.length = 0;
    new SharingRules(() => []).onDidChange(() => told++);
    for (const change of vscode.changes) change();
    expect(told).toBe(3);
    for (const setting of ['files.exclude', 'search.exclude', 'paddock.ghostText.exclude', 'editor.tabSize'])
      for (const change of vscode.settings) change({ affectsConfiguration: (name) => name === setting });
    expect(told).toBe(6);
  });
});
