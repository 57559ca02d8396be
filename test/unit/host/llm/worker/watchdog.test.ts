import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Watchdog, watchdogLimits as limits, type Phase, type Verdict } from '../../../../../src/host/llm/worker/watchdog';

const idle = { stepMilliseconds: 0, stepLimitMilliseconds: 0 };

/** A watchdog with a clock of the test's own. */
class Watch {
  time = 1000;
  readonly dog = new Watchdog(() => this.time);
  phase: Phase = 'ready';
  pings = 0;

  look(gap = limits.interval): Verdict {
    this.time += gap;
    const { verdict, ping } = this.dog.look(this.phase);
    if (ping) this.pings++;
    return verdict;
  }

  /** Looks at the usual pace for so long; the kinds that were seen, without repetitions. */
  lookFor(milliseconds: number): readonly Verdict['kind'][] {
    const kinds = Array.from({ length: Math.ceil(milliseconds / limits.interval) }, () => this.look().kind);
    return kinds.filter((kind, index) => kind !== kinds[index - 1]);
  }
}

const phases: readonly Phase[] = ['loading', 'ready'];
/** Gaps between looks that are no suspension. */
const gap = fc.integer({ min: limits.interval, max: limits.interval + limits.suspended });
/** What a ping may say of a step. */
const step = fc.record({ stepMilliseconds: fc.nat(100_000), stepLimitMilliseconds: fc.nat(100_000) });

describe('Watchdog', () => {
  it('calls a worker that answers in time fine, and pings at every look', () => {
    const watch = new Watch();
    for (let count = 1; count <= 20; count++) {
      expect(watch.look()).toEqual({ kind: 'fine' });
      expect(watch.pings).toBe(count);
      watch.dog.answered({ stepMilliseconds: 400, stepLimitMilliseconds: 2000 });
    }
  });

  it.each(phases)('finds a silent worker slow, then hung, with one ping outstanding: %s', (phase) => {
    const watch = new Watch();
    watch.phase = phase;
    watch.look();
    expect(watch.lookFor(limits.hung[phase])).toEqual(['fine', 'slow', 'hung']);
    expect(watch.pings).toBe(1);
  });

  it('has the patience of a load while one goes on', () => {
    const watch = new Watch();
    watch.phase = 'loading';
    watch.look();
    expect(watch.lookFor(limits.hung.ready)).toEqual(['fine']);
  });

  it('begins anew when the model is ready, though a ping has been out since the load', () => {
    const watch = new Watch();
    watch.phase = 'loading';
    watch.look();
    watch.lookFor(limits.hung.ready + limits.interval);
    watch.phase = 'ready';
    expect(watch.lookFor(limits.hung.ready)).toEqual(['fine', 'slow']);
    expect(watch.look().kind).toBe('hung');
    expect(watch.pings).toBe(1);
  });

  it('finds it fine again once it answers', () => {
    const watch = new Watch();
    watch.look();
    expect(watch.lookFor(limits.slow.ready)).toEqual(['fine', 'slow']);
    watch.dog.answered(idle);
    expect(watch.look()).toEqual({ kind: 'fine' });
  });

  it('judges a step by its limit, and ends none within the least patience', () => {
    fc.assert(
      fc.property(step, ({ stepMilliseconds, stepLimitMilliseconds }) => {
        const watch = new Watch();
        watch.look();
        // So that the step cannot have begun before the watch.
        for (let waited = 0; waited < 100_000; waited += limits.interval) {
          watch.dog.answered(idle);
          watch.look();
        }
        watch.dog.answered({ stepMilliseconds, stepLimitMilliseconds });
        const { kind } = watch.look();
        if (stepMilliseconds <= stepLimitMilliseconds) expect(kind).toBe('fine');
        else expect(kind).toBe(stepMilliseconds > limits.step ? 'hung' : 'slow');
      }),
      { numRuns: 30 },
    );
  });

  it('says of a host that came late only that: all clocks start anew, also the step’s', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: limits.interval + limits.suspended + 1, max: 1e9 }),
        fc.nat(limits.hung.ready / limits.interval - 1),
        (sleep, looks) => {
          const watch = new Watch();
          watch.look();
          for (let count = 0; count < looks; count++) watch.look();
          expect(watch.look(sleep)).toEqual({ kind: 'suspended', milliseconds: sleep - limits.interval });
          expect(watch.look()).toEqual({ kind: 'fine' });
          // A step that was in flight all the while, by a clock that went on.
          watch.dog.answered({ stepMilliseconds: sleep, stepLimitMilliseconds: 5000 });
          expect(watch.look()).toEqual({ kind: 'fine' });
        },
      ),
    );
  });

  it('never calls a worker hung that had less time to answer than the limit says, however late the host is', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(gap, fc.boolean()), { maxLength: 60 }), (looks) => {
        const watch = new Watch();
        let asked: number | undefined;
        for (const [each, answers] of looks) {
          const pings = watch.pings;
          const { kind } = watch.look(each);
          if (watch.pings > pings) asked = watch.time;
          if (kind === 'hung') expect(watch.time - (asked ?? watch.time)).toBeGreaterThanOrEqual(limits.hung.ready);
          if (answers) watch.dog.answered(idle);
        }
      }),
    );
  });

  it('counts little of the host’s own delay as silence', () => {
    const watch = new Watch();
    watch.look();
    expect(watch.look(limits.slow.ready + limits.interval).kind).toBe('fine');
  });

  it('calls a worker hung that never answers, whatever the host’s pace', () => {
    fc.assert(
      fc.property(fc.array(gap, { minLength: limits.hung.ready / limits.interval + 1, maxLength: 60 }), (gaps) => {
        const watch = new Watch();
        watch.look();
        expect(gaps.map((each) => watch.look(each).kind)).toContain('hung');
      }),
    );
  });
});
