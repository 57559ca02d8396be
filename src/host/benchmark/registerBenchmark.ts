import { readFile, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Cancellation } from '../llm/languageModel';
import type { EngineClient } from '../llm/worker/engineClient';
import { describeProblem } from '../ui/errorMessages';
import { formatGigabytes } from '../ui/numberFormat';
import { commandIds } from '../services/commandIds';
import type { Log } from '../services/log';
import { markdown, savedPage, type ActionId } from './benchmarkPage';
import { BenchmarkPanel } from './benchmarkPanel';
import { recommend } from './benchmarkAdvice';
import { keptAfter, parseKept, type Kept } from './benchmarkResults';
import { runBenchmark, type Candidate, type OwnEngine } from './benchmarkRunner';
import { stepWords } from './benchmarkTexts';

export interface BenchmarkDeps {
  readonly extensionUri: vscode.Uri;
  /** The user's own, which is left alone unless memory is short and the user agrees. */
  readonly engine: Pick<EngineClient, 'session' | 'unload' | 'state' | 'start'>;
  /** An engine on another model, with nothing stored. */
  readonly createEngine: (path: string) => OwnEngine;
  /** The model files on this machine. */
  readonly models: () => Promise<readonly Candidate[]>;
  readonly currentPath: () => string;
  /** Makes a model the one that runs. */
  readonly use: (path: string) => Promise<void>;
  /** Has a model write ghost text; the chat's where it is empty. */
  readonly useForGhostText: (path: string) => Promise<void>;
  readonly memory: vscode.Memento;
  readonly log: Log;
}

const memoryKey = 'paddock.benchmark';
/** What a model takes at most and at least, in minutes: for the question before. */
const minutesEach = { least: 1, most: 3 };

/** The command that measures the models of this machine, and the page with what came of it. */
export function registerBenchmark(deps: BenchmarkDeps): vscode.Disposable {
  const benchmark = new Benchmark(deps);
  return vscode.Disposable.from(
    benchmark,
    vscode.commands.registerCommand(commandIds.benchmarkMachine, () => benchmark.start()),
  );
}

class Benchmark implements vscode.Disposable {
  private readonly panel: BenchmarkPanel;
  private runs = 0;

  constructor(private readonly deps: BenchmarkDeps) {
    this.panel = new BenchmarkPanel(deps.extensionUri, (id) => this.act(id), deps.log);
  }

  /** Shows the last run, if it is that what is wanted, else asks which models, and measures them. */
  async start(): Promise<void> {
    const kept = this.kept;
    if (kept) {
      const again = { label: vscode.l10n.t('Measure again…') };
      const show = { label: vscode.l10n.t('Show the last results') };
      const picked = await vscode.window.showQuickPick([again, show], { title: vscode.l10n.t('Benchmark this machine') });
      if (picked === show) this.panel.show(kept);
      if (picked !== again) return;
    }
    await this.measure();
  }

  dispose(): void {
    this.panel.dispose();
  }

  private get kept(): Kept | undefined {
    return parseKept(this.deps.memory.get(memoryKey));
  }

  private async measure(): Promise<void> {
    if (this.isRunning()) {
      void vscode.window.showInformationMessage(vscode.l10n.t('A benchmark is running already. It can be cancelled in its notification.'));
      return;
    }
    if (await this.isAnswering()) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t('An answer is under way, and would be measured too. Wait until it has ended, or stop it, then try again.'),
      );
      return;
    }
    const models = await this.chooseModels();
    // Another may have begun while this list was open.
    if (models === undefined || models.length === 0 || this.isRunning()) return;
    this.runs++;
    try {
      await this.run(models);
    } finally {
      this.runs--;
    }
  }

  private isRunning(): boolean {
    return this.runs > 0;
  }

  private async isAnswering(): Promise<boolean> {
    const session = await this.deps.engine.session();
    return session?.lanes.some(({ busy }) => busy) ?? false;
  }

  private async chooseModels(): Promise<readonly Candidate[] | undefined> {
    const current = this.deps.currentPath();
    const items = (await this.deps.models()).map((model) => ({
      label: model.name,
      description: `${formatGigabytes(model.bytes)} GB`,
      picked: model.path === current,
      model,
    }));
    const picked = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t(
        'Benchmark this machine: {0} to {1} minutes for each model, in which it had better do nothing else',
        minutesEach.least,
        minutesEach.most,
      ),
      placeHolder: vscode.l10n.t('Choose the models to measure'),
      canPickMany: true,
    });
    return picked?.map(({ model }) => model);
  }

  private async run(models: readonly Candidate[]): Promise<void> {
    const { engine, createEngine, log, memory } = this.deps;
    const unloaded: Candidate[] = [];
    const makeRoom = async (model: Candidate): Promise<boolean> => {
      if (engine.state.kind !== 'ready' || !(await mayUnload(model)) || (await this.isAnswering())) return false;
      unloaded.push(model);
      await engine.unload();
      return true;
    };
    const describe = (error: Parameters<typeof describeProblem>[0]): string => describeProblem(error).message;
    try {
      const results = await withProgress((report, cancellation) =>
        runBenchmark(
          { createEngine, makeRoom, describe, now: () => performance.now() },
          models,
          (model, step, done, of) => {
            report(stepWords(model.name, step, done, of));
          },
          cancellation,
        ),
      );
      if (results === undefined) return;
      log.info(`measured: ${JSON.stringify(results)}`);
      const kept = keptAfter({ at: Date.now(), results: [...results] }, this.kept);
      await memory.update(memoryKey, kept);
      this.panel.show(kept);
    } finally {
      if (unloaded.length > 0) engine.start();
    }
  }

  /** What is said beside the buttons afterwards. */
  private async act(id: ActionId): Promise<string> {
    const { kept } = this;
    if (id === 'runAgain') {
      await this.measure();
      return '';
    }
    if (!kept) return '';
    const { chat, ghostText } = recommend(kept.last.results);
    switch (id) {
      case 'useChat':
        // Where one is best for both, the chat's does both.
        if (chat && chat.model.path === ghostText?.model.path) await this.deps.useForGhostText('');
        return this.use(chat?.model);
      case 'useGhostText':
        return this.useForGhostText(ghostText?.model);
      case 'saveHtml':
        return this.save(kept);
      case 'copyMarkdown':
        await vscode.env.clipboard.writeText(markdown(kept));
        return vscode.l10n.t('The results are on the clipboard, as Markdown.');
      case 'copyJson':
        await vscode.env.clipboard.writeText(JSON.stringify(kept.last, undefined, 2));
        return vscode.l10n.t('The results are on the clipboard, as JSON.');
    }
  }

  private async use(model: Candidate | undefined): Promise<string> {
    if (model === undefined) return '';
    await this.deps.use(model.path);
    return vscode.l10n.t('{0} is the model now.', model.name);
  }

  private async useForGhostText(model: Candidate | undefined): Promise<string> {
    if (model === undefined) return '';
    await this.deps.useForGhostText(model.path);
    return vscode.l10n.t('{0} writes ghost text now.', model.name);
  }

  private async save(kept: Kept): Promise<string> {
    const target = await vscode.window.showSaveDialog({ filters: { HTML: ['html'] }, title: vscode.l10n.t('Save the results as a page') });
    if (target === undefined) return '';
    const styles = await readFile(vscode.Uri.joinPath(this.deps.extensionUri, 'media', 'benchmark.css').fsPath, 'utf8');
    try {
      await writeFile(target.fsPath, savedPage(kept, styles));
      return vscode.l10n.t('The results are in {0}.', target.fsPath);
    } catch (error) {
      this.deps.log.error(`not saved: ${String(error)}`);
      return vscode.l10n.t('The results could not be written to {0}. Choose another folder.', target.fsPath);
    }
  }
}

async function mayUnload({ name }: Candidate): Promise<boolean> {
  const unload = vscode.l10n.t('Unload It Meanwhile');
  const picked = await vscode.window.showWarningMessage(
    vscode.l10n.t('There is no room for {0} beside the model that is loaded.', name),
    {
      modal: true,
      detail: vscode.l10n.t('It is loaded again afterwards, and no conversation is lost. Without this, {0} is not measured.', name),
    },
    unload,
  );
  return picked === unload;
}

/** In a notification with a button that cancels. */
function withProgress<T>(work: (report: (message: string) => void, cancellation: Cancellation) => Promise<T>): Thenable<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Benchmark'), cancellable: true },
    (progress, cancellation) =>
      work((message) => {
        progress.report({ message });
      }, cancellation),
  );
}
