import type { ChatParams } from '../../contract/chat';
import * as vscode from 'vscode';
import { sliceFromStart } from '../../util/text/wholeCharacters';
import { ANSWER_SHARE } from '../../prompt/chat/chatPrompt';
import { SELECTION_SHARE } from '../../prompt/context/blockLimits';
import type { EditPlace } from '../../prompt/tasks/codeAnswer';
import { editQuestion } from '../../prompt/tasks/editInstruction';
import { formatCount } from '../ui/numberFormat';
import { taskSubjects } from '../llm/languageModel';
import { isReadOnly, readOnlySentence } from '../services/documents/documentEdits';
import { isCell } from '../services/documents/notebooks';
import { documentName, promptPath } from '../services/workspace/promptPaths';
import { targetRange } from '../services/documents/targetRange';

/** What is to be edited: whole lines of a document, from 0, the end exclusive. */
export interface EditTarget {
  readonly document: vscode.TextDocument;
  readonly start: number;
  readonly end: number;
}

/** Characters a token stands for in code, at the least that vocabularies of Llama's kind reach over a few lines. */
const CHARACTERS_PER_TOKEN = 3;

/** Lines around the selection in which a repetition by the model is looked for. */
const LINES_AROUND = 60;

/** Most characters of a file that are read for its block; the prompt cuts to tokens, this spares it files of many megabytes. */
const MOST_CHARACTERS = 400_000;

/** The lines an edit is about: the selection, the function around the cursor, else its line. */
export async function editTarget({ document, selection }: vscode.TextEditor): Promise<EditTarget> {
  const range = await targetRange(document, selection);
  return { document, start: range.start.line, end: range.end.line + 1 };
}

/** Why a document cannot be edited by the model, as a sentence; `undefined` where it can. */
export async function refusal({ document, start, end }: EditTarget, contextTokens: number): Promise<string | undefined> {
  if (!vscode.workspace.isTrusted)
    return vscode.l10n.t('In a workspace you do not trust, Paddock edits no files. Trust the workspace to edit them.');
  if (await isReadOnly(document.uri)) return readOnlySentence();
  const tokens = Math.ceil(textOf(document, start, end).length / CHARACTERS_PER_TOKEN);
  // The prompt cuts longer selections.
  const fit = Math.floor(contextTokens * SELECTION_SHARE);
  if (tokens <= fit) return undefined;
  return vscode.l10n.t(
    'The selection is too long to edit: about {0} tokens, where {1} fit. Select less, or raise the context size.',
    formatCount(tokens),
    formatCount(fit),
  );
}

/** Asks for the instruction; `undefined` where the user thinks better of it. */
export function askInstruction({ document, start, end }: EditTarget, last: string): Thenable<string | undefined> {
  const name = isCell(document.uri) ? documentName(document.uri) : vscode.workspace.asRelativePath(document.uri);
  const where =
    end - start === 1
      ? vscode.l10n.t('{0}, line {1}', name, formatCount(end))
      : vscode.l10n.t('{0}, lines {1} to {2}', name, formatCount(start + 1), formatCount(end));
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Edit with Paddock'),
    prompt: where,
    placeHolder: vscode.l10n.t('What is to change? For example: return early when the list is empty'),
    value: last,
    validateInput: (value) => (value.trim() === '' && value !== '' ? vscode.l10n.t('Say in a few words what is to change.') : undefined),
  });
}

/** The request to the engine. Greedy: an edit is wanted that is right, not one that is new. */
export function editParams({ document, start, end }: EditTarget, instruction: string, system: string, contextTokens: number): ChatParams {
  const text = textOf(document, start, end);
  const empty = text.trim() === '';
  return {
    system,
    history: [],
    user: {
      text: editQuestion({ instruction, language: document.languageId, insertAt: empty ? start + 1 : undefined }),
      file: { path: promptPath(document.uri), language: document.languageId, text: sliceFromStart(document.getText(), MOST_CHARACTERS) },
      ...(empty ? {} : { selection: { startLine: start + 1, endLine: end, text } }),
    },
    sampling: { temperature: 0, topP: 1, topK: 1, seed: 0 },
    maxTokens: Math.max(64, Math.floor(contextTokens * ANSWER_SHARE)),
    subject: taskSubjects.edit,
  };
}

/** What the answer is read against. */
export function editPlace({ document, start, end }: EditTarget, options: vscode.TextEditorOptions): EditPlace {
  const lines = (from: number, to: number): readonly string[] =>
    Array.from({ length: Math.max(0, Math.min(to, document.lineCount) - from) }, (_, index) => document.lineAt(from + index).text);
  const width = typeof options.indentSize === 'number' ? options.indentSize : Number(options.tabSize);
  return {
    original: lines(start, end),
    before: lines(Math.max(0, start - LINES_AROUND), start),
    after: lines(end, end + LINES_AROUND),
    indentUnit: options.insertSpaces === false ? '\t' : ' '.repeat(width > 0 ? width : 4),
  };
}

function textOf(document: vscode.TextDocument, start: number, end: number): string {
  return document.getText(new vscode.Range(start, 0, end - 1, document.lineAt(end - 1).text.length));
}
