import * as vscode from 'vscode';
import { commandIds } from '../services/commandIds';
import type { Edits, LiveEdit } from './liveEdits';

/** Buttons above each hunk of a pending edit, and above the first one for all of them. */
export class EditLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly subscription: { dispose(): void };

  readonly onDidChangeCodeLenses = this.changes.event;

  constructor(private readonly edits: Edits) {
    this.subscription = edits.onDidChange(() => {
      this.changes.fire();
    });
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const live = this.edits.of(document);
    if (live === undefined) return [];
    return live.writer === undefined ? hunkLenses(live) : writingLenses(live);
  }

  dispose(): void {
    this.subscription.dispose();
    this.changes.dispose();
  }
}

function writingLenses({ edit }: LiveEdit): vscode.CodeLens[] {
  return [
    lens(edit.start, `$(loading~spin) ${vscode.l10n.t('Paddock is writing…')}`, ''),
    lens(edit.start, `$(debug-stop) ${vscode.l10n.t('Stop (Escape)')}`, commandIds.discardEdit),
  ];
}

function hunkLenses({ edit }: LiveEdit): vscode.CodeLens[] {
  const { hunks } = edit;
  const several = hunks.length > 1;
  return hunks.flatMap(({ start }, index) => [
    ...(index === 0
      ? [
          lens(start, `$(check-all) ${several ? vscode.l10n.t('Accept All') : vscode.l10n.t('Accept')}`, commandIds.acceptEdit),
          lens(start, `$(discard) ${several ? vscode.l10n.t('Discard All') : vscode.l10n.t('Discard')}`, commandIds.discardEdit),
        ]
      : []),
    ...(several
      ? [
          lens(start, `$(check) ${vscode.l10n.t('Accept This')}`, commandIds.acceptEditHunk, start),
          lens(start, `$(close) ${vscode.l10n.t('Discard This')}`, commandIds.discardEditHunk, start),
        ]
      : []),
  ]);
}

function lens(line: number, title: string, command: string, ...args: readonly number[]): vscode.CodeLens {
  return new vscode.CodeLens(new vscode.Range(line, 0, line, 0), { title, command, arguments: [...args] });
}
