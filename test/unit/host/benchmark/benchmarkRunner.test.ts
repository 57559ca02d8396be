import type { ChatResult } from '../../../../src/contract/chat';
import type { CompletionRequest, CompletionResult } from '../../../../src/contract/completion';
import { describe, expect, it } from 'vitest';
import { percentile } from '../../../../src/host/benchmark/measureModel';
import { runBenchmark, type OwnEngine, type RunnerDeps } from '../../../../src/host/benchmark/benchmarkRunner';
import { sample } from '../../../../src/host/benchmark/benchmarkSample';
import type { Outcome } from '../../../../src/host/llm/languageModel';
import type { EngineErrorData } from '../../../../src/contract/engineErrors';
import { fakeFacts, fakeMetrics } from '../../../fixtures/engine/fakeEngine';
import { Cancel, noCancel } from '../../../fixtures/engine/workerClient';

const tooLarge: EngineErrorData = {
  kind: 'doesNotFit',
  path: '/models/a.gguf',
  neededBytes: 9e9,
  freeBytes: 4e9,
  others: 0,
  othersBytes: 0,
};

/** Knows what stands at each place of the sample, and answers at once, or fails as it is told. */
class KnowingEngine implements OwnEngine {
  readonly state = { kind: 'ready', generation: 1, responding: true, facts: fakeFacts } as const;
  shutDowns = 0;

  constructor(private readonly error?: EngineErrorData) {}

  chat(): Promise<Outcome<ChatResult>> {
    if (this.error) return Promise.resolve({ kind: 'failed', error: this.error });
    const value = {
      text: 'x',
      tokens: [1],
      fingerprint: 'f',
      stop: 'end',
      metrics: fakeMetrics,
      droppedTurns: 0,
      cuts: [],
      contextUsed: 9,
    } as const;
    return Promise.resolve({ kind: 'done', value });
  }

  complete({ prefix }: CompletionRequest): Promise<Outcome<CompletionResult>> {
    const place = sample.find((each) => each.prefix === prefix);
    return Promise.resolve({ kind: 'done', value: { text: place?.missing ?? '', stop: 'end', metrics: fakeMetrics } });
  }

  shutDown(): Promise<void> {
    this.shutDowns++;
    return Promise.resolve();
  }
}

const model = { name: 'A', path: '/models/a.gguf', bytes: 1e9 };

function depsOf(engines: KnowingEngine[], more: Partial<RunnerDeps> = {}): RunnerDeps {
  const rest = [...engines];
  return {
    createEngine: () => {
      const next = rest.shift();
      if (!next) throw new Error('no engine left');
      return next;
    },
    makeRoom: () => Promise.resolve(false),
    describe: ({ kind }) => `It failed: ${kind}.`,
    now: () => 0,
    ...more,
  };
}

describe('a benchmark', () => {
  it('gives a model that writes what stands there full marks, and ends its engine', async () => {
    const engine = new KnowingEngine();
    const steps: string[] = [];
    const results = await runBenchmark(depsOf([engine]), [model], (_, step) => steps.push(step), noCancel);
    expect(results).toMatchObject([
      {
        kind: 'measured',
        figures: {
          coldFirstTokenMilliseconds: 412,
          decodeTokensPerSecond: 12.34,
          reusedTokens: 1024,
          ghost: { places: sample.length, shown: sample.length, exactLine: 1, similarity: 1, kept: 1, medianMilliseconds: 4000 },
        },
      },
    ]);
    expect(new Set(steps)).toEqual(new Set(['load', 'ask', 'askAgain', 'ghostText']));
    expect(engine.shutDowns).toBe(1);
  });

  it('skips a model that does not fit, with a reason, and continues', async () => {
    const engines = [new KnowingEngine(tooLarge), new KnowingEngine()];
    const results = await runBenchmark(depsOf(engines), [model, { ...model, name: 'B' }], () => undefined, noCancel);
    expect(results).toMatchObject([
      { kind: 'failed', reason: 'It failed: doesNotFit.' },
      { kind: 'measured', name: 'B' },
    ]);
    expect(engines.map(({ shutDowns }) => shutDowns)).toEqual([1, 1]);
  });

  it('tries again when memory was freed', async () => {
    const engines = [new KnowingEngine(tooLarge), new KnowingEngine()];
    const deps = depsOf(engines, { makeRoom: () => Promise.resolve(true) });
    expect(await runBenchmark(deps, [model], () => undefined, noCancel)).toMatchObject([{ kind: 'measured' }]);
  });

  it('stops when it is cancelled and disposes the engine', async () => {
    const cancel = new Cancel();
    const engine = new KnowingEngine();
    const results = await runBenchmark(
      depsOf([engine]),
      [model, model],
      (_, step) => {
        if (step === 'ghostText') cancel.cancel();
      },
      cancel,
    );
    expect(results).toBeUndefined();
    expect(engine.shutDowns).toBe(1);
  });

  it('starts only as many places as a slow model has time for', async () => {
    let minutes = 0;
    const deps = depsOf([new KnowingEngine()], { now: () => minutes++ * 60_000 });
    const results = await runBenchmark(deps, [model], () => undefined, noCancel);
    expect(results).toMatchObject([{ figures: { ghost: { places: 2 } } }]);
  });
});

describe('the sample', () => {
  it('has some two dozen places in six languages or more, of which the first are all of different files', () => {
    expect(sample.length).toBeGreaterThanOrEqual(24);
    expect(new Set(sample.map(({ language }) => language)).size).toBeGreaterThanOrEqual(6);
    expect(new Set(sample.slice(0, 8).map(({ path }) => path)).size).toBe(8);
  });
});

describe('a percentile', () => {
  it('is one of the values, and none of none', () => {
    expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
    expect(percentile([1, 2], 0.95)).toBe(2);
    expect(percentile([], 0.5)).toBeNull();
  });
});
