import { expect, it } from 'vitest';
import { runBenchmark } from '../../src/host/benchmark/benchmarkRunner';
import { sample } from '../../src/host/benchmark/benchmarkSample';
import { embeddedModelPath, loadParams, startWorker } from '../fixtures/engine/realWorker';
import { noCancel } from '../fixtures/engine/workerClient';

// It loads and reads much, which takes minutes beside other work.
it('measures the embedded model, shortened', async () => {
  const path = embeddedModelPath();
  const results = await runBenchmark(
    {
      createEngine: (file) => startWorker(loadParams(file)),
      makeRoom: () => Promise.resolve(false),
      describe: ({ kind }) => kind,
      now: () => performance.now(),
      places: sample.slice(0, 5),
    },
    [{ name: 'Embedded', path, bytes: 1 }],
    () => undefined,
    noCancel,
  );
  const [result] = results ?? [];
  if (result?.kind !== 'measured') throw new Error(`not measured: ${JSON.stringify(results)}`);
  const { ghost, ...chat } = result.figures;
  for (const [name, value] of Object.entries(chat)) expect(value, name).toBeGreaterThan(0);
  expect(chat.reusedTokens).toBeGreaterThan(chat.evaluatedTokens);
  expect(ghost.places).toBe(5);
  expect(ghost.shown).toBeLessThanOrEqual(5);
  expect(ghost.medianMilliseconds).toBeGreaterThan(0);
  expect(ghost.percentile95Milliseconds).toBeGreaterThanOrEqual(ghost.medianMilliseconds ?? Infinity);
  // What goes on as was foretold is there at once.
  expect(ghost.keyLaterMilliseconds).toBeGreaterThanOrEqual(0);
  for (const value of [ghost.exactLine, ghost.similarity]) {
    expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThanOrEqual(1);
  }
}, 240_000);
