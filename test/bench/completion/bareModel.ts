import { availableParallelism } from 'node:os';
import { getLlama, LlamaCompletion, type Llama, type LlamaContext, type LlamaModel } from 'node-llama-cpp';
import { anchoredTail } from '../../../src/prompt/completion/completionPrompt';

/** As much of a document as about fits the budget of a ghost text's prompt. */
const mostCharacters = 4096;
/** Tokens the bare model writes at a place. */
export const bareTokens = 64;

/** The model with nothing of Paddock around it: the text before the cursor goes in, and the first tokens that come out are shown. */
export class BareModel {
  private constructor(
    private readonly llama: Llama,
    private readonly model: LlamaModel,
    private readonly context: LlamaContext,
    private readonly completion: LlamaCompletion,
  ) {}

  static async load(path: string, contextTokens: number): Promise<BareModel> {
    const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, progressLogs: false });
    const model = await llama.loadModel({ modelPath: path });
    const context = await model.createContext({ contextSize: contextTokens, threads: availableParallelism() });
    return new BareModel(llama, model, context, new LlamaCompletion({ contextSequence: context.getSequence() }));
  }

  /** What greedy decoding writes after a text. Of a long one, the end counts, as much as Paddock has of it. */
  complete(prefix: string): Promise<string> {
    return this.completion.generateCompletion(anchoredTail(prefix, mostCharacters), { maxTokens: bareTokens, temperature: 0 });
  }

  async dispose(): Promise<void> {
    this.completion.dispose();
    await this.context.dispose();
    await this.model.dispose();
    await this.llama.dispose();
  }
}
