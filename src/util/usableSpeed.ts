/** What speed of a model is called what; wherever a model is judged, by the same bounds. */

/** Tokens a second: faster than anybody reads. */
export const fastFrom = 10;
/** Tokens a second at which reading along is no longer waiting. */
export const usableFrom = 4;
/** Milliseconds after which a ghost text has come too late for most who type. */
export const usableGhostMilliseconds = 1000;
