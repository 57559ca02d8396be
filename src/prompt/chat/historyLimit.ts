/** After an overflow the kept turns fill this share of the room, so that the next overflow is some turns away. */
const KEPT_SHARE = 0.6;

/**
 * Index of the first turn to keep when a conversation has outgrown its lane; all counts in tokens.
 *
 * Every change of that index invalidates the whole KV prefix behind the system text, so it must change rarely. The growth of the
 * conversation is replayed turn by turn: on an overflow the oldest turns go until the rest fills {@link KEPT_SHARE} of the room, and
 * the index then stays put until the next one. Nothing is remembered between calls; the same conversation gives the same index, also
 * after a restart. The amount to drop is taken from the turns before the overflowing one, whose size is the same in the request that
 * overflows (question only) and in every later one (question and answer).
 *
 * Returns `turnTokens.length` when no turn can be kept, whether or not the last message then fits.
 */
export function keptFrom(turnTokens: readonly number[], lastTokens: number, fixedTokens: number, budget: number): number {
  const room = budget - fixedTokens;
  let start = 0;
  let held = 0;
  [...turnTokens, lastTokens].forEach((next, index) => {
    const dropOldest = (): void => {
      held -= turnTokens[start] ?? 0;
      start++;
    };
    if (held + next > room) {
      while (start < index && held > room * KEPT_SHARE) dropOldest();
      while (start < index && held + next > room) dropOldest();
    }
    held += next;
  });
  return start;
}
