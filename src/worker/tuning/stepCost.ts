import { smallest } from '../../util/lists';

/** Step sizes that are told apart, in tokens. llama.cpp's CPU kernels like multiples of 4: seven tokens may take longer than eight. */
export const stepSizes: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];

/** Weight of the newest step in a size's running mean. */
const weight = 0.3;
/** The same for a step of another size than the one before. */
const switchWeight = 0.7;
/** More than this factor beside what was expected is no matter of sizes. */
const credible = 2;

/** Longest prefill step with nobody typing, and while somebody types, in milliseconds; a larger one has to be worth it. */
export const longestStep = 500;
export const longestTypingStep = 300;
/** A larger step has to be faster by this factor to be taken at all. */
const worthwhile = 1.05;
/** Of those that are, the smallest that is slower a token than the fastest by no more than this factor. */
const aboutAsFast = 1.02;
/** While somebody types, the smallest step that has at least this share of the fastest's speed; more of it where keys come too fast. */
const typingShare = 0.75;
const hurriedShare = 0.9;
/** Where no step within the limit has that speed, a step that ghost text may have to wait for takes as many times what one token takes. */
const waitingFactor = 3.5;
/** Fewest tokens of a prefill step. */
const SMALLEST_STEP = 4;
/** Most tokens of a prefill step before any was measured. */
const untried = 32;
/** Steps above this size are told apart, and judged, by multiples of 4 alone; others are slower by the tokens left over. */
const exactUpTo = 8;
/**
 * A size that measured slower a token than a smaller one by this factor, or slower in all than a larger one, was probably measured while
 * something else was busy: it is forgotten after so many steps without it, and each time only after twice as many. The same for what stands
 * against a step that is too long: it is tried again.
 */
const suspicious = 1.02;
const firstPatience = 32;
const longestPatience = 4096;

/**
 * How much there is to wait for: `idle` with nobody typing; `typing` where each ghost text is waited for; `hurried` where keys come so fast
 * that ghost texts are cancelled one after the other.
 */
export type Pace = 'idle' | 'typing' | 'hurried';

/**
 * Steps from this size on take little longer with a long context: llama.cpp's attention works in tiles there
 * (`ggml_compute_forward_flash_attn_ext`, `GGML_FA_TILE_Q`). In smaller ones each token reads all that the lane holds.
 */
export const tiledFrom = 64;

/** What each token of a step takes longer for each token in the lane before it, in milliseconds. */
export interface ContextGrowth {
  /** In steps below {@link tiledFrom}. */
  readonly untiled: number;
  readonly tiled: number;
}

/** What steps of each size have taken on this machine with this model. Milliseconds. */
export class StepCost {
  /** Running mean of a token's milliseconds, by size, in an empty lane. */
  private readonly perToken = new Map<number, number>();
  /** For prefill sizes: at which step it was measured last, and how many steps without it make it worth another try. */
  private readonly measuredAt = new Map<number, number>();
  /** How much slower everything is now than when growth was measured. */
  private slowness = 1;
  private readonly patience = new Map<number, number>();
  private steps = 0;
  /** Size of the last step. */
  private last: number | undefined;

  /**
   * @param largest tokens of one step at most
   * @param measured what was remembered, as {@link measurements} gave it
   * @param growth as measured at the same time
   */
  constructor(
    private readonly largest: number,
    measured: readonly (readonly [size: number, milliseconds: number])[] = [],
    private readonly growth: ContextGrowth = { untiled: 0, tiled: 0 },
  ) {
    for (const [size, milliseconds] of measured) this.perToken.set(size, milliseconds / size);
  }

  /**
   * Reports a finished step.
   * @param context tokens that were in the lane before
   */
  record(tokens: number, milliseconds: number, context = 0): void {
    const size = sizeOf(tokens);
    if (size === undefined || !(milliseconds > 0) || !Number.isFinite(milliseconds)) return;
    if (tokens > exactUpTo && tokens % 4 !== 0) return;
    const before = this.perToken.get(size);
    const isFirst = isPrefillSize(size) ? this.measured.length === 0 : before === undefined;
    const grown = this.grown(tokens, context);
    const estimated = isFirst ? Math.max(milliseconds / tokens - grown, milliseconds / tokens / 2) : (this.estimate(size) ?? 0) / size;
    const change = milliseconds / tokens / (estimated + grown);
    if (!isPrefillSize(size)) {
      this.perToken.set(size, estimated * (1 + weight * (change - 1)));
      return;
    }
    const isCredible = change <= credible && change * credible >= 1;
    this.perToken.set(size, before ?? estimated);
    if (!isCredible) this.scale(change);
    else if (before === undefined) this.perToken.set(size, estimated * change);
    else if (size === this.last) this.scale(change ** weight);
    else this.perToken.set(size, before * change ** switchWeight);
    this.last = size;
    this.revise(size);
  }

  /**
   * Most of what makes a size slower or faster does it to all of them: other processes, heat. So a jump, and what changes
   * from one step to the next of the same size, is taken to be true of all; else the one in use would look worse than what was measured in
   * better times, and so on down to the smallest. What a step of another size takes right after says something about sizes.
   */
  private scale(factor: number): void {
    for (const size of this.measured) this.perToken.set(size, (this.perToken.get(size) ?? 0) * factor);
    this.slowness *= factor;
  }

  /** What each token of such a step takes longer than in an empty lane. */
  private grown(tokens: number, context: number): number {
    return this.slowness * context * (tokens < tiledFrom ? this.growth.untiled : this.growth.tiled);
  }

  /** Forgets what was probably measured while something else was busy. */
  private revise(size: number): void {
    if (this.measuredAt.has(size) && this.isDoubtful(size)) this.patience.set(size, Math.min(longestPatience, 2 * this.patienceOf(size)));
    this.measuredAt.set(size, ++this.steps);
    const mean = this.perToken.get(size) ?? 0;
    for (const other of this.measured.filter((each) => each !== size)) {
      const perToken = this.perToken.get(other) ?? mean;
      const isSuspicious = other > size ? perToken > suspicious * mean : other * perToken > suspicious * size * mean;
      if (!isSuspicious || !this.isDoubtful(other)) continue;
      this.perToken.delete(other);
      this.patience.set(other, Math.min(longestPatience, 2 * this.patienceOf(other)));
    }
  }

  /** Whether it is time to measure a size again. */
  private isDoubtful(size: number): boolean {
    return this.ageOf(size) >= this.patienceOf(size);
  }

  /** Prefill steps since a size was measured. */
  private ageOf(size: number): number {
    return this.steps - (this.measuredAt.get(size) ?? 0);
  }

  private patienceOf(size: number): number {
    return this.patience.get(size) ?? firstPatience;
  }

  /** Sizes with what a step of each takes, for remembering. */
  get measurements(): readonly (readonly [size: number, milliseconds: number])[] {
    return [...this.perToken].sort(([a], [b]) => a - b).map(([size, perToken]) => [size, size * perToken] as const);
  }

  /**
   * What a step of that many tokens takes: as measured, or between what the next smaller and the next larger size measured; `undefined`
   * while nothing was measured; in a lane with `context` tokens. Beyond the largest, a token takes what it takes there; below the smallest, up to twice that.
   */
  estimate(tokens: number, context = 0): number | undefined {
    const size = sizeOf(tokens);
    if (size === undefined) return 0;
    const empty = this.estimateEmpty(tokens, size);
    return empty === undefined ? undefined : empty + tokens * this.grown(tokens, context);
  }

  private estimateEmpty(tokens: number, size: number): number | undefined {
    const own = this.perToken.get(size);
    if (own !== undefined) return tokens * own;
    const known = stepSizes.filter((each) => this.perToken.has(each));
    const below = known.filter((each) => each < size);
    // Left-over tokens, as in a step of seven, say little about a multiple of 4.
    const even = isPrefillSize(size) ? below.findLast((each) => each < SMALLEST_STEP || isPrefillSize(each)) : undefined;
    const smaller = even ?? below.at(-1);
    const larger = known.find((each) => each > size);
    if (larger === undefined) return smaller === undefined ? undefined : (tokens / smaller) * this.timeOf(smaller);
    const above = this.timeOf(larger);
    if (smaller === undefined) return Math.min(1, (2 * tokens) / larger) * above;
    // A smaller step that took longer says nothing about those between: it was an accident, or left tokens over for the kernels.
    const least = Math.min(this.timeOf(smaller), above);
    return least + ((above - least) * (tokens - smaller)) / (larger - smaller);
  }

  /** What evaluating one token of a long prompt takes, at the size that is chosen for it; from an empty lane. */
  get prefillToken(): number {
    const size = this.size('idle', 0);
    return (this.estimate(size) ?? 0) / size;
  }

  /**
   * Tokens of the next prefill step, a multiple of 4. With nobody typing: the largest whose step stays within {@link longestStep}, unless
   * one beyond measures over 5% faster; of those that do, the smallest that is within 2% of the fastest. While somebody types: short, as
   * long as that costs no more than a quarter of the speed, or, on a machine where every short step does, as long as ghost text may wait;
   * where keys come faster than ghost text, the shortest that costs no more than a tenth.
   */
  size(pace: Pace, context = 0): number {
    const most = this.idleSize(context);
    if (pace === 'idle') return most;
    const sizes = stepSizes.filter((size) => isPrefillSize(size) && size <= most);
    const best = smallest(sizes.map((size) => this.tokenTime(size, context)));
    const shortest = (share: number): number => sizes.find((size) => this.tokenTime(size, context) * share <= best) ?? most;
    if (pace === 'hurried') return shortest(hurriedShare);
    const wanted = shortest(typingShare);
    if (this.within(longestTypingStep, context).includes(wanted)) return wanted;
    const longest = Math.max(longestTypingStep, waitingFactor * (this.estimate(1, context) ?? 0));
    return this.within(longest, context).findLast((size) => size <= wanted) ?? SMALLEST_STEP;
  }

  private idleSize(context: number): number {
    const chosen = this.within(longestStep, context).at(-1) ?? SMALLEST_STEP;
    const time = this.tokenTime(chosen, context);
    const faster = this.measured.filter((size) => size > chosen && this.tokenTime(size, context) * worthwhile < time);
    if (faster.length === 0 || this.isDoubtful(chosen)) return chosen;
    const best = smallest(faster.map((size) => this.tokenTime(size, context)));
    return faster.find((size) => this.tokenTime(size, context) <= best * aboutAsFast) ?? chosen;
  }

  private get measured(): readonly number[] {
    return stepSizes.filter((size) => isPrefillSize(size) && size <= this.largest && this.perToken.has(size));
  }

  /** Of a size that was measured. */
  private timeOf(size: number): number {
    return size * (this.perToken.get(size) ?? 0);
  }

  private tokenTime(size: number, context: number): number {
    return (this.estimate(size, context) ?? 0) / size;
  }

  /** Sizes that stay within a limit by what is known. One that was never tried counts only beside its measured neighbour. */
  private within(limit: number, context: number): readonly number[] {
    const sizes = stepSizes.filter((size) => isPrefillSize(size) && size <= this.largest);
    const known = this.measured.at(-1);
    if (this.perToken.size === 0) return sizes.filter((size) => size <= untried);
    const reach = known === undefined ? untried : (sizes.find((size) => size > known) ?? known);
    const fitting = sizes.filter((size) => size <= reach && (this.estimate(size, context) ?? Infinity) <= limit);
    return fitting.length > 0 ? fitting : [SMALLEST_STEP];
  }
}

function isPrefillSize(size: number): boolean {
  return size >= SMALLEST_STEP && size % 4 === 0;
}

/** The largest of {@link stepSizes} that is not above `tokens`. */
function sizeOf(tokens: number): number | undefined {
  return stepSizes.findLast((size) => size <= tokens);
}
