import type { SessionFacts } from '../../contract/sessionFacts';
import { largest } from '../../util/lists';
import type { Session } from './session';
import { sumOf, Totals } from './totals';

/** Without a model there is no session: nothing is in it, and it has done nothing. */
export const noSession: SessionFacts = { lanes: [], parked: [], totals: new Totals(), prefillTokensPerSecond: 0, answers: [] };

/** Two sessions that share a worker, as one to look at: each lane says whose it is. */
export function together(chat: SessionFacts, completion: SessionFacts): SessionFacts {
  const firstId =
    largest(
      chat.lanes.map(({ id }) => id),
      -1,
    ) + 1;
  return {
    // Their answers are the same, as both have their speeds from one list.
    ...chat,
    lanes: [
      ...chat.lanes.map((lane) => ({ ...lane, model: 'chat' as const })),
      ...completion.lanes.map((lane) => ({ ...lane, id: firstId + lane.id, model: 'completion' as const })),
    ],
    parked: [
      ...chat.parked.map((each) => ({ ...each, model: 'chat' as const })),
      ...completion.parked.map((each) => ({ ...each, model: 'completion' as const })),
    ],
    totals: sumOf([chat.totals, completion.totals]),
  };
}

/**
 * Looks at a session without waiting for its steps.
 * @param owner whose parked lanes count as one's own
 */
export function readSessionFacts(session: Session, owner: string | undefined): SessionFacts {
  const { lanes, parked, totals, tuning, speeds } = session;
  return {
    lanes: lanes.map((lane) => ({
      id: lane.id,
      role: lane.role,
      subject: lane.subject,
      tokens: lane.tokens.length,
      capacity: lane.capacity,
      busy: session.useOf(lane) !== 'free',
    })),
    parked: parked.map((each) => ({
      role: each.role,
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
