import { homedir, platform } from 'node:os';
import * as vscode from 'vscode';
import type { Engine } from '../engine/engine';
import type { GpuFallback } from '../engine/gpuFallback';
import { loadAnywayCommand } from '../engine/problemActions';
import { commandIds } from '../services/commands';
import type { ConfigService } from '../services/configService';
import type { Log } from '../services/log';
import { registerDownloads, type DownloadsDeps } from './download/register';
import { embeddedModelPath } from './embedded';
import { registerGpu } from './gpu';
import { ownedModels } from './owned';
import { registerPicker, type ExaminingEngine } from './picker';
import { findModels } from './stores/find';
import { storesOn } from './stores/places';

export interface ModelsDeps {
  readonly engine: ExaminingEngine;
  readonly config: ConfigService;
  readonly gpu: GpuFallback;
  readonly context: DownloadsDeps['context'];
  readonly log: Log;
}

/** Which model runs, and on what: commands to choose one, and a restart when a setting that matters to the worker changes. */
export function registerModels({ engine, config, gpu, context, log }: ModelsDeps): vscode.Disposable {
  const registered = registerDownloads({ context, config, log, use: (path) => useModel(path, engine, config) });
  const embedded = embeddedModelPath(context.asAbsolutePath('.'));
  return vscode.Disposable.from(
    registered,
    registerPicker({
      engine,
      config,
      downloads: registered.downloads,
      memory: context.globalState,
      models: async () => {
        const found = await findModels(storesOn({ platform: platform(), home: homedir(), env: process.env }));
        return ownedModels(embedded, await registered.downloads.downloaded(), config.current['model.path'], found);
      },
      use: (path) => useModel(path === embedded ? '' : path, engine, config),
    }),
    registerGpu({ engine, gpu, log }),
    vscode.commands.registerCommand(commandIds.chooseModelFile, async () => {
      const picked = await vscode.window.showOpenDialog({
        title: vscode.l10n.t('Choose a GGUF model file'),
        openLabel: vscode.l10n.t('Use this model'),
        canSelectMany: false,
        filters: { GGUF: ['gguf'] },
      });
      if (picked?.[0]) await useModel(picked[0].fsPath, engine, config);
    }),
    vscode.commands.registerCommand(commandIds.useEmbeddedModel, () => useModel('', engine, config)),
    vscode.commands.registerCommand(commandIds.restartEngine, () => {
      engine.restart();
    }),
    vscode.commands.registerCommand(loadAnywayCommand, () => {
      engine.loadAnyway();
    }),
    config.onDidChange(({ keys }) => {
      const matters = keys.some((key) => /^(model|worker|session)\./.test(key));
      // A worker that never started reads the settings when it does.
      if (matters && engine.state.kind !== 'stopped') engine.restart();
    }),
  );
}

/** Sets the model file; empty for the embedded model. Choosing the one that is set already tries it again. */
async function useModel(path: string, engine: Engine, config: ConfigService): Promise<void> {
  if (config.current['model.path'] === path) {
    engine.restart();
    return;
  }
  await config.update('model.path', path);
  engine.start();
}
