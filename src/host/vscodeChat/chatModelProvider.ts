import type { ChatParams } from '../../contract/chat';
import {
  LanguageModelChatToolMode,
  LanguageModelTextPart,
  l10n,
  type CancellationToken,
  type LanguageModelChatInformation,
  type LanguageModelChatProvider,
  type LanguageModelChatRequestMessage,
  type LanguageModelResponsePart,
  type Progress,
  type ProvideLanguageModelChatResponseOptions,
} from 'vscode';
import { estimateTokenCount, MESSAGE_TOKENS } from '../../prompt/context/tokenEstimate';
import { type LanguageModel, taskSubjects } from '../llm/languageModel';
import { placeOf } from '../ui/engineStatus';
import type { Log } from '../services/log';
import type { AnswerMemory } from './answerMemory';
import { mapMessages, textOf } from './mapMessages';
import type { ModelList } from './vscodeModelList';
import { readModelOptions } from './modelOptions';
import { engineRefusal, goneRefusal, messageRefusal, optionRefusal, toolRefusal } from './chatRefusals';
import { defaultOptions, type AnswerSettings } from './answerSettings';

export interface ChatModelProviderDeps {
  readonly engine: LanguageModel;
  readonly models: ModelList;
  readonly answers: AnswerMemory;
  readonly settings: () => AnswerSettings;
  readonly newSeed: () => number;
  readonly log: Log;
}

/** The model for VS Code's own chat and for other extensions, on the session that Paddock's chat view and ghost text use. */
export class ChatModelProvider implements LanguageModelChatProvider {
  readonly onDidChangeLanguageModelChatInformation: ModelList['onDidChange'];

  constructor(private readonly deps: ChatModelProviderDeps) {
    this.onDidChangeLanguageModelChatInformation = deps.models.onDidChange;
  }

  /** Starts no worker, silent or not: nothing about the model has to be asked of anybody. */
  async provideLanguageModelChatInformation(): Promise<LanguageModelChatInformation[]> {
    const info = await this.deps.models.current();
    const { state } = this.deps.engine;
    const place =
      state.kind === 'remote'
        ? { detail: placeOf(state.server), tooltip: placeOf(state.server) }
        : { detail: l10n.t('on this machine'), tooltip: l10n.t('Runs on this machine with Paddock; nothing leaves it.') };
    return [
      {
        ...info,
        ...place,
        capabilities: { imageInput: false, toolCalling: false },
      },
    ];
  }

  /**
   * Answers, starting the engine if need be. Settles when the answer has ended or was cancelled.
   * @throws LanguageModelError
   */
  async provideLanguageModelChatResponse(
    model: LanguageModelChatInformation,
    messages: readonly LanguageModelChatRequestMessage[],
    options: ProvideLanguageModelChatResponseOptions,
    progress: Progress<LanguageModelResponsePart>,
    token: CancellationToken,
  ): Promise<void> {
    const { engine, models, answers, log } = this.deps;
    if ((await models.current()).id !== model.id) throw goneRefusal(model.name);
    const params = this.paramsOf(messages, options);
    const outcome = await engine.chat(
      params,
      (event) => {
        if (event.kind === 'text' && !token.isCancellationRequested) progress.report(new LanguageModelTextPart(event.text));
      },
      token,
    );
    if (outcome.kind === 'failed') {
      log.error(`no answer: ${outcome.error.kind}`);
      throw engineRefusal(outcome.error);
    }
    const { stop, metrics, tokens } = outcome.value;
    answers.remember(outcome.value);
    log.info(`answer ${stop}, ${tokens.length} tokens; of ${metrics.promptTokens} prompt tokens ${metrics.evaluatedTokens} evaluated`);
  }

  /**
   * Counts by the loaded model's vocabulary. The count is an estimate while none is loaded, and where a server answers: nothing was sent to
   * it yet. A message counts with what stands around it.
   */
  async provideTokenCount(_model: LanguageModelChatInformation, text: string | LanguageModelChatRequestMessage): Promise<number> {
    const content = typeof text === 'string' ? text : textOf(text.content);
    const [count = estimateTokenCount(content)] = (await this.deps.engine.countTokens([content])) ?? [];
    return typeof text === 'string' ? count : count + MESSAGE_TOKENS;
  }

  private paramsOf(
    messages: readonly LanguageModelChatRequestMessage[],
    { modelOptions = {}, tools, toolMode }: ProvideLanguageModelChatResponseOptions,
  ): ChatParams {
    // Tools that may be called are left uncalled, as a model may choose; one that has to be cannot.
    if (toolMode === LanguageModelChatToolMode.Required && tools !== undefined && tools.length > 0) throw toolRefusal();
    const settings = this.deps.settings();
    const read = readModelOptions(modelOptions, defaultOptions(settings, this.deps.newSeed()));
    if (read.kind === 'refused') throw optionRefusal(read.option);
    const mapping = mapMessages(messages, settings.system, (text) => this.deps.answers.answer(text));
    if (mapping.kind === 'refused') throw messageRefusal(mapping.problem);
    return { ...mapping.request, ...read.options, subject: taskSubjects.vscodeChat };
  }
}
