import * as vscode from 'vscode';
import { explainQuestion } from '../../prompt/explain';
import type { FileBlock, SelectionBlock } from '../../protocol/worker';
import { commandIds } from '../services/commands';
import { promptPath } from '../services/paths';

/** As much of the chat as this feature needs; extension.ts hands it in, as features do not know each other. */
export interface ExplainChat {
  ask(
    question: { readonly title: string; readonly text: string; readonly file: FileBlock; readonly selection: SelectionBlock },
    options: { readonly newConversation: boolean },
  ): Promise<void>;
}

/** Most characters of a file that are read for its block; the prompt cuts to tokens, this spares it files of many megabytes. */
const mostCharacters = 400_000;

/** Explain selection: from the editor's context menu, the palette and a key. */
export function registerExplain({ chat }: { readonly chat: ExplainChat }): vscode.Disposable {
  return vscode.commands.registerCommand(commandIds.explainSelection, async () => {
    const editor = vscode.window.activeTextEditor;
    if (!editor) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Open a file and select the code you want explained.'));
      return;
    }
    const { document } = editor;
    const range = rangeToExplain(editor);
    const text = document.getText(range);
    if (text.trim() === '') {
      void vscode.window.showInformationMessage(vscode.l10n.t('There is nothing on this line to explain. Select some code first.'));
      return;
    }
    await chat.ask(
      {
        title: vscode.l10n.t('Explain the selected code'),
        text: explainQuestion({
          language: document.languageId,
          locale: vscode.env.language.toLowerCase().startsWith('zh') ? 'zh-cn' : 'en',
        }),
        file: {
          path: promptPath(document.uri),
          language: document.languageId,
          text: document.getText().slice(0, mostCharacters),
        },
        selection: { startLine: range.start.line + 1, endLine: range.end.line + 1, text },
      },
      { newConversation: true },
    );
  });
}

/** The selection in whole lines; without one, the cursor's line. A selection that ends before a line's first character leaves it out. */
function rangeToExplain({ document, selection }: vscode.TextEditor): vscode.Range {
  const lastLine = selection.end.character === 0 && selection.end.line > selection.start.line ? selection.end.line - 1 : selection.end.line;
  return new vscode.Range(new vscode.Position(selection.start.line, 0), document.lineAt(lastLine).range.end);
}
