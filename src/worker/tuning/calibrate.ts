import { stepSizes, tiledFrom, type ContextGrowth } from './stepCost';

/** What a model was measured to do on a machine; remembered between loads. */
export interface Calibration {
  /** Threads that decode fastest, those for steps of a few tokens, and those for either after a pause. */
  readonly decodeThreads: number;
  readonly smallThreads: number;
  readonly wakeThreads: number;
  /** Milliseconds of steps by size in tokens. */
  readonly steps: readonly (readonly [size: number, milliseconds: number])[];
  /** How much longer steps take in a lane that holds much. */
  readonly growth: ContextGrowth;
  /** Milliseconds of copying one lane into another; 0 where lanes cannot be copied. */
  readonly copyMilliseconds: number;
}

/** What calibration does with the context. Both return milliseconds. */
export interface Probe {
  /** Evaluates that many tokens in one step with that many threads, in a lane that holds `context` tokens. */
  step(tokens: number, threads: number, context: number): Promise<number>;
  /** Does nothing for long enough that the processor's cores go to sleep. */
  rest(): Promise<void>;
  /** Copies a lane; 0 where lanes cannot be copied. */
  copy(): Promise<number>;
}

/** A model whose step takes longer than this wants every core; trying fewer would only cost time. Milliseconds. */
const slowStep = 40;
/** Steps timed for each number of threads; the median counts. */
const samples = 5;
/** The same where they take turns. */
const turns = 9;
/** A size is tried while it should stay within this: a larger step may be so much faster that it is wanted. */
const longestTry = 3500;
/** A step that is not tiled. */
const smallStep = 16;
/** Sizes that are tried. */
const triedSizes = stepSizes.filter((size) => [2, 3, 4, 8, 16, 32, 64, 256, 512].includes(size));

/**
 * Finds how many threads decode fastest and what steps of each size take. A small model is faster on one core than on two that wait for
 * each other; a large one needs all. Prefill always takes all. Takes some seconds with a 7B model on two cores.
 * @param most threads never exceeded
 * @param largest tokens of one step at most
 */
export async function calibrate(most: number, largest: number, probe: Probe): Promise<Calibration> {
  const decode = await fastestThreads(most, (threads) => probe.step(1, threads, 0));
  const small = decode.threads === most ? most : (await fastestThreads(most, (threads) => probe.step(4, threads, 0))).threads;
  // Ghost text's first step finds the cores asleep, and to wake a second one may take longer than a small model's step.
  const wake =
    decode.milliseconds > slowStep
      ? decode
      : await fastestThreads(
          most,
          (threads) => probe.step(1, threads, 0),
          () => probe.rest(),
        );
  const steps: [number, number][] = [[1, decode.milliseconds]];
  let perToken = decode.milliseconds;
  for (const size of triedSizes.filter((each) => each <= largest)) {
    const expected = size * perToken;
    if (expected > longestTry) break;
    const threads = size < 16 ? small : most;
    const time = await median(expected > slowStep ? 1 : samples, () => probe.step(size, threads, 0));
    steps.push([size, time]);
    // Larger ones are no faster from here on, and trying them is what calibration would spend most of its time on.
    // Smaller ones are no ground to stop: on a slow machine the first that is worth its length is beyond what is wanted.
    const levelledOff = size >= 32 && time / size > perToken / 1.05;
    perToken = time / size;
    if (levelledOff) break;
  }
  const growth = await growthOf(steps, (size, context) => probe.step(size, most, context));
  return {
    decodeThreads: decode.threads,
    smallThreads: small,
    wakeThreads: wake.threads,
    steps,
    growth,
    copyMilliseconds: await probe.copy(),
  };
}

/** Context at which it is seen how much longer steps take; the smaller where evaluating that much takes long. */
const farContext = 512;
const nearerContext = 256;
const longestFilling = 4000;

/** Steps of both kinds in an empty lane and in a full one. Where the larger was not tried, as it takes too long, nothing is known. */
async function growthOf(
  steps: readonly (readonly [size: number, milliseconds: number])[],
  step: (size: number, context: number) => Promise<number>,
): Promise<ContextGrowth> {
  const time = steps.find(([size]) => size === tiledFrom)?.[1];
  if (time === undefined) return { untiled: 0, tiled: 0 };
  const context = (time * farContext) / tiledFrom > longestFilling ? nearerContext : farContext;
  const measure = async (size: number): Promise<number> => {
    const count = time > slowStep ? 1 : samples;
    const empty = await median(count, () => step(size, 0));
    const full = await median(count, () => step(size, context));
    return Math.max(0, (full - empty) / size / context);
  };
  return { untiled: await measure(smallStep), tiled: await measure(tiledFrom) };
}

/** Share by which a remembered calibration may be off before it is made anew. */
const tolerance = 1.6;

/** Whether what was remembered still holds: a decode step takes about as long as it did. */
export async function stillHolds(calibration: Calibration, probe: Probe): Promise<boolean> {
  const before = calibration.steps.find(([size]) => size === 1)?.[1];
  if (before === undefined) return false;
  await probe.step(1, calibration.decodeThreads, 0);
  const now = await median(3, () => probe.step(1, calibration.decodeThreads, 0));
  return now < before * tolerance && before < now * tolerance;
}

/** Numbers of threads take turns, so that what else the machine does in between is no matter of theirs. */
async function fastestThreads(
  most: number,
  step: (threads: number) => Promise<number>,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly threads: number; readonly milliseconds: number }> {
  await step(most);
  const milliseconds = await median(samples, () => before().then(() => step(most)));
  if (milliseconds > slowStep) return { threads: most, milliseconds };
  const times = new Map<number, number[]>([most, Math.ceil(most / 2), 1].map((threads) => [threads, []]));
  for (let sample = 0; sample < turns; sample++) {
    for (const [threads, taken] of times) {
      await before();
      taken.push(await step(threads));
    }
  }
  const medians = [...times].map(([threads, taken]) => ({ threads, milliseconds: medianOf(taken) }));
  return medians.reduce((best, each) => (each.milliseconds < best.milliseconds ? each : best));
}

async function median(count: number, measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let sample = 0; sample < count; sample++) times.push(await measure());
  return medianOf(times);
}

function medianOf(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;
}
