import type { Lane } from './lane';
import { holderOf, planLane, type LaneFacts, type LanePlan, type LaneRequest, type LaneUse } from './lanePolicy';
import type { LaneContent, Parking } from './snapshotPolicy';
import type { Totals } from './totals';
import type { Tuning } from '../tuning/tuning';

/** Gives requests their lanes: asks the policy, and moves KV as it says. */
export class Admission {
  private uses = 0;

  constructor(
    private readonly lanes: readonly Lane[],
    private readonly tuning: Tuning,
    private readonly parking: Parking | undefined,
    private readonly totals: Totals,
    private readonly useOf: (lane: Lane) => LaneUse,
  ) {}

  /** How a request is served; `undefined` while it has to wait for a lane. */
  plan(request: LaneRequest): { readonly lane: Lane; readonly plan: LanePlan } | undefined {
    const { laneCosts } = this.tuning;
    // Without a place to park in, what a lane loses is lost.
    const costs = this.parking ? laneCosts : { ...laneCosts, save: Infinity };
    const plan = planLane(request, this.facts(), this.parking?.entries ?? [], costs);
    const lane = plan && this.laneOf(plan.lane);
    return plan && lane ? { lane, plan } : undefined;
  }

  /** Notes what a lane is taken for. */
  take(lane: Lane, request: LaneRequest): void {
    lane.role = request.role;
    lane.subject = request.subject;
    lane.lastUsed = ++this.uses;
  }

  /** Marks the lane that holds a prompt as used, for a warm-up that has nothing to add: what it was asked for is the next to be wanted. */
  touch({ prompt, role }: LaneRequest): void {
    const holder = holderOf(prompt, this.facts());
    if (holder?.use !== 'free' || holder.role !== role) return;
    const lane = this.laneOf(holder.id);
    if (lane) lane.lastUsed = ++this.uses;
  }

  /**
   * Makes a lane begin with as much of the prompt as the plan found, and hold nothing else. Must not run beside a step.
   * @param needsLogits at least the last token of the prompt is left to evaluate, as its logits are wanted
   * @param before what the lane held was for, which it was until it was taken
   * @returns prompt tokens that need no evaluation
   */
  async prepare(lane: Lane, plan: LanePlan, request: LaneRequest, needsLogits: boolean, before: LaneContent): Promise<number> {
    const { prompt } = request;
    if (plan.park) await this.parking?.park(lane, before);
    await this.fetch(lane, plan);
    // A parked lane brings along what it was for.
    lane.role = request.role;
    lane.subject = request.subject;
    const wanted = needsLogits ? prompt.length - 1 : prompt.length;
    await lane.truncate(Math.min(lane.commonWith(prompt), wanted));
    return lane.tokens.length;
  }

  private async fetch(lane: Lane, { source, keep }: LanePlan): Promise<void> {
    if (source.kind === 'lane') {
      const other = this.laneOf(source.id);
      if (!other) return;
      await lane.copyFrom(other, keep);
      this.totals.copiedTokens += lane.tokens.length;
    }
    // One that cannot be restored is gone then, and the prompt is evaluated: the lane is empty.
    if (source.kind === 'parked') await this.parking?.restore(source.id, lane);
  }

  private facts(): readonly LaneFacts[] {
    return this.lanes.map((lane) => {
      const { id, role, lastUsed, tokens, rewindFloor } = lane;
      return { id, role, lastUsed, tokens, rewindFloor, use: this.useOf(lane) };
    });
  }

  private laneOf(id: number): Lane | undefined {
    return this.lanes.find((lane) => lane.id === id);
  }
}
