/** What a session has done since it began, in tokens; the protocol's `SessionTotals`, whose shape this has. */
export class Totals {
  promptTokens = 0;
  reusedTokens = 0;
  prefillTokens = 0;
  warmTokens = 0;
  decodedTokens = 0;
  refutedTokens = 0;
  confirmedTokens = 0;
  copiedTokens = 0;
  parkedTokens = 0;
  restoredTokens = 0;
}
