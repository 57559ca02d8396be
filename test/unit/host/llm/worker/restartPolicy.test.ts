import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crashWindowMilliseconds, mostCrashes, mostMemoryDeaths, RestartPolicy } from '../../../../../src/host/llm/worker/restartPolicy';

/** Gaps between crashes, in milliseconds. */
const gaps = fc.array(fc.integer({ min: 0, max: 2 * crashWindowMilliseconds }), { minLength: 1, maxLength: 20 });

describe('RestartPolicy', () => {
  it('gives up exactly when so many crashes lie within the window', () => {
    fc.assert(
      fc.property(gaps, (waits) => {
        let time = 0;
        const policy = new RestartPolicy(() => time);
        const crashes: number[] = [];
        for (const wait of waits) {
          time += wait;
          crashes.push(time);
          const recent = crashes.filter((crash) => time - crash < crashWindowMilliseconds).length;
          expect(policy.recordCrash().kind).toBe(recent >= mostCrashes ? 'giveUp' : 'restart');
        }
      }),
    );
  });

  it('gives up sooner when deaths for memory lie within the window, and for them alone', () => {
    const cause = fc.constantFrom(undefined, 'memory' as const, 'hang' as const);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: crashWindowMilliseconds }), cause), { maxLength: 20 }), (deaths) => {
        let time = 0;
        const policy = new RestartPolicy(() => time);
        const past: { time: number; cause: string | undefined }[] = [];
        for (const [wait, why] of deaths) {
          time += wait;
          past.push({ time, cause: why });
          const recent = past.filter((each) => time - each.time < crashWindowMilliseconds);
          const gaveUp = recent.length >= mostCrashes || recent.filter((each) => each.cause === 'memory').length >= mostMemoryDeaths;
          expect(policy.recordCrash(why).kind).toBe(gaveUp ? 'giveUp' : 'restart');
        }
      }),
    );
  });

  it('waits longer with every crash in the window', () => {
    const policy = new RestartPolicy(() => 0);
    const decisions = Array.from({ length: mostCrashes }, () => policy.recordCrash());
    expect(decisions).toEqual([
      { kind: 'restart', delayMilliseconds: 250 },
      { kind: 'restart', delayMilliseconds: 500 },
      { kind: 'restart', delayMilliseconds: 1000 },
      { kind: 'restart', delayMilliseconds: 2000 },
      { kind: 'giveUp' },
    ]);
  });

  it('begins anew after a reset', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 }), (crashes) => {
        const policy = new RestartPolicy(() => 0);
        for (let crash = 0; crash < crashes; crash++) policy.recordCrash();
        policy.reset();
        expect(policy.recordCrash()).toEqual({ kind: 'restart', delayMilliseconds: 250 });
      }),
    );
  });

  it('never waits longer than the crashes it allows can bring about', () => {
    fc.assert(
      fc.property(gaps, (waits) => {
        let time = 0;
        const policy = new RestartPolicy(() => time);
        for (const wait of waits) {
          time += wait;
          const decision = policy.recordCrash();
          if (decision.kind === 'restart') expect(decision.delayMilliseconds).toBeLessThanOrEqual(250 * 2 ** (mostCrashes - 2));
        }
      }),
    );
  });
});
