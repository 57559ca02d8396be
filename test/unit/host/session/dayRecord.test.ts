import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, todayOf, withReuse } from '../../../../src/host/session/dayRecord';
import { Savings } from '../../../../src/host/session/savings';
import { FakeMemory, settled } from '../chat/chatFakes';

const noon = new Date(2026, 2, 7, 12);
const nothing = { day: '2026-03-07', reusedTokens: 0, savedSeconds: 0 };

describe('a day’s savings', () => {
  it('begin anew at local midnight, and not before', () => {
    const record = { day: '2026-03-07', reusedTokens: 5, savedSeconds: 1 };
    expect(dayOf(new Date(2026, 2, 7, 0, 0, 0))).toBe('2026-03-07');
    expect(todayOf(record, new Date(2026, 2, 7, 23, 59, 59, 999))).toEqual(record);
    expect(todayOf(record, new Date(2026, 2, 8))).toEqual({ day: '2026-03-08', reusedTokens: 0, savedSeconds: 0 });
  });

  it.each([undefined, null, 'x', [], {}, { ...nothing, reusedTokens: -1 }, { ...nothing, savedSeconds: Number.NaN }, { day: 7 }])(
    'are empty for the invalid record %j',
    (stored) => {
      expect(todayOf(stored, noon)).toEqual(nothing);
    },
  );

  it('are the reused tokens divided by the prefill rate', () => {
    const after = withReuse(withReuse(nothing, { reusedTokens: 400, prefillTokensPerSecond: 40 }), {
      reusedTokens: 900,
      prefillTokensPerSecond: 900,
    });
    expect(after).toEqual({ day: '2026-03-07', reusedTokens: 1300, savedSeconds: 11 });
  });

  it('have no seconds without a known rate', () => {
    expect(withReuse(nothing, { reusedTokens: 400, prefillTokensPerSecond: 0 })).toMatchObject({ reusedTokens: 400, savedSeconds: 0 });
  });
});

/** A window's savings, whose timers a test lets run. */
class Window {
  timers: (() => void)[] = [];
  time = noon;
  rate: number | undefined = 50;
  readonly savings: Savings;

  constructor(readonly memory: FakeMemory) {
    this.savings = new Savings({
      memory,
      now: () => this.time,
      later: (action) => {
        this.timers.push(action);
        return { dispose: () => void (this.timers = this.timers.filter((other) => other !== action)) };
      },
      measure: () => Promise.resolve(this.rate),
    });
  }

  async runTimers(): Promise<void> {
    const { timers } = this;
    this.timers = [];
    for (const action of timers) action();
    await settled();
  }
}

describe('stored savings', () => {
  it('count at once and are written once for many answers', async () => {
    const window = new Window(new FakeMemory());
    for (let answer = 0; answer < 10; answer++) window.savings.add(100);
    expect(window.savings.today).toMatchObject({ reusedTokens: 1000 });
    expect(window.timers).toHaveLength(1);
    expect(window.memory.values.size).toBe(0);
    await window.runTimers();
    expect(Array.from(window.memory.values.values())).toEqual([{ day: '2026-03-07', reusedTokens: 1000, savedSeconds: 20 }]);
    expect(window.savings.today).toMatchObject({ reusedTokens: 1000, savedSeconds: 20 });
  });

  it('use the present prefill rate, or the last known one', async () => {
    const window = new Window(new FakeMemory());
    window.savings.measured(10);
    window.savings.add(100);
    expect(window.savings.today).toMatchObject({ savedSeconds: 10 });
    await window.runTimers();
    expect(window.savings.today).toMatchObject({ savedSeconds: 2 });
    window.rate = undefined;
    window.savings.add(100);
    await window.runTimers();
    expect(window.savings.today).toMatchObject({ reusedTokens: 200, savedSeconds: 4 });
  });

  it('survive a new window and are dropped the next day', () => {
    const memory = new FakeMemory();
    const first = new Window(memory);
    first.savings.measured(50);
    first.savings.add(100);
    first.savings.dispose();
    const second = new Window(memory);
    expect(second.savings.today).toMatchObject({ reusedTokens: 100, savedSeconds: 2 });
    second.time = new Date(2026, 2, 8, 0, 0, 1);
    expect(second.savings.today).toEqual({ day: '2026-03-08', reusedTokens: 0, savedSeconds: 0 });
    second.savings.add(100);
    second.savings.dispose();
    expect(Array.from(memory.values.values())).toEqual([{ day: '2026-03-08', reusedTokens: 100, savedSeconds: 0 }]);
  });

  it('are the sum of all windows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(1), fc.integer({ min: 1, max: 1000 }), fc.boolean()), { maxLength: 30 }),
        async (answers) => {
          const memory = new FakeMemory();
          const windows = [new Window(memory), new Window(memory)];
          for (const [index, reusedTokens, stores] of answers) {
            windows[index]?.savings.add(reusedTokens);
            if (stores) await windows[index]?.runTimers();
          }
          for (const { savings } of windows) savings.dispose();
          expect(new Window(memory).savings.today.reusedTokens).toBe(answers.reduce((sum, [, tokens]) => sum + tokens, 0));
        },
      ),
    );
  });

  it('ignore answers that reused nothing', () => {
    const window = new Window(new FakeMemory());
    window.savings.add(0);
    expect(window.timers).toEqual([]);
  });
});
