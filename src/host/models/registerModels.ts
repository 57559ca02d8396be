import { IdleUnload, type IdleUnloadDeps } from '../llm/worker/idleUnload';
import { idleAfter } from '../llm/idleWarmUp';
import { homedir, platform } from 'node:os';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { LanguageModel, WorkerControl } from '../llm/languageModel';
import type { RememberedGpuFailure } from '../llm/worker/gpuFailureMemory';
import { loadAnywayCommand } from '../ui/errorActions';
import { describeProblem } from '../ui/errorMessages';
import { commandIds } from '../services/commandIds';
import { restartedBy } from '../services/config';
import type { ConfigService } from '../services/configService';
import type { Log } from '../services/log';
import type { OwnedModel } from './picker/modelChoices';
import { ChosenFiles } from './library/chosenFiles';
import { registerDownloads, type DownloadsDeps } from './download/registerDownloads';
import { embeddedModelPath, formatChatModel, listConfiguredPaths, resolveModels } from './library/modelRef';
import { fileProblem } from './library/modelSize';
import { chooseGhostTextModel, registerGhostTextModel, useForGhostText } from './running/completionModel';
import { registerGpu } from './running/gpuNotice';
import type { ModelFiles } from './library/modelFiles';
import { ownedModels } from './library/ownedModels';
import { registerPicker, type ExaminingEngine } from './picker/modelPicker';
import { findModels } from './library/findModels';
import { storesOn } from './library/modelStores';

export interface ModelsDeps {
  readonly engine: ExaminingEngine & IdleUnloadDeps['engine'] & Pick<WorkerControl, 'loadAnyway'>;
  readonly config: ConfigService;
  readonly gpu: RememberedGpuFailure;
  readonly context: DownloadsDeps['context'];
  readonly files: ModelFiles;
  readonly log: Log;
}

export interface RegisteredModels extends vscode.Disposable {
  /** The model files that are there, the embedded one first. */
  readonly models: () => Promise<readonly OwnedModel[]>;
  /** Makes one of them the one that runs. */
  readonly use: (path: string) => Promise<void>;
  /** Has one of them write ghost text; the chat's where the path is empty. */
  readonly useForGhostText: (path: string) => Promise<void>;
}

/** Which model runs, and on what: commands to choose one, and a restart when a setting that matters to the worker changes. */
export function registerModels({ engine, config, gpu, context, files, log }: ModelsDeps): RegisteredModels {
  const registered = registerDownloads({ context, config, log, use: (path) => useModel(path, engine, config) });
  const embedded = embeddedModelPath(context.asAbsolutePath('.'));
  const chosen = new ChosenFiles(context.globalState);
  const models: RegisteredModels['models'] = async () => {
    const found = await findModels(storesOn({ platform: platform(), home: homedir(), env: process.env }));
    const paths = [...listConfiguredPaths(config.current), ...chosen.paths];
    await files.look(paths);
    const named = paths.map((path) => files.get(path).path);
    return ownedModels(embedded, await registered.downloads.downloaded(), named, found);
  };
  const use: RegisteredModels['use'] = (path) => useModel(formatChatModel(path, embedded), engine, config);
  const all = vscode.Disposable.from(
    registered,
    registerPicker({
      engine,
      config,
      downloads: registered.downloads,
      memory: context.globalState,
      models,
      currentPath: () => resolveModels(config.current, embedded, files).chat.path,
      use,
    }),
    registerUnload(engine, config),
    registerGpu({ engine, gpu, log }),
    registerGhostTextModel({ engine, config, log }),
    vscode.commands.registerCommand(commandIds.chooseGhostTextModel, () =>
      chooseGhostTextModel({ config, embeddedPath: embedded, models, files }),
    ),
    // Without a file from the palette, with one that was dropped on the chat.
    vscode.commands.registerCommand(commandIds.chooseModelFile, async (dropped?: unknown) => {
      const file = await (dropped instanceof vscode.Uri ? confirmed(dropped) : pickFile());
      if (file === undefined) return;
      await files.look([file.fsPath]);
      const { path } = files.get(file.fsPath);
      const problem = await fileProblem(path);
      if (problem) {
        void vscode.window.showErrorMessage(describeProblem(problem).message);
        return;
      }
      await chosen.remember(path);
      await useModel(path, engine, config);
    }),
    vscode.commands.registerCommand(commandIds.useEmbeddedModel, () => useModel('', engine, config)),
    vscode.commands.registerCommand(commandIds.restartEngine, () => {
      engine.restart();
    }),
    vscode.commands.registerCommand(loadAnywayCommand, () => {
      engine.loadAnyway();
    }),
    config.onDidChange(({ keys }) => {
      const matters = keys.some((key) => restartedBy(key) === 'worker');
      // A worker that never started reads the settings when it does.
      if (matters && engine.state.kind !== 'stopped') engine.restart();
    }),
  );
  return Object.assign(all, {
    models,
    use,
    useForGhostText: (path: string) => useForGhostText(path, { config, embeddedPath: embedded }),
  });
}

async function pickFile(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Choose a GGUF model file'),
    openLabel: vscode.l10n.t('Use this model'),
    canSelectMany: false,
    filters: { GGUF: ['gguf', 'GGUF'] },
  });
  return picked?.[0];
}

async function confirmed(file: vscode.Uri): Promise<vscode.Uri | undefined> {
  const use = vscode.l10n.t('Use this model');
  const question = vscode.l10n.t('{0} is a model file. Use it as the model?', basename(file.fsPath));
  return (await vscode.window.showInformationMessage(question, use)) === use ? file : undefined;
}

/** Sets the model file; empty for the embedded model. Choosing the one that is set already tries it again. */
async function useModel(path: string, engine: LanguageModel, config: ConfigService): Promise<void> {
  if (config.current['model.path'] === path) {
    engine.restart();
    return;
  }
  await config.update('model.path', path);
  engine.start();
}

/** Gives back the memory of a model that has not been asked for as long as the settings say. */
export function registerUnload(engine: IdleUnloadDeps['engine'], config: ConfigService): IdleUnload {
  return new IdleUnload({
    engine,
    limit: () => config.current['model.unloadAfterMinutes'] * 60_000,
    after: (milliseconds, action) => idleAfter(milliseconds)(action),
  });
}
