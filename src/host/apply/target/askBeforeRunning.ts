import { l10n, window, type Uri } from 'vscode';
import { findRealUri, plainName, shownPath } from '../../services/workspace/workspacePaths';
import { findRunner, type Runner } from './codeRunningFiles';

const reasons: Readonly<Record<Runner, () => string>> = {
  editor: () => l10n.t('VS Code and other editors read this file, and it can make them run commands.'),
  ci: () => l10n.t('A build server runs the commands in this file, with access to your repository.'),
  packageManager: () => l10n.t('A package manager can run commands from this file when you install, build or test.'),
  shell: () => l10n.t('This file is a script: its commands run with your rights.'),
  git: () => l10n.t('Git can run commands from this file when you commit, check out or push.'),
  build: () => l10n.t('A build tool runs the commands in this file.'),
  assistant: () => l10n.t('Coding assistants follow the instructions in this file.'),
};

/** Returns true if a tool runs what this file says. */
export async function isRunByTools(uri: Uri, texts: readonly string[]): Promise<boolean> {
  return (await findRunnerFor(uri, texts)) !== undefined;
}

/** Asks before a file is written that makes a tool run commands. Every other file is confirmed at once. */
export async function confirmWrite(uri: Uri, texts: readonly string[]): Promise<boolean> {
  const runner = await findRunnerFor(uri, texts);
  if (runner === undefined) return true;
  const write = l10n.t('Write Change');
  const question = l10n.t('Write this change into {0}?', plainName(shownPath(uri)));
  const detail = `${reasons[runner]()} ${l10n.t('A model wrote the change: read it before you write it.')}`;
  return (await window.showWarningMessage(question, { modal: true, detail }, write)) === write;
}

/** Looks at the path and, where it is a link, at the path of the file that it leads to. */
async function findRunnerFor(uri: Uri, texts: readonly string[]): Promise<Runner | undefined> {
  const real = await findRealUri(uri);
  const paths = [shownPath(uri), ...(real === undefined ? [] : [shownPath(real), real.path])];
  const found = paths.flatMap((path) => [...texts, ''].map((text) => findRunner(path, text)));
  return found.find((runner) => runner !== undefined);
}
