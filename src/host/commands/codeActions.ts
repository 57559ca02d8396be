import * as vscode from 'vscode';
import { commandIds } from '../services/commandIds';
import { holdsCode } from '../services/documents/targetRange';

const explainKind = vscode.CodeActionKind.Refactor.append('paddock');

/** Paddock's entries in the light bulb: a fix where a problem is reported; what can be done with a selection where there is one. */
export class PaddockCodeActions implements vscode.CodeActionProvider {
  static readonly kinds = [vscode.CodeActionKind.QuickFix, vscode.CodeActionKind.RefactorRewrite, explainKind];

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range, { diagnostics }: vscode.CodeActionContext): vscode.CodeAction[] {
    if (!holdsCode(document)) return [];
    const reported = diagnostics.filter(({ severity }) => severity <= vscode.DiagnosticSeverity.Warning);
    const action = (title: string, kind: vscode.CodeActionKind, command: string): vscode.CodeAction => {
      const made = new vscode.CodeAction(title, kind);
      made.command = { command, title, arguments: [document.uri, range] };
      return made;
    };
    const fix = action(vscode.l10n.t('Fix with Paddock'), vscode.CodeActionKind.QuickFix, commandIds.fixSelection);
    fix.diagnostics = [...reported];
    return [
      ...(reported.length > 0 ? [fix] : []),
      ...(range.isEmpty
        ? []
        : [
            action(vscode.l10n.t('Refactor with Paddock'), vscode.CodeActionKind.RefactorRewrite, commandIds.refactorSelection),
            action(vscode.l10n.t('Edit with Paddock…'), vscode.CodeActionKind.RefactorRewrite, commandIds.inlineEdit),
            action(vscode.l10n.t('Explain with Paddock'), explainKind, commandIds.explainSelection),
          ]),
    ];
  }
}
