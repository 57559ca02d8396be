import * as vscode from 'vscode';

/** A line of a menu: what it runs, or nothing where it only tells. */
export interface MenuItem extends vscode.QuickPickItem {
  readonly command?: string;
  readonly args?: readonly unknown[];
}

/** Lets the user choose a line, and runs its command. */
export async function showCommandMenu(title: string, items: readonly MenuItem[]): Promise<void> {
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('What would you like to do?') });
  if (picked?.command !== undefined) await vscode.commands.executeCommand(picked.command, ...(picked.args ?? []));
}
