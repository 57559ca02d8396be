import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestStep, longestTypingStep, StepCost, stepSizes, type Pace } from '../../../../src/worker/tuning/stepCost';

type Machine = (tokens: number) => number;

const largest = 512;
const milliseconds = fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 5000, noNaN: true }));
const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 600 }), milliseconds), { maxLength: 60 });
/** Reading the weights takes its time, and each token some more. */
const machine: fc.Arbitrary<Machine> = fc
  .record({ once: fc.double({ min: 1, max: 100, noNaN: true }), each: fc.double({ min: 0.1, max: 60, noNaN: true }) })
  .map(({ once, each }) =>
    Object.assign((tokens: number): number => once + each * tokens, { [fc.toStringMethod]: () => `${once} + ${each} n` }),
  );
const somePace = fc.constantFrom<Pace>('idle', 'typing', 'hurried');
/** llama-bench, tokens a second, 7B on two cores. */
const rates7B = new Map([
  [1, 11.7],
  [3, 13],
  [4, 28.7],
  [8, 30.9],
  [16, 41.5],
  [64, 41.6],
]);
const measured7B = [...rates7B].map(([size, rate]) => [size, (size * 1000) / rate] as const);
/** The same between the sizes that were measured: tokens beyond a multiple of 4 cost like decode. */
const machine7B: Machine = (tokens) => {
  const whole = tokens - (tokens % 4);
  const rest = tokens % 4 === 0 ? 0 : 77 * (tokens % 4);
  return rest + (whole === 0 ? 0 : whole < 16 ? 139 + (whole - 4) * 20.5 : whole * 24.1);
};

function costOf(recorded: readonly (readonly [number, number])[], most = largest): StepCost {
  const cost = new StepCost(most);
  for (const [tokens, time] of recorded) cost.record(tokens, time);
  return cost;
}

/** Prefills step by step as a session does; the sizes that were taken. */
function prefill(cost: StepCost, count: number, time: Machine, pace: Pace = 'idle'): number[] {
  return Array.from({ length: count }, () => {
    const size = cost.size(pace);
    cost.record(size, time(size));
    return size;
  });
}

const estimateOf = (cost: StepCost, tokens: number): number => cost.estimate(tokens) ?? 0;

describe('StepCost.size', () => {
  it('is a multiple of 4 within the limits, whatever was measured', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(8, 64, 100, 512), somePace, (recorded, most, pace) => {
        const size = costOf(recorded, most).size(pace);
        expect(size % 4).toBe(0);
        expect(size).toBeGreaterThanOrEqual(4);
        expect(size).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('is never over half a second by its own estimate, unless it is the smallest or measures over 5% faster', () => {
    fc.assert(
      fc.property(steps, (recorded) => {
        const cost = costOf(recorded);
        const size = cost.size('idle');
        const time = cost.estimate(size);
        if (size === 4 || time === undefined || time <= longestStep * 1.0001) return;
        const fitting = stepSizes.filter(
          (each) => each >= 4 && each % 4 === 0 && each < size && estimateOf(cost, each) <= longestStep * 1.0001,
        );
        const instead = fitting.at(-1) ?? 4;
        expect((time / size) * 1.05).toBeLessThan(estimateOf(cost, instead) / instead);
      }),
      { numRuns: 500 },
    );
  });

  it('is shorter while somebody types: never longer than otherwise, nor than ghost text may wait, unless it is the smallest', () => {
    fc.assert(
      fc.property(steps, (recorded) => {
        const cost = costOf(recorded);
        const size = cost.size('typing');
        expect(size).toBeLessThanOrEqual(cost.size('idle'));
        const time = cost.estimate(size);
        if (size === 4 || time === undefined) return;
        expect(time).toBeLessThanOrEqual(Math.max(longestTypingStep, 3.5 * estimateOf(cost, 1)) * 1.0001);
      }),
      { numRuns: 500 },
    );
  });

  it('costs no more than a tenth of the speed where keys come faster than ghost text, and is never longer than with nobody typing', () => {
    fc.assert(
      fc.property(steps, (recorded) => {
        const cost = costOf(recorded);
        const [size, idle] = [cost.size('hurried'), cost.size('idle')];
        expect(size).toBeLessThanOrEqual(idle);
        if (cost.estimate(size) === undefined) return;
        expect((estimateOf(cost, size) / size) * 0.9).toBeLessThanOrEqual((estimateOf(cost, idle) / idle) * 1.0001);
      }),
      { numRuns: 500 },
    );
  });

  it('is 16 for a 7B model on two cores, and 8 while somebody types', () => {
    const cost = new StepCost(largest, measured7B);
    expect(cost.size('idle')).toBe(16);
    expect(cost.size('typing')).toBe(8);
    expect(cost.prefillToken).toBeCloseTo(1000 / 41.5, 6);
  });

  it('gets there without a calibration, and stays when the ends of prompts leave tokens over', () => {
    const cost = new StepCost(largest);
    prefill(cost, 20, machine7B);
    for (let prompt = 0; prompt < 40; prompt++) {
      for (const tokens of [16, 16, 1 + (prompt % 15), 1, 1]) cost.record(tokens, machine7B(tokens));
      cost.record(17 + (prompt % 3), machine7B(17 + (prompt % 3)));
      expect([cost.size('idle'), cost.size('typing')]).toEqual([16, 8]);
    }
  });

  it('takes a larger step where that measures over 5% faster, and only there', () => {
    const slow = new StepCost(largest, [
      [16, 400],
      [64, 64 * 23],
    ]);
    expect(slow.size('idle')).toBe(64);
    // The first that is faster is not the one that is worth it.
    const slower = new StepCost(largest, [
      [1, 260],
      [4, 500],
      [8, 900],
      [16, 1490],
      [32, 2960],
    ]);
    expect(slower.size('idle')).toBe(16);
    // One that is nearly as fast as the fastest, and not 5% faster than what stays within the limit.
    const near = new StepCost(largest, [
      [16, 400],
      [32, 32 * 24],
      [64, 64 * 23.7],
    ]);
    expect(near.size('idle')).toBe(64);
    const same = new StepCost(largest, [
      [16, 400],
      [64, 64 * 24.2],
    ]);
    expect(same.size('idle')).toBe(16);
  });

  it('grows step by step to the largest that fits, and stays there', () => {
    fc.assert(
      fc.property(machine, somePace, (time, pace) => {
        // What is just at a limit may fall on either side.
        fc.pre(stepSizes.every((size) => [longestStep, longestTypingStep].every((limit) => Math.abs(time(size) / limit - 1) > 1e-6)));
        const cost = new StepCost(largest);
        prefill(cost, 60, time, pace);
        const settled = cost.size(pace);
        // But for a try now and then of what stands against a step over the limit.
        const others = prefill(cost, 300, time, pace).filter((size) => size !== settled);
        expect(others.length).toBeLessThanOrEqual(time(settled) > longestStep ? 6 : 0);
        const next = stepSizes.find((size) => size > settled && size % 4 === 0);
        if (pace === 'idle' && next !== undefined) expect((next / settled) * time(settled)).toBeGreaterThan(longestStep);
      }),
    );
  });

  it('grows from one small step that was measured', () => {
    const cost = new StepCost(largest, [[4, 4]]);
    expect(Math.max(...prefill(cost, 30, (tokens) => tokens))).toBe(384);
  });

  it('follows a machine that becomes slower, and the same when it is fast again', () => {
    fc.assert(
      fc.property(machine, fc.double({ min: 1.5, max: 60, noNaN: true }), (time, factor) => {
        const slow: Machine = (tokens) => factor * time(tokens);
        const cost = new StepCost(largest);
        prefill(cost, 30, time);
        const fast = cost.size('idle');
        prefill(cost, 150, slow);
        const size = cost.size('idle');
        // It knows what it has measured, a size that it seldom takes to about a hundredth.
        const known = 1.01;
        const fitting = stepSizes.filter((each) => each === 4 || (each % 4 === 0 && each < size && slow(each) * known <= longestStep));
        const faster = fitting.some((each) => (slow(size) / size) * 1.05 < (slow(each) / each) * known);
        expect(size === 4 || slow(size) <= longestStep * known || faster).toBe(true);
        prefill(cost, 150, time);
        const again = cost.size('idle');
        // A size that would fit only thanks to what a step costs apart from its tokens need not be tried.
        const next = stepSizes.find((each) => each > again && each % 4 === 0) ?? Infinity;
        expect(again >= fast || (next / again) * time(again) > longestStep * 0.95).toBe(true);
      }),
    );
  });

  it('does not take a step of minutes for what was measured before everything became slow', () => {
    const cost = new StepCost(largest, [
      [4, 35],
      [16, 140],
      [32, 280],
      [64, 560],
    ]);
    const taken = prefill(cost, 40, (tokens) => 40 * 8.7 * tokens);
    expect(Math.max(...taken)).toBeLessThan(64);
    expect(taken.at(-1)).toBe(4);
  });

  it('recovers from an accident: a laptop that was suspended within a step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), (at) => {
        const cost = new StepCost(largest);
        prefill(cost, at, machine7B);
        cost.record(cost.size('idle'), 3_600_000);
        prefill(cost, 150, machine7B);
        expect(cost.size('idle')).toBe(16);
      }),
    );
  });

  it('learns nothing about prefill from decode', () => {
    const cost = new StepCost(largest, measured7B);
    for (let step = 0; step < 50; step++) for (const tokens of [1, 2, 3]) cost.record(tokens, 4000);
    expect([cost.size('idle'), cost.size('hurried')]).toEqual([16, 16]);
    for (const size of [4, 8, 16, 64]) expect(cost.estimate(size)).toBeCloseTo((size * 1000) / (rates7B.get(size) ?? 0), 6);
  });

  it('stays with the largest when all become slower than they were calibrated, a context growing longer', () => {
    const cost = new StepCost(largest, [
      [1, 154],
      [4, 293],
      [8, 323],
      [16, 483],
      [32, 771],
      [64, 1461],
    ]);
    for (let step = 0; step < 12; step++) {
      expect(cost.size('idle')).toBe(64);
      cost.record(64, 1461 * (1 + step / 100));
    }
    for (let step = 0; step < 3; step++) {
      cost.record(32, 1200);
      expect(cost.size('idle')).toBe(64);
    }
  });

  it('gives up a step that is too long when what stands against it turns out as fast', () => {
    const cost = new StepCost(largest, [
      [16, 480],
      [64, 64 * 23],
    ]);
    const taken = prefill(cost, 200, (tokens) => 23 * tokens);
    expect(taken[0]).toBe(64);
    expect(new Set(taken.slice(100))).toEqual(new Set([16]));
  });
});

describe('StepCost in a lane that holds much', () => {
  /** Measured with Llama 2 7B on two cores; a step below 64 tokens takes 0.07 ms longer for each of its tokens and each one before. */
  const growth = { untiled: 0.07, tiled: 0.005 };
  const empty: readonly (readonly [number, number])[] = [
    [1, 154],
    [4, 293],
    [8, 323],
    [16, 412],
    [32, 820],
    [64, 1600],
  ];
  const time = (tokens: number, context: number): number =>
    (new Map(empty).get(tokens) ?? 25 * tokens) + tokens * context * (tokens < 64 ? growth.untiled : growth.tiled);

  it('takes steps that are tiled as soon as those are faster, and short ones before', () => {
    const cost = new StepCost(largest, empty, growth);
    expect(cost.size('idle', 0)).toBe(16);
    expect(cost.size('idle', 768)).toBe(64);
    expect(cost.size('typing', 768)).toBeLessThan(16);
    expect(cost.size('hurried', 768)).toBe(64);
    expect(cost.estimate(16, 768)).toBeCloseTo(412 + 16 * 768 * 0.07, 6);
  });

  it('does not take a longer context for a slower machine', () => {
    const cost = new StepCost(largest, empty, growth);
    for (let prompt = 0; prompt < 20; prompt++) {
      for (let context = 0; context < 1024;) {
        const size = cost.size('idle', context);
        cost.record(size, time(size, context), context);
        context += size;
      }
    }
    for (const [size, milliseconds] of empty) expect(Math.abs(estimateOf(cost, size) / milliseconds - 1)).toBeLessThan(0.05);
  });
});

describe('StepCost.estimate', () => {
  it('is unknown before anything was measured, and positive and finite after', () => {
    expect(new StepCost(largest).estimate(8)).toBeUndefined();
    expect(new StepCost(largest).prefillToken).toBe(0);
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 600 }), (recorded, tokens) => {
        const cost = costOf(recorded);
        if (cost.measurements.length === 0) return;
        expect(cost.estimate(tokens)).toBeGreaterThan(0);
        expect(Number.isFinite(cost.estimate(tokens))).toBe(true);
        expect(cost.prefillToken).toBeGreaterThan(0);
      }),
    );
  });

  it('never makes a larger step take less than half of a smaller one, whichever sizes were measured', () => {
    const some = fc.subarray([...stepSizes], { minLength: 1 });
    fc.assert(
      fc.property(machine, some, (time, sizes) => {
        const cost = new StepCost(
          largest,
          sizes.map((size) => [size, time(size)]),
        );
        const estimates = stepSizes.map((size) => estimateOf(cost, size));
        estimates.forEach((estimate, index) => {
          expect(estimate).toBeGreaterThanOrEqual(0.5 * Math.max(...estimates.slice(0, index + 1)) * 0.9999);
        });
      }),
    );
  });

  it('gives what was measured, and lies between its neighbours where nothing was', () => {
    const cost = new StepCost(largest, measured7B);
    for (const [size, time] of measured7B) expect(cost.estimate(size)).toBeCloseTo(time, 6);
    expect(cost.estimate(12)).toBeGreaterThan(estimateOf(cost, 8));
    expect(cost.estimate(12)).toBeLessThan(estimateOf(cost, 16));
    expect(cost.estimate(512)).toBeCloseTo((512 / 41.6) * 1000, 6);
  });

  it('takes the middle course: the mean of what a size takes', () => {
    const cost = new StepCost(largest);
    for (let step = 0; step < 60; step++) cost.record(16, step % 2 === 0 ? 300 : 500);
    expect(cost.estimate(16)).toBeGreaterThan(350);
    expect(cost.estimate(16)).toBeLessThan(450);
  });

  it('ignores what cannot be a time', () => {
    for (const bad of [0, -5, Number.NaN, Infinity]) expect(costOf([[16, bad]]).estimate(16)).toBeUndefined();
    expect(costOf([[0, 5]]).measurements).toEqual([]);
  });
});

describe('StepCost.measurements', () => {
  it('are the same after they were remembered', () => {
    fc.assert(
      fc.property(steps, (recorded) => {
        const before = costOf(recorded);
        const remembered: unknown = JSON.parse(JSON.stringify(before.measurements));
        const after = new StepCost(largest, remembered as typeof before.measurements);
        expect(after.measurements.map(([size]) => size)).toEqual(before.measurements.map(([size]) => size));
        after.measurements.forEach(([, time], index) => {
          expect(time).toBeCloseTo(before.measurements[index]?.[1] ?? 0, 6);
        });
        expect(after.size('idle')).toBe(before.size('idle'));
      }),
    );
  });
});
