/** What the session view says about its buttons, in the user's language. */
import { l10n } from 'vscode';
import { sum } from '../../util/lists';
import type { SessionView } from '../../contract/sessionFacts';
import type { SessionWords } from './sessionController';
import { formatCount, formatDuration } from '../ui/numberFormat';
import { lanesHeld, parkedHeld } from './heldTokens';
import { sessionPage } from './sessionPage';

export const sessionWords: SessionWords = {
  page: sessionPage,
  parking: () => l10n.t('Parking…'),
  parked: ({ lanes }) => {
    if (lanes === 0) return l10n.t('No lane holds enough to be worth parking.');
    return lanes === 1
      ? l10n.t('Parked: 1 lane can be taken up again after a restart.')
      : l10n.t('Parked: {0} lanes can be taken up again after a restart.', formatCount(lanes));
  },
  cleared: ({ lanes, tokens, parked, bytes: size }) => l10n.t('Cleared: {0}, and {1}.', lanesHeld(lanes, tokens), parkedHeld(parked, size)),
  copied: () => l10n.t('The report is on the clipboard. It holds no text of yours and no paths; read it before you send it.'),
  notReady: () => l10n.t('The model is not loaded, so there is nothing to do this with. Load it first.'),
};

/** What clearing would free and cost, before it is done. */
export function clearQuestion({ lanes, parked, prefillTokensPerSecond }: SessionView): {
  readonly message: string;
  readonly detail: string;
} {
  const held = lanes.filter(({ tokens, busy }) => tokens > 0 && !busy);
  const own = parked.filter((each) => each.own);
  const tokens = sum(held.map((lane) => lane.tokens));
  const freed = l10n.t(
    'This empties {0}, and deletes {1}.',
    lanesHeld(held.length, tokens),
    parkedHeld(own.length, sum(own.map((each) => each.bytes))),
  );
  const cost =
    prefillTokensPerSecond > 0
      ? l10n.t(
          'The model has to read again what it is asked about next: up to {0} for all of it.',
          formatDuration(tokens / prefillTokensPerSecond),
        )
      : l10n.t('The model has to read again what it is asked about next.');
  return { message: l10n.t('Clear what the session has read?'), detail: `${freed} ${cost}` };
}
