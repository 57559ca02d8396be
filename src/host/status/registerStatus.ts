import * as vscode from 'vscode';
import type { Event } from '../../util/event';
import type { EngineErrorData } from '../../contract/engineErrors';
import type { LanguageModel, Finished } from '../llm/languageModel';
import { describeProblem, describeRestart } from '../ui/errorMessages';
import { actOn } from '../ui/showError';
import { commandIds } from '../services/commandIds';
import type { Log } from '../services/log';
import { showMenu } from './statusMenu';
import { statusView } from './statusBarView';

export interface StatusDeps {
  readonly engine: LanguageModel;
  readonly onDidFinish: Event<Finished>;
  /** Why ghost text does not come by itself in the active editor, in words; empty where it does. */
  readonly ghostText: { readonly state: () => string; readonly onDidChange: Event<undefined> };
  /** Whether chat and ghost text have the same model. */
  readonly isShared: () => boolean;
  /** Whether anything is sent to another machine. */
  readonly leaves: () => boolean;
  readonly channel: vscode.LogOutputChannel;
  readonly log: Log;
}

/** The status bar's item with its menu, and the one message that a problem of the engine gets. */
export function registerStatus({ engine, onDidFinish, ghostText, isShared, leaves, channel, log }: StatusDeps): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('paddock.status', vscode.StatusBarAlignment.Right, 90);
  item.name = vscode.l10n.t('Paddock');
  item.command = commandIds.showMenu;
  let speed: number | undefined;
  const render = (): void => {
    const view = statusView(engine.state, ghostText.state(), speed, leaves());
    item.text = view.text;
    item.tooltip = view.tooltip;
    item.accessibilityInformation = { label: view.accessibleLabel };
    item.backgroundColor = view.isProblem ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
  };
  render();
  item.show();
  return vscode.Disposable.from(
    item,
    engine.onDidChangeState((state) => {
      // Another model has another speed.
      if (state.kind === 'starting') speed = undefined;
      render();
      if (state.kind !== 'failed' && state.kind !== 'restarting') return;
      const reported = state.kind === 'failed' ? reportFailure(state.error, engine, log) : reportRestart(state.error, engine, log);
      reported.catch((error: unknown) => {
        log.error(String(error));
      });
    }),
    onDidFinish(({ task, tokensPerSecond }) => {
      // It stands behind the name of the chat's model.
      if (tokensPerSecond > 0 && (task === 'chat' || isShared())) speed = tokensPerSecond;
      render();
    }),
    ghostText.onDidChange(render),
    vscode.commands.registerCommand(commandIds.showLog, () => {
      channel.show();
    }),
    vscode.commands.registerCommand(commandIds.showMenu, () => showMenu(engine)),
    vscode.commands.registerCommand(commandIds.openWalkthrough, () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', 'paddock.paddock#paddock.start', false),
    ),
  );
}

/** Shown once for each failure; the engine stays failed, so that a key press brings no second one. */
async function reportFailure(error: EngineErrorData, engine: LanguageModel, log: Log): Promise<void> {
  const { message, actions } = describeProblem(error);
  log.error(message);
  const labels = actions.map(({ label }) => label);
  // What was not even tried has not failed.
  const picked = await (error.kind === 'doesNotFit'
    ? vscode.window.showWarningMessage(message, ...labels)
    : vscode.window.showErrorMessage(message, ...labels));
  await actOn(actions, picked, () => {
    engine.restart();
  });
}

/** Only a lack of memory is something to act on: all else a restart may have put right. */
async function reportRestart(error: EngineErrorData, engine: LanguageModel, log: Log): Promise<void> {
  const message = describeRestart(error);
  log.warn(message);
  const lacksMemory = error.kind === 'workerDied' && error.cause === 'memory';
  const actions = lacksMemory ? describeProblem(error).actions.filter(({ id }) => id !== 'retry') : [];
  await actOn(actions, await vscode.window.showWarningMessage(message, ...actions.map(({ label }) => label)), () => {
    engine.restart();
  });
}
