import * as vscode from 'vscode';
import { commandIds } from '../../services/commandIds';
import type { Downloads } from './downloadTypes';
import { progressLine, shortProgress } from './downloadMessages';

/** An item of its own in the status bar while something is downloaded. */
export function registerStatusItem(downloads: Downloads): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('paddock.downloads', vscode.StatusBarAlignment.Right, 89);
  item.name = vscode.l10n.t('Paddock downloads');
  item.command = commandIds.showDownloads;
  const render = (): void => {
    const running = downloads.all.filter(({ state }) => state.kind === 'running');
    const [first] = running;
    if (first === undefined) {
      item.hide();
      return;
    }
    const text = running.length === 1 ? shortProgress(first) : vscode.l10n.t('{0} downloads', running.length);
    const lines = running.map((view) => `${view.source.name}: ${progressLine(view)}`);
    item.text = `$(cloud-download) ${text}`;
    item.tooltip = lines.join('\n');
    item.accessibilityInformation = { label: lines.join('. ') };
    item.show();
  };
  render();
  return vscode.Disposable.from(item, downloads.onDidChange(render));
}
