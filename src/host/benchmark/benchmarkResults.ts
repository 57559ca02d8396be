import * as v from 'valibot';

/** A figure; none where the model gave nothing to measure it by. */
const figure = v.nullable(v.number());

const figures = v.object({
  /** Of a question with some 500 tokens of code, nothing of it known; and of the one after it. */
  coldFirstTokenMilliseconds: figure,
  warmFirstTokenMilliseconds: figure,
  prefillTokensPerSecond: figure,
  decodeTokensPerSecond: figure,
  /** Of the second question: tokens that were known, tokens that were read, and what reading all of them would have taken more. */
  reusedTokens: v.number(),
  evaluatedTokens: v.number(),
  savedSeconds: figure,
  ghost: v.object({
    places: v.number(),
    shown: v.number(),
    medianMilliseconds: figure,
    percentile95Milliseconds: figure,
    /** One key after another ghost text at the same place. */
    keyLaterMilliseconds: figure,
    /** Shares, 0 to 1, over all places: one where nothing was shown has nothing right. */
    exactLine: figure,
    similarity: figure,
    /** Of the characters shown, those that are the file's. */
    kept: figure,
  }),
});

const measured = v.object({
  kind: v.literal('measured'),
  path: v.string(),
  name: v.string(),
  bytes: v.number(),
  /** What it ran on: a graphics card's interface, or the processor. */
  gpu: v.union([v.string(), v.literal(false)]),
  figures,
});

const failed = v.object({
  kind: v.literal('failed'),
  path: v.string(),
  name: v.string(),
  bytes: v.number(),
  /** A sentence for people. */
  reason: v.string(),
});

const run = v.object({
  /** Milliseconds since 1970. */
  at: v.number(),
  results: v.array(v.variant('kind', [measured, failed])),
});

const kept = v.object({ last: run, previous: v.optional(run) });

export type Figures = v.InferOutput<typeof figures>;
export type Measured = v.InferOutput<typeof measured>;
export type Result = Measured | v.InferOutput<typeof failed>;
export type Run = v.InferOutput<typeof run>;
/** What is remembered: the last run, and the one that it is compared with. */
export type Kept = v.InferOutput<typeof kept>;

/** What was stored, or `undefined` where it is none, or of another version. */
export function parseKept(value: unknown): Kept | undefined {
  const result = v.safeParse(kept, value);
  return result.success ? result.output : undefined;
}

/** Runs to remember after another one. */
export function keptAfter(run: Run, before: Kept | undefined): Kept {
  return before ? { last: run, previous: before.last } : { last: run };
}
