import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestPause, Refresher, shortestPause } from '../../../../src/host/session/refresher';
import { FakeTimers } from '../../../fixtures/timers';
import { settled } from '../chat/chatFakes';

/** A refresher with the times at which it looked. */
class Watched {
  readonly timers = new FakeTimers();
  readonly looks: number[] = [];
  isBusy = false;
  /** What a look waits for. */
  until: Promise<void> | undefined;
  readonly refresher = new Refresher({
    look: async () => {
      this.looks.push(this.timers.time);
      await this.until;
      return this.isBusy;
    },
    now: this.timers.now,
    after: this.timers.after,
  });
}

describe('a view’s refreshing', () => {
  it('polls at once when it is shown, and regularly while it is visible', async () => {
    const { refresher, timers, looks } = new Watched();
    refresher.show();
    await settled();
    await timers.pass(2 * longestPause);
    expect(looks).toEqual([0, longestPause, 2 * longestPause]);
  });

  it('does not poll and keeps no timer while it is hidden', async () => {
    const { refresher, timers, looks } = new Watched();
    refresher.change();
    refresher.show();
    await settled();
    refresher.hide();
    refresher.change();
    await timers.pass(10 * longestPause);
    expect(looks).toEqual([0]);
    expect(timers.count).toBe(0);
  });

  it('polls every second while the engine is busy', async () => {
    const watched = new Watched();
    watched.isBusy = true;
    watched.refresher.show();
    await settled();
    await watched.timers.pass(3 * shortestPause);
    expect(watched.looks).toEqual([0, 1000, 2000, 3000]);
  });

  it('polls again one second after a change during a poll', async () => {
    const watched = new Watched();
    let release: () => void = () => undefined;
    watched.until = new Promise((resolve) => {
      release = resolve;
    });
    watched.refresher.show();
    watched.refresher.change();
    await watched.timers.pass(300);
    release();
    await settled();
    await watched.timers.pass(longestPause);
    expect(watched.looks.slice(0, 2)).toEqual([0, shortestPause]);
  });

  it('polls at most once a second and soon after each change', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 2500 }), { maxLength: 40 }), async (pauses) => {
        const { refresher, timers, looks } = new Watched();
        refresher.show();
        await settled();
        for (const pause of pauses) {
          await timers.pass(pause);
          refresher.change();
          await settled();
          const changed = timers.time;
          await timers.pass(shortestPause);
          expect(looks.at(-1)).toBeGreaterThanOrEqual(changed - shortestPause);
          expect(looks.some((look) => look >= changed)).toBe(true);
        }
        for (const [index, look] of looks.entries()) {
          if (index > 0) expect(look - (looks[index - 1] ?? 0)).toBeGreaterThanOrEqual(shortestPause);
        }
      }),
      { numRuns: 50 },
    );
  });
});
