import * as vscode from 'vscode';
import type { LanguageModel, EngineState } from '../llm/languageModel';
import { showCommandMenu, type MenuItem } from '../ui/commandMenu';
import { engineView } from '../ui/engineStatus';
import { ghostTextLine } from '../ui/completionModelMessages';
import { commandIds, chatViewId } from '../services/commandIds';
import { configSection } from '../services/configService';
import { lanesLine } from './statusBarView';

/** The status bar's menu: everything Paddock can do, one key press away. */
export async function showMenu(engine: LanguageModel): Promise<void> {
  const { state } = engine;
  await showCommandMenu(titleOf(state), menuItems(state.kind === 'stopped'));
}

function titleOf(state: EngineState): string {
  if (state.kind === 'ready') return [state.facts.name, lanesLine(state.facts), ...ghostTextLine(state.facts)].join(' · ');
  return state.kind === 'remote' ? engineView(state).label : vscode.l10n.t('Paddock');
}

function menuItems(stopped: boolean): readonly MenuItem[] {
  return [
    { label: `$(comment-discussion) ${vscode.l10n.t('Open the chat')}`, command: `${chatViewId}.focus` },
    { label: `$(sparkle) ${vscode.l10n.t('Ghost text: status and switches')}`, command: commandIds.showGhostText },
    { label: `$(pulse) ${vscode.l10n.t('Show the session')}`, command: commandIds.showSession },
    { label: `$(library) ${vscode.l10n.t('Choose a model…')}`, command: commandIds.chooseModel },
    { label: `$(symbol-string) ${vscode.l10n.t('Choose a model for ghost text…')}`, command: commandIds.chooseGhostTextModel },
    { label: `$(file-binary) ${vscode.l10n.t('Choose a model file…')}`, command: commandIds.chooseModelFile },
    { label: `$(server) ${vscode.l10n.t('Set up a server…')}`, command: commandIds.configureEndpoint },
    { label: `$(package) ${vscode.l10n.t('Use the embedded model')}`, command: commandIds.useEmbeddedModel },
    { label: `$(cloud-download) ${vscode.l10n.t('Downloads')}`, command: commandIds.showDownloads },
    {
      label: stopped ? `$(play) ${vscode.l10n.t('Load the model now')}` : `$(debug-restart) ${vscode.l10n.t('Restart the engine')}`,
      command: commandIds.restartEngine,
    },
    { label: `$(output) ${vscode.l10n.t('Show the log')}`, command: commandIds.showLog },
    { label: `$(gear) ${vscode.l10n.t('Settings')}`, command: 'workbench.action.openSettings', args: [configSection] },
  ];
}
