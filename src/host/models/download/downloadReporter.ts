import * as vscode from 'vscode';
import { commandIds } from '../../services/commandIds';
import type { Log } from '../../services/log';
import { pageOf } from './hubAddresses';
import type { DownloadManager, StartedDownload } from './downloadManager';
import type { FoundDownload } from './downloadRecords';
import type { DownloadEnd, DownloadProblem, DownloadSource } from './downloadTypes';
import { describeDownloadProblem, labelOf, percent, progressLine, size, type DownloadActionId } from './downloadMessages';

export interface ReporterOptions {
  readonly manager: DownloadManager;
  readonly endpoint: () => string;
  /** Makes a model the one that runs. */
  readonly use: (path: string) => Promise<void>;
  readonly log: Log;
}

/** Tells the user of downloads: a notification with progress while one runs, and what became of it. */
export class DownloadReporter implements vscode.Disposable {
  private readonly subscription: { dispose(): void };

  constructor(private readonly options: ReporterOptions) {
    this.subscription = options.manager.onDidStart((started) => {
      this.quietly(this.follow(started));
    });
  }

  dispose(): void {
    this.subscription.dispose();
  }

  /** Goes on with a download that nobody waits for, and offers the model when it is there. */
  async resume(source: DownloadSource, fresh = false): Promise<void> {
    const end = await this.options.manager.start(source, fresh);
    if (end.kind === 'done') await offerDownloadedModel(source.name, end.path, this.options.use);
  }

  /** Asks before it deletes what has arrived. */
  async cancel(source: DownloadSource): Promise<void> {
    const { manager } = this.options;
    const bytes = manager.all.find((view) => view.source.id === source.id)?.bytes ?? 0;
    const remove = vscode.l10n.t('Delete');
    const question = vscode.l10n.t('Delete what has arrived of {0} ({1})?', source.name, size(bytes));
    const isSure = bytes === 0 || (await vscode.window.showWarningMessage(question, { modal: true }, remove)) === remove;
    if (isSure) await manager.cancel(source.id);
  }

  /** Says what an earlier window has left unfinished, with a way to go on. */
  async offer(unfinished: readonly FoundDownload[]): Promise<void> {
    const [first] = unfinished;
    if (first === undefined) return;
    if (unfinished.length > 1) {
      const show = vscode.l10n.t('Show Downloads');
      const picked = await vscode.window.showInformationMessage(
        vscode.l10n.t('{0} downloads of models are unfinished.', unfinished.length),
        show,
      );
      if (picked === show) await vscode.commands.executeCommand(commandIds.showDownloads);
      return;
    }
    const question = vscode.l10n.t(
      'Resume the download of {0}? {1}% of {2} has arrived.',
      first.source.name,
      percent(first),
      size(first.total),
    );
    await this.resumeOrDelete(question, first.source);
  }

  /** Says what went wrong, with the buttons that help, and does what the one stands for that is chosen. */
  async explain(problem: DownloadProblem, source: DownloadSource): Promise<void> {
    const { message, actions } = describeDownloadProblem(problem, source.name);
    const show = problem.kind === 'inUse' ? vscode.window.showInformationMessage : vscode.window.showErrorMessage;
    for (;;) {
      const label = await show(message, ...actions.map((action) => action.label));
      const id = actions.find((action) => action.label === label)?.id;
      if (id === undefined) return;
      await this.act(id, source);
      // Whoever has accepted the licence on the page goes on here.
      if (id !== 'openModelPage' || actions.length === 1) return;
    }
  }

  private async act(id: DownloadActionId, source: DownloadSource): Promise<void> {
    switch (id) {
      case 'resume':
        await this.resume(source);
        return;
      case 'downloadAgain':
        await this.resume(source, true);
        return;
      case 'setToken':
        if ((await vscode.commands.executeCommand(commandIds.setHuggingFaceToken)) === true) await this.resume(source);
        return;
      case 'openModelPage':
        await vscode.env.openExternal(vscode.Uri.parse(pageOf(this.options.endpoint(), source)));
        return;
      case 'openProxySettings':
        await vscode.commands.executeCommand('workbench.action.openSettings', 'http.proxy');
        return;
      case 'openSettings':
        await vscode.commands.executeCommand('workbench.action.openSettings', 'paddock.download');
        return;
      case 'showLog':
        await vscode.commands.executeCommand(commandIds.showLog);
    }
  }

  private async follow(started: StartedDownload): Promise<void> {
    const { source } = started.view;
    const { end, wasStoppedHere } = await this.showProgress(started);
    if (end.kind === 'failed') await this.explain(end.problem, source);
    if (end.kind !== 'paused' || !wasStoppedHere) return;
    await this.resumeOrDelete(
      vscode.l10n.t('The download of {0} is stopped at {1}%. What has arrived is kept.', source.name, percent(started.view)),
      source,
    );
  }

  private async showProgress({ view, end }: StartedDownload): Promise<{ readonly end: DownloadEnd; readonly wasStoppedHere: boolean }> {
    const { manager } = this.options;
    const title = vscode.l10n.t('Downloading {0}', view.source.name);
    return vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (progress, token) => {
        let shown = 0;
        const render = (): void => {
          const done = Math.max(shown, percent(view));
          progress.report({ message: progressLine(view), increment: done - shown });
          shown = done;
        };
        const subscriptions = [
          manager.onDidChange(render),
          token.onCancellationRequested(() => {
            manager.pause(view.source.id);
          }),
        ];
        render();
        try {
          return { end: await end, wasStoppedHere: token.isCancellationRequested };
        } finally {
          for (const subscription of subscriptions) subscription.dispose();
        }
      },
    );
  }

  private async resumeOrDelete(question: string, source: DownloadSource): Promise<void> {
    const resume = labelOf('resume');
    const remove = vscode.l10n.t('Delete…');
    const picked = await vscode.window.showInformationMessage(question, resume, remove);
    if (picked === resume) await this.resume(source);
    else if (picked === remove) await this.cancel(source);
  }

  private quietly(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.options.log.error(String(error));
    });
  }
}

/** Says that a model is there, and makes it the one that runs where the user wants that. */
export async function offerDownloadedModel(name: string, path: string, use: (path: string) => Promise<void>): Promise<void> {
  const action = vscode.l10n.t('Use This Model');
  const picked = await vscode.window.showInformationMessage(vscode.l10n.t('{0} is downloaded and checked.', name), action);
  if (picked === action) await use(path);
}
