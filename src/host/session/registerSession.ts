import type { Metrics } from '../../contract/metrics';
import os from 'node:os';
import * as vscode from 'vscode';
import type { Event } from '../../util/event';
import type { SessionView } from '../../contract/sessionFacts';
import type { LanguageModel, WorkerControl } from '../llm/languageModel';
import { commandOf } from '../ui/errorActions';
import { commandIds, sessionViewId } from '../services/commandIds';
import type { Config } from '../services/config';
import type { Log } from '../services/log';
import { SessionController } from './sessionController';
import { Labels, type Titles } from './laneLabels';
import { issueReport, type ReportFacts } from './issueReport';
import { Savings } from './savings';
import { SessionWebview } from './sessionWebview';
import { clearQuestion, sessionWords } from './sessionTexts';

export interface SessionDeps {
  readonly extensionUri: vscode.Uri;
  readonly extensionVersion: string;
  readonly engine: LanguageModel;
  readonly worker: WorkerControl;
  readonly onDidFinish: Event<Metrics>;
  readonly config: () => Config;
  readonly titles: Titles;
  /** Where the day's savings are kept, for all windows. */
  readonly memory: vscode.Memento;
  readonly log: Log;
}

/** Longest that what was counted waits to be stored, in milliseconds. */
const storeInterval = 5000;

/** The session view: what the lanes hold, what reuse saved, speed and memory, and the buttons below. */
export function registerSession(deps: SessionDeps): vscode.Disposable {
  const { engine, onDidFinish, log } = deps;
  const savings = new Savings({
    memory: deps.memory,
    now: () => new Date(),
    later: (action) => after(storeInterval, action),
    measure: async () => (await deps.worker.session())?.prefillTokensPerSecond,
  });
  const controller = new SessionController({
    engine,
    worker: deps.worker,
    onDidFinish,
    savings,
    labels: new Labels(deps.titles.of),
    words: sessionWords,
    log,
    now: () => performance.now(),
    after,
    runAction: (id) => {
      const { command, args } = commandOf(id);
      vscode.commands.executeCommand(command, ...args).then(undefined, (error: unknown) => {
        log.error(`${command}: ${String(error)}`);
      });
    },
    confirmClear,
    copy: async (facts) => vscode.env.clipboard.writeText(issueReport(facts)),
    surroundings: () => surroundings(deps),
  });
  const view = new SessionWebview(deps.extensionUri, controller, vscode.l10n.t('Paddock session'), log);
  return vscode.Disposable.from(
    vscode.window.registerWebviewViewProvider(sessionViewId, view),
    vscode.commands.registerCommand(commandIds.showSession, () => view.reveal()),
    deps.titles.onDidChange(() => {
      controller.renamed();
    }),
    view,
    controller,
    // Last: it stores what was counted.
    savings,
  );
}

function after(milliseconds: number, action: () => void): vscode.Disposable {
  const timer = setTimeout(action, milliseconds);
  return new vscode.Disposable(() => {
    clearTimeout(timer);
  });
}

async function confirmClear(session: SessionView): Promise<boolean> {
  const { message, detail } = clearQuestion(session);
  const clear = vscode.l10n.t('Clear');
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, clear)) === clear;
}

function surroundings({ extensionVersion, config }: SessionDeps): Pick<ReportFacts, 'versions' | 'machine' | 'config'> {
  const { appHost, remoteName, language } = vscode.env;
  const cpus = os.cpus();
  return {
    versions: { paddock: extensionVersion, vscode: vscode.version, appHost, remote: remoteName, language },
    machine: {
      platform: os.platform(),
      release: os.release(),
      arch: os.arch(),
      cpu: cpus[0]?.model ?? 'unknown',
      cores: cpus.length,
      totalBytes: os.totalmem(),
      freeBytes: os.freemem(),
    },
    config: config(),
  };
}
