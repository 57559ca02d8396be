/** Runs of tokens this long are looked up, the longest first; shorter ones recur by chance. */
const longestKey = 5;
const shortestKey = 2;

/** Most tokens of a draft. With the token before them they make a step of 8. */
export const longestDraft = 7;

/** A draft, and the length of the run that was found again: the longer it is, the likelier the draft is right. */
export interface Draft {
  readonly tokens: readonly number[];
  readonly key: number;
}

/**
 * Prompt lookup: what followed the last tokens where they stood before, most recently. Answers about code repeat their prompt, and a model
 * confirms several such tokens in one step. (Saxena, Prompt Lookup Decoding, 2023.)
 * @param history prompt and answer so far
 */
export function lookUpDraft(history: readonly number[], most: number): Draft {
  const end = history.length;
  for (let key = Math.min(longestKey, end - 1); key >= shortestKey; key--) {
    for (let start = end - key - 1; start >= 0; start--) {
      let same = 0;
      while (same < key && history[start + same] === history[end - key + same]) same++;
      if (same === key) return { tokens: history.slice(start + key, Math.min(start + key + most, end)), key };
    }
  }
  return { tokens: [], key: 0 };
}

/** Weight of the newest verdict about drafts. */
const weight = 0.15;
/** How likely a drafted token is right before anything is known, by the length of the key; keys of 5 nearly quote. */
const prior = [0, 0, 0.45, 0.55, 0.65, 0.75];
/** What was learnt fades with every step that drafts nothing, so that one bad passage does not end drafting for the rest. */
const fading = 0.02;

/**
 * Decides how much of a draft is worth its step, by what steps of that size measure and how often drafts were right: decoding two tokens
 * in one step that takes twice as long gains nothing.
 */
export class DraftPolicy {
  /** Running mean of how likely one more drafted token is right, by the length of the key. */
  private readonly odds = [...prior];

  /** @param stepTime milliseconds of a step by its tokens; `undefined` while unknown */
  constructor(private readonly stepTime: (tokens: number) => number | undefined) {}

  /** Tokens of a draft to evaluate beside the one that is due anyway. */
  length(draft: Draft): number {
    const odds = this.odds[draft.key] ?? 0;
    const alone = this.stepTime(1);
    if (draft.tokens.length === 0 || alone === undefined || alone <= 0) return this.skip(draft.key);
    let best = { length: 0, rate: 1 / alone };
    let expected = 1;
    for (let length = 1; length <= draft.tokens.length; length++) {
      expected += odds ** length;
      const time = this.stepTime(1 + length);
      if (time !== undefined && expected / time > best.rate) best = { length, rate: expected / time };
    }
    return best.length > 0 ? best.length : this.skip(draft.key);
  }

  /** Reports how many tokens of a draft the model confirmed. */
  record(key: number, drafted: number, confirmed: number): void {
    for (let index = 0; index < Math.min(drafted, confirmed + 1); index++) {
      const odds = this.odds[key] ?? 0;
      this.odds[key] = odds + weight * ((index < confirmed ? 1 : 0) - odds);
    }
  }

  private skip(key: number): 0 {
    const odds = this.odds[key];
    if (odds !== undefined) this.odds[key] = odds + fading * ((prior[key] ?? 0) - odds);
    return 0;
  }
}
