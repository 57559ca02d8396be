import * as v from 'valibot';
import type { Metrics } from '../../../protocol/worker';
import { noMetrics } from '../cancelled';

/** What llama-server and OpenAI's API say a request has cost, each in its own words; nothing of it can be relied on to be there. */
const timings = v.looseObject({ cache_n: v.optional(v.number()), prompt_n: v.optional(v.number()), predicted_n: v.optional(v.number()) });
const usage = v.looseObject({
  prompt_tokens: v.optional(v.number()),
  completion_tokens: v.optional(v.number()),
  prompt_tokens_details: v.nullish(v.looseObject({ cached_tokens: v.nullish(v.number()) })),
});
const part = v.looseObject({ usage: v.nullish(usage), timings: v.nullish(timings), tokens_cached: v.nullish(v.number()) });

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

  /** What `said`, a part of the answer, says of the cost. */
  read(said: unknown): void {
    const { success, output } = v.safeParse(part, said);
    if (!success) return;
    const { usage: used, timings: timed } = output;
    if (timed?.prompt_n !== undefined) {
      this.reusedTokens = timed.cache_n ?? 0;
      this.promptTokens = timed.prompt_n + this.reusedTokens;
    }
    this.promptTokens = used?.prompt_tokens ?? this.promptTokens;
    this.reusedTokens = used?.prompt_tokens_details?.cached_tokens ?? this.reusedTokens;
    this.generatedTokens = used?.completion_tokens ?? timed?.predicted_n ?? this.generatedTokens;
  }

  /** As of now. Counts that the server has not given are 0, but for the tokens that came. */
  get metrics(): Metrics {
    const generatedTokens = this.generatedTokens ?? this.pieces;
    const decoding = (this.last - this.first) / 1000;
    return {
      ...noMetrics,
      promptTokens: this.promptTokens,
      reusedTokens: this.reusedTokens,
      evaluatedTokens: this.promptTokens - this.reusedTokens,
      generatedTokens,
      firstTokenMilliseconds: this.first === 0 ? 0 : this.first - this.began,
      tokensPerSecond: generatedTokens < 2 || decoding <= 0 ? 0 : (generatedTokens - 1) / decoding,
      totalMilliseconds: performance.now() - this.began,
    };
  }
}
