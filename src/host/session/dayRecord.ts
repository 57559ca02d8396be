/** What reuse has saved today: kept over restarts, and forgotten at the next local midnight. */
import * as v from 'valibot';

const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const schema = v.object({ day: v.string(), reusedTokens: amount, savedSeconds: amount });

/** The savings of one day of the user's calendar. */
export type DayRecord = Readonly<v.InferOutput<typeof schema>>;

/** One answer's prompt: tokens whose KV was there, and what the model evaluates a second; 0 where that was not measured. */
export interface Reuse {
  readonly reusedTokens: number;
  readonly prefillTokensPerSecond: number;
}

/** The day `now` is in, by the local clock. */
export function dayOf(now: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  return [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
}

/** What is kept of today; nothing yet where `stored` is another day's, or no record at all. */
export function todayOf(stored: unknown, now: Date): DayRecord {
  const day = dayOf(now);
  const { success, output } = v.safeParse(schema, stored);
  return success && output.day === day ? output : { day, reusedTokens: 0, savedSeconds: 0 };
}

/**
 * `record` with one more answer: seconds saved = tokens reused / tokens that prefill evaluates a second, as measured on this machine with the
 * model that answered. So much longer the answer would have kept its reader waiting, had its prompt been evaluated whole.
 */
export function withReuse(record: DayRecord, { reusedTokens, prefillTokensPerSecond }: Reuse): DayRecord {
  return {
    day: record.day,
    reusedTokens: record.reusedTokens + reusedTokens,
    savedSeconds: record.savedSeconds + (prefillTokensPerSecond > 0 ? reusedTokens / prefillTokensPerSecond : 0),
  };
}
