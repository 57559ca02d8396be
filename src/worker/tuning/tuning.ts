import { PhaseThreads } from './threadTuner';
import type { LaneCosts } from '../session/lanePolicy';
import { StepCost } from './stepCost';
import type { JobFacts } from '../session/scheduler';
import type { Calibration } from './calibrate';

/** Steps from this size on run as prefill; below, a step costs about what one token costs, and runs on decode's threads or nearly so. */
const prefillFrom = 16;
/** As many ghost texts cancelled one after the other show that keys come faster than ghost text. */
const unansweredInRow = 2;
/** Weight of the newest measurement of moving state. */
const weight = 0.3;
/** A step that takes this many times what steps of its size take, and at least so many milliseconds, is stuck. */
const stuckFactor = 20;
const stuckLeast = 5000;

/** What is known of this machine with this model, from calibration and from every step since: how many threads, how many tokens. */
export class Tuning {
  private isTyping = false;
  private unanswered = 0;
  readonly cost: StepCost;
  private readonly decode: PhaseThreads;
  private readonly small: PhaseThreads;
  private readonly prefill: PhaseThreads;
  private save: number;
  private load: number;

  /**
   * @param most threads ever used
   * @param bytesPerToken of KV, from which moving it is estimated before it was measured
   */
  constructor(
    readonly calibration: Calibration,
    private readonly most: number,
    largestStep: number,
    bytesPerToken: number,
  ) {
    this.cost = new StepCost(largestStep, calibration.steps, calibration.growth);
    this.decode = new PhaseThreads(calibration.decodeThreads, most);
    this.small = new PhaseThreads(calibration.smallThreads, most);
    this.prefill = new PhaseThreads(most, most);
    // Cautious: state was seen to be written at 0.4 to 1.3 GB a second and read at 5.
    this.save = bytesPerToken / 5e5;
    this.load = bytesPerToken / 3e6;
  }

  /** Threads for a step of that many tokens; `isAwake` where it follows another at once. */
  threads(tokens: number, isAwake: boolean): number {
    if (!isAwake && tokens < prefillFrom) return Math.min(this.calibration.wakeThreads, this.most);
    if (tokens === 1) return this.decode.next;
    return tokens >= prefillFrom ? this.prefill.next : this.small.next;
  }

  /**
   * Reports a finished step.
   * @param context tokens that were in the lane before
   */
  record(tokens: number, milliseconds: number, context: number): void {
    this.cost.record(tokens, milliseconds, context);
    const grown = (this.cost.estimate(tokens, context) ?? 1) / (this.cost.estimate(tokens) ?? 1);
    // A context that grows is no reason to try other numbers of threads.
    const time = milliseconds / grown;
    if (tokens === 1) this.decode.record(time);
    // Large steps compare by their tokens; small ones take about as long whatever they hold.
    else if (tokens >= prefillFrom) this.prefill.record(time / tokens);
    else this.small.record(time);
  }

  /** Whether somebody is typing, as the host last said. */
  get typing(): boolean {
    return this.isTyping;
  }

  set typing(typing: boolean) {
    this.isTyping = typing;
    if (!typing) this.unanswered = 0;
  }

  /** Reports that a ghost text has ended, and whether somebody got it. */
  completionEnded(isAnswered: boolean): void {
    this.unanswered = isAnswered ? 0 : this.unanswered + 1;
  }

  /** Most prompt tokens of a job's next step. */
  budget({ priority, context }: Pick<JobFacts, 'priority' | 'context'>): number {
    // A ghost text's own prompt is not kept waiting by long steps.
    if (priority === 'interactive') return this.cost.size('hurried', context);
    return this.cost.size(!this.typing ? 'idle' : this.unanswered >= unansweredInRow ? 'hurried' : 'typing', context);
  }

  /** What a long prompt is evaluated at; 0 where nothing was measured. */
  get prefillTokensPerSecond(): number {
    const { prefillToken } = this.cost;
    return prefillToken > 0 ? 1000 / prefillToken : 0;
  }

  get laneCosts(): LaneCosts {
    return { token: this.cost.prefillToken, copy: this.calibration.copyMilliseconds || Infinity, save: this.save, load: this.load };
  }

  /** Longest a step of that many tokens may take before it counts as stuck, in milliseconds. */
  stepLimit(tokens: number): number {
    return Math.max(stuckLeast, stuckFactor * (this.cost.estimate(tokens) ?? 0));
  }

  recordSave(tokens: number, milliseconds: number): void {
    this.save += weight * (milliseconds / Math.max(1, tokens) - this.save);
  }

  recordLoad(tokens: number, milliseconds: number): void {
    this.load += weight * (milliseconds / Math.max(1, tokens) - this.load);
  }
}
