import { commonPrefixLength } from '../../base/prefix';

/** What a lane is for. Any request may use any KV that matches; the purpose keeps typing and talking out of each other's way. */
export type LanePurpose = 'chat' | 'ghost';

/** A lane as the policy sees it. */
export interface LaneFacts {
  readonly id: number;
  readonly purpose: LanePurpose;
  /** Tokens whose KV is resident, in order. */
  readonly tokens: readonly number[];
  readonly busy: boolean;
  /** Grows with every use. */
  readonly lastUsed: number;
}

/** A token that is thrown away costs as much as half of one that is evaluated now: it may not be wanted again. */
const lossWeight = 0.5;

/**
 * The lane that serves a prompt: of the free lanes with this purpose the one where the fewest tokens are evaluated now or lost for
 * later. `undefined` when all are busy.
 */
export function chooseLane(lanes: readonly LaneFacts[], purpose: LanePurpose, prompt: readonly number[]): LaneFacts | undefined {
  let best: { lane: LaneFacts; cost: number } | undefined;
  for (const lane of lanes) {
    if (lane.busy || lane.purpose !== purpose) continue;
    const common = commonPrefixLength(lane.tokens, prompt);
    const cost = prompt.length - common + lossWeight * (lane.tokens.length - common);
    if (!best || cost < best.cost || (cost === best.cost && lane.lastUsed < best.lane.lastUsed)) best = { lane, cost };
  }
  return best?.lane;
}

/**
 * How many chat lanes to have beside the one for ghost text. A second keeps a conversation's KV while another is asked something, and
 * is had where the memory for it is there twice over. Sizes in bytes.
 */
export function chooseChatLanes(laneBytes: number, freeBytes: number): 1 | 2 {
  const minimum = 2 * laneBytes;
  return freeBytes >= minimum + 2 * laneBytes ? 2 : 1;
}
