import type { ChatParams, ChatResult, ChatTurn } from '../../contract/chat';
import type { CompletionRequest, CompletionResult } from '../../contract/completion';
import type { Metrics } from '../../contract/metrics';
import type { EngineErrorData } from '../../contract/engineErrors';
import type { Cancellation, LanguageModel, Outcome } from '../llm/languageModel';
import type { Figures } from './benchmarkResults';
import type { SamplePlace } from './benchmarkSample';
import { isExactFirstLine, keptCharacters, similarity } from './completionScores';

/** What is being done, for the progress. */
export type Step = 'load' | 'ask' | 'askAgain' | 'ghostText';

export interface MeasureOptions {
  readonly engine: Pick<LanguageModel, 'chat' | 'complete'>;
  readonly sample: readonly SamplePlace[];
  readonly cancellation: Cancellation;
  readonly onStep: (step: Step, done: number, of: number) => void;
  /** Milliseconds. */
  readonly now: () => number;
}

/** `undefined` where it was cancelled. */
export type Measurement =
  { readonly kind: 'done'; readonly figures: Figures } | { readonly kind: 'failed'; readonly error: EngineErrorData };

/** Longest that a model may take for ghost text, in milliseconds: what a slow one has not begun by then is left out. */
const ghostLimit = 90_000;
const answerTokens = 64;
const ghostTokens = 48;
/** Characters of code that are some 500 tokens. */
const codeCharacters = 1500;
/** At every so many places, ghost text is asked for one key later as well. */
const keyLaterEvery = 4;

const greedy = { temperature: 0, topP: 1, topK: 1, seed: 0 } as const;

/** Measures the model that the engine has, or loads. */
export async function measure(options: MeasureOptions): Promise<Measurement | undefined> {
  const { onStep } = options;
  const cancelled = (): boolean => options.cancellation.isCancellationRequested;
  onStep('load', 0, 1);
  const loaded = await ask(options, 'Say hello.', [], 1);
  if (loaded.kind === 'failed') return loaded;
  if (cancelled()) return undefined;
  onStep('ask', 0, 1);
  const first = { text: 'What does this code do?', file: exampleFile(options.sample) };
  const cold = await ask(options, first, [], answerTokens);
  if (cold.kind === 'failed') return cold;
  if (cancelled()) return undefined;
  onStep('askAgain', 0, 1);
  const { text, tokens, fingerprint } = cold.value;
  const warm = await ask(options, 'Name one thing to improve.', [{ user: first, answer: { text, tokens, fingerprint } }], answerTokens);
  if (warm.kind === 'failed') return warm;
  if (cancelled()) return undefined;
  const ghost = await ghostFigures(options);
  if (ghost === undefined || 'kind' in ghost) return ghost;
  return { kind: 'done', figures: { ...chatFigures(cold.value.metrics, warm.value.metrics), ghost } };
}

function ask(
  { engine, cancellation }: MeasureOptions,
  user: string | ChatParams['user'],
  history: readonly ChatTurn[],
  maxTokens: number,
): Promise<Outcome<ChatResult>> {
  const content = typeof user === 'string' ? { text: user } : user;
  return engine.chat({ system: '', history, user: content, sampling: greedy, maxTokens }, () => undefined, cancellation);
}

function exampleFile(sample: readonly SamplePlace[]): NonNullable<ChatParams['user']['file']> {
  const files = new Map(sample.map(({ path, prefix, missing, suffix }) => [path, prefix + missing + suffix]));
  return { path: 'example.txt', language: 'plaintext', text: [...files.values()].join('\n').slice(0, codeCharacters) };
}

function chatFigures(cold: Metrics, warm: Metrics): Omit<Figures, 'ghost'> {
  const prefill = cold.firstTokenMilliseconds > 0 ? (cold.evaluatedTokens * 1000) / cold.firstTokenMilliseconds : null;
  const decode = Math.max(cold.tokensPerSecond, warm.tokensPerSecond);
  return {
    coldFirstTokenMilliseconds: positive(cold.firstTokenMilliseconds),
    warmFirstTokenMilliseconds: positive(warm.firstTokenMilliseconds),
    prefillTokensPerSecond: prefill,
    decodeTokensPerSecond: positive(decode),
    reusedTokens: warm.reusedTokens,
    evaluatedTokens: warm.evaluatedTokens,
    savedSeconds: prefill ? warm.reusedTokens / prefill : null,
  };
}

interface Asked {
  readonly place: SamplePlace;
  readonly result: CompletionResult;
}

async function ghostFigures(options: MeasureOptions): Promise<Figures['ghost'] | Extract<Measurement, { kind: 'failed' }> | undefined> {
  const { engine, sample, cancellation, onStep, now } = options;
  const cancelled = (): boolean => cancellation.isCancellationRequested;
  const asked: Asked[] = [];
  const later: number[] = [];
  const end = now() + ghostLimit;
  for (const [index, place] of sample.entries()) {
    if (index > 0 && now() > end) break;
    onStep('ghostText', index, sample.length);
    const outcome = await engine.complete(sampleParams(place), cancellation);
    if (outcome.kind === 'failed') return outcome;
    if (cancelled()) return undefined;
    asked.push({ place, result: outcome.value });
    if (index % keyLaterEvery !== 0) continue;
    const next = await engine.complete(sampleParams(oneKeyLater(place)), cancellation);
    if (next.kind === 'failed') return next;
    if (cancelled()) return undefined;
    later.push(next.value.metrics.totalMilliseconds);
  }
  return ghostSummary(asked, later);
}

function sampleParams({ path, language, prefix, suffix }: SamplePlace): CompletionRequest {
  return { path, language, prefix, suffix, multiline: false, maxTokens: ghostTokens };
}

function oneKeyLater(place: SamplePlace): SamplePlace {
  const [key = ''] = place.missing;
  return { ...place, prefix: place.prefix + key, missing: place.missing.slice(key.length) };
}

function ghostSummary(asked: readonly Asked[], later: readonly number[]): Figures['ghost'] {
  const shown = asked
    .filter(({ result }) => result.text !== '')
    .map(({ place: { missing, suffix }, result: { text, replaces } }) => ({ text, replaces, missing, suffix }));
  const times = asked.map(({ result }) => result.metrics.totalMilliseconds);
  const characters = sum(shown.map(({ text, replaces = 0 }) => text.length - replaces));
  return {
    places: asked.length,
    shown: shown.length,
    medianMilliseconds: percentile(times, 0.5),
    percentile95Milliseconds: percentile(times, 0.95),
    keyLaterMilliseconds: percentile(later, 0.5),
    exactLine: share(shown.filter(isExactFirstLine).length, asked.length),
    similarity: share(sum(shown.map(similarity)), asked.length),
    kept: share(sum(shown.map(keptCharacters)), characters),
  };
}

/** By nearest rank; `null` of nothing. */
export function percentile(values: readonly number[], part: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? null;
}

function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

function positive(value: number): number | null {
  return value > 0 ? value : null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
