import * as vscode from 'vscode';
import { commandIds } from '../services/commandIds';
import type { Config } from '../services/config';
import { configSection } from '../services/configService';
import { showCommandMenu, type MenuItem } from '../ui/commandMenu';
import { isOnForLanguage, type GhostControls } from './completionControls';
import type { GhostNumbers } from './completionStatistics';
import { describeEnding, describeReport, timeOf } from './completionMessages';

export interface MenuDeps {
  readonly config: () => Config;
  readonly controls: GhostControls;
  readonly numbers: GhostNumbers;
}

/** Everything about ghost text: why there is none, the switches, and what became of the suggestions so far. */
export async function showGhostMenu(deps: MenuDeps): Promise<void> {
  await showCommandMenu(vscode.l10n.t('Ghost text'), menuItems(deps, vscode.window.activeTextEditor?.document.languageId));
}

function menuItems(deps: MenuDeps, language: string | undefined): readonly MenuItem[] {
  const last = deps.numbers.last;
  const why = last === undefined ? vscode.l10n.t('No suggestion was asked for yet.') : describeEnding(last);
  return [
    { label: `$(question) ${vscode.l10n.t('Why no suggestion?')}`, description: why, command: commandIds.whyNoGhostText },
    { label: `$(sparkle) ${vscode.l10n.t('Suggest now')}`, command: commandIds.triggerGhostText },
    ...switches(deps, language),
    {
      label: `$(gear) ${vscode.l10n.t('Ghost text settings')}`,
      command: 'workbench.action.openSettings',
      args: [`${configSection}.ghostText`],
    },
    { label: vscode.l10n.t('Since this window opened; kept nowhere and sent nowhere'), kind: vscode.QuickPickItemKind.Separator },
    ...describeReport(deps.numbers.report()).map(({ label, value }) => ({ label, description: value })),
  ];
}

function switches({ config, controls }: MenuDeps, language: string | undefined): readonly MenuItem[] {
  const { 'ghostText.enabled': enabled, 'ghostText.languages': languages } = config();
  const until = controls.snoozedUntil;
  const items: MenuItem[] = [
    {
      label: enabled ? `$(circle-slash) ${vscode.l10n.t('Turn ghost text off')}` : `$(check) ${vscode.l10n.t('Turn ghost text on')}`,
      command: commandIds.toggleGhostText,
    },
  ];
  if (language !== undefined) {
    const on = isOnForLanguage(languages, language);
    items.push({
      label: on
        ? `$(circle-slash) ${vscode.l10n.t('Turn ghost text off for {0}', language)}`
        : `$(check) ${vscode.l10n.t('Turn ghost text on for {0}', language)}`,
      command: commandIds.toggleGhostTextLanguage,
    });
  }
  items.push(
    until === undefined
      ? { label: `$(bell-slash) ${vscode.l10n.t('Snooze ghost text…')}`, command: commandIds.snoozeGhostText }
      : { label: `$(bell) ${vscode.l10n.t('End the snooze, which lasts until {0}', timeOf(until))}`, command: commandIds.snoozeGhostText },
  );
  return items;
}

/** Says in a message why the last request brought nothing, with what can be done about it. */
export async function showWhy({ numbers, controls, config }: MenuDeps): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  // A switch that has been turned since is the reason from now on.
  const off = editor ? controls.offReason(editor.document.languageId) : undefined;
  const ending = off ?? numbers.last;
  const message = ending === undefined ? vscode.l10n.t('No suggestion was asked for yet.') : describeEnding(ending);
  const turnOn = vscode.l10n.t('Turn On');
  const askAgain = vscode.l10n.t('Suggest Now');
  const showLog = vscode.l10n.t('Show Log');
  const picked = await vscode.window.showInformationMessage(message, ...(off ? [turnOn] : []), askAgain, showLog);
  if (picked === askAgain) await vscode.commands.executeCommand(commandIds.triggerGhostText);
  if (picked === showLog) await vscode.commands.executeCommand(commandIds.showLog);
  if (picked !== turnOn) return;
  if (!config()['ghostText.enabled']) await vscode.commands.executeCommand(commandIds.toggleGhostText);
  controls.wake();
  const language = editor?.document.languageId;
  if (language !== undefined && !isOnForLanguage(config()['ghostText.languages'], language)) {
    await vscode.commands.executeCommand(commandIds.toggleGhostTextLanguage);
  }
}

const minute = 60_000;

/** Asks for how long, or ends the snooze that there is. */
export async function chooseSnooze(controls: GhostControls): Promise<void> {
  if (controls.snoozedUntil !== undefined) {
    controls.wake();
    return;
  }
  const choices = [
    { label: vscode.l10n.t('For 5 minutes'), minutes: 5 },
    { label: vscode.l10n.t('For 30 minutes'), minutes: 30 },
    { label: vscode.l10n.t('For an hour'), minutes: 60 },
    { label: vscode.l10n.t('For four hours'), minutes: 240 },
  ];
  const picked = await vscode.window.showQuickPick(choices, {
    title: vscode.l10n.t('Snooze ghost text'),
    placeHolder: vscode.l10n.t('For how long?'),
  });
  if (picked) controls.snooze(picked.minutes * minute);
}
