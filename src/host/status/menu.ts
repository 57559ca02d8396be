import * as vscode from 'vscode';
import type { Engine } from '../engine/engine';
import { commandIds, chatViewId } from '../services/commands';
import { configSection, type ConfigService } from '../services/configService';

interface MenuItem extends vscode.QuickPickItem {
  readonly command: string;
  readonly args?: readonly unknown[];
}

/** The status bar's menu: everything Paddock can do, one key press away. */
export async function showMenu(engine: Engine, config: ConfigService): Promise<void> {
  const { state } = engine;
  const picked = await vscode.window.showQuickPick(menuItems(config.current['ghostText.enabled'], state.kind === 'stopped'), {
    title: state.kind === 'ready' ? state.facts.name : vscode.l10n.t('Paddock'),
    placeHolder: vscode.l10n.t('What would you like to do?'),
  });
  if (picked) await vscode.commands.executeCommand(picked.command, ...(picked.args ?? []));
}

function menuItems(ghostText: boolean, stopped: boolean): readonly MenuItem[] {
  const { t } = vscode.l10n;
  return [
    { label: `$(comment-discussion) ${t('Open the chat')}`, command: `${chatViewId}.focus` },
    {
      label: ghostText ? `$(circle-slash) ${t('Turn ghost text off')}` : `$(sparkle) ${t('Turn ghost text on')}`,
      command: commandIds.toggleGhostText,
    },
    { label: `$(file-binary) ${t('Choose a model file…')}`, command: commandIds.chooseModelFile },
    { label: `$(package) ${t('Use the embedded model')}`, command: commandIds.useEmbeddedModel },
    {
      label: stopped ? `$(play) ${t('Load the model now')}` : `$(debug-restart) ${t('Restart the engine')}`,
      command: commandIds.restartEngine,
    },
    { label: `$(output) ${t('Show the log')}`, command: commandIds.showLog },
    { label: `$(gear) ${t('Settings')}`, command: 'workbench.action.openSettings', args: [configSection] },
  ];
}
