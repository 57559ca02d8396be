import fuzzysort from 'fuzzysort';
import { Disposable, RelativePattern, TabInputText, Uri, window, workspace, type WorkspaceFolder } from 'vscode';
import { promptPath } from './promptPaths';
import { excludedBy, type SharingRules } from './contentExclusion';

/** A file of the workspace that may be offered. */
export interface WorkspaceFile {
  readonly uri: string;
  /** Relative to the workspace, with forward slashes. */
  readonly path: string;
}

/** Files that are searched in each folder of the workspace. */
const mostFiles = 20_000;
/** Of those that match best, how many are looked at by the rules; more are not shown. */
const mostMatches = 60;
/** Of a match, from 0 to 1: letters far apart in a long path still count. */
const leastScore = 0.3;

/** The workspace's files by what somebody types of their paths. */
export class WorkspaceFiles implements Disposable {
  /** Made when somebody first looks for a file, and anew when files come or go. */
  private listing: Promise<readonly WorkspaceFile[]> | undefined;
  private subscriptions: Disposable | undefined;

  constructor(private readonly rules: Pick<SharingRules, 'offers' | 'onDidChange'>) {}

  /** The best matches first; for nothing typed, what is open in editors. Never rejects. */
  async find(typed: string): Promise<readonly WorkspaceFile[]> {
    const found = typed === '' ? openFiles() : await this.search(typed);
    const offered = await Promise.all(found.map(({ uri }) => this.rules.offers(Uri.parse(uri))));
    return found.filter((_, index) => offered[index]);
  }

  dispose(): void {
    this.subscriptions?.dispose();
  }

  private async search(typed: string): Promise<readonly WorkspaceFile[]> {
    this.subscriptions ??= this.follow();
    this.listing ??= listFiles();
    const files = await this.listing;
    return fuzzysort.go(typed, files, { key: 'path', limit: mostMatches, threshold: leastScore }).map(({ obj }) => obj);
  }

  private follow(): Disposable {
    const forget = (): void => {
      this.listing = undefined;
    };
    const watcher = workspace.createFileSystemWatcher('**/*', false, true, false);
    return Disposable.from(
      watcher,
      watcher.onDidCreate(forget),
      watcher.onDidDelete(forget),
      workspace.onDidChangeWorkspaceFolders(forget),
      this.rules.onDidChange(forget),
    );
  }
}

async function listFiles(): Promise<readonly WorkspaceFile[]> {
  const lists = await Promise.all((workspace.workspaceFolders ?? []).map((folder) => filesIn(folder)));
  return lists.flat().map(fileOffer);
}

async function filesIn(folder: WorkspaceFolder): Promise<readonly Uri[]> {
  const excluded = [...excludedBy('files', folder), ...excludedBy('search', folder)];
  try {
    const exclude = excluded.length === 0 ? null : `{${excluded.join(',')}}`;
    return await workspace.findFiles(new RelativePattern(folder, '**/*'), exclude, mostFiles);
  } catch {
    // A file system that cannot be searched: what is open can still be had.
    return [];
  }
}

/** In the order of the tabs, the active ones first. */
function openFiles(): readonly WorkspaceFile[] {
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
  const ordered = [...tabs.filter((tab) => tab.isActive), ...tabs.filter((tab) => !tab.isActive)];
  const uris = ordered.flatMap(({ input }) => (input instanceof TabInputText ? [input.uri] : []));
  return [...new Map(uris.map((uri) => [uri.toString(), fileOffer(uri)])).values()];
}

function fileOffer(uri: Uri): WorkspaceFile {
  return { uri: uri.toString(), path: promptPath(uri) };
}
