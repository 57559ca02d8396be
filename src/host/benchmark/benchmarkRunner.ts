import type { EngineErrorData } from '../../contract/engineErrors';
import type { Cancellation, LanguageModel } from '../llm/languageModel';
import { measure, type Measurement, type Step } from './measureModel';
import type { Result } from './benchmarkResults';
import { sample, type SamplePlace } from './benchmarkSample';

/** A model file on this machine. */
export interface Candidate {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

/** An engine of the benchmark's own, with nothing stored. */
export type OwnEngine = Pick<LanguageModel, 'chat' | 'complete' | 'state'> & { shutDown(): Promise<void> };

export interface RunnerDeps {
  readonly createEngine: (path: string) => OwnEngine;
  /** Asks whether the user's own model may be unloaded to make room, and does it; `false` where it may not, or there is none. */
  readonly makeRoom: (model: Candidate) => Promise<boolean>;
  /** An error as a sentence for people. */
  readonly describe: (error: EngineErrorData) => string;
  readonly now: () => number;
  readonly places?: readonly SamplePlace[];
}

export type OnStep = (model: Candidate, step: Step, done: number, of: number) => void;

/** Measures one model after the other, each in a worker of its own, which is gone before the next. `undefined` where it was cancelled. */
export async function runBenchmark(
  deps: RunnerDeps,
  models: readonly Candidate[],
  onStep: OnStep,
  cancellation: Cancellation,
): Promise<readonly Result[] | undefined> {
  const results: Result[] = [];
  for (const model of models) {
    let result = await runOne(deps, model, onStep, cancellation);
    if (result?.kind === 'failed' && result.error.kind === 'doesNotFit' && (await deps.makeRoom(model)))
      result = await runOne(deps, model, onStep, cancellation);
    if (result === undefined) return undefined;
    const { name, path, bytes } = model;
    results.push(
      result.kind === 'done'
        ? { kind: 'measured', name, path, bytes, gpu: result.gpu, figures: result.figures }
        : { kind: 'failed', name, path, bytes, reason: deps.describe(result.error) },
    );
  }
  return results;
}

type OneEnd = Extract<Measurement, { kind: 'failed' }> | (Extract<Measurement, { kind: 'done' }> & { readonly gpu: string | false });

async function runOne(deps: RunnerDeps, model: Candidate, onStep: OnStep, cancellation: Cancellation): Promise<OneEnd | undefined> {
  if (cancellation.isCancellationRequested) return undefined;
  const engine = deps.createEngine(model.path);
  try {
    const measurement = await measure({
      engine,
      sample: deps.places ?? sample,
      cancellation,
      now: deps.now,
      onStep: (step, done, of) => {
        onStep(model, step, done, of);
      },
    });
    if (measurement?.kind !== 'done') return measurement;
    const { state } = engine;
    return { ...measurement, gpu: state.kind === 'ready' ? state.facts.gpu : false };
  } finally {
    await engine.shutDown();
  }
}
