import { calibrateDecodeThreads } from './calibrate';
import { DecodeThreads } from './decodeThreads';
import { Job, type Clock, type JobResult, type JobSpec, type Sampling, type StopReason } from './job';
import { Lane } from './lane';
import { chooseLane, type LanePurpose } from './lanes';
import { asTokens, largestStep, type LoadedModel } from './model';
import { planStep, smallestStep, StepSizer } from './scheduler';

/** As many of the last tokens count for a repeat penalty. */
const penaltyWindow = 64;

interface Waiting {
  readonly job: Job;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: unknown) => void;
}

interface Active extends Waiting {
  readonly lane: Lane;
}

/**
 * The llama context of the worker: every request becomes a job in a lane, and one loop takes steps for all of them. Nothing else touches
 * the context, so a step, once planned, never waits for a lock.
 */
export class Session {
  readonly lanes: readonly Lane[];
  private readonly waiting: Waiting[] = [];
  private readonly active = new Map<number, Active>();
  private readonly sizer = new StepSizer(largestStep);
  private running = false;
  private nextId = 1;
  private uses = 0;
  private decodeThreads: DecodeThreads;
  private readonly blank = new Map<number, boolean>();

  constructor(
    private readonly loaded: LoadedModel,
    private readonly now: Clock = () => performance.now(),
  ) {
    this.decodeThreads = new DecodeThreads(loaded.facts.threads, loaded.facts.threads);
    const count = loaded.context.totalSequences;
    this.lanes = Array.from({ length: count }, (_, index) => {
      const purpose: LanePurpose = index === 0 ? 'ghost' : 'chat';
      return new Lane(index, purpose, loaded.context.getSequence());
    });
  }

  /**
   * Runs a job to its end. Settles once; a cancelled job settles with what it has, within the step in flight.
   * @throws whatever llama.cpp reports for a step; the lane is empty then
   */
  run(spec: JobSpec, signal: AbortSignal): Promise<JobResult> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ job: new Job(this.nextId++, spec, signal, this.now), resolve, reject });
      void this.loop();
    });
  }

  /** Finds the number of threads decode is fastest with. To be called once, before the first request. */
  async calibrate(): Promise<number> {
    const [lane] = this.lanes;
    const { llama, facts, tokenizer } = this.loaded;
    if (!lane) return facts.threads;
    const token = tokenizer.encode('a')[0] ?? 0;
    const chosen = await calibrateDecodeThreads(facts.threads, async (threads) => {
      llama.maxThreads = threads;
      const started = this.now();
      await lane.evaluate([token], undefined);
      return this.now() - started;
    });
    await lane.clear();
    this.decodeThreads = new DecodeThreads(chosen, facts.threads);
    return chosen;
  }

  private async loop(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      while (this.waiting.length + this.active.size > 0) {
        this.settleCancelled();
        await this.admit();
        await this.step();
      }
    } finally {
      this.running = false;
    }
  }

  private settleCancelled(): void {
    for (const entry of this.active.values()) {
      if (entry.job.signal.aborted) this.finish(entry, 'cancelled');
    }
    for (const entry of this.waiting.filter(({ job }) => job.signal.aborted)) {
      this.waiting.splice(this.waiting.indexOf(entry), 1);
      entry.resolve(entry.job.result('cancelled', 0));
    }
  }

  /** Gives waiting jobs their lanes. A warm-up yields its lane to the chat. */
  private async admit(): Promise<void> {
    for (const entry of [...this.waiting]) {
      const { spec } = entry.job;
      const purpose: LanePurpose = spec.kind === 'ghost' ? 'ghost' : 'chat';
      if (spec.kind === 'chat') this.overtakeWarmUps();
      const facts = chooseLane(this.lanes, purpose, spec.prompt);
      const lane = facts && this.lanes.find(({ id }) => id === facts.id);
      if (!lane) continue;
      this.waiting.splice(this.waiting.indexOf(entry), 1);
      const active: Active = { ...entry, lane };
      this.active.set(entry.job.id, active);
      lane.busy = true;
      lane.lastUsed = ++this.uses;
      await this.guard([active], async () => {
        entry.job.begin(await lane.align(spec.prompt, spec.maxTokens > 0));
        if (entry.job.promptLeft === 0) this.finish(active, 'end');
      });
    }
  }

  private overtakeWarmUps(): void {
    for (const entry of this.active.values()) {
      if (entry.job.spec.kind === 'warm') this.finish(entry, 'cancelled');
    }
  }

  private async step(): Promise<void> {
    const facts = [...this.active.values()].map(({ job }) => ({ id: job.id, kind: job.spec.kind, promptLeft: job.promptLeft }));
    const plan = planStep(facts, this.sizer.size);
    const pieces = plan.flatMap(({ id, tokens }) => {
      const entry = this.active.get(id);
      return entry ? [{ entry, piece: entry.job.piece(tokens) }] : [];
    });
    if (pieces.length === 0) {
      // Every job waits for a lane that another one is about to leave.
      await new Promise((resolve) => setImmediate(resolve));
      return;
    }
    const count = pieces.reduce((sum, { piece }) => sum + piece.tokens.length, 0);
    this.loaded.llama.maxThreads = count < smallestStep ? this.decodeThreads.next : this.loaded.facts.threads;
    const started = this.now();
    await Promise.all(pieces.map(({ entry, piece }) => this.guard([entry], () => this.evaluate(entry, piece.tokens, piece.sample))));
    const took = this.now() - started;
    this.sizer.record(count, took);
    // Only single tokens compare: a step for two lanes takes longer by right.
    if (count === 1) this.decodeThreads.record(took);
  }

  private async evaluate(entry: Active, tokens: readonly number[], sample: boolean): Promise<void> {
    const { job, lane } = entry;
    if (lane.tokens.length + tokens.length > lane.capacity) {
      this.finish(entry, 'contextFull');
      return;
    }
    const next = await lane.evaluate(
      tokens,
      sample ? samplingOfToken(job.spec.sampling, job.generated.length) : undefined,
      this.punished(job),
    );
    job.advance(tokens.length);
    if (!sample) {
      if (job.promptLeft === 0) this.finish(entry, 'end');
      return;
    }
    const stop = next === undefined ? 'end' : job.accept(next, this.loaded.model.isEogToken(asTokens([next])[0]));
    if (stop) this.finish(entry, stop);
  }

  /** The tokens that a repeat penalty is for: the last generated, but for white space, which code repeats by right. */
  private punished(job: Job): readonly number[] {
    if ((job.spec.sampling.repeatPenalty ?? 1) === 1) return [];
    return job.generated.slice(-penaltyWindow).filter((token) => !this.isBlank(token));
  }

  private isBlank(token: number): boolean {
    let blank = this.blank.get(token);
    if (blank === undefined) {
      blank = this.loaded.model.detokenize(asTokens([token])).trim() === '';
      this.blank.set(token, blank);
    }
    return blank;
  }

  private finish(entry: Active, stop: StopReason): void {
    if (!this.active.delete(entry.job.id)) return;
    entry.lane.busy = false;
    entry.resolve(entry.job.result(stop, entry.lane.tokens.length));
  }

  /** An error in llama.cpp ends the jobs it concerns, and empties their lanes, whose state is unknown then. */
  private async guard(entries: readonly Active[], work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      for (const entry of entries) {
        this.active.delete(entry.job.id);
        await entry.lane.clear().catch(() => undefined);
        entry.lane.busy = false;
        entry.reject(error);
      }
    }
  }
}

/**
 * The library makes a new sampler for each call, and seeds it by the second where no seed is given: each token gets one of its own,
 * derived from the request's, so that a request can be repeated and no two tokens are drawn alike.
 */
function samplingOfToken(sampling: Sampling, index: number): Sampling {
  return { ...sampling, seed: (Math.imul(sampling.seed ^ (index + 1), 0x9e3779b1) >>> 0) % 0x7fffffff };
}
