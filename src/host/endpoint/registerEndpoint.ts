import * as vscode from 'vscode';
import { Emitter, type Event } from '../../util/event';
import type { EngineClient } from '../llm/worker/engineClient';
import type { EngineTask, Finished, RemoteServer } from '../llm/languageModel';
import { placeOf, serverLines } from '../ui/engineStatus';
import { RemoteEngine } from '../llm/server/serverEngine';
import { parseEndpoint, serves, type EndpointSettings } from '../llm/server/serverSettings';
import { ModelRouter } from '../llm/router';
import { commandIds } from '../services/commandIds';
import { restartedBy, type Config } from '../services/config';
import type { ConfigService } from '../services/configService';
import type { Log } from '../services/log';
import { EndpointKeys } from './serverKeys';
import { askKey, chooseEndpoint } from './serverSetup';

export interface EndpointDeps {
  readonly worker: EngineClient;
  readonly config: ConfigService;
  readonly secrets: vscode.SecretStorage;
  readonly log: Log;
}

/** The engines of the features, each the worker's or a server's. */
export interface Endpoint extends vscode.Disposable {
  readonly chat: ModelRouter;
  readonly ghostText: ModelRouter;
  /** What a finished request cost, whoever answered it. */
  readonly onDidFinish: Event<Finished>;
  /** Whether chat and ghost text have the same model. */
  readonly isShared: () => boolean;
  /** Whether anything is sent to another machine, as the settings are. */
  readonly leaves: () => boolean;
}

/** A server of the user's own in the worker's place: which requests go there, its key, its commands, and word of it in the status bar. */
export function registerEndpoint({ worker, config, secrets, log }: EndpointDeps): Endpoint {
  const keys = new EndpointKeys(secrets);
  const settings = (): EndpointSettings => settingsOf(config.current);
  const remote = new RemoteEngine({ settings, key: (url) => keys.get(url), log });
  const routes = new Emitter<undefined>();
  const isRemote = (task: EngineTask): boolean => vscode.workspace.isTrusted && serves(settings(), task);
  const createRouter = (task: EngineTask): ModelRouter =>
    new ModelRouter({ worker, remote, isRemote: () => isRemote(task), onDidChangeRoute: routes.event });
  const engines = { chat: createRouter('chat'), ghostText: createRouter('ghostText') };
  const server = (): RemoteServer | undefined => (isRemote('chat') || isRemote('ghostText') ? remote.state.server : undefined);
  const item = statusItem();
  const show = (): void => {
    render(item, server(), { chat: isRemote('chat'), ghostText: isRemote('ghostText') });
  };
  show();
  if (!vscode.workspace.isTrusted && settings().useFor !== 'off') {
    log.info('the workspace is not trusted: no server is used');
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Your server is not used, as this workspace is not trusted; the model on this machine answers.'),
    );
  }
  const disposable = vscode.Disposable.from(
    item,
    remote,
    routes,
    ...Object.values(engines),
    remote.onDidChange(show),
    config.onDidChange(({ keys: changed }) => {
      if (!changed.some((key) => restartedBy(key) === 'server' || key === 'model.contextTokens')) return;
      remote.reset();
      routes.fire(undefined);
      show();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      routes.fire(undefined);
      show();
    }),
    ...commands(config, keys, remote),
  );
  const onDidFinish: Event<Finished> = (listener) => vscode.Disposable.from(worker.onDidFinish(listener), remote.onDidFinish(listener));
  const isShared = (): boolean => {
    const { state } = worker;
    return (
      isRemote('chat') === isRemote('ghostText') &&
      (isRemote('chat') || state.kind !== 'ready' || state.facts.completion?.kind !== 'loaded')
    );
  };
  return Object.assign(disposable, { ...engines, onDidFinish, isShared, leaves: () => server()?.isThisMachine === false });
}

function settingsOf(config: Config): EndpointSettings {
  return {
    url: config['endpoint.url'],
    model: config['endpoint.model'],
    useFor: config['endpoint.useFor'],
    contextTokens: config['model.contextTokens'],
  };
}

function commands(config: ConfigService, keys: EndpointKeys, remote: RemoteEngine): readonly vscode.Disposable[] {
  return [
    vscode.commands.registerCommand(commandIds.configureEndpoint, async () => {
      if (!vscode.workspace.isTrusted) {
        void vscode.window.showWarningMessage(
          vscode.l10n.t('No server is used in a workspace that is not trusted. Trust the workspace first.'),
        );
        return;
      }
      const choice = await chooseEndpoint(config.current, keys);
      if (choice === undefined) return;
      await config.update('endpoint.url', choice.url);
      await config.update('endpoint.model', choice.model);
      await config.update('endpoint.useFor', choice.useFor);
      remote.reset();
      remote.start();
    }),
    vscode.commands.registerCommand(commandIds.setEndpointKey, async () => {
      const url = parseEndpoint(config.current['endpoint.url']);
      if (url === undefined) await vscode.commands.executeCommand(commandIds.configureEndpoint);
      else if (await askKey(url, keys)) remote.reset();
    }),
    vscode.commands.registerCommand(commandIds.turnOffEndpoint, () => config.update('endpoint.useFor', 'off')),
  ];
}

function statusItem(): vscode.StatusBarItem {
  const item = vscode.window.createStatusBarItem('paddock.endpoint', vscode.StatusBarAlignment.Right, 89);
  item.name = vscode.l10n.t('Paddock: server');
  item.command = commandIds.configureEndpoint;
  return item;
}

/** There whenever a request may go to a server, and says which. */
function render(item: vscode.StatusBarItem, server: RemoteServer | undefined, tasks: Readonly<Record<EngineTask, boolean>>): void {
  if (server === undefined) {
    item.hide();
    return;
  }
  item.text = server.isThisMachine ? `$(server) ${server.host}` : `$(cloud-upload) ${server.host}`;
  const what =
    tasks.chat && tasks.ghostText ? vscode.l10n.t('Chat and ghost text') : tasks.chat ? vscode.l10n.t('Chat') : vscode.l10n.t('Ghost text');
  item.tooltip = [`${vscode.l10n.t('Paddock')} · ${what} · ${placeOf(server)}`, ...serverLines(server)].join('\n');
  item.accessibilityInformation = { label: item.tooltip };
  item.show();
}
