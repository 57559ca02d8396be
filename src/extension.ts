import { randomInt } from 'node:crypto';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { registerApply, type Apply } from './host/apply/registerApply';
import { registerBenchmark } from './host/benchmark/registerBenchmark';
import { registerChat } from './host/chat/registerChat';
import { chatSettings } from './host/chat/service/chatService';
import { registerCommands } from './host/commands/registerCommands';
import { SlashCommands } from './host/commands/slashCommands';
import { registerCompletion } from './host/completion/registerCompletion';
import { registerEdit } from './host/edit/registerEdit';
import { registerEndpoint } from './host/endpoint/registerEndpoint';
import { EngineClient } from './host/llm/worker/engineClient';
import { RememberedGpuFailure } from './host/llm/worker/gpuFailureMemory';
import { embeddedModelPath, listConfiguredPaths, resolveModels } from './host/models/library/modelRef';
import { ModelFiles, type ModelFile } from './host/models/library/modelFiles';
import { registerModels, type RegisteredModels } from './host/models/registerModels';
import { ConfigService } from './host/services/configService';
import { topicLog } from './host/services/log';
import { workerStorage } from './host/services/workerStorage';
import { registerSession } from './host/session/registerSession';
import { registerStatus } from './host/status/registerStatus';
import type { ConfiguredModel } from './host/vscodeChat/modelInfo';
import { registerVscodeChat } from './host/vscodeChat/registerVscodeChat';

/** What the extension exports: its engine's life, for tests and for extensions that wait for it. */
export interface PaddockApi {
  readonly engine: Pick<EngineClient, 'state' | 'onDidChangeState' | 'workerPid' | 'session'>;
  /** The buttons of a code block. Only in a window that runs tests. */
  readonly code?: Apply['actions'];
}

/** Composition root: constructs, wires, pushes. */
export function activate(context: vscode.ExtensionContext): PaddockApi {
  const channel = vscode.window.createOutputChannel('Paddock', { log: true });
  const config = new ConfigService();
  const files = new ModelFiles(homedir());
  const model = (): ConfiguredModels => configuredModels(context, config, files);
  const gpu = new RememberedGpuFailure(context.globalState, versionOf(context));
  const engine = createEngine(context, config, channel, gpu, files);
  const endpoint = registerEndpoint({ worker: engine, config, secrets: context.secrets, log: topicLog(channel, 'server') });
  const slash = new SlashCommands();
  const system = (): string => chatSettings(config.current).system;
  const apply = registerApply({ log: topicLog(channel, 'apply') });
  const chat = registerChat({
    extensionUri: context.extensionUri,
    engine: endpoint.chat,
    log: topicLog(channel, 'chat'),
    settings: () => chatSettings(config.current),
    code: apply.actions,
    storageUri: context.storageUri,
    globalStorageUri: context.globalStorageUri,
    memory: context.workspaceState,
    commands: slash.list,
    resolveCommand: (text) => slash.resolve(text),
  });
  const models = registerModels({ engine, config, gpu, context, files, log: topicLog(channel, 'models') });
  const ghostText = registerCompletion({ engine: endpoint.ghostText, worker: engine, config, log: topicLog(channel, 'ghost text') });
  context.subscriptions.push(
    channel,
    config,
    engine,
    endpoint,
    apply,
    chat,
    ghostText,
    registerCommands({ chat: chat.asker, engine: endpoint.chat, log: topicLog(channel, 'commands'), system }),
    registerEdit({
      engine: endpoint.chat,
      log: topicLog(channel, 'edit'),
      system,
      contextTokens: () => model().contextTokens,
      memory: context.workspaceState,
    }),
    models,
    createBenchmark(context, config, channel, engine, gpu, files, models),
    registerVscodeChat({
      extensionUri: context.extensionUri,
      engine: endpoint.chat,
      model,
      settings: () => chatSettings(config.current),
      onDidChangeSettings: config.onDidChange,
      newSeed: () => randomInt(2 ** 31),
      log: topicLog(channel, 'VS Code chat'),
    }),
    registerSession({
      extensionUri: context.extensionUri,
      extensionVersion: versionOf(context),
      engine: endpoint.chat,
      worker: engine,
      onDidFinish: engine.onDidFinish,
      config: () => config.current,
      titles: chat.titles,
      memory: context.globalState,
      log: topicLog(channel, 'session'),
    }),
    registerStatus({
      engine: endpoint.chat,
      onDidFinish: endpoint.onDidFinish,
      ghostText,
      isShared: endpoint.isShared,
      leaves: endpoint.leaves,
      channel,
      log: topicLog(channel, 'status'),
    }),
  );
  shutDown = () => {
    // First, so that answers under way end as stopped, with what they have written, and not as failed.
    chat.dispose();
    return engine.shutDown();
  };
  return { engine, ...(context.extensionMode === vscode.ExtensionMode.Test ? { code: apply.actions } : {}) };
}

interface ConfiguredModels extends ConfiguredModel {
  /** The model for completions, where another one is set for them. */
  readonly completion?: ModelFile;
}

function configuredModels({ extensionPath }: vscode.ExtensionContext, { current }: ConfigService, files: ModelFiles): ConfiguredModels {
  const { chat, ...others } = resolveModels(current, embeddedModelPath(extensionPath), files);
  return { ...chat, contextTokens: current['model.contextTokens'], ...others };
}

/** Looks up what is known of the files that the settings name. */
async function lookAtConfigured({ current }: ConfigService, files: ModelFiles): Promise<void> {
  await files.look(listConfiguredPaths(current));
}

function versionOf({ extension }: vscode.ExtensionContext): string {
  return String((extension.packageJSON as { version: unknown }).version);
}

/** The worker's client, which asks the settings anew at every start. */
function createEngine(
  context: vscode.ExtensionContext,
  config: ConfigService,
  channel: vscode.LogOutputChannel,
  gpu: RememberedGpuFailure,
  files: ModelFiles,
): EngineClient {
  return new EngineClient({
    gpu,
    command: () => ({ script: context.asAbsolutePath('dist/worker/main.mjs'), runtime: config.current['worker.runtime'] }),
    prepareModel: () => lookAtConfigured(config, files),
    model: () => ({
      ...configuredModels(context, config, files),
      gpu: config.current['model.gpu'],
      threads: config.current['worker.threads'],
      storage: workerStorage(context, config.current),
    }),
    clientVersion: versionOf(context),
    log: topicLog(channel, 'engine'),
    workerLog: topicLog(channel, 'worker'),
  });
}

/** Measures other models in workers of their own, which store nothing. */
function createBenchmark(
  context: vscode.ExtensionContext,
  config: ConfigService,
  channel: vscode.LogOutputChannel,
  engine: EngineClient,
  gpu: RememberedGpuFailure,
  files: ModelFiles,
  { models, use, useForGhostText }: RegisteredModels,
): vscode.Disposable {
  const log = topicLog(channel, 'benchmark');
  const model = (): ConfiguredModels => configuredModels(context, config, files);
  return registerBenchmark({
    extensionUri: context.extensionUri,
    engine,
    createEngine: (path) =>
      new EngineClient({
        command: () => ({ script: context.asAbsolutePath('dist/worker/main.mjs'), runtime: config.current['worker.runtime'] }),
        prepareModel: () => files.look([path]),
        // One model by itself, whatever is set for ghost text.
        model: () => ({
          ...files.get(path),
          contextTokens: model().contextTokens,
          // As the user's own: a card that has failed is not tried by the way.
          gpu: gpu.failure ? 'off' : config.current['model.gpu'],
          threads: config.current['worker.threads'],
        }),
        clientVersion: versionOf(context),
        log,
        workerLog: log,
      }),
    models,
    currentPath: () => model().path,
    use,
    useForGhostText,
    memory: context.globalState,
    log,
  });
}

let shutDown: (() => Promise<void>) | undefined;

/** VS Code waits a few seconds for this: time for the worker to park its lanes. */
export function deactivate(): Promise<void> | undefined {
  return shutDown?.();
}
