import type { StopReason } from '../../contract/metrics';
import { Admission } from './admission';
import { calibrate, stillHolds, type Calibration } from '../tuning/calibrate';
import type { StepGate } from './stepGate';
import { Generation, type StepOutcome } from './decoder';
import { isWarmUp, Job, type Clock, type JobResult, type JobSpec, type StepPiece } from './job';
import { Lane } from './lane';
import type { LaneRequest, LaneUse } from './lanePolicy';
import { largestStep, type LoadedModel } from '../model/loadModel';
import { Parking, type Dropped, type ParkedLane, type ParkingPlace } from './snapshotPolicy';
import { asleepAfter, probeOf } from '../tuning/speedProbe';
import { Turns, type JobFacts, type StepItem } from './scheduler';
import { Speeds } from './speeds';
import { countStep, Totals } from './totals';
import { Tuning } from '../tuning/tuning';

/** How often it is looked whether a lane is to be parked while nothing is asked for, in milliseconds. */
const idleInterval = 500;

/** What {@link Session.clear} dropped: lanes that held something, their tokens, and what was parked. */
export interface Cleared extends Dropped {
  readonly lanes: number;
  readonly tokens: number;
}

interface Waiting {
  readonly job: Job;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: unknown) => void;
}

interface Active extends Waiting {
  readonly lane: Lane;
}

export interface SessionOptions {
  readonly calibration: Calibration;
  /** Where lanes are parked; nowhere without it. */
  readonly place?: ParkingPlace | undefined;
  readonly now?: Clock;
  /** Where there are other sessions in this process. */
  readonly gate?: StepGate | undefined;
}

/**
 * The llama context of a model: every request becomes a job in a lane, and one loop takes steps for all of them. Nothing else touches
 * the context, so a step, once planned, never waits for a lock.
 */
export class Session {
  readonly tuning: Tuning;
  readonly speeds: Speeds;
  private readonly waiting: Waiting[] = [];
  private readonly active = new Map<number, Active>();
  /** What has to be done between two steps, in order. */
  private readonly exclusive: (() => Promise<void>)[] = [];
  private readonly admission: Admission;
  private readonly generation: Generation;
  private readonly parking: Parking | undefined;
  private readonly counted = new Totals();
  private readonly now: Clock;
  private readonly gate: StepGate | undefined;
  private running = false;
  private nextId = 1;
  private quietSince: number;
  private readonly turns = new Turns();
  private lastStepAt = -Infinity;
  private stepInFlight: { readonly since: number; readonly tokens: number } | undefined;
  private idleTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly loaded: LoadedModel,
    readonly lanes: readonly Lane[],
    { calibration, place, now = () => performance.now(), gate }: SessionOptions,
  ) {
    const { facts } = loaded;
    this.now = now;
    this.gate = gate;
    gate?.join(this);
    this.speeds = gate?.speeds ?? new Speeds();
    this.quietSince = now();
    const bytesPerToken = facts.laneBytes / facts.contextTokens;
    this.tuning = new Tuning(calibration, facts.threads, largestStep, bytesPerToken);
    this.parking = place && new Parking(place, this.tuning, bytesPerToken, now, loaded.slidingWindow);
    this.admission = new Admission(lanes, this.tuning, this.parking, this.counted, (lane) => this.useOf(lane));
    this.generation = new Generation(loaded, (tokens) => this.tuning.cost.estimate(tokens));
  }

  /** The lanes of a context, all empty. */
  static lanesOf({ context, slidingWindow }: LoadedModel): readonly Lane[] {
    return Array.from(
      { length: context.totalSequences },
      (_, index) => new Lane(index, index === 0 ? 'completion' : 'chat', context.getSequence(), slidingWindow),
    );
  }

  /** Measures threads and steps, unless what was remembered still holds. To be called before the session is made; leaves lanes empty. */
  static async calibrate(loaded: LoadedModel, lanes: readonly Lane[], remembered: Calibration | undefined): Promise<Calibration> {
    const probe = probeOf(loaded, lanes);
    try {
      if (remembered && (await stillHolds(remembered, probe))) return remembered;
      return await calibrate(loaded.facts.threads, largestStep, probe);
    } finally {
      for (const each of lanes) await each.clear();
    }
  }

  /**
   * Runs a job to its end. Settles once; a cancelled job settles with what it has, within the step in flight.
   * @throws whatever llama.cpp reports for a step; the lane is empty then
   */
  run(spec: JobSpec, signal: AbortSignal): Promise<JobResult> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ job: new Job(this.gate?.newId() ?? this.nextId++, spec, signal, this.now), resolve, reject });
      void this.loop();
    });
  }

  get parked(): readonly ParkedLane[] {
    return this.parking?.entries ?? [];
  }

  get totals(): Readonly<Totals> {
    const { parkedTokens, restoredTokens } = this.parking ?? { parkedTokens: 0, restoredTokens: 0 };
    return Object.assign(new Totals(), this.counted, { parkedTokens, restoredTokens });
  }

  /** How long the step in flight has been running, and how long it may at the very most; milliseconds. */
  get stepTime(): { readonly stepMilliseconds: number; readonly stepLimitMilliseconds: number } {
    const step = this.stepInFlight;
    return {
      stepMilliseconds: step ? this.now() - step.since : 0,
      stepLimitMilliseconds: this.tuning.stepLimit(step?.tokens ?? 1),
    };
  }

  /** Takes parked lanes up, the most recently used first, as far as there are lanes and `limit` milliseconds for it. */
  async takeUp(limit: number): Promise<number> {
    const { parking } = this;
    if (!parking) return 0;
    const deadline = this.now() + limit;
    let tokens = 0;
    // The last lane stays empty, for whatever comes first.
    const free = this.lanes.slice(0, Math.max(1, this.lanes.length - 1));
    for (const entry of [...parking.entries]) {
      if (free.length === 0 || this.now() + entry.tokens.length * this.tuning.laneCosts.load > deadline) break;
      const [lane] = free;
      if (!lane || !(await parking.restore(entry.id, lane))) continue;
      free.shift();
      tokens += entry.tokens.length;
    }
    return tokens;
  }

  /** Parks every lane that would take long to evaluate again, and puts on disk what is in memory. @returns lanes that are kept now */
  park(): Promise<number> {
    const { parking } = this;
    if (!parking) return Promise.resolve(0);
    return this.exclusively(async () => {
      for (const lane of this.lanes) if (parking.isUnparked(lane)) await parking.park(lane);
      await parking.persist();
      return this.lanes.filter(({ parkedAs }) => parkedAs !== undefined).length;
    });
  }

  /** Empties every lane that no request is using, and drops what is parked for this owner. Warm-ups end. */
  clear(): Promise<Cleared> {
    return this.exclusively(async () => {
      this.overtakeWarmUps();
      const dropped = (await this.parking?.clear()) ?? { parked: 0, bytes: 0 };
      let [lanes, tokens] = [0, 0];
      for (const lane of this.lanes) {
        lane.parkedAs = undefined;
        if (this.useOf(lane) !== 'free' || lane.tokens.length === 0) continue;
        lanes++;
        tokens += lane.tokens.length;
        await lane.clear();
      }
      return { lanes, tokens, ...dropped };
    });
  }

  /** Ends every job, parks what is worth it as long as `limit` milliseconds allow, and closes the place. */
  async close(limit: number): Promise<void> {
    const { parking } = this;
    const deadline = this.now() + limit;
    await this.exclusively(async () => {
      for (const entry of this.active.values()) this.finish(entry, 'cancelled');
      for (const { job, resolve } of this.waiting.splice(0)) resolve(job.result('cancelled', 0));
      for (const lane of this.lanes) {
        const ends = this.now() + lane.tokens.length * this.tuning.laneCosts.save;
        if (ends < deadline && parking?.isUnparked(lane)) await parking.park(lane);
      }
    });
    clearTimeout(this.idleTimer);
    await parking?.dispose();
  }

  /** What a lane is doing, by the jobs that have one. */
  useOf(lane: Lane): LaneUse {
    const entry = [...this.active.values()].find((each) => each.lane === lane);
    if (!entry) return 'free';
    return isWarmUp(entry.job.spec) ? 'warm' : 'busy';
  }

  private freeLanes(): readonly Lane[] {
    return this.lanes.filter((lane) => this.useOf(lane) === 'free');
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.exclusive.push(() => work().then(resolve, reject));
      void this.loop();
    });
  }

  private async loop(): Promise<void> {
    if (this.running) return;
    this.running = true;
    clearTimeout(this.idleTimer);
    try {
      while (this.waiting.length + this.active.size + this.exclusive.length > 0) {
        await this.workAlone();
        this.settleCancelled();
        this.gate?.claim(this, [...this.waiting.map(({ job }) => job.facts(0)), ...this.jobs()]);
        await this.admit();
        await this.step();
        if (this.active.size > 0) this.quietSince = this.now();
      }
    } finally {
      this.running = false;
      this.gate?.withdraw(this);
    }
    this.waitForQuiet();
  }

  private async workAlone(): Promise<void> {
    const work = this.exclusive.shift();
    if (!work) return;
    // It may take long, and others' steps need not wait for it.
    this.gate?.withdraw(this);
    await (this.gate?.copy(work, this.now) ?? work());
  }

  /** While nothing is asked for, lanes are parked one at a time. */
  private waitForQuiet(): void {
    const { parking } = this;
    // With everything parked the timer rests until the next request: an idle worker wakes nobody.
    if (!parking || !this.lanes.some((lane) => parking.isUnparked(lane))) return;
    this.idleTimer = setTimeout(() => {
      const quietSince = Math.max(this.quietSince, this.gate?.lastStepAt ?? 0);
      const lane = parking.due(this.freeLanes(), this.tuning.typing ? 0 : this.now() - quietSince);
      if (lane) void this.exclusively(() => parking.park(lane)).catch(() => undefined);
      else this.waitForQuiet();
    }, idleInterval);
    this.idleTimer.unref();
  }

  private settleCancelled(): void {
    for (const entry of this.active.values()) {
      if (entry.job.signal.aborted) this.finish(entry, 'cancelled');
    }
    for (const entry of this.waiting.filter(({ job }) => job.signal.aborted)) this.dismiss(entry, 'cancelled');
  }

  /** Settles a job that has no lane yet. */
  private dismiss(entry: Waiting, stop: StopReason): void {
    this.waiting.splice(this.waiting.indexOf(entry), 1);
    entry.resolve(entry.job.result(stop, 0));
  }

  /** Gives waiting jobs their lanes, ghost text first. A warm-up yields its lane to a request that wants it. */
  private async admit(): Promise<void> {
    const order = { interactive: 0, chat: 1, background: 2 };
    for (const entry of [...this.waiting].sort((a, b) => order[a.job.spec.priority] - order[b.job.spec.priority])) {
      const { spec } = entry.job;
      const { prompt, role, subject } = spec;
      const request: LaneRequest = { prompt, role, subject, isWarmUp: isWarmUp(spec) };
      // What a warm-up has evaluated so far counts only once it stops; the request may be just what it was for.
      if (spec.priority !== 'background') this.overtakeWarmUps();
      const choice = this.admission.plan(request);
      if (!choice) {
        // A lane is free and yet none is to be had: the warm-up has nothing to add, or too little, and waiting for it would be for ever.
        if (spec.priority === 'background' && this.freeLanes().length > 0) {
          this.admission.touch(request);
          this.dismiss(entry, request.isWarmUp ? 'end' : 'cancelled');
        }
        continue;
      }
      const { lane, plan } = choice;
      this.waiting.splice(this.waiting.indexOf(entry), 1);
      const active: Active = { ...entry, lane };
      this.active.set(entry.job.id, active);
      const before = { role: lane.role, subject: lane.subject };
      this.admission.take(lane, request);
      await this.guard(active, async () => {
        const prepare = (): Promise<number> => this.admission.prepare(lane, plan, request, spec.maxTokens > 0, before);
        const reused = await (this.gate?.copy(prepare, this.now) ?? prepare());
        entry.job.begin(reused);
        this.counted.promptTokens += spec.prompt.length;
        this.counted.reusedTokens += reused;
        if (entry.job.promptLeft === 0) this.finish(active, 'end');
      });
    }
  }

  private overtakeWarmUps(): void {
    for (const entry of this.active.values()) {
      if (entry.job.spec.priority === 'background') this.finish(entry, 'cancelled');
    }
  }

  private async step(): Promise<void> {
    const jobs = this.jobs();
    if (jobs.length === 0) {
      this.gate?.withdraw(this);
      // Every job waits for a lane that another one is about to leave.
      if (this.waiting.length > 0) await new Promise((resolve) => setImmediate(resolve));
      return;
    }
    if (!this.gate) {
      await this.take(this.turns.plan(jobs, (job) => this.tuning.budget(job)));
      return;
    }
    const plan = await this.gate.ask(this, jobs);
    if (!plan) return;
    try {
      await this.take(plan);
    } finally {
      this.gate.done(this, this.jobs(), this.now());
    }
  }

  private jobs(): readonly JobFacts[] {
    return [...this.active.values()].map(({ job, lane }) => job.facts(lane.tokens.length));
  }

  /** Takes a step, as planned. */
  private async take(plan: readonly StepItem[]): Promise<void> {
    const pieces = this.piecesOf(plan);
    const count = pieces.reduce((sum, { piece }) => sum + piece.tokens.length, 0);
    const isAwake = this.now() - this.lastStepAt < asleepAfter;
    this.loaded.llama.maxThreads = this.tuning.threads(count, isAwake);
    const context = pieces[0]?.entry.lane.tokens.length ?? 0;
    const since = this.now();
    this.stepInFlight = { since, tokens: count };
    const outcomes = await Promise.all(pieces.map((each) => this.evaluate(each.entry, each.piece)));
    this.stepInFlight = undefined;
    // What lanes take together says nothing about steps of that size: they do not share the way through the weights.
    // Nor does what begins with waking the processor's cores.
    this.lastStepAt = this.now();
    if (pieces.length === 1 && isAwake && this.gate?.wasHeldUp(since) !== true) this.tuning.record(count, this.lastStepAt - since, context);
    for (const [index, { entry, piece }] of pieces.entries()) await this.conclude(entry, piece, outcomes[index]);
  }

  private piecesOf(plan: readonly StepItem[]): readonly { readonly entry: Active; readonly piece: StepPiece }[] {
    return plan.flatMap(({ id, tokens }) => {
      const entry = this.active.get(id);
      if (!entry) return [];
      const { job, lane } = entry;
      const draft = lane.canRewind ? this.generation.draft(job, lane.capacity - lane.tokens.length - 1) : [];
      return [{ entry, piece: job.piece(tokens, draft) }];
    });
  }

  /** A step for one job; `undefined` when it failed or does not fit the lane, which ends the job. */
  private async evaluate(entry: Active, piece: StepPiece): Promise<StepOutcome | undefined> {
    const { job, lane } = entry;
    if (lane.tokens.length + piece.tokens.length > lane.capacity) {
      this.finish(entry, 'contextFull');
      return undefined;
    }
    const isPrefill = job.promptLeft > 0;
    let outcome: StepOutcome | undefined;
    await this.guard(entry, async () => {
      const next = await lane.evaluate(piece.tokens, this.generation.draws(job, piece));
      outcome = this.generation.accept(job, piece, next);
    });
    if (outcome) countStep(this.counted, { priority: job.spec.priority, tokens: piece.tokens.length, valid: outcome.valid, isPrefill });
    return outcome;
  }

  private async conclude(entry: Active, piece: StepPiece, outcome: StepOutcome | undefined): Promise<void> {
    if (!outcome) return;
    const { lane } = entry;
    const refuted = piece.tokens.length - outcome.valid;
    await this.guard(entry, () => lane.truncate(lane.tokens.length - refuted));
    if (outcome.stop) this.finish(entry, outcome.stop);
  }

  private finish(entry: Active, stop: StopReason): void {
    if (!this.active.delete(entry.job.id)) return;
    const { spec, prefillMilliseconds } = entry.job;
    if (spec.priority === 'interactive') (this.gate ?? this.tuning).completionEnded(stop !== 'cancelled');
    const result = entry.job.result(stop, entry.lane.tokens.length);
    if (spec.priority !== 'background') this.speeds.record(spec.role, result.metrics, prefillMilliseconds);
    entry.resolve(result);
  }

  /** An error in llama.cpp ends the job it concerns, and empties its lane, whose state is unknown then. */
  private async guard(entry: Active, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.active.delete(entry.job.id);
      await entry.lane.clear().catch(() => undefined);
      entry.reject(error);
    }
  }
}
