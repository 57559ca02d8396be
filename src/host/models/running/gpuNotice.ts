import type { GpuFailure } from '../../../contract/models';
import * as vscode from 'vscode';
import type { LanguageModel } from '../../llm/languageModel';
import type { RememberedGpuFailure } from '../../llm/worker/gpuFailureMemory';
import { commandIds } from '../../services/commandIds';
import type { Log } from '../../services/log';

export interface GpuDeps {
  readonly engine: LanguageModel;
  readonly gpu: RememberedGpuFailure;
  readonly log: Log;
}

/** Says once that a graphics card could not be used, and tries it again when somebody wants that. */
export function registerGpu({ engine, gpu, log }: GpuDeps): vscode.Disposable {
  const tryAgain = async (): Promise<void> => {
    await gpu.forget();
    engine.restart();
  };
  return vscode.Disposable.from(
    gpu.onDidFail((failure) => {
      log.warn(`the GPU (${failure.device}) is not used: ${failure.detail}`);
      report(failure, tryAgain).catch((error: unknown) => {
        log.error(String(error));
      });
    }),
    vscode.commands.registerCommand(commandIds.retryGpu, tryAgain),
  );
}

async function report(failure: GpuFailure, tryAgain: () => Promise<void>): Promise<void> {
  const details = vscode.l10n.t('Details');
  const message = vscode.l10n.t('The GPU could not be used, so the model runs on the CPU.');
  if ((await vscode.window.showWarningMessage(message, details)) !== details) return;
  const showLog = vscode.l10n.t('Show Log');
  const retry = vscode.l10n.t('Try GPU Again');
  const detail = vscode.l10n.t(
    'What failed: {0} ({1}). This version of Paddock will not use the GPU again by itself. A newer driver may help; the log says more.',
    failure.device,
    whatHappened(failure.detail),
  );
  const picked = await vscode.window.showWarningMessage(message, { modal: true, detail }, retry, showLog);
  if (picked === retry) await tryAgain();
  if (picked === showLog) await vscode.commands.executeCommand(commandIds.showLog);
}

function whatHappened(detail: string): string {
  switch (detail) {
    case 'hang':
      return vscode.l10n.t('it did not answer');
    case 'unloadable':
      return vscode.l10n.t('its build of llama.cpp cannot be loaded');
    case 'outOfMemory':
      return vscode.l10n.t('its memory is not enough for the model');
    default:
      return detail;
  }
}
