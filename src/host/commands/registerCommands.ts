import * as vscode from 'vscode';
import { codeTasks, type CodeTask } from '../../prompt/tasks/codeTasks';
import type { LanguageModel } from '../llm/languageModel';
import { commandIds } from '../services/commandIds';
import type { Log } from '../services/log';
import { currentEditor } from '../services/documents/targetRange';
import { PaddockCodeActions } from './codeActions';
import { CommitMessages } from './commitCommand';
import { codeQuestion, type CodeQuestion, type Place } from './codeQuestion';

/** As much of the chat as this feature needs; extension.ts hands it in, as features do not know each other. */
export interface CommandChat {
  ask(question: CodeQuestion, options: { readonly newConversation: boolean }): Promise<void>;
}

export interface CommandDeps {
  readonly chat: CommandChat;
  readonly engine: LanguageModel;
  readonly log: Log;
  /** System text; empty for none. The chat's, so that both share their prompts' beginning. */
  readonly system: () => string;
}

const ids: Readonly<Record<CodeTask, string>> = {
  explain: commandIds.explainSelection,
  fix: commandIds.fixSelection,
  tests: commandIds.testSelection,
  doc: commandIds.documentSelection,
  refactor: commandIds.refactorSelection,
};

/** What can be asked about code without typing it out: from the editor's menu, the palette, keys and the light bulb; and commit messages. */
export function registerCommands({ chat, engine, log, system }: CommandDeps): vscode.Disposable {
  const commits = new CommitMessages({ engine, log, system });
  const ask = async (task: CodeTask, place: Place | undefined): Promise<void> => {
    const question = place && (await codeQuestion(task, place));
    if (question === undefined) void vscode.window.showInformationMessage(place === undefined ? noEditor(task) : noCode(task));
    else await chat.ask(question, { newConversation: true });
  };
  return vscode.Disposable.from(
    ...codeTasks.map((task) =>
      vscode.commands.registerCommand(ids[task], async (uri: unknown, range: unknown) => ask(task, await placeOf(uri, range))),
    ),
    vscode.commands.registerCommand(commandIds.generateCommitMessage, (view: unknown, words: unknown) =>
      commits.write(view, typeof words === 'string' ? words : ''),
    ),
    vscode.languages.registerCodeActionsProvider('*', new PaddockCodeActions(), { providedCodeActionKinds: PaddockCodeActions.kinds }),
  );
}

/** What a code action names; for all other callers the active editor. Menus hand over a URI alone. */
async function placeOf(uri: unknown, range: unknown): Promise<Place | undefined> {
  if (!(uri instanceof vscode.Uri) || !(range instanceof vscode.Range)) return currentEditor();
  return { document: await vscode.workspace.openTextDocument(uri), selection: range };
}

function noEditor(task: CodeTask): string {
  return task === 'explain'
    ? vscode.l10n.t('Open a file and select the code you want explained.')
    : vscode.l10n.t('Open a file and select the code that this is to be done with.');
}

function noCode(task: CodeTask): string {
  return task === 'explain'
    ? vscode.l10n.t('There is nothing on this line to explain. Select some code first.')
    : vscode.l10n.t('There is no code on this line. Select some code first.');
}
