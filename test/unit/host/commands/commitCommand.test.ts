import { describe, expect, it, vi } from 'vitest';
import type { FileDiff } from '../../../../src/util/fileDiff';
import { CommitMessages } from '../../../../src/host/commands/commitCommand';
import { GitError } from '../../../../src/host/services/git/gitChanges';
import { PatchReader } from '../../../../src/host/services/git/gitPatch';
import { FakeEngine } from '../../../fixtures/engine/fakeEngine';
import { ran } from '../../../fixtures/vscode/fakeCommands';
import { installBrokenGit, installGit } from '../../../fixtures/vscode/fakeEnvironment';
import { answerAlways, shown } from '../../../fixtures/vscode/fakeWindow';
import { Uri } from '../../../fixtures/vscode/uri';
import { FakeLog } from '../chat/chatFakes';

// Git itself has tests of its own, in services/gitChanges.test.ts.
vi.mock('../../../../src/host/services/git/gitChanges', () => ({ GitError: class extends Error {}, readGitChanges: readFakeChanges }));

async function readFakeChanges(
  _git: string,
  repository: FakeRepository,
  { staged }: { readonly staged: boolean },
): Promise<readonly FileDiff[]> {
  const reader = new PatchReader({ maxLine: 1000, maxFile: 1000 });
  reader.push(await repository.diff(staged));
  return reader.finish([]);
}

const change = (name: string): string => `diff --git a/${name} b/${name}\n--- a/${name}\n+++ b/${name}\n@@ -1 +1 @@\n-old\n+new\n`;

class FakeRepository {
  readonly inputBox = { value: '' };
  readonly ui = { selected: false };
  readonly rootUri: Uri;

  constructor(
    path: string,
    private readonly staged: string,
    private readonly unstaged = '',
  ) {
    this.rootUri = new Uri(path);
  }

  diff(cached?: boolean): Promise<string> {
    return Promise.resolve(cached === true ? this.staged : this.unstaged);
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function open(...repositories: readonly FakeRepository[]): { engine: FakeEngine; commits: CommitMessages } {
  installGit(repositories);
  const engine = new FakeEngine();
  return { engine, commits: new CommitMessages({ engine, log: new FakeLog(), system: () => 'Be brief.' }) };
}

/** Asks for a message and has the model answer. */
async function written({ engine, commits }: ReturnType<typeof open>, answer: string, view?: unknown): Promise<void> {
  const done = commits.write(view, '');
  await settled();
  engine.last.write(answer);
  engine.last.end();
  await done;
}

describe('CommitMessages', () => {
  it('writes a cleaned message from the staged changes into the input box', async () => {
    const repository = new FakeRepository('/project', change('a.ts'), change('b.ts'));
    const opened = open(repository);
    await written(opened, 'Here is the message:\n```\nUse the new value.\n```');
    expect(repository.inputBox.value).toBe('Use the new value');
    const { user, sampling } = opened.engine.last.params;
    expect(user.file).toMatchObject({ language: 'diff', text: change('a.ts').trimEnd() });
    expect(sampling.temperature).toBe(0);
    expect(ran.map(({ command }) => command)).toContain('workbench.view.scm');
    expect(shown.messages).toEqual([]);
  });

  it('uses all changes when nothing is staged', async () => {
    const repository = new FakeRepository('/project', '', change('b.ts'));
    const opened = open(repository);
    await written(opened, 'B');
    expect(opened.engine.last.params.user.file?.text).toContain('b.ts');
  });

  it('replaces the typed message and restores it by Undo', async () => {
    const repository = new FakeRepository('/project', change('a.ts'));
    const opened = open(repository);
    const done = opened.commits.write(undefined, '');
    await settled();
    repository.inputBox.value = 'typed meanwhile';
    answerAlways('Undo');
    opened.engine.last.write('Generated');
    opened.engine.last.end();
    await done;
    expect(shown.messages).toEqual(['The commit message you had written was replaced.']);
    expect(repository.inputBox.value).toBe('typed meanwhile');
  });

  it('uses the repository whose view was clicked, or asks for one', async () => {
    const one = new FakeRepository('/project/one', change('a.ts'));
    const two = new FakeRepository('/project/two', change('b.ts'));
    await written(open(one, two), 'First', { rootUri: two.rootUri });
    expect([one.inputBox.value, two.inputBox.value]).toEqual(['', 'First']);
    answerAlways('one');
    await written(open(one, two), 'Second', { rootUri: 'nonsense' });
    expect([one.inputBox.value, two.inputBox.value]).toEqual(['Second', 'First']);
  });

  it('asks the model nothing when no repository is chosen', async () => {
    const opened = open(new FakeRepository('/project/one', change('a.ts')), new FakeRepository('/project/two', change('b.ts')));
    await opened.commits.write(undefined, '');
    expect(opened.engine.chats).toEqual([]);
  });

  it('keeps the input box when the request is cancelled, fails or returns nothing', async () => {
    const repository = new FakeRepository('/project', change('a.ts'));
    const opened = open(repository);
    repository.inputBox.value = 'mine';
    const cancelled = opened.commits.write(undefined, '');
    await settled();
    opened.engine.last.write('Half');
    opened.engine.last.end('cancelled');
    await cancelled;
    const failed = opened.commits.write(undefined, '');
    await settled();
    opened.engine.last.fail({ kind: 'noModel' });
    await failed;
    await written(opened, '```\n```');
    expect(repository.inputBox.value).toBe('mine');
    expect(shown.messages).toEqual([expect.stringContaining('No model is loaded'), expect.stringContaining('wrote no commit message')]);
  });

  it('shows the message of a failed git command', async () => {
    const repository = new FakeRepository('/project', '');
    vi.spyOn(repository, 'diff').mockRejectedValue(new GitError('fatal: bad object HEAD'));
    await open(repository).commits.write(undefined, '');
    expect(shown.messages).toEqual([expect.stringContaining('Git could not show the changes: fatal: bad object HEAD')]);
  });

  it('reports missing changes and a missing repository', async () => {
    await open(new FakeRepository('/project', '')).commits.write(undefined, '');
    await open().commits.write(undefined, '');
    const opened = open();
    installBrokenGit('git is disabled');
    await opened.commits.write(undefined, '');
    expect(shown.messages).toEqual([
      expect.stringContaining('no changes to describe'),
      expect.stringContaining('No Git repository'),
      expect.stringContaining('No Git repository'),
    ]);
  });
});
