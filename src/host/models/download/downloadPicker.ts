import * as vscode from 'vscode';
import type { DownloadManager } from './downloadManager';
import type { DownloadReporter } from './downloadReporter';
import type { DownloadedModel, DownloadView } from './downloadTypes';
import { labelOf, progressLine, size } from './downloadMessages';

export interface PickerOptions {
  readonly manager: DownloadManager;
  readonly reporter: DownloadReporter;
  readonly use: (path: string) => Promise<void>;
}

interface Line extends vscode.QuickPickItem {
  /** What can be done with it; none for a heading. */
  readonly actions: readonly Action[];
}

interface Action extends vscode.QuickPickItem {
  readonly run: () => unknown;
}

/** Everything that is being downloaded, waits to be, or has been, as it changes; and what can be done with what is chosen. */
export async function showDownloads(options: PickerOptions): Promise<void> {
  await options.manager.refresh();
  const line = await pickLine(options);
  if (!line) return;
  const action = await vscode.window.showQuickPick(line.actions, { title: line.label });
  await action?.run();
}

async function pickLine(options: PickerOptions): Promise<Line | undefined> {
  const { manager } = options;
  let downloaded = await manager.downloaded();
  if (manager.all.length === 0 && downloaded.length === 0) {
    await vscode.window.showInformationMessage(vscode.l10n.t('No models have been downloaded, and none are being downloaded.'));
    return undefined;
  }
  const pick = vscode.window.createQuickPick<Line>();
  pick.title = vscode.l10n.t('Downloads');
  pick.placeholder = vscode.l10n.t('Choose a download to pause, resume or delete it');
  pick.matchOnDetail = true;
  pick.keepScrollPosition = true;
  const render = (): void => {
    const active = pick.activeItems[0]?.label;
    pick.items = pickerLines(options, downloaded);
    // New items, of which VS Code would have the first one active.
    const again = pick.items.find(({ label }) => label === active);
    if (again) pick.activeItems = [again];
  };
  render();
  let count = manager.all.length;
  const subscription = manager.onDidChange(() => {
    render();
    if (manager.all.length === count) return;
    count = manager.all.length;
    // One has ended: it may be among those that are there.
    void manager.downloaded().then((found) => {
      downloaded = found;
      render();
    });
  });
  try {
    return await new Promise<Line | undefined>((resolve) => {
      pick.onDidAccept(() => {
        resolve(pick.selectedItems[0]);
      });
      pick.onDidHide(() => {
        resolve(undefined);
      });
      pick.show();
    });
  } finally {
    subscription.dispose();
    pick.dispose();
  }
}

function pickerLines(options: PickerOptions, downloaded: readonly DownloadedModel[]): Line[] {
  const { all } = options.manager;
  return [
    ...all.map((view) => ({
      label: view.source.name,
      detail: progressLine(view),
      iconPath: iconOf(view),
      actions: actionsOf(view, options),
    })),
    ...(all.length > 0 && downloaded.length > 0 ? [heading(vscode.l10n.t('Downloaded'))] : []),
    ...downloaded.map((model) => ({
      label: model.name,
      detail: size(model.bytes),
      iconPath: new vscode.ThemeIcon('file-binary'),
      actions: modelActions(model, options),
    })),
  ];
}

function heading(label: string): Line {
  return { label, kind: vscode.QuickPickItemKind.Separator, actions: [] };
}

function iconOf({ state }: DownloadView): vscode.ThemeIcon {
  switch (state.kind) {
    case 'running':
      return new vscode.ThemeIcon('cloud-download');
    case 'paused':
      return new vscode.ThemeIcon('debug-pause');
    case 'failed':
      return new vscode.ThemeIcon('error');
  }
}

function actionsOf({ source, state }: DownloadView, { manager, reporter }: PickerOptions): readonly Action[] {
  const remove: Action = { label: `$(trash) ${vscode.l10n.t('Cancel and delete…')}`, run: () => reporter.cancel(source) };
  const resume: Action = { label: `$(play) ${labelOf('resume')}`, run: () => reporter.resume(source) };
  switch (state.kind) {
    case 'running': {
      const pause = (): void => {
        manager.pause(source.id);
      };
      return [{ label: `$(debug-pause) ${vscode.l10n.t('Pause')}`, run: pause }, remove];
    }
    case 'paused':
      return [resume, remove];
    case 'failed':
      return [
        { label: `$(info) ${vscode.l10n.t('What went wrong?')}`, run: () => reporter.explain(state.problem, source) },
        resume,
        remove,
      ];
  }
}

function modelActions({ id, name, path, bytes }: DownloadedModel, { manager, use }: PickerOptions): readonly Action[] {
  const remove = async (): Promise<void> => {
    const sure = vscode.l10n.t('Delete');
    const question = vscode.l10n.t('Delete {0} ({1}) from this computer?', name, size(bytes));
    if ((await vscode.window.showWarningMessage(question, { modal: true }, sure)) === sure) await manager.remove(id);
  };
  return [
    { label: `$(check) ${vscode.l10n.t('Use This Model')}`, run: () => use(path) },
    { label: `$(trash) ${vscode.l10n.t('Delete from this computer…')}`, run: remove },
  ];
}
