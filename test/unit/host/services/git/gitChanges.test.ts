import { execFileSync } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileDiff } from '../../../../../src/util/fileDiff';
import { GitError, readGitChanges } from '../../../../../src/host/services/git/gitChanges';
import { PatchReader, parseNumstat } from '../../../../../src/host/services/git/gitPatch';
import { Uri } from '../../../../fixtures/vscode/uri';
import { workspace } from '../../../../fixtures/vscode/fakeWorkspace';
import { cutDiff } from '../../../../../src/prompt/context/cutDiff';

let root: string;

function git(...args: readonly string[]): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const identity = ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'protocol.file.allow=always'];
  return execFileSync('git', [...identity, ...args], { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const write = async (name: string, text: string | Uint8Array): Promise<void> => {
  await mkdir(join(root, name, '..'), { recursive: true });
  await writeFile(join(root, name), text);
};
const repositoryAt = (folder: string): Parameters<typeof readGitChanges>[1] => ({
  rootUri: Uri.file(folder),
});
const changes = (staged = false): Promise<readonly FileDiff[]> => readGitChanges('git', repositoryAt(root), { staged });
const paths = (files: readonly FileDiff[]): readonly string[] => files.map(({ path }) => path);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paddock-git-'));
  git('init', '--quiet', '--initial-branch=main');
  await write('a.ts', 'one\ntwo\nthree\n');
  git('add', '.');
  git('commit', '--quiet', '--message=first');
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

describe('readGitChanges', () => {
  it.each([
    ['color.ui', 'always'],
    ['color.diff', 'always'],
    ['diff.noprefix', 'true'],
    ['diff.mnemonicPrefix', 'true'],
    ['diff.srcPrefix', 'x/'],
    ['diff.context', '0'],
    ['diff.interHunkContext', '20'],
    ['diff.external', 'echo replaced'],
    ['diff.relative', 'true'],
    ['core.pager', 'cat > pager.txt'],
    ['core.quotePath', 'true'],
  ])('reads the same patch when %s is %s', async (key, value) => {
    await write('a.ts', 'one\nzwei\nthree\n');
    const plain = await changes();
    git('config', key, value);
    expect(await changes()).toEqual(plain);
    expect(plain).toEqual([
      {
        path: 'a.ts',
        added: 1,
        deleted: 1,
        header: 'diff --git a/a.ts b/a.ts\n--- a/a.ts\n+++ b/a.ts',
        hunks: ['@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three'],
        isCut: false,
      },
    ]);
  });

  it('reads all of the repository from one of its folders when diff.relative is true', async () => {
    await write('a.ts', 'one\n');
    await write('folder/b.ts', 'text\n');
    git('add', '--all');
    git('config', 'diff.relative', 'true');
    const folder = repositoryAt(join(root, 'folder'));
    expect(paths(await readGitChanges('git', folder, { staged: true }))).toEqual(['a.ts', 'folder/b.ts']);
  });

  it('asks git 2.25 for no option that it does not know', async () => {
    const old = join(root, 'old-git.sh');
    const refuse = 'echo "error: invalid option: --no-relative" >&2; exit 129';
    await write('old-git.sh', `#!/bin/sh\nfor each; do case $each in --no-relative) ${refuse};; esac; done\nexec git "$@"\n`);
    await chmod(old, 0o755);
    await write('a.ts', 'one\n');
    const repository = repositoryAt(root);
    expect(paths(await readGitChanges(old, repository, { staged: false }))).toEqual(['a.ts']);
  });

  it('runs no program that the repository names', async () => {
    await write('run.sh', `#!/bin/sh\ntouch "${join(root, 'ran.txt')}"\ncat "$1"\n`);
    await chmod(join(root, 'run.sh'), 0o755);
    await write('.gitattributes', '*.ts diff=own\n');
    for (const key of ['core.fsmonitor', 'diff.external', 'diff.own.command', 'diff.own.textconv'])
      git('config', key, join(root, 'run.sh'));
    await write('a.ts', 'one\n');
    expect(paths(await changes())).toEqual(['a.ts']);
    await expect(access(join(root, 'ran.txt'))).rejects.toThrow();
    git('diff');
    await access(join(root, 'ran.txt'));
  });

  it('reads nothing in a workspace that is not trusted', async () => {
    await write('a.ts', 'one\n');
    workspace.isTrusted = false;
    expect(await changes()).toEqual([]);
  });

  it('follows a rename', async () => {
    await rename(join(root, 'a.ts'), join(root, 'b.ts'));
    git('add', '--all');
    expect(await changes(true)).toMatchObject([
      { path: 'b.ts', oldPath: 'a.ts', added: 0, header: expect.stringContaining('rename to b.ts') as string },
    ]);
  });

  it.each([
    'with space.ts',
    '中文 文件.ts',
    'tab\tname.ts',
    'quo"te.ts',
    'back\\slash.ts',
    '🙂.ts',
    'new\nline.ts',
    'a b/ b/c.ts',
    '-x.ts',
    'é\u0301.ts',
  ])('reads the file name %j', async (name) => {
    await write(name, 'text\n');
    git('add', '--all');
    expect(await changes(true)).toMatchObject([{ path: name, added: 1, hunks: ['@@ -0,0 +1 @@\n+text'] }]);
    git('commit', '--quiet', '--message=more');
    await chmod(join(root, name), 0o755);
    expect(await changes()).toMatchObject([{ path: name, header: expect.stringContaining('new mode 100755') as string }]);
  });

  it('lists binary, empty and deleted files', async () => {
    await write('image.png', new Uint8Array([0, 1, 2, 255]));
    await write('empty.ts', '');
    await rm(join(root, 'a.ts'));
    git('add', '--all');
    const files = await changes(true);
    expect(paths(files)).toEqual(['a.ts', 'empty.ts', 'image.png']);
    expect(files[2]).toMatchObject({ added: undefined, header: expect.stringContaining('Binary files') as string });
    expect(files[0]?.header).toContain('deleted file');
  });

  it('shows a conflict, with what both sides wrote', async () => {
    git('checkout', '--quiet', '-b', 'other');
    await write('a.ts', 'one\ntheirs\nthree\n');
    git('commit', '--quiet', '--all', '--message=theirs');
    git('checkout', '--quiet', 'main');
    await write('a.ts', 'one\nours\nthree\n');
    git('commit', '--quiet', '--all', '--message=ours');
    expect(() => git('merge', 'other')).toThrow();
    const [file, ...others] = await changes();
    expect(others).toEqual([]);
    expect(file?.path).toBe('a.ts');
    expect(file?.hunks.join('')).toMatch(/ours[^]*theirs/);
    expect(paths(await changes(true))).toEqual(['a.ts']);
  });

  it('shows a submodule by its commits', async () => {
    git('clone', '--quiet', root, join(root, 'library'));
    git('submodule', '--quiet', 'add', './library', 'library');
    git('commit', '--quiet', '--all', '--message=library');
    git('-C', 'library', 'commit', '--quiet', '--allow-empty', '--message=second');
    git('config', 'diff.submodule', 'log');
    expect(await changes()).toMatchObject([
      { path: 'library', hunks: [expect.stringMatching(/-Subproject commit [^]*\+Subproject commit/) as string] },
    ]);
  });

  it('keeps a bounded part of a line and of a file that are very long', async () => {
    await write('min.js', `${'x'.repeat(2_000_000)}\n`);
    await write('data.csv', '1,2,3\n'.repeat(300_000));
    await write('z.ts', 'last\n');
    git('add', '--all');
    const files = await changes(true);
    expect(paths(files)).toEqual(['data.csv', 'min.js', 'z.ts']);
    expect(files.map(({ isCut }) => isCut)).toEqual([true, false, false]);
    expect(files[1]?.hunks[0]?.length).toBeLessThan(1_100);
    expect(files[2]?.hunks).toEqual(['@@ -0,0 +1 @@\n+last']);
    expect(JSON.stringify(files).length).toBeLessThan(300_000);
  });

  it('does not take a carriage return in a line for the beginning of another file', async () => {
    await write('a.ts', 'one\rdiff --git a/x b/x\ntwo\r\nthree\n');
    expect(paths(await changes())).toEqual(['a.ts']);
  });

  it('gives something of every one of 60 files to a prompt of 4,900 characters', async () => {
    for (let index = 0; index < 60; index++) await write(`src/component${index}/index.ts`, `export const value = ${index};\n`.repeat(20));
    git('add', '--all');
    git('config', 'color.ui', 'always');
    const files = await changes(true);
    const { text, totalFiles, shownFiles } = cutDiff(files, 4900);
    expect(totalFiles).toBe(60);
    expect(shownFiles).toBeGreaterThan(0);
    for (let index = 0; index < 60; index++) expect(text).toContain(`src/component${index}/index.ts (+20 −0)`);
    expect(text).toContain('+export const value = 0;');
    expect(text.length).toBeLessThan(5200);
  });

  it('throws an error with the message of git', async () => {
    await rm(join(root, '.git'), { recursive: true });
    await expect(changes()).rejects.toThrow(GitError);
    await expect(changes()).rejects.toThrow(/not a git repository/i);
    await expect(readGitChanges(join(root, 'no-git'), repositoryAt(root), { staged: true })).rejects.toThrow(/ENOENT/);
  });
});

describe('PatchReader', () => {
  const patch =
    'diff --git a/a.ts b/a.ts\n--- a/a.ts\n+++ b/a.ts\n@@ -1 +1 @@\n-a\n+b\ndiff --cc c.ts\n@@@ -1,1 -1,1 +1,2 @@@\n++x\n* Unmerged path d.ts\n';

  it('reads the same from any pieces', () => {
    const read = (size: number): readonly FileDiff[] => {
      const reader = new PatchReader({ maxLine: 100, maxFile: 1000 });
      for (let from = 0; from < patch.length; from += size) reader.push(patch.slice(from, from + size));
      return reader.finish([]);
    };
    expect(paths(read(1000))).toEqual(['a.ts', 'c.ts', 'd.ts']);
    for (let size = 1; size < 40; size++) expect(read(size)).toEqual(read(1000));
  });

  it('lists files of which there is no patch', () => {
    const listed = parseNumstat('1\t2\ta.ts\0-\t-\tb.png\x000\t0\t\0old.ts\0new.ts\0');
    expect(new PatchReader({ maxLine: 100, maxFile: 100 }).finish(listed)).toMatchObject([
      { path: 'a.ts', added: 1, deleted: 2, header: '' },
      { path: 'b.png', added: undefined },
      { path: 'new.ts', oldPath: 'old.ts' },
    ]);
  });
});
