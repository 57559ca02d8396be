import { planStep, Turns, type JobFacts, type StepItem } from './scheduler';
import { Speeds } from './speeds';

/** A session among others that share the processor. */
export interface GateMember {
  readonly tuning: {
    budget(job: JobFacts): number;
    completionEnded(isAnswered: boolean): void;
  };
}

/**
 * Where several sessions take their steps, one at a time: two steps at once would have the same cores, and a ghost text would take as long
 * as the chat's prefill beside it. The next step is chosen as in one session that had all of their jobs, by the same {@link planStep} and
 * {@link Turns}; what it decides is done by the session whose jobs these are. A session by itself needs none.
 */
export class StepGate {
  /** What each wants, as it said last. */
  private readonly claims = new Map<GateMember, readonly JobFacts[]>();
  private readonly members = new Set<GateMember>();
  private readonly turns = new Turns();
  private waiting: (() => void)[] = [];
  private isTaken = false;
  /** Of the answers of all, in their order. */
  readonly speeds = new Speeds();
  private nextId = 1;
  /** When a step ended last, by the clock of the sessions. */
  lastStepAt = -Infinity;
  /** Members that read or write a lane's state now, and when one did last. */
  private copying = 0;
  private lastCopyAt = -Infinity;

  join(member: GateMember): void {
    this.members.add(member);
  }

  /** An id that no job of any member has. */
  newId(): number {
    return this.nextId++;
  }

  /** Says what a member will ask for, so that nobody is let in before it who would not be once it asks. */
  claim(member: GateMember, jobs: readonly JobFacts[]): void {
    if (jobs.length === 0) this.withdraw(member);
    else this.claims.set(member, jobs);
  }

  /**
   * Asks for a step.
   * @returns what goes into it, and then {@link done} has to be called; or `undefined`, after a while, when it was not this member's turn:
   * by then its jobs may have ended and others come, so it looks at them and asks again
   */
  async ask(member: GateMember, jobs: readonly JobFacts[]): Promise<readonly StepItem[] | undefined> {
    this.claim(member, jobs);
    if (!this.isTaken) {
      const items = this.next(member);
      if (items) {
        this.isTaken = true;
        return items;
      }
      // Whose turn it is may not know yet.
      this.wake();
    }
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    return undefined;
  }

  /** The step is over. */
  done(member: GateMember, jobs: readonly JobFacts[], now: number): void {
    this.lastStepAt = now;
    this.isTaken = false;
    this.claim(member, jobs);
    this.wake();
  }

  /** Says that a member wants nothing for now, so that whoever had to wait for it is let in. */
  withdraw(member: GateMember): void {
    if (this.claims.delete(member) && !this.isTaken) this.wake();
  }

  /** Reports to all that a ghost text has ended, and whether somebody got it: their steps depend on it. */
  completionEnded(isAnswered: boolean): void {
    for (const { tuning } of this.members) tuning.completionEnded(isAnswered);
  }

  /** Does what reads or writes a lane's state. Steps of others may be let in meanwhile; they wait for the same thread. */
  async copy<T>(work: () => Promise<T>, now: () => number): Promise<T> {
    this.copying++;
    try {
      return await work();
    } finally {
      this.copying--;
      this.lastCopyAt = now();
    }
  }

  /** Whether a step that began at `since` had to share its thread, so that its time says nothing of it. */
  wasHeldUp(since: number): boolean {
    return this.copying > 0 || this.lastCopyAt >= since;
  }

  /** The next step, if it is this member's. */
  private next(member: GateMember): readonly StepItem[] | undefined {
    const owners = new Map([...this.claims].flatMap(([owner, jobs]) => jobs.map(({ id }) => [id, owner] as const)));
    const all = [...this.claims.values()].flat();
    const turn = this.turns.next(all);
    const plan = planStep(all, (job) => owners.get(job.id)?.tuning.budget(job) ?? 1, turn);
    const [first] = plan;
    if (!first || owners.get(first.id) !== member) return undefined;
    // Only warm-ups of several members can stand side by side.
    const items = plan.filter(({ id }) => owners.get(id) === member);
    this.turns.record(all, items, turn);
    return items;
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
