import type { Figures, Measured, Result } from '../../../../src/host/benchmark/benchmarkResults';

interface Some {
  readonly bytes?: number;
  readonly decode?: number | null;
  readonly ghost?: Partial<Figures['ghost']>;
}

export function measuredResult(name: string, { bytes = 1e9, decode = 12, ghost = {} }: Some = {}): Measured {
  return {
    kind: 'measured',
    name,
    path: `/models/${name}.gguf`,
    bytes,
    gpu: false,
    figures: {
      coldFirstTokenMilliseconds: 14_000,
      warmFirstTokenMilliseconds: 300,
      prefillTokensPerSecond: 39,
      decodeTokensPerSecond: decode,
      reusedTokens: 560,
      evaluatedTokens: 12,
      savedSeconds: 14.4,
      ghost: {
        places: 24,
        shown: 20,
        medianMilliseconds: 400,
        percentile95Milliseconds: 900,
        keyLaterMilliseconds: 90,
        exactLine: 0.5,
        similarity: 0.6,
        kept: 0.7,
        ...ghost,
      },
    },
  };
}

export function failedResult(name: string): Result {
  return { kind: 'failed', name, path: `/models/${name}.gguf`, bytes: 1e9, reason: 'It does not fit into memory.' };
}
