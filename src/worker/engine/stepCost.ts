/** Step sizes that are told apart, in tokens. llama.cpp's CPU kernels like multiples of 4: seven tokens may take longer than eight. */
export const stepSizes: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];

/** Weight of the newest step in a size's running mean. */
const weight = 0.3;

/** Longest prefill step with nobody typing, and while somebody types, in milliseconds; a larger one has to be worth it. */
export const longestStep = 500;
export const longestTypingStep = 300;
/** A larger step has to be faster by this factor to be taken at all. */
const worthwhile = 1.05;
/** Of those that are, the smallest that is slower a token than the fastest by no more than this factor. */
const aboutAsFast = 1.02;
/** Where even the smallest takes longer, a step that a ghost text shares may take as many times what one token takes. */
const sharedFactor = 3.5;
/** While somebody types, the smallest step that is nearly as fast a token as the fastest. */
const nearlyAsFast = 0.75;
/** Fewest tokens of a prefill step. */
const smallest = 4;
/** Most tokens of a prefill step before any was measured. */
const untried = 32;
/** Steps above this size are told apart, and judged, by multiples of 4 alone; others are slower by the tokens left over. */
const exactUpTo = 8;
/**
 * A size that measured slower a token than a smaller one by this factor, or slower in all than a larger one, was probably measured while
 * something else was busy: it is forgotten after so many steps without it, and each time only after twice as many.
 */
const suspicious = 1.02;
const firstPatience = 32;
const longestPatience = 4096;

/** What steps of each size have taken on this machine with this model. Milliseconds. */
export class StepCost {
  /** Running mean of a token's milliseconds, by size. */
  private readonly perToken = new Map<number, number>();
  /** For prefill sizes: at which step it was measured last, and how many steps without it make it worth another try. */
  private readonly measuredAt = new Map<number, number>();
  private readonly patience = new Map<number, number>();
  private steps = 0;

  /**
   * @param largest tokens of one step at most
   * @param measured what was remembered, as {@link measurements} gave it
   */
  constructor(
    private readonly largest: number,
    measured: readonly (readonly [size: number, milliseconds: number])[] = [],
  ) {
    for (const [size, milliseconds] of measured) this.record(size, milliseconds);
  }

  /** Reports a finished step. */
  record(tokens: number, milliseconds: number): void {
    const size = sizeOf(tokens);
    if (size === undefined || !(milliseconds > 0) || !Number.isFinite(milliseconds)) return;
    if (tokens > exactUpTo && tokens % 4 !== 0) return;
    const before = this.perToken.get(size);
    const now = milliseconds / tokens;
    const mean = before === undefined ? now : before + weight * (now - before);
    this.perToken.set(size, mean);
    if (isPrefillSize(size)) this.revise(size, mean, before);
  }

  /**
   * What was measured of larger sizes moves along with a smaller one: it is from before, and most of what makes a size slower or faster
   * does it to all. Smaller sizes do not follow larger ones, so that each keeps its own relation to those below.
   */
  private revise(size: number, mean: number, before: number | undefined): void {
    this.measuredAt.set(size, ++this.steps);
    for (const other of this.measured.filter((each) => each !== size)) {
      const perToken = this.perToken.get(other) ?? mean;
      const moved = other > size && before !== undefined ? perToken * (mean / before) : perToken;
      this.perToken.set(other, moved);
      const patience = this.patience.get(other) ?? firstPatience;
      const isSuspicious = other > size ? moved > suspicious * mean : other * moved > suspicious * size * mean;
      if (!isSuspicious || this.steps - (this.measuredAt.get(other) ?? 0) < patience) continue;
      this.perToken.delete(other);
      this.patience.set(other, Math.min(longestPatience, 2 * patience));
    }
  }

  /** Sizes with what a step of each takes, for remembering. */
  get measurements(): readonly (readonly [size: number, milliseconds: number])[] {
    return [...this.perToken].sort(([a], [b]) => a - b).map(([size, perToken]) => [size, size * perToken] as const);
  }

  /**
   * What a step of that many tokens takes: as measured, or between what the next smaller and the next larger size measured; `undefined`
   * while nothing was measured. Beyond the largest, a token takes what it takes there; below the smallest, up to twice that.
   */
  estimate(tokens: number): number | undefined {
    const size = sizeOf(tokens);
    if (size === undefined) return 0;
    const own = this.perToken.get(size);
    if (own !== undefined) return tokens * own;
    const known = stepSizes.filter((each) => this.perToken.has(each));
    const below = known.filter((each) => each < size);
    // Left-over tokens, as in a step of seven, say little about a multiple of 4.
    const even = isPrefillSize(size) ? below.findLast((each) => each < smallest || isPrefillSize(each)) : undefined;
    const smaller = even ?? below.at(-1);
    const larger = known.find((each) => each > size);
    if (larger === undefined) return smaller === undefined ? undefined : (tokens / smaller) * this.timeOf(smaller);
    const above = this.timeOf(larger);
    if (smaller === undefined) return Math.min(1, (2 * tokens) / larger) * above;
    // A smaller step that took longer says nothing about those between: it was an accident, or left tokens over for the kernels.
    const least = Math.min(this.timeOf(smaller), above);
    return least + ((above - least) * (tokens - smaller)) / (larger - smaller);
  }

  /** What evaluating one token of a long prompt takes, at the size that is chosen for it. */
  get prefillToken(): number {
    const size = this.size(false);
    return (this.estimate(size) ?? 0) / size;
  }

  /**
   * Tokens of the next prefill step, a multiple of 4. With nobody typing: the largest whose step stays within {@link longestStep}, unless
   * one beyond measures over 5% faster; of those that do, the smallest that is within 2% of the fastest. While somebody types: short, as
   * long as that costs no more than a quarter of the speed.
   */
  size(typing: boolean): number {
    const within = this.within(typing ? longestTypingStep : longestStep);
    if (typing) {
      const best = Math.min(...within.map((size) => this.tokenTime(size)), this.fastestToken);
      return within.find((size) => this.tokenTime(size) * nearlyAsFast <= best) ?? within.at(-1) ?? smallest;
    }
    const chosen = within.at(-1) ?? smallest;
    // What was only estimated is no ground for a step that is too long.
    if (!this.perToken.has(chosen)) return chosen;
    const time = this.tokenTime(chosen);
    const faster = this.measured.filter((size) => size > chosen && this.tokenTime(size) * worthwhile < time);
    const best = Math.min(...faster.map((size) => this.tokenTime(size)));
    return faster.find((size) => this.tokenTime(size) <= best * aboutAsFast) ?? chosen;
  }

  /**
   * Tokens of a step that ghost text may share with a chat's prefill, and whether it stays within what is short enough for that: as while
   * somebody types, or, where even that is too long, what a few single tokens take. Never more than with nobody typing.
   */
  get shared(): { readonly tokens: number; readonly isShort: boolean } {
    const typing = this.size(true);
    if ((this.estimate(typing) ?? 0) <= longestTypingStep) return { tokens: typing, isShort: true };
    const limit = sharedFactor * (this.perToken.get(1) ?? 0);
    const most = this.size(false);
    const tokens = this.within(limit).findLast((size) => size <= most) ?? typing;
    return { tokens, isShort: (this.estimate(tokens) ?? 0) <= limit };
  }

  private get measured(): readonly number[] {
    return stepSizes.filter((size) => isPrefillSize(size) && size <= this.largest && this.perToken.has(size));
  }

  /** Of a size that was measured. */
  private timeOf(size: number): number {
    return size * (this.perToken.get(size) ?? 0);
  }

  private get fastestToken(): number {
    return Math.min(Infinity, ...this.measured.map((size) => this.tokenTime(size)));
  }

  private tokenTime(size: number): number {
    return (this.estimate(size) ?? 0) / size;
  }

  /** Sizes that stay within a limit by what is known. One that was never tried counts only beside its measured neighbour. */
  private within(limit: number): readonly number[] {
    const sizes = stepSizes.filter((size) => isPrefillSize(size) && size <= this.largest);
    const known = this.measured.at(-1);
    if (this.perToken.size === 0) return sizes.filter((size) => size <= untried);
    const reach = known === undefined ? untried : (sizes.find((size) => size > known) ?? known);
    const fitting = sizes.filter((size) => size <= reach && (this.estimate(size) ?? Infinity) <= limit);
    return fitting.length > 0 ? fitting : [smallest];
  }
}

function isPrefillSize(size: number): boolean {
  return size >= smallest && size % 4 === 0;
}

/** The largest of {@link stepSizes} that is not above `tokens`. */
function sizeOf(tokens: number): number | undefined {
  return stepSizes.findLast((size) => size <= tokens);
}
