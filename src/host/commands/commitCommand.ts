import type { ChatParams, ChatProgress } from '../../contract/chat';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { FileDiff } from '../../util/fileDiff';
import { COMMIT_MAX_TOKENS, cleanCommitMessage, commitBlock, commitQuestion } from '../../prompt/tasks/commitMessage';
import { cutDiff } from '../../prompt/context/cutDiff';
import { servingModel, type LanguageModel, taskSubjects } from '../llm/languageModel';
import { reportProblem } from '../ui/showError';
import { answerLocale } from '../services/locale';
import type { Log } from '../services/log';
import { openGit, type GitRepository } from '../services/git/gitRepository';
import { GitError, readGitChanges } from '../services/git/gitChanges';

export interface CommitDeps {
  readonly engine: LanguageModel;
  readonly log: Log;
  readonly system: () => string;
}

/**
 * Characters of changes a message is written from, for each token of the lane: about two fifths of it, at the three characters that a
 * token of code has. 4900 for a lane of 4096 tokens.
 */
const CHARACTERS_PER_LANE_TOKEN = 1.2;

/** Where no model is loaded yet to say what its lanes hold. */
const ASSUMED_LANE_TOKENS = 4096;

/** Writes commit messages into the input box of the source control view. */
export class CommitMessages {
  constructor(private readonly deps: CommitDeps) {}

  /**
   * Describes what is staged, or if nothing is, what is changed. `view` is what a menu of the source control view hands over; without it,
   * the user chooses among several repositories. A message that was in the box is replaced, and a button brings it back.
   */
  async write(view: unknown, words: string): Promise<void> {
    const git = await openGit();
    if (git === undefined || git.repositories.length === 0) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t('No Git repository is open. Open a folder that is in one, and see that the built-in Git extension is on.'),
      );
      return;
    }
    const repository = await chosen(git.repositories, view);
    if (repository === undefined) return;
    const changes = await this.readChanges(git.program, repository);
    if (changes === undefined) return;
    if (changes.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t('There are no changes to describe. New files count once they are staged.'));
      return;
    }
    await this.describe(repository, changes, words);
  }

  /** Reads what is staged, or if nothing is, what is changed; `undefined` where git failed, which is then said. */
  private async readChanges(git: string, repository: GitRepository): Promise<readonly FileDiff[] | undefined> {
    try {
      const staged = await readGitChanges(git, repository, { staged: true });
      return staged.length > 0 ? staged : await readGitChanges(git, repository, { staged: false });
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      this.deps.log.error(`git diff: ${error.message}`);
      void vscode.window.showErrorMessage(vscode.l10n.t('Git could not show the changes: {0}', error.message));
      return undefined;
    }
  }

  private async describe(repository: GitRepository, changes: readonly FileDiff[], words: string): Promise<void> {
    const { engine, log } = this.deps;
    const lane = servingModel(engine.state)?.contextTokens ?? ASSUMED_LANE_TOKENS;
    const { text, shownFiles, totalFiles } = cutDiff(changes, Math.floor(lane * CHARACTERS_PER_LANE_TOKEN));
    const params: ChatParams = {
      system: this.deps.system(),
      history: [],
      user: { text: commitQuestion({ locale: answerLocale(), words }), file: commitBlock(text) },
      sampling: { temperature: 0, topP: 1, topK: 1, seed: 0 },
      maxTokens: COMMIT_MAX_TOKENS,
      subject: taskSubjects.commitMessage,
    };
    log.info(`commit message from ${text.length} characters, with patches of ${shownFiles} of ${totalFiles} files`);
    const outcome = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Paddock is writing a commit message…'), cancellable: true },
      (progress, token) =>
        engine.chat(
          params,
          (event) => {
            reportProgress(progress, event);
          },
          token,
        ),
    );
    if (outcome.kind === 'failed') {
      await reportProblem(outcome.error, engine, () => this.describe(repository, changes, words));
      return;
    }
    if (outcome.value.stop === 'cancelled') return;
    const message = cleanCommitMessage(outcome.value.text);
    if (message === '')
      void vscode.window.showWarningMessage(vscode.l10n.t('The model wrote no commit message. Try again, or stage fewer changes.'));
    else await putInto(repository, message);
  }
}

/** Read at the last moment: the user may have typed while the model wrote. */
async function putInto({ inputBox }: GitRepository, message: string): Promise<void> {
  const before = inputBox.value;
  inputBox.value = message;
  await vscode.commands.executeCommand('workbench.view.scm');
  if (before.trim() === '' || before === message) return;
  const undo = vscode.l10n.t('Undo');
  const choice = await vscode.window.showInformationMessage(vscode.l10n.t('The commit message you had written was replaced.'), undo);
  if (choice === undo) inputBox.value = before;
}

async function chosen(repositories: readonly GitRepository[], view: unknown): Promise<GitRepository | undefined> {
  const root = rootOf(view);
  const clicked = repositories.find(({ rootUri }) => rootUri.toString() === root);
  if (clicked !== undefined || repositories.length === 1) return clicked ?? repositories[0];
  const items = repositories.map((repository) => ({
    label: path.posix.basename(repository.rootUri.path),
    description: vscode.workspace.asRelativePath(repository.rootUri),
    picked: repository.ui.selected,
    repository,
  }));
  const placeHolder = vscode.l10n.t('Which repository is the commit message for?');
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.repository;
}

/** VS Code hands over its `SourceControl`; whoever else calls the command hands over what they like. */
function rootOf(view: unknown): string | undefined {
  const root = typeof view === 'object' && view !== null && 'rootUri' in view ? view.rootUri : undefined;
  return root instanceof vscode.Uri ? root.toString() : undefined;
}

function reportProgress(progress: vscode.Progress<{ message?: string }>, event: ChatProgress): void {
  if (event.kind === 'prefill') progress.report({ message: vscode.l10n.t('read {0} of {1} tokens', event.done, event.total) });
}
