import { extensions, type Event, type Uri } from 'vscode';

/** As much of the built-in git extension's API, version 1, as Paddock needs; from its `git.d.ts`. */
export interface GitRepository {
  readonly rootUri: Uri;
  readonly inputBox: { value: string };
  readonly ui: { readonly selected: boolean };
}

/** Git as VS Code has it: the path of its program, and the open repositories. */
export interface OpenGit {
  readonly program: string;
  readonly repositories: readonly GitRepository[];
}

interface GitApi {
  /** `uninitialized` while it looks for repositories. */
  readonly state: 'uninitialized' | 'initialized';
  readonly onDidChangeState: Event<unknown>;
  readonly repositories: readonly GitRepository[];
  readonly git: { readonly path: string };
}

interface GitExtension {
  /** Throws where git is switched off. */
  getAPI(version: 1): GitApi;
}

/** Asks VS Code's Git extension for its repositories; `undefined` where there is no git, or it is switched off. */
export async function openGit(): Promise<OpenGit | undefined> {
  const extension = extensions.getExtension<GitExtension>('vscode.git');
  if (extension === undefined) return undefined;
  try {
    const api = (await extension.activate()).getAPI(1);
    if (api.state === 'uninitialized') await initialized(api);
    return { program: api.git.path, repositories: api.repositories };
  } catch {
    return undefined;
  }
}

/** Longest that the git extension is waited for, in milliseconds. */
const INITIALIZED_LIMIT = 5000;

function initialized({ onDidChangeState }: GitApi): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      subscription.dispose();
      resolve();
    };
    const timer = setTimeout(done, INITIALIZED_LIMIT);
    const subscription = onDidChangeState(done);
  });
}
