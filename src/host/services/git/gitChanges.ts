import { spawn } from 'node:child_process';
import { workspace } from 'vscode';
import type { FileDiff } from '../../../util/fileDiff';
import { toOneLine } from '../../../util/text/lines';
import { sliceFromStart } from '../../../util/text/wholeCharacters';
import type { GitRepository } from './gitRepository';
import { parseNumstat, PatchReader } from './gitPatch';

/** Bytes read of one output of git; git is ended when it writes more. */
const MAX_OUTPUT = 64 * 1024 * 1024;
/** UTF-16 code units kept of a line and of a file's patch. Longer ones are data, not something to describe. */
const PATCH_LIMITS = { maxLine: 1_000, maxFile: 200_000 };
/** Milliseconds that git may take: a large repository on a slow disk is read within them. */
const TIME_LIMIT = 60_000;
const MAX_ERROR_CHARACTERS = 300;

/**
 * Options that make git's output independent of the user's and the repository's configuration, and keep git from running the programs
 * that it may name: no pager, no colours, no external diff, no text conversion, no file system monitor, fixed prefixes, and paths from the
 * root (git-diff(1), git-config(1)). Submodules are not entered.
 */
const FIXED_OPTIONS = [
  '--no-pager',
  ...['core.fsmonitor=false', 'color.ui=false', 'core.quotePath=false'].flatMap((setting) => ['-c', setting]),
  // Git before 2.28 has neither this setting nor an option for it, and ignores settings that it does not know.
  ...['diff.interHunkContext=0', 'diff.relative=false'].flatMap((setting) => ['-c', setting]),
  'diff',
  ...['--no-color', '--no-ext-diff', '--no-textconv', '--src-prefix=a/', '--dst-prefix=b/', '--find-renames'],
  ...['--unified=3', '--submodule=short', '--ignore-submodules=dirty'],
];

/** Variables that point git at another repository, or change its output. */
const LEFT_OUT_VARIABLES = /^GIT_(?!EXEC_PATH$)/;

/** Git could not list or show the changes. */
export class GitError extends Error {
  override readonly name = 'GitError';
}

/**
 * Reads what has changed in a repository: every file by its name, and of each as much of its patch as the limits allow. Runs git itself
 * with fixed options, as the Git extension's own diff follows the user's configuration. Only in a trusted workspace, as git may run
 * filters that a repository configures.
 * @param git path of git's program, as the Git extension knows it
 * @param staged what the next commit would hold; else what is not staged
 * @throws {GitError} with what git said
 */
export async function readGitChanges(
  git: string,
  repository: Pick<GitRepository, 'rootUri'>,
  { staged }: { readonly staged: boolean },
): Promise<readonly FileDiff[]> {
  if (!workspace.isTrusted) return [];
  const options = staged ? [...FIXED_OPTIONS, '--cached'] : FIXED_OPTIONS;
  const root = repository.rootUri.fsPath;
  let list = '';
  await runGit(git, root, [...options, '--numstat', '-z'], (piece) => {
    list += piece;
  });
  const listed = parseNumstat(list);
  const reader = new PatchReader(PATCH_LIMITS);
  await runGit(git, root, [...options, '--patch'], (piece) => {
    reader.push(piece);
  });
  return reader.finish(listed);
}

/** Runs git to its end, or to the end of what is read of it. */
async function runGit(git: string, cwd: string, args: readonly string[], take: (piece: string) => void): Promise<void> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !LEFT_OUT_VARIABLES.test(name)));
  const child = spawn(git, args, {
    cwd,
    env: { ...env, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIME_LIMIT,
    windowsHide: true,
  });
  let bytes = 0;
  let errors = '';
  const text = new TextDecoder();
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    errors = sliceFromStart(errors + piece, MAX_ERROR_CHARACTERS);
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (bytes >= MAX_OUTPUT) return;
    bytes += chunk.length;
    take(text.decode(chunk, { stream: true }));
    if (bytes >= MAX_OUTPUT) child.kill();
  });
  const failure = await new Promise<Error | undefined>((resolve) => {
    child.once('error', resolve);
    child.once('close', (code, signal) => {
      const isEnough = code === 0 || bytes >= MAX_OUTPUT;
      resolve(isEnough ? undefined : new Error(errors.trim() || `git ended with ${String(code ?? signal)}`));
    });
  });
  if (failure) throw new GitError(toOneLine(failure.message));
}
