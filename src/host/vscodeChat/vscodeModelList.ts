import { isDeepStrictEqual } from 'node:util';
import { Emitter, type Disposable, type Event } from '../../util/event';
import type { LanguageModel } from '../llm/languageModel';
import { readGgufFacts, type GgufFacts } from './ggufHeader';
import { modelInfo, type ConfiguredModel, type ModelInfo } from './modelInfo';
import type { AnswerSettings } from './answerSettings';

export interface ModelListDeps {
  readonly engine: Pick<LanguageModel, 'state' | 'onDidChangeState'>;
  readonly model: () => ConfiguredModel;
  readonly settings: () => AnswerSettings;
  /** A setting changed, whether it matters here or not. */
  readonly onDidChangeSettings: Event<unknown>;
}

/** The one model that Paddock offers, and word of its changes. Starts no worker. */
export class ModelList implements Disposable {
  private readonly changes = new Emitter<undefined>();
  private readonly subscriptions: readonly Disposable[];
  private file: { readonly path: string; readonly facts: Promise<GgufFacts> } | undefined;
  /** As it was told last. */
  private told: ModelInfo | undefined;

  /** The model is no longer as it was told, or has never been. */
  readonly onDidChange: Event<undefined> = this.changes.event;

  constructor(private readonly deps: ModelListDeps) {
    const check = (): void => {
      void this.check();
    };
    this.subscriptions = [deps.engine.onDidChangeState(check), deps.onDidChangeSettings(check)];
  }

  /** Has VS Code ask for the model. Since some version after 1.104 it does not by itself, and has none to offer until somebody else asks. */
  announce(): void {
    this.changes.fire(undefined);
  }

  async current(): Promise<ModelInfo> {
    const info = await this.read();
    this.told = info;
    return info;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changes.dispose();
  }

  private async check(): Promise<void> {
    if (this.told === undefined) return;
    const info = await this.read();
    if (isDeepStrictEqual(info, this.told)) return;
    this.told = info;
    this.changes.fire(undefined);
  }

  private async read(): Promise<ModelInfo> {
    const { path } = this.deps.model();
    if (this.file?.path !== path) this.file = { path, facts: readGgufFacts(path) };
    const facts = await this.file.facts;
    // After the wait: what is told is how things are by then.
    return modelInfo(this.deps.engine.state, this.deps.model(), facts, this.deps.settings());
  }
}
