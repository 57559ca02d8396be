import { describe, expect, it } from 'vitest';
import { FakeDocument } from '../../../../fixtures/vscode/fakeDocument';
import { files } from '../../../../fixtures/vscode/fakeFiles';
import { changeSetting, settings, workspace, workspaceEvents } from '../../../../fixtures/vscode/fakeWorkspace';
import { Uri } from '../../../../fixtures/vscode/uri';
import { SharingRules } from '../../../../../src/host/services/workspace/contentExclusion';

const allowed = (path: string, exclude: readonly string[] = [], scheme = 'file'): Promise<boolean> =>
  new SharingRules(() => exclude).allows(new FakeDocument('', new Uri(path, scheme)));

describe('SharingRules.allows', () => {
  it('allows only files of the workspace', async () => {
    expect(await allowed('/project/src/a.ts')).toBe(true);
    expect(await allowed('/elsewhere/a.ts')).toBe(false);
    expect(await allowed('/project/src/a.ts', [], 'output')).toBe(false);
  });

  it('allows nothing in an untrusted workspace', async () => {
    workspace.isTrusted = false;
    expect(await allowed('/project/src/a.ts')).toBe(false);
  });

  it.each(['/project/.env', '/project/.env.local', '/project/deploy/server.pem', '/project/.ssh/id_rsa', '/project/.npmrc'])(
    'excludes the secret file %s',
    async (path) => {
      expect(await allowed(path)).toBe(false);
    },
  );

  it('excludes files and folders that the user’s patterns match', async () => {
    expect(await allowed('/project/a.gen.ts', ['**/*.gen.ts'])).toBe(false);
    settings.set('files.exclude', { '**/private': true, '**/shown': false, '**/*.js': { when: '$(basename).ts' } });
    settings.set('search.exclude', { '**/node_modules': true });
    expect(await allowed('/project/private/notes.md')).toBe(false);
    expect(await allowed('/project/packages/one/node_modules/x/index.js')).toBe(false);
    expect(await allowed('/project/shown/a.ts')).toBe(true);
    expect(await allowed('/project/a.js')).toBe(true);
  });

  it('excludes files by the .gitignore of every folder above them', async () => {
    files.set('/project/.gitignore', 'dist/\n*.log\n/local.ts\n');
    files.set('/project/src/.gitignore', '!kept.log\nscratch*\n');
    expect(await allowed('/project/dist/a.js')).toBe(false);
    expect(await allowed('/project/src/dist/a.js')).toBe(false);
    expect(await allowed('/project/local.ts')).toBe(false);
    expect(await allowed('/project/src/local.ts')).toBe(true);
    expect(await allowed('/project/src/a.log')).toBe(false);
    expect(await allowed('/project/src/kept.log')).toBe(true);
    expect(await allowed('/project/src/deep/scratch.ts')).toBe(false);
    expect(await allowed('/project/scratch.ts')).toBe(true);
    files.set('/project/dist/.gitignore', '!a.js\n');
    expect(await allowed('/project/dist/a.js')).toBe(false);
  });

  it('reads a changed .gitignore again', async () => {
    const rules = new SharingRules(() => []);
    const document = new FakeDocument('', '/project/a.ts');
    expect(await rules.allows(document)).toBe(true);
    files.set('/project/.gitignore', 'a.ts\n');
    workspaceEvents.watched.fire(undefined);
    expect(await rules.allows(document)).toBe(false);
    rules.dispose();
  });
});

describe('SharingRules.offers', () => {
  const offered = (path: string): Promise<boolean> => new SharingRules(() => []).offers(new Uri(path));

  it('offers files that are neither ignored nor secret, also in an untrusted workspace', async () => {
    workspace.isTrusted = false;
    files.set('/project/.gitignore', 'dist/\n');
    expect(await offered('/project/src/a.ts')).toBe(true);
    expect(await offered('/elsewhere/a.ts')).toBe(true);
    expect(await offered('/project/dist/a.js')).toBe(false);
    expect(await offered('/project/.env')).toBe(false);
  });
});

describe('SharingRules.onDidChange', () => {
  it('fires when a .gitignore or an excluding setting changes', () => {
    let told = 0;
    new SharingRules(() => []).onDidChange(() => told++);
    // One .gitignore that is changed, one that is made and one that is deleted.
    workspaceEvents.watched.fire(undefined);
    expect(told).toBe(3);
    for (const setting of ['files.exclude', 'search.exclude', 'paddock.ghostText.exclude', 'editor.tabSize'])
      changeSetting(setting, undefined);
    expect(told).toBe(6);
  });
});
