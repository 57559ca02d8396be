import * as vscode from 'vscode';
import type { Disposable } from '../../../util/event';
import type { EngineErrorData } from '../../../contract/engineErrors';
import type { LanguageModel } from '../../llm/languageModel';
import { describeGhostTextProblem } from '../../ui/completionModelMessages';
import { gigabytes } from '../../ui/errorMessages';
import { commandIds } from '../../services/commandIds';
import type { ConfigService } from '../../services/configService';
import type { Log } from '../../services/log';
import type { OwnedModel } from '../picker/modelChoices';
import { formatCompletionModel, resolveModels } from '../library/modelRef';
import type { ModelFiles } from '../library/modelFiles';

const setting = 'ghostText.modelPath';

export interface GhostTextChoiceDeps {
  readonly config: ConfigService;
  readonly embeddedPath: string;
  /** The model files that are there. */
  readonly models: () => Promise<readonly OwnedModel[]>;
  readonly files: Pick<ModelFiles, 'get'>;
}

/** Has one of the model files write ghost text, also when the chat gets another one; whichever the chat has where `path` is empty. */
export async function useForGhostText(
  path: string,
  { config, embeddedPath }: Pick<GhostTextChoiceDeps, 'config' | 'embeddedPath'>,
): Promise<void> {
  await config.update(setting, formatCompletionModel(path, embeddedPath));
}

/** Asks which of the model files is to write ghost text. */
export async function chooseGhostTextModel(deps: GhostTextChoiceDeps): Promise<void> {
  const { config, embeddedPath, models, files } = deps;
  const all = await models();
  const { chat, completion } = resolveModels(config.current, embeddedPath, files);
  const chatPath = chat.path;
  const current = completion?.path ?? chatPath;
  const now = vscode.l10n.t('Writes ghost text now');
  const choice = (label: string, path: string, description: string): vscode.QuickPickItem & { readonly path: string } => ({
    label,
    path,
    description,
    ...(path === current ? { detail: now } : {}),
  });
  const items = [
    choice(vscode.l10n.t('The chat’s model'), chatPath, vscode.l10n.t('one model in memory, and what one has read the other need not')),
    ...all.filter(({ path }) => path !== chatPath).map(({ name, path, bytes }) => choice(name, path, `${gigabytes(bytes)} GB`)),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Choose the model for ghost text'),
    placeHolder: vscode.l10n.t('It is loaded beside the chat’s, where there is memory for both'),
    matchOnDescription: true,
  });
  if (picked) await useForGhostText(picked === items[0] ? '' : picked.path, deps);
}

export interface GhostTextModelDeps {
  readonly engine: LanguageModel;
  readonly config: ConfigService;
  readonly log: Log;
}

/** Says once, quietly, when ghost text has to do with the chat's model: nothing has failed that anybody is waiting for. */
export function registerGhostTextModel({ engine, config, log }: GhostTextModelDeps): Disposable {
  const said = new Set<string>();
  return engine.onDidChangeState((state) => {
    if (state.kind !== 'ready' || state.facts.completion?.kind !== 'failed') return;
    const { error } = state.facts.completion;
    const key = `${error.kind} ${config.current[setting]}`;
    if (said.has(key)) return;
    said.add(key);
    report(error, config, log).catch((failure: unknown) => {
      log.error(String(failure));
    });
  });
}

async function report(error: EngineErrorData, config: ConfigService, log: Log): Promise<void> {
  const message = describeGhostTextProblem(error);
  log.warn(message);
  const useChats = vscode.l10n.t('Use the Chat’s Model');
  const openSettings = vscode.l10n.t('Open Settings');
  const showLog = vscode.l10n.t('Show Log');
  const picked = await vscode.window.showInformationMessage(message, useChats, openSettings, showLog);
  if (picked === useChats) await config.update(setting, '');
  if (picked === openSettings) await vscode.commands.executeCommand('workbench.action.openSettings', `paddock.${setting}`);
  if (picked === showLog) await vscode.commands.executeCommand(commandIds.showLog);
}
