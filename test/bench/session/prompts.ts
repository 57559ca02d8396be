import type { ChatParams, WarmChat } from '../../../src/contract/chat';
import type { CompletionRequest } from '../../../src/contract/completion';
import type { ModelFacts } from '../../../src/contract/models';
import { getLlama, type Llama, type LlamaModel } from 'node-llama-cpp';
import { buildChatPrompt, chatBudget, chatPrefix } from '../../../src/prompt/chat/chatPrompt';
import { buildCompletionPrompt } from '../../../src/prompt/completion/completionPrompt';
import type { ChatFormat, PromptTokenizer } from '../../../src/prompt/promptTypes';
import { Grammars } from '../../../src/worker/syntax/grammars';
import { Outlines } from '../../../src/worker/syntax/outlines';
import { promptTokenizer } from '../../../src/worker/model/tokenizer';

/** As in src/worker/requests/modelRequests.ts; that the prompts are the worker's is checked by their lengths with every request. */
const ghostShare = 0.25;
const ghostMost = 1024;
/** Of the files the benchmark attaches: {@link file://./material.ts}. */
const languageOfFiles = 'typescript';

/** Lays prompts out as the worker does for a model, so that another engine can be asked the same token by token. */
export class Prompts {
  private constructor(
    private readonly llama: Llama,
    private readonly model: LlamaModel,
    private readonly tokenizer: PromptTokenizer,
    private readonly format: ChatFormat,
    private readonly outlines: Outlines,
    /** Of one lane. */
    readonly contextTokens: number,
  ) {}

  /** Reads a model's vocabulary and chat format; no weights. */
  static async load(facts: ModelFacts): Promise<Prompts> {
    const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, progressLogs: false });
    const model = await llama.loadModel({ modelPath: facts.path, vocabOnly: true });
    const tokenizer = promptTokenizer(model, facts.fingerprint);
    const outlines = new Outlines(new Grammars(), (message) => {
      throw new Error(message);
    });
    await outlines.prepare([languageOfFiles]);
    return new Prompts(llama, model, tokenizer, formatOf(facts, model), outlines, facts.contextTokens);
  }

  async chat(params: ChatParams): Promise<readonly number[]> {
    const budget = chatBudget(this.contextTokens, params.maxTokens);
    return (await buildChatPrompt(params, this.format, this.tokenizer, budget, this.outlines.of)).tokens;
  }

  /** What all requests with this system text, history and file begin with. */
  chatBeginning(params: Omit<WarmChat, 'kind'>): Promise<readonly number[]> {
    return chatPrefix(params, this.format, this.tokenizer, chatBudget(this.contextTokens, 0), this.outlines.of);
  }

  ghost(params: CompletionRequest): readonly number[] {
    return buildCompletionPrompt(params, this.tokenizer, this.ghostBudget).tokens;
  }

  /** Of the model, by which an answer's ids are known again. */
  get fingerprint(): string {
    return this.tokenizer.fingerprint;
  }

  /** Most tokens of a ghost text's prompt. */
  get ghostBudget(): number {
    return Math.min(ghostMost, Math.floor(this.contextTokens * ghostShare));
  }

  async dispose(): Promise<void> {
    await this.model.dispose();
    await this.llama.dispose();
  }
}

function formatOf({ promptFormat }: ModelFacts, model: LlamaModel): ChatFormat {
  if (promptFormat !== 'template') return { kind: promptFormat };
  const source = model.fileInfo.metadata.tokenizer.chat_template ?? '';
  return { kind: 'template', source, bosText: model.tokens.bosString ?? '', eosText: model.tokens.eosString ?? '' };
}
