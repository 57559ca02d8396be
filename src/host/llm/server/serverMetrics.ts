import { noMetrics, type Metrics } from '../../../contract/metrics';
import { isJsonObject, readCost } from './reading/readBounds';

/** Measures a request from its beginning. */
export class Meter {
  private readonly began = performance.now();
  private first = 0;
  private last = 0;
  private pieces = 0;
  private promptTokens = 0;
  private reusedTokens = 0;
  private generatedTokens: number | undefined;

  /** A piece of text came. Servers send about one a token. */
  heard(): void {
    this.last = performance.now();
    this.first ||= this.last;
    this.pieces++;
  }

  /** Reads the cost from a part of the answer: OpenAI's `usage`, llama-server's `timings`, Ollama's counts. Any of them may be missing. */
  read(said: unknown): void {
    if (!isJsonObject(said)) return;
    const { usage, timings } = said;
    if (isJsonObject(timings)) {
      const evaluated = readCost(timings['prompt_n']);
      if (evaluated !== undefined) {
        this.reusedTokens = readCost(timings['cache_n']) ?? 0;
        this.promptTokens = evaluated + this.reusedTokens;
      }
      this.generatedTokens = readCost(timings['predicted_n']) ?? this.generatedTokens;
    }
    if (isJsonObject(usage)) {
      const details = usage['prompt_tokens_details'];
      this.promptTokens = readCost(usage['prompt_tokens']) ?? this.promptTokens;
      this.reusedTokens = (isJsonObject(details) ? readCost(details['cached_tokens']) : undefined) ?? this.reusedTokens;
      this.generatedTokens = readCost(usage['completion_tokens']) ?? this.generatedTokens;
    }
    this.promptTokens = readCost(said['prompt_eval_count']) ?? this.promptTokens;
    this.generatedTokens = readCost(said['eval_count']) ?? this.generatedTokens;
  }

  /** As of now. Counts that the server has not given are 0, but for the tokens that came. */
  get metrics(): Metrics {
    const generatedTokens = this.generatedTokens ?? this.pieces;
    const reusedTokens = Math.min(this.reusedTokens, this.promptTokens);
    const decoding = (this.last - this.first) / 1000;
    return {
      ...noMetrics,
      promptTokens: this.promptTokens,
      reusedTokens,
      evaluatedTokens: this.promptTokens - reusedTokens,
      generatedTokens,
      firstTokenMilliseconds: this.first === 0 ? 0 : this.first - this.began,
      tokensPerSecond: generatedTokens < 2 || decoding <= 0 ? 0 : (generatedTokens - 1) / decoding,
      totalMilliseconds: performance.now() - this.began,
    };
  }
}
