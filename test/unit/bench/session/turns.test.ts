import { describe, expect, it } from 'vitest';
import { Takings } from '../../../bench/session/takings';
import { takeInTurns, type Side } from '../../../bench/session/turns';
import type { Desk } from '../../../bench/session/typing';

const rounds = { repeats: 3, milliseconds: 60_000 };

/** Two contenders, and what they did in order. */
function sides(wanted: readonly 'prefill'[] = ['prefill']) {
  const events: string[] = [];
  const side = (name: string): Side => ({
    takings: new Takings(name, new Set(wanted)),
    desk: { contender: { name } } as unknown as Desk,
    settle: () => {
      events.push(`${name} settles`);
      return Promise.resolve();
    },
  });
  const [one, other] = [side('one'), side('other')];
  const measure = ({ contender, rounds: { repeats } }: Desk): Promise<readonly number[]> => {
    events.push(`${contender.name} ${repeats}`);
    return Promise.resolve([events.length]);
  };
  return { one, other, both: [one, other], events, measure };
}

function flat(parts: readonly (readonly number[])[]): readonly number[] {
  return parts.flat();
}

describe('takeInTurns', () => {
  it('asks one round of each at a time, and lets each settle before the other begins', async () => {
    const { one, other, both, events, measure } = sides();
    await takeInTurns(both, 'prefill', 'prefill', rounds, measure, flat);
    const round = ['one 1', 'one settles', 'other 1', 'other settles'];
    expect(events).toEqual([...round, ...round, ...round]);
    expect(one.takings.measured.prefill).toEqual([1, 5, 9]);
    expect(other.takings.measured.prefill).toEqual([3, 7, 11]);
  });

  it('goes on with the one when the other fails, and says why that is missing', async () => {
    const { one, other, both, measure } = sides();
    const fails = (desk: Desk): Promise<readonly number[]> =>
      desk.contender.name === 'other' ? Promise.reject(new Error('gone')) : measure(desk);
    await takeInTurns(both, 'prefill', 'prefill', rounds, fails, flat);
    expect(one.takings.measured.prefill).toHaveLength(3);
    expect(other.takings.measured.prefill).toBeUndefined();
    expect(other.takings.why('prefill')).toBe('other: gone');
  });

  it('asks nobody for what is not wanted', async () => {
    const { both, events, measure } = sides([]);
    await takeInTurns(both, 'prefill', 'prefill', rounds, measure, flat);
    expect(events).toEqual([]);
  });
});
