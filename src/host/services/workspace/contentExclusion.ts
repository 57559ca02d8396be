import ignore, { type Ignore } from 'ignore';
import * as vscode from 'vscode';
import { isSecret, isWrittenIn } from './secretFiles';

/** Settings that keep files out. */
const excluding = ['files.exclude', 'search.exclude', 'paddock.ghostText.exclude'];

/**
 * Which files may stand in a prompt about another one: those of a trusted workspace that neither the user's patterns nor a `.gitignore` in
 * it keep out, and that do not look like secrets. And which may be offered for one.
 */
export class SharingRules implements vscode.Disposable {
  /** By the folder a `.gitignore` is in; `undefined` where there is none. */
  private readonly ignored = new Map<string, Promise<Ignore | undefined>>();
  private readonly watcher = vscode.workspace.createFileSystemWatcher('**/.gitignore');
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly subscriptions: vscode.Disposable;

  /** Fires when other files may be allowed than before. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly excluded: () => readonly string[]) {
    const forget = (): void => {
      this.ignored.clear();
      this.changed.fire(undefined);
    };
    this.subscriptions = vscode.Disposable.from(
      this.changed,
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (excluding.some((setting) => event.affectsConfiguration(setting))) this.changed.fire(undefined);
      }),
      this.watcher,
      this.watcher.onDidChange(forget),
      this.watcher.onDidCreate(forget),
      this.watcher.onDidDelete(forget),
    );
  }

  /** Whether a file may be offered to somebody who looks for one: it is no secret, and no `.gitignore` keeps it out. */
  async offers(uri: vscode.Uri): Promise<boolean> {
    if (!isWrittenIn(uri.scheme) || isSecret(uri.path)) return false;
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    return folder === undefined || !(await this.isIgnored(folder.uri, uri));
  }

  /** Whether a document may stand in a prompt without having been asked for. */
  async allows(document: vscode.TextDocument): Promise<boolean> {
    const { uri } = document;
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    if (!folder || !vscode.workspace.isTrusted || !isWrittenIn(uri.scheme) || isSecret(uri.path)) return false;
    const patterns = [...this.excluded(), ...excludedBy('files', folder), ...excludedBy('search', folder)];
    // A pattern that names a folder keeps out what is in it.
    const globs = patterns.flatMap((pattern) => [pattern, `${pattern}/**`]);
    if (globs.some((glob) => vscode.languages.match({ pattern: new vscode.RelativePattern(folder, glob) }, document) > 0)) return false;
    return !(await this.isIgnored(folder.uri, uri));
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  /** By the `.gitignore` of each folder from the workspace's down to the file's. As for git, what is in an ignored folder is ignored. */
  private async isIgnored(root: vscode.Uri, uri: vscode.Uri): Promise<boolean> {
    const parts = uri.path
      .slice(root.path.length)
      .split('/')
      .filter((part) => part !== '');
    const rules: (Ignore | undefined)[] = [];
    for (let length = 1; length <= parts.length; length++) {
      rules.push(await this.rulesOf(vscode.Uri.joinPath(root, ...parts.slice(0, length - 1))));
      const end = length < parts.length ? '/' : '';
      const verdicts = rules.map((each, depth) => each?.test(parts.slice(depth, length).join('/') + end));
      // The rules nearest to the file have the last word.
      if (verdicts.findLast((verdict) => verdict?.ignored === true || verdict?.unignored === true)?.ignored === true) return true;
    }
    return false;
  }

  private rulesOf(folder: vscode.Uri): Promise<Ignore | undefined> {
    const key = folder.toString();
    const known = this.ignored.get(key);
    if (known) return known;
    const reading = read(vscode.Uri.joinPath(folder, '.gitignore'));
    this.ignored.set(key, reading);
    return reading;
  }
}

async function read(file: vscode.Uri): Promise<Ignore | undefined> {
  try {
    return ignore().add(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)));
  } catch {
    // There is none, or none that can be read.
    return undefined;
  }
}

/** The patterns of `files.exclude` or `search.exclude` that are on. */
export function excludedBy(section: 'files' | 'search', folder: vscode.WorkspaceFolder): readonly string[] {
  const patterns = vscode.workspace.getConfiguration(section, folder.uri).get<Readonly<Record<string, unknown>>>('exclude') ?? {};
  return Object.entries(patterns).flatMap(([glob, on]) => (on === true ? [glob] : []));
}
