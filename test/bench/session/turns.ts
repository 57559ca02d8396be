import { step } from '../../../scripts/lib/progress.mjs';
import { repeat, type Rounds } from '../lib/rounds';
import type { Measured, Quantity, Takings } from './takings';
import type { Desk } from './typing';

/** One contender at its desk. */
export interface Side {
  readonly takings: Takings;
  readonly desk: Desk;
  /** Until what its last request left to be done is done, so that the other contender has the machine for itself. */
  settle(): Promise<void>;
}

/**
 * Measures contenders round by round in turn. The speed of a machine drifts by more than what is compared: measured one after the other,
 * minutes apart, the same program differed from itself by a third. What fails costs its own contender alone.
 * @param measure one round of a contender
 * @param join the rounds of a contender
 */
export async function takeInTurns<Q extends Quantity>(
  sides: readonly Side[],
  quantity: Q,
  label: string,
  rounds: Rounds,
  measure: (desk: Desk) => Promise<Measured[Q]>,
  join: (parts: readonly Measured[Q][]) => Measured[Q],
): Promise<void> {
  const taking = sides.filter(({ takings }) => takings.wants([quantity])).map((side) => ({ side, parts: [] as Measured[Q][] }));
  const failed = new Set<Side>();
  if (taking.length === 0) return;
  const names = taking.map(({ side }) => side.takings.name).join(' and ');
  await step(`${names}: ${label}`, () =>
    repeat({ ...rounds, milliseconds: rounds.milliseconds * taking.length }, async () => {
      for (const { side, parts } of taking) {
        if (failed.has(side)) continue;
        try {
          parts.push(await measure({ ...side.desk, rounds: { ...rounds, repeats: 1 } }));
          await side.settle();
        } catch (error) {
          failed.add(side);
          side.takings.lose([quantity], `${side.takings.name}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    }),
  );
  for (const { side, parts } of taking) if (!failed.has(side) && parts.length > 0) side.takings.give(quantity, join(parts));
}
