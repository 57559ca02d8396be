import type { FileBlock, SelectionBlock } from '../../contract/context';
import * as vscode from 'vscode';
import { sliceFromStart } from '../../util/text/wholeCharacters';
import { taskQuestion, type CodeTask } from '../../prompt/tasks/codeTasks';
import { answerLocale } from '../services/locale';
import { promptPath } from '../services/workspace/promptPaths';
import { reportedProblems } from '../services/documents/diagnostics';
import { targetRange } from '../services/documents/targetRange';

/** What is asked in the chat: the model's words, what the user sees of them, and the code they are about. */
export interface CodeQuestion {
  readonly title: string;
  readonly text: string;
  readonly file: FileBlock & { readonly uri: string };
  readonly selection: SelectionBlock;
}

/** The place a command was called for. */
export interface Place {
  readonly document: vscode.TextDocument;
  readonly selection: vscode.Range;
}

/** Most characters of a file that are read for its block; the prompt cuts to tokens, this spares it files of many megabytes. */
const MOST_CHARACTERS = 400_000;

/** The question for a task at a place; `undefined` where there is no code. `words` is what the user typed beside the command. */
export async function codeQuestion(task: CodeTask, place: Place, words = ''): Promise<CodeQuestion | undefined> {
  const { document } = place;
  const range = await targetRange(document, place.selection);
  const text = document.getText(range);
  if (text.trim() === '') return undefined;
  const language = document.languageId;
  return {
    title: titleOf(task, words),
    text: taskQuestion(task, {
      language,
      locale: answerLocale(),
      words,
      problems: task === 'fix' ? reportedProblems(document, place.selection, range) : [],
    }),
    file: {
      path: promptPath(document.uri),
      uri: document.uri.toString(),
      language,
      text: sliceFromStart(document.getText(), MOST_CHARACTERS),
    },
    selection: { startLine: range.start.line + 1, endLine: range.end.line + 1, text },
  };
}

function titleOf(task: CodeTask, words: string): string {
  const title = taskTitles[task]();
  return words === '' ? title : vscode.l10n.t('{0}: {1}', title, words);
}

/** The tasks as the user reads them, in the user's language. */
export const taskTitles: Readonly<Record<CodeTask, () => string>> = {
  explain: () => vscode.l10n.t('Explain the selected code'),
  fix: () => vscode.l10n.t('Fix the selected code'),
  tests: () => vscode.l10n.t('Write tests for the selected code'),
  doc: () => vscode.l10n.t('Document the selected code'),
  refactor: () => vscode.l10n.t('Refactor the selected code'),
};
