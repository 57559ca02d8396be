import { setTimeout as sleep } from 'node:timers/promises';
import type { Probe } from './calibrate';
import type { Lane } from '../session/lane';
import type { LoadedModel } from '../model/loadModel';
import { tiledFrom } from './stepCost';

/** After this long without a step the processor's cores sleep or are somebody else's; milliseconds. */
export const asleepAfter = 25;

/** Takes steps in a context that nobody uses yet, and times them. Leaves tokens in its lanes. */
export function probeOf({ llama, tokenizer }: Pick<LoadedModel, 'llama' | 'tokenizer'>, [lane, other]: readonly Lane[]): Probe {
  if (!lane) throw new Error('a context without lanes');
  const token = tokenizer.encode('a')[0] ?? 0;
  const repeated = (count: number): number[] => Array.from({ length: count }, () => token);
  return {
    step: async (tokens, threads, context) => {
      llama.maxThreads = threads;
      if (lane.tokens.length > context) await lane.truncate(context);
      while (lane.tokens.length < context) await lane.evaluate(repeated(Math.min(tiledFrom, context - lane.tokens.length)), []);
      return timed(() => lane.evaluate(repeated(tokens), []));
    },
    rest: () => sleep(4 * asleepAfter),
    copy: async () => {
      if (!other?.canRewind) return 0;
      await other.copyFrom(lane, Math.min(1, lane.tokens.length));
      // The copy is made with the next step, which by itself is what a step costs.
      const both = await timed(() => other.evaluate([token], []));
      const alone = await timed(() => other.evaluate([token], []));
      return Math.max(1, both - alone);
    },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
