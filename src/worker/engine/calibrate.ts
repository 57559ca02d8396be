/** A model whose step takes longer than this wants every core; trying fewer would only cost time. Milliseconds. */
const slowStep = 40;
/** Steps timed for each number of threads. */
const samples = 5;

/**
 * Finds how many threads decode fastest. A small model is faster on one core than on two that wait for each other; a large one needs
 * all. Prefill always takes all.
 * @param most never exceeded
 * @param step evaluates one token with that many threads and returns the milliseconds it took
 */
export async function calibrateDecodeThreads(most: number, step: (threads: number) => Promise<number>): Promise<number> {
  const candidates = [...new Set([most, Math.ceil(most / 2), 1])];
  let best = { threads: most, time: Infinity };
  for (const threads of candidates) {
    const times: number[] = [];
    for (let sample = 0; sample < samples; sample++) times.push(await step(threads));
    const median = times.sort((a, b) => a - b)[samples >> 1] ?? Infinity;
    if (median < best.time) best = { threads, time: median };
    if (threads === most && median > slowStep) return most;
  }
  return best.threads;
}
