import type { Sampling } from '../../contract/chat';
import * as v from 'valibot';

/** What a request may ask for beside its messages, under the names that OpenAI's interface made usual. Others are for other models. */
const schema = v.object({
  temperature: v.nullish(v.pipe(v.number(), v.minValue(0), v.maxValue(2))),
  top_p: v.nullish(v.pipe(v.number(), v.gtValue(0), v.maxValue(1))),
  top_k: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
  max_tokens: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1))),
  seed: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1))),
});

export interface AnswerOptions {
  readonly sampling: Sampling;
  readonly maxTokens: number;
}

export type ReadOptions =
  | { readonly kind: 'read'; readonly options: AnswerOptions }
  /** The first option whose value cannot be used. */
  | { readonly kind: 'refused'; readonly option: string };

/** Reads a request's `modelOptions`; what they do not say is as in `defaults`. */
export function readModelOptions(given: Readonly<Record<string, unknown>>, defaults: AnswerOptions): ReadOptions {
  const result = v.safeParse(schema, given);
  if (!result.success) return { kind: 'refused', option: v.getDotPath(result.issues[0]) ?? '' };
  const { temperature, top_p, top_k, max_tokens, seed } = result.output;
  const { sampling, maxTokens } = defaults;
  return {
    kind: 'read',
    options: {
      sampling: {
        temperature: temperature ?? sampling.temperature,
        topP: top_p ?? sampling.topP,
        topK: top_k ?? sampling.topK,
        seed: seed ?? sampling.seed,
      },
      maxTokens: max_tokens ?? maxTokens,
    },
  };
}
