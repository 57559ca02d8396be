import type { LanePurpose } from './lanes';
import type { Session } from './session';
import type { AnswerSpeed } from './speeds';
import { Totals } from './totals';

/** What there is to see of a session; the protocol's `SessionView`, whose shape this has, but for the process's memory. */
export interface SessionFacts {
  readonly lanes: readonly {
    readonly id: number;
    readonly purpose: LanePurpose;
    readonly subject: string | undefined;
    readonly tokens: number;
    readonly capacity: number;
    readonly busy: boolean;
  }[];
  readonly parked: readonly {
    readonly purpose: LanePurpose;
    readonly subject: string | undefined;
    readonly own: boolean;
    readonly tokens: number;
    readonly bytes: number;
    readonly place: 'memory' | 'disk';
  }[];
  readonly totals: Readonly<Totals>;
  readonly prefillTokensPerSecond: number;
  readonly answers: readonly AnswerSpeed[];
}

/** Without a model there is no session: nothing is in it, and it has done nothing. */
export const noSession: SessionFacts = { lanes: [], parked: [], totals: new Totals(), prefillTokensPerSecond: 0, answers: [] };

/**
 * Looks at a session without waiting for its steps.
 * @param owner whose parked lanes count as one's own
 */
export function factsOf({ lanes, parked, totals, tuning, speeds }: Session, owner: string | undefined): SessionFacts {
  return {
    lanes: lanes.map(({ id, purpose, subject, tokens, capacity, use }) => ({
      id,
      purpose,
      subject,
      tokens: tokens.length,
      capacity,
      busy: use !== 'free',
    })),
    parked: parked.map((each) => ({
      purpose: each.purpose,
      subject: each.subject,
      own: each.owner === owner,
      tokens: each.tokens.length,
      bytes: each.bytes,
      place: each.place,
    })),
    totals,
    prefillTokensPerSecond: tuning.prefillTokensPerSecond,
    answers: speeds.answers,
  };
}
