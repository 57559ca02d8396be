/** How likely the whole of a ghost text has to be; see ADR 15. */
export const MIN_CONFIDENCE = 0.15;

/** How sure the model is of a text, token by token. */
export class ConfidenceCutoff {
  /** Probability of the text so far. */
  private product = 1;

  /** Whether the text is still likely enough with one more token of this probability, 0 to 1. */
  holds(confidence: number): boolean {
    this.product *= confidence;
    return this.product >= MIN_CONFIDENCE;
  }
}
