import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from './contender';
import type { Typist } from './material';
import { repeat, type Rounds } from '../lib/rounds';
import { median } from '../lib/stats';

/** A contender that has been ended and started anew; milliseconds and tokens. */
export interface Restarted {
  readonly contender: Contender;
  /** From its start until it can be asked. */
  readonly loading: number;
  /** Of that, what went into taking parked lanes up again, and how many tokens these had. */
  readonly restoring: number;
  readonly restoredTokens: number;
}

/** How a contender is ended without a word and started again. */
export interface Rig {
  readonly contender: Contender;
  /** Waits until whatever outlives the contender has been written, as far as it does that while nobody asks. */
  settle(): Promise<void>;
  restart(): Promise<Restarted>;
}

export interface RestartTimes {
  /** First token one key after the last, before the end. */
  readonly warm: number;
  /** First token one key after the last, once it can be asked again. */
  readonly afterwards: readonly number[];
  readonly loading: number;
  readonly restoring: number;
  readonly restoredTokens: number;
}

/** Keys whose first tokens are the measure of warm. */
const warmKeys = 5;
/** Keys within which so many are found, or not at all. */
const mostKeys = 60;

/** Ends a contender in the middle of typing and types on. The rig has the last one in the end. */
export async function restartTimes(rig: Rig, typist: Typist, rounds: Rounds): Promise<RestartTimes> {
  const warm: number[] = [];
  const afterwards: number[] = [];
  const restarts: Restarted[] = [];
  let { contender } = rig;
  await repeat(rounds, async () => {
    await contender.ghost(typist.next());
    // What is answered from memory alone evaluates nothing, and says nothing of what evaluating costs with a lane that is warm.
    for (let key = 0, counted = 0; counted < warmKeys && key < mostKeys; key++) {
      const { first, evaluated } = await contender.ghost(typist.next());
      if (evaluated === 0) continue;
      warm.push(first);
      counted++;
    }
    await rig.settle();
    const restarted = await rig.restart();
    ({ contender } = restarted);
    restarts.push(restarted);
    afterwards.push((await contender.ghost(typist.next())).first);
  });
  return {
    warm: median(warm),
    afterwards,
    loading: median(restarts.map(({ loading }) => loading)),
    restoring: median(restarts.map(({ restoring }) => restoring)),
    restoredTokens: median(restarts.map(({ restoredTokens }) => restoredTokens)),
  };
}

/** Asks until it is so, or the time is up; a pause of 100 ms between. */
export async function until(isSo: () => Promise<boolean>, limit: number): Promise<void> {
  const deadline = performance.now() + limit;
  while (!(await isSo()) && performance.now() < deadline) await sleep(100);
}
