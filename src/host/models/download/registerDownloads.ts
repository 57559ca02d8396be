import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Disposable } from '../../../util/event';
import { commandIds } from '../../services/commandIds';
import type { ConfigService } from '../../services/configService';
import type { Log } from '../../services/log';
import { endpointOf, originOf } from './hubAddresses';
import { DownloadManager } from './downloadManager';
import { networkOf } from './networkSettings';
import { showDownloads } from './downloadPicker';
import { downloadProcesses } from './downloadProcess';
import type { FoundDownload } from './downloadRecords';
import { DownloadReporter } from './downloadReporter';
import { registerStatusItem } from './downloadStatusItem';
import { HubTokens } from './hubTokens';
import type { Downloads } from './downloadTypes';

export interface DownloadsDeps {
  readonly context: Pick<vscode.ExtensionContext, 'asAbsolutePath' | 'globalStorageUri' | 'globalState' | 'secrets'>;
  readonly config: ConfigService;
  readonly log: Log;
  /** Makes a model the one that runs. */
  readonly use: (path: string) => Promise<void>;
}

export interface RegisteredDownloads extends Disposable {
  readonly downloads: Downloads;
}

/** Where in the extension's state it is noted which unfinished downloads the user has been told of. */
const offeredKey = 'paddock.offeredDownloads';

/** Downloads with everything that shows them. What an earlier window has left unfinished is offered once, and goes on only when asked to. */
export function registerDownloads({ context, config, log, use }: DownloadsDeps): RegisteredDownloads {
  const endpoint = (): string => endpointOf(config.current['download.endpoint'], process.env['HF_ENDPOINT']);
  const tokens = new HubTokens(context.secrets);
  const command = (): { script: string; runtime: string } => ({
    script: context.asAbsolutePath('dist/worker/download.mjs'),
    runtime: config.current['worker.runtime'],
  });
  const manager = new DownloadManager({
    root: join(context.globalStorageUri.fsPath, 'models'),
    startRun: downloadProcesses(command, log),
    endpoint,
    network: () => networkOf((name) => vscode.workspace.getConfiguration('http').get(name)),
    token: (origin) => tokens.get(origin),
    log,
    now: () => performance.now(),
  });
  const reporter = new DownloadReporter({ manager, endpoint, use, log });
  const parts = vscode.Disposable.from(
    manager,
    reporter,
    registerStatusItem(manager),
    vscode.commands.registerCommand(commandIds.showDownloads, () => showDownloads({ manager, reporter, use })),
    vscode.commands.registerCommand(commandIds.setHuggingFaceToken, () => {
      const origin = originOf(endpoint());
      return origin === undefined ? false : tokens.ask(origin);
    }),
  );
  manager
    .refresh()
    .then((unfinished) => offer(unfinished, context.globalState, reporter))
    .catch((error: unknown) => {
      log.error(String(error));
    });
  return {
    downloads: manager,
    dispose: () => {
      parts.dispose();
    },
  };
}

async function offer(unfinished: readonly FoundDownload[], memory: vscode.Memento, reporter: DownloadReporter): Promise<void> {
  const offered = memory.get<Readonly<Record<string, number>>>(offeredKey, {});
  const fresh = unfinished.filter(({ source, changed }) => offered[source.id] !== changed);
  if (fresh.length === 0) return;
  await memory.update(offeredKey, Object.fromEntries(unfinished.map(({ source, changed }) => [source.id, changed])));
  await reporter.offer(fresh);
}
