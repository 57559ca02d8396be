import { extensions, type Event, type Uri } from 'vscode';

/** As much of the built-in git extension's API, version 1, as Paddock needs; from its `git.d.ts`. */
export interface GitRepository {
  readonly rootUri: Uri;
  readonly inputBox: { value: string };
  readonly ui: { readonly selected: boolean };
  /** `git diff`, with `--cached` for what is staged. */
  diff(cached?: boolean): Promise<string>;
}

interface GitApi {
  /** `uninitialized` while it looks for repositories. */
  readonly state: 'uninitialized' | 'initialized';
  readonly onDidChangeState: Event<unknown>;
  readonly repositories: readonly GitRepository[];
}

interface GitExtension {
  /** Throws where git is switched off. */
  getAPI(version: 1): GitApi;
}

/** The open repositories; `undefined` where there is no git, or it is switched off. */
export async function gitRepositories(): Promise<readonly GitRepository[] | undefined> {
  const extension = extensions.getExtension<GitExtension>('vscode.git');
  if (extension === undefined) return undefined;
  try {
    const api = (await extension.activate()).getAPI(1);
    if (api.state === 'uninitialized') await initialized(api);
    return api.repositories;
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
