import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTarget, type Attached, type Target } from '../../../../../src/host/apply/target/applyTarget';
import { FakeDocument } from '../../../../fixtures/vscode/fakeDocument';
import { FakeEditor } from '../../../../fixtures/vscode/fakeEditor';
import { files as fakeFiles } from '../../../../fixtures/vscode/fakeFiles';
import { openDocument, openFolders, workspace } from '../../../../fixtures/vscode/fakeWorkspace';
import { Uri } from '../../../../fixtures/vscode/uri';

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), 'paddock-target-')));
  fakeFiles.areReal = true;
  openFolders();
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function put(...files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
    writeFileSync(path.join(home, file), file);
  }
}

const open = (...folders: readonly string[]): void => {
  openFolders(...folders.map((name) => path.join(home, name)));
};
const uriOf = (file: string): Uri => Uri.file(path.join(home, file));
const attach = (file: string): Attached => ({ path: workspace.asRelativePath(uriOf(file)), uri: uriOf(file).toString() });
const editorOf = (file: string): FakeEditor => new FakeEditor(new FakeDocument('', uriOf(file)));

/** Where a block goes: the file below the test's folder, or why it goes nowhere. */
async function find(names: readonly string[], attached?: Attached, editor?: string, doubtful: readonly string[] = []): Promise<string> {
  const target: Target = await findTarget(
    { paths: [...names, ...doubtful], doubtful },
    attached,
    editor === undefined ? undefined : editorOf(editor),
  );
  const shown = (uri: { readonly path: string }): string => path.relative(home, uri.path);
  switch (target.kind) {
    case 'file':
      return shown(target.uri);
    case 'several':
      return `several: ${target.uris.map(shown).join(', ')}`;
    case 'none':
      return 'none';
    default:
      return `${target.kind}: ${target.name}`;
  }
}

describe('findTarget with an attached file', () => {
  beforeEach(() => {
    put('api/src/index.ts', 'web/src/index.ts', 'web/src/other.ts', 'outside/notes.md');
    open('api', 'web');
  });

  it('finds the attached file in any folder of the workspace', async () => {
    expect(await find([], attach('web/src/index.ts'), 'api/src/index.ts')).toBe('web/src/index.ts');
    expect(await find(['src/index.ts'], attach('web/src/index.ts'), 'api/src/index.ts')).toBe('web/src/index.ts');
    expect(await find(['index.ts'], attach('web/src/index.ts'))).toBe('web/src/index.ts');
    expect(await find(['web/src/index.ts'], attach('web/src/index.ts'))).toBe('web/src/index.ts');
  });

  it('prefers the file of another folder when the block names that folder', async () => {
    expect(await find(['api/src/index.ts'], attach('web/src/index.ts'))).toBe('api/src/index.ts');
  });

  it('reports a deleted attachment as gone, whatever file is open', async () => {
    const attached = attach('web/src/index.ts');
    rmSync(path.join(home, 'web/src/index.ts'));
    expect(await find([], attached, 'web/src/other.ts')).toBe('gone: web/src/index.ts');
    expect(await find(['web/src/index.ts'], attached, 'web/src/other.ts')).toBe('gone: web/src/index.ts');
    expect(await find([], { path: 'web/src/index.ts' }, 'web/src/other.ts')).toBe('gone: web/src/index.ts');
  });

  it('finds an attached file outside of the workspace rather than the open one', async () => {
    expect(await find([], attach('outside/notes.md'), 'web/src/other.ts')).toBe('outside/notes.md');
    expect(await find(['notes.md'], attach('outside/notes.md'), 'web/src/other.ts')).toBe('outside/notes.md');
  });

  it('searches every folder for an attachment without a URI, and asks when two files fit', async () => {
    expect(await find([], { path: 'src/other.ts' }, 'api/src/index.ts')).toBe('web/src/other.ts');
    expect(await find([], { path: 'src/index.ts' }, 'web/src/other.ts')).toBe('several: api/src/index.ts, web/src/index.ts');
    expect(await find([], { path: uriOf('outside/notes.md').path }, 'web/src/other.ts')).toMatch(/^gone/);
    openDocument(uriOf('outside/notes.md'), '');
    expect(await find([], { path: uriOf('outside/notes.md').path }, 'web/src/other.ts')).toBe('outside/notes.md');
  });

  it('asks when the block’s name fits the attached file and another one', async () => {
    put('web/index.ts');
    expect(await find(['index.ts'], attach('web/src/index.ts'))).toBe('several: web/src/index.ts, web/index.ts');
  });

  it('ignores names in prose that do not exist, and asks about one that does', async () => {
    expect(await find([], attach('web/src/index.ts'), undefined, ['e.g', 'console.log'])).toBe('web/src/index.ts');
    expect(await find([], attach('web/src/index.ts'), undefined, ['other.ts'])).toBe('several: web/src/index.ts, web/src/other.ts');
    expect(await find([], attach('web/src/index.ts'), undefined, ['index.ts', 'other.ts'])).toBe('web/src/index.ts');
  });
});

describe('findTarget with a file name in the block', () => {
  it.each([
    'src/routes/+page.svelte',
    'users.$id.tsx',
    'Dockerfile',
    '.gitignore',
    '[slug]/page.tsx',
    '(a)/{b}/x.ts',
    '我的 文件.py',
    'a b.c',
    '*.md',
    'a?.ts',
  ])('finds the file named %s', async (name) => {
    put(`one/${name}`, 'one/open.ts', `one/deep/er/${name}`);
    open('one');
    expect(await find([name], undefined, 'one/open.ts')).toBe(`one/${name}`);
    expect(await find([`er/${name}`], undefined, 'one/open.ts')).toBe(`one/deep/er/${name}`);
  });

  it('reports a named file that does not exist as missing, whatever is open or attached', async () => {
    put('one/open.ts', 'one/attached.ts');
    open('one');
    expect(await find(['src/new.ts'], undefined, 'one/open.ts')).toBe('missing: src/new.ts');
    expect(await find(['src/new.ts'], attach('one/attached.ts'), 'one/open.ts')).toBe('missing: src/new.ts');
  });

  it('asks when several paths end with the name', async () => {
    put('one/a/x.ts', 'one/b/x.ts');
    open('one');
    expect(await find(['x.ts'])).toBe('several: one/a/x.ts, one/b/x.ts');
    expect(await find(['b/x.ts'])).toBe('one/b/x.ts');
  });

  it('reports a name that leads out of the workspace as outside', async () => {
    put('one/open.ts', 'secret/config.sh');
    open('one');
    for (const name of ['../secret/config.sh', 'a/../../secret/config.sh', uriOf('secret/config.sh').path, 'C:/config.sh', '/etc/hosts'])
      expect(await find([name], undefined, 'one/open.ts'), name).toBe(`outside: ${name}`);
    expect(await find([uriOf('one/open.ts').path])).toBe('one/open.ts');
  });

  it('reports a link out of the workspace as outside, and follows a link within it', async () => {
    put('one/src/a.ts', 'one/open.ts', 'secret/config.sh');
    open('one');
    symlinkSync(path.join(home, 'secret'), path.join(home, 'one/docs'));
    symlinkSync(path.join(home, 'secret/config.sh'), path.join(home, 'one/run.sh'));
    symlinkSync(path.join(home, 'one/src'), path.join(home, 'one/linked'));
    expect(await find(['docs/config.sh'], undefined, 'one/open.ts')).toBe('outside: docs/config.sh');
    expect(await find(['run.sh'], undefined, 'one/open.ts')).toBe('outside: run.sh');
    expect(await find([], attach('one/run.sh'), 'one/open.ts')).toBe('outside: run.sh');
    expect(await find(['linked/a.ts'])).toBe('one/linked/a.ts');
  });

  it('tells apart two files whose names differ only in case', async () => {
    put('one/src/Index.ts', 'one/src/index.ts', 'one/src/other.ts');
    open('one');
    expect(await find(['src/Index.ts'], attach('one/src/index.ts'))).toBe('one/src/Index.ts');
    expect(await find(['src/index.ts'], attach('one/src/Index.ts'))).toBe('one/src/index.ts');
    expect(await find([], attach('one/src/Index.ts'))).toBe('one/src/Index.ts');
  });
});

it('findTarget without a name or an attachment returns the open file', async () => {
  put('one/open.ts');
  open('one');
  expect(await find([], undefined, 'one/open.ts')).toBe('one/open.ts');
  expect(await find([])).toBe('none');
});

describe('findTarget over random trees', () => {
  const segment = fc.constantFrom('a', 'A', 'src', 'Src', 'x.ts', 'X.ts', '[id]', '+p.ts', '.env', 'b c.py', '..');
  const file = fc
    .array(segment, { minLength: 1, maxLength: 3 })
    .map((parts) => [...parts.filter((part) => part !== '..'), 'f.ts'].join('/'));
  const tree = fc.record({
    files: fc.uniqueArray(fc.tuple(fc.constantFrom('one', 'two', 'three', 'outside'), file), {
      minLength: 1,
      maxLength: 8,
      selector: ([root, name]) => `${root}/${name}`,
    }),
    links: fc.array(fc.tuple(fc.constantFrom('one', 'two'), fc.constantFrom('link', 'src'), fc.constantFrom('outside', 'three', 'one')), {
      maxLength: 3,
    }),
    attached: fc.nat(),
    name: fc.option(fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))),
    gone: fc.boolean(),
  });

  it('returns the attached file or one that the block names, and leaves the workspace only for the attached file', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async ({ files, links, attached, name, gone }) => {
        const base = path.join(home, String(Math.random()));
        const at = (part: string): string => path.join(base, part);
        for (const root of ['one', 'two', 'three', 'outside']) mkdirSync(at(root), { recursive: true });
        for (const [root, relative] of files) {
          mkdirSync(path.dirname(at(`${root}/${relative}`)), { recursive: true });
          writeFileSync(at(`${root}/${relative}`), '');
        }
        for (const [root, link, to] of links) {
          try {
            symlinkSync(at(to), at(`${root}/${link}`));
          } catch {
            // The name is taken.
          }
        }
        openFolders(...['one', 'two', 'three'].map(at));
        const [root, relative] = files[attached % files.length] ?? ['one', 'f.ts'];
        const uri = Uri.file(at(`${root}/${relative}`));
        if (gone) rmSync(uri.path);
        const names = name === null ? [] : [name];
        const editor = new FakeEditor(new FakeDocument('', Uri.file(at('one/editor.ts'))));
        const target = await findTarget({ paths: names }, { path: workspace.asRelativePath(uri), uri: uri.toString() }, editor);
        const found = target.kind === 'file' ? [target.uri] : target.kind === 'several' ? target.uris : [];
        for (const each of found) {
          expect(each.path).not.toBe(at('one/editor.ts'));
          if (each.toString() === uri.toString()) {
            expect(gone).toBe(false);
            continue;
          }
          // Only by its name, by all of it, and inside.
          expect(name).not.toBeNull();
          const spelled = path.posix.normalize(name ?? '').split('/');
          const own = each.path.slice(base.length + 1).split('/');
          expect(own.slice(-spelled.length)).toEqual(spelled);
          const real = realpathSync(each.path);
          expect(['one', 'two', 'three'].some((folder) => real.startsWith(`${at(folder)}/`))).toBe(true);
        }
        if (names.length === 0) expect(found.map(String)).toEqual(gone ? [] : [uri.toString()]);
        rmSync(base, { recursive: true });
      }),
      { numRuns: 60 },
    );
  });
});
