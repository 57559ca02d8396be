import { randomInt } from 'node:crypto';
import * as vscode from 'vscode';
import { registerApply } from './host/apply/register';
import { registerChat } from './host/chat/register';
import { chatSettings } from './host/chat/settings';
import { registerCommands } from './host/commands/register';
import { SlashCommands } from './host/commands/slash';
import { registerCompletion } from './host/completion/register';
import { registerEdit } from './host/edit/register';
import { EngineClient } from './host/engine/client';
import { GpuFallback } from './host/engine/gpuFallback';
import { embeddedModelPath } from './host/models/embedded';
import { registerModels } from './host/models/register';
import { ConfigService } from './host/services/configService';
import { topicLog } from './host/services/log';
import { workerStorage } from './host/services/workerStorage';
import { registerSession } from './host/session/register';
import { registerStatus } from './host/status/register';
import { registerVscodeChat } from './host/vscodeChat/register';

/** What the extension exports: its engine's life, for tests and for extensions that wait for it. */
export interface PaddockApi {
  readonly engine: Pick<EngineClient, 'state' | 'onDidChangeState' | 'workerPid' | 'session'>;
}

/** Composition root: constructs, wires, pushes. */
export function activate(context: vscode.ExtensionContext): PaddockApi {
  const channel = vscode.window.createOutputChannel('Paddock', { log: true });
  const config = new ConfigService();
  const model = (): ChosenModel => chosenModel(config, context);
  const extensionVersion = String((context.extension.packageJSON as { version: unknown }).version);
  const gpu = new GpuFallback(context.globalState, extensionVersion);
  const engine = new EngineClient({
    gpu,
    command: () => ({ script: context.asAbsolutePath('dist/worker/main.mjs'), runtime: config.current['worker.runtime'] }),
    model: () => ({
      ...model(),
      gpu: config.current['model.gpu'],
      threads: config.current['worker.threads'],
      storage: workerStorage(context, config.current),
    }),
    clientVersion: extensionVersion,
    log: topicLog(channel, 'engine'),
    workerLog: topicLog(channel, 'worker'),
  });
  const slash = new SlashCommands();
  const system = (): string => chatSettings(config.current).system;
  const apply = registerApply({ log: topicLog(channel, 'apply') });
  const chat = registerChat({
    extensionUri: context.extensionUri,
    engine,
    log: topicLog(channel, 'chat'),
    settings: () => chatSettings(config.current),
    code: apply.actions,
    storageUri: context.storageUri,
    globalStorageUri: context.globalStorageUri,
    memory: context.workspaceState,
    commands: slash.list,
    resolveCommand: (text) => slash.resolve(text),
  });
  const ghostText = registerCompletion({ engine, config, log: topicLog(channel, 'ghost text') });
  context.subscriptions.push(
    channel,
    config,
    engine,
    apply,
    chat,
    ghostText,
    registerCommands({ chat: chat.asker, engine, log: topicLog(channel, 'commands'), system }),
    registerEdit({
      engine,
      log: topicLog(channel, 'edit'),
      system,
      contextTokens: () => model().contextTokens,
      memory: context.workspaceState,
    }),
    registerModels({ engine, config, gpu, context, log: topicLog(channel, 'models') }),
    registerVscodeChat({
      extensionUri: context.extensionUri,
      engine,
      model,
      settings: () => chatSettings(config.current),
      onDidChangeSettings: config.onDidChange,
      newSeed: () => randomInt(2 ** 31),
      log: topicLog(channel, 'VS Code chat'),
    }),
    registerSession({
      extensionUri: context.extensionUri,
      extensionVersion,
      engine,
      onDidFinish: engine.onDidFinish,
      config: () => config.current,
      titles: chat.titles,
      memory: context.globalState,
      log: topicLog(channel, 'session'),
    }),
    registerStatus({ engine, onDidFinish: engine.onDidFinish, ghostText, channel, log: topicLog(channel, 'status') }),
  );
  shutDown = () => {
    // First, so that answers under way end as stopped, with what they have written, and not as failed.
    chat.dispose();
    return engine.shutDown();
  };
  return { engine };
}

interface ChosenModel {
  readonly path: string;
  readonly contextTokens: number;
}

function chosenModel({ current }: ConfigService, { extensionPath }: vscode.ExtensionContext): ChosenModel {
  return { path: current['model.path'] || embeddedModelPath(extensionPath), contextTokens: current['model.contextTokens'] };
}

let shutDown: (() => Promise<void>) | undefined;

/** VS Code waits a few seconds for this: time for the worker to park its lanes. */
export function deactivate(): Promise<void> | undefined {
  return shutDown?.();
}
