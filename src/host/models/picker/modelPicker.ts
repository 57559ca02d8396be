import * as vscode from 'vscode';
import type { LanguageModel } from '../../llm/languageModel';
import type { EngineClient } from '../../llm/worker/engineClient';
import { commandIds } from '../../services/commandIds';
import type { ConfigService } from '../../services/configService';
import { catalogue, type CatalogueModel, type Quantisation } from './catalogue';
import { choices, defaultQuantisation, needOf, type Choice, type OwnedModel } from './modelChoices';
import { detailLine, fitLine, quantisationLine } from './modelChoiceMessages';
import { offerDownloadedModel } from '../download/downloadReporter';
import type { Downloads } from '../download/downloadTypes';
import { fit, type Machine, type ModelNeed } from './modelFit';
import { Licences } from './licences';
import { learnBandwidth, readMachine } from './machine';

/** What the picker asks of the engine. */
export type ExaminingEngine = LanguageModel & Pick<EngineClient, 'examineModel' | 'onDidFinish'>;

export interface PickerDeps {
  readonly engine: ExaminingEngine;
  readonly config: ConfigService;
  readonly downloads: Downloads;
  readonly memory: vscode.Memento;
  /** The model files that are there, the embedded one first. */
  readonly models: () => Promise<readonly OwnedModel[]>;
  /** The file of the model that is set. */
  readonly currentPath: () => string;
  /** Makes a model the one that runs. */
  readonly use: (model: OwnedModel['path']) => Promise<void>;
}

interface Item extends vscode.QuickPickItem {
  readonly run?: () => Promise<unknown>;
}

/** Shorter answers say more of how they began than of how fast the model is. */
const leastTokens = 32;
/** Smaller models may lie in a cache, and say nothing of the memory's speed. */
const leastBytes = 1e9;

/** Choosing a model: of those that are there, and of those that can be downloaded, with what this machine can make of each. */
export function registerPicker(deps: PickerDeps): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand(commandIds.chooseModel, () => new ModelPicker(deps).show()),
    deps.engine.onDidFinish(({ task, tokensPerSecond, generatedTokens, draftedTokens }) => {
      const { state } = deps.engine;
      if (state.kind !== 'ready' || state.facts.gpu !== false || state.facts.fileBytes < leastBytes) return;
      if (task === 'ghostText' && state.facts.completion?.kind === 'loaded') return;
      if (generatedTokens < leastTokens || draftedTokens > 0) return;
      void learnBandwidth(deps.memory, tokensPerSecond, state.facts.fileBytes);
    }),
  );
}

class ModelPicker {
  private readonly needs = new Map<string, ModelNeed>();
  private readonly licences: Licences;
  private machine: Machine = { freeBytes: 0, totalBytes: 0, bytesPerSecond: 1 };
  private owned: readonly OwnedModel[] = [];

  constructor(private readonly deps: PickerDeps) {
    this.licences = new Licences(deps.memory);
  }

  /** Shows the list at once with what the catalogue knows; what the files say comes in while it is open. */
  async show(): Promise<void> {
    const pick = vscode.window.createQuickPick<Item>();
    pick.title = vscode.l10n.t('Choose a model');
    pick.placeholder = vscode.l10n.t('Looking at this machine and its models…');
    pick.matchOnDescription = true;
    pick.matchOnDetail = true;
    pick.keepScrollPosition = true;
    pick.busy = true;
    let open = true;
    const picked = new Promise<Item | undefined>((resolve) => {
      pick.onDidAccept(() => {
        resolve(pick.activeItems[0]);
      });
      pick.onDidHide(() => {
        open = false;
        resolve(undefined);
      });
    });
    pick.show();
    const render = (): void => {
      if (!open) return;
      const active = pick.activeItems[0];
      pick.items = this.items();
      const again = pick.items.find(({ label, detail }) => label === active?.label && detail === active.detail);
      if (again) pick.activeItems = [again];
    };
    void this.look(render).finally(() => {
      if (!open) return;
      pick.busy = false;
      pick.placeholder = vscode.l10n.t('Memory, speed and licence are shown for each model');
    });
    const item = await picked;
    pick.dispose();
    await item?.run?.();
  }

  private async look(render: () => void): Promise<void> {
    const { engine, memory, models } = this.deps;
    [this.machine, this.owned] = await Promise.all([readMachine(memory, heldBytes(engine)), models()]);
    render();
    for (const { path } of this.owned) {
      const examined = await engine.examineModel(path);
      if (!examined) continue;
      const { trainContextTokens, gpu } = examined;
      this.needs.set(path, { ...examined, trainContextTokens: trainContextTokens || this.contextTokens });
      this.machine = { ...this.machine, gpu };
      render();
    }
  }

  private get contextTokens(): number {
    return this.deps.config.current['model.contextTokens'];
  }

  private items(): readonly Item[] {
    const all = choices({
      catalogue: catalogue(),
      owned: this.owned,
      needs: this.needs,
      machine: this.machine,
      contextTokens: this.contextTokens,
      currentPath: this.deps.currentPath(),
    });
    const group = (name: Choice['group'], label: string): readonly Item[] => {
      const items = all.filter((choice) => choice.group === name).map((choice) => this.itemOf(choice));
      return items.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items];
    };
    return [
      ...group('recommended', vscode.l10n.t('Recommended')),
      ...group('machine', vscode.l10n.t('On this machine')),
      ...group('catalogue', vscode.l10n.t('To download')),
      { label: vscode.l10n.t('Others'), kind: vscode.QuickPickItemKind.Separator },
      {
        label: `$(file-binary) ${vscode.l10n.t('Choose a model file…')}`,
        run: async () => vscode.commands.executeCommand(commandIds.chooseModelFile),
      },
    ];
  }

  private itemOf(choice: Choice): Item {
    const licence = choice.model && catalogue().licences[choice.model.licence];
    const { target } = choice;
    return {
      label: choice.name,
      description: choice.fit ? fitLine(choice.fit) : '',
      detail: detailLine(choice, licence, this.contextTokens),
      run: () => (target.kind === 'file' ? this.deps.use(target.path) : this.fetch(target.model)),
    };
  }

  /** Asks for what is still to be chosen and accepted, downloads, and offers the model. */
  private async fetch(model: CatalogueModel): Promise<void> {
    const quantisation = await this.chooseQuantisation(model);
    if (!quantisation) return;
    const name = `${model.name} ${quantisation.name}`;
    const licence = catalogue().licences[model.licence];
    if (!(await this.confirmSize(model, quantisation, name)) || (licence && !(await this.licences.ask(licence, model.name)))) return;
    const { file, bytes, approximate, sha256 } = quantisation;
    const end = await this.deps.downloads.start({
      id: `${model.id}-${quantisation.name}`,
      name,
      repository: model.repository,
      revision: model.revision,
      files: [{ path: file, bytes: approximate ? 0 : bytes, sha256 }],
    });
    if (end.kind === 'done') await offerDownloadedModel(name, end.path, this.deps.use);
  }

  private async chooseQuantisation(model: CatalogueModel): Promise<Quantisation | undefined> {
    const first = defaultQuantisation(model, this.machine, this.contextTokens);
    if (model.quantisations.length === 1) return first;
    const items = [first, ...model.quantisations.filter((one) => one !== first)].map((quantisation) => ({
      label: quantisation === first ? vscode.l10n.t('{0} (recommended)', quantisation.name) : quantisation.name,
      description: fitLine(fit(needOf(model, quantisation), this.machine, this.contextTokens)),
      detail: quantisationLine(quantisation),
      quantisation,
    }));
    const picked = await vscode.window.showQuickPick(items, {
      title: model.name,
      placeHolder: vscode.l10n.t('In which quantisation?'),
      matchOnDetail: true,
    });
    return picked?.quantisation;
  }

  private async confirmSize(model: CatalogueModel, quantisation: Quantisation, name: string): Promise<boolean> {
    const { verdict } = fit(needOf(model, quantisation), this.machine, this.contextTokens);
    if (verdict !== 'doesNotFit') return true;
    const download = vscode.l10n.t('Download Anyway');
    const question = vscode.l10n.t('{0} does not fit into the memory of this machine as it is now. Download it all the same?', name);
    return (await vscode.window.showWarningMessage(question, { modal: true }, download)) === download;
  }
}

/** What the model that is loaded would give back. */
function heldBytes({ state }: LanguageModel): number {
  if (state.kind !== 'ready') return 0;
  const { fileBytes, mapped, lanes, laneBytes } = state.facts;
  // What is mapped counts as free already: the system can drop it.
  return (mapped ? 0 : fileBytes) + lanes * laneBytes;
}
