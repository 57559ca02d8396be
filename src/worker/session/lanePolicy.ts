import type { LaneRole } from '../../contract/sessionFacts';
import { largest } from '../../util/lists';
import { commonPrefixLength } from '../../util/commonPrefix';

/** KV that a prompt may begin with: a lane's or a parked lane's. */
export interface Held {
  readonly tokens: readonly number[];
  /** The fewest tokens to which it can be cut back, other than to none. */
  readonly rewindFloor: number;
}

/** How many of a prompt's tokens it holds that need no evaluation: none where it would have to be cut back too far. */
export function countUsable({ tokens, rewindFloor }: Held, prompt: readonly number[], needsLogits = false): number {
  const common = commonPrefixLength(tokens, prompt);
  // The last token of a prompt is evaluated again, where its logits are wanted.
  const kept = needsLogits ? Math.min(common, prompt.length - 1) : common;
  return kept >= rewindFloor ? common : 0;
}

/**
 * The fewest tokens to which a lane can be cut back after it was restored. Of a layer with a sliding window, a snapshot has only the cells
 * that the next token may attend to (`state_write` in llama-kv-cache.cpp skips those that are masked for the last position). One token
 * fewer needs no cell more; any shorter lane would miss some, and answer wrongly without a sign of it.
 * @param slidingWindow tokens of the window; 0 where the model has none, `undefined` where that is not known
 */
export function findRestoredFloor(tokens: number, slidingWindow: number | undefined): number {
  const window = slidingWindow ?? 1;
  return window === 0 || tokens <= window ? 0 : tokens - 1;
}

/** `warm`: a warm-up has the lane, and gives it up for a request. */
export type LaneUse = 'free' | 'warm' | 'busy';

/** A lane as the policy sees it. */
export interface LaneFacts extends Held {
  readonly id: number;
  readonly role: LaneRole;
  readonly use: LaneUse;
  /** Grows with every use. */
  readonly lastUsed: number;
}

export interface ParkedFacts extends Held {
  readonly id: string;
}

/** Measured costs, in milliseconds. */
export interface LaneCosts {
  /** Evaluating one prompt token. */
  readonly token: number;
  /** Copying a lane: the whole of it moves, however little it holds. */
  readonly copy: number;
  /** Writing and reading a parked lane, per token. */
  readonly save: number;
  readonly load: number;
}

/** Where the KV of a prompt's beginning comes from. */
export type LaneSource =
  { readonly kind: 'own' } | { readonly kind: 'lane'; readonly id: number } | { readonly kind: 'parked'; readonly id: string };

/** How a prompt is served. */
export interface LanePlan {
  readonly lane: number;
  readonly source: LaneSource;
  /** Tokens of the prompt that need no evaluation. */
  readonly keep: number;
  /** Whether what the lane holds is parked first, as it is worth more than that costs. */
  readonly park: boolean;
}

export interface LaneRequest {
  readonly prompt: readonly number[];
  readonly role: LaneRole;
  /** Of no concern to the policy. */
  readonly subject?: string | undefined;
  /** Warm-up may not cost more than twice what it spares the request it is for. */
  readonly isWarmUp: boolean;
}

/**
 * A token that is lost costs its evaluation later, when somebody waits for it, times how likely that is: the lane of the file being edited
 * will be wanted at the next key, the open conversation's at the next question, older ones less and less.
 */
const worthByAge: Readonly<Record<LaneRole, readonly number[]>> = { completion: [4, 1.5, 1], chat: [2, 1.5, 1] };
const leastWorth = 0.5;

/** Writing state is worth it only where reading it back is certain to be cheaper than evaluating: fewer tokens are not parked. */
const fewestParkedTokens = 16;

/**
 * How a prompt is served at the least cost: what has to be evaluated now, what moving KV takes, and what is lost of the lane that is
 * taken. A loss counts only as far as no other lane and no parked lane holds the same. The file being edited and the open conversation make
 * way only where no other lane can. `undefined` while no lane may be had: a chat leaves one lane to ghost text. For a warm-up also where a
 * lane holds all of it, or where it would take, and displace, too much for what it spares; waiting for a lane is of no use then.
 */
export function planLane(
  request: LaneRequest,
  lanes: readonly LaneFacts[],
  parked: readonly ParkedFacts[],
  costs: LaneCosts,
): LanePlan | undefined {
  const free = lanes.filter(({ use }) => use === 'free' || (use === 'warm' && !request.isWarmUp));
  if (free.length === 0 || (request.role === 'chat' && free.length === 1 && lanes.length > 1 && isLastForGhost(lanes))) return undefined;
  if (request.isWarmUp && holderOf(request.prompt, lanes)) return undefined;
  let best: { plan: LanePlan; rank: readonly number[] } | undefined;
  let spares = Infinity;
  // In the order of ids, so that ties do not depend on the order in which lanes are given.
  for (const lane of [...free].sort((a, b) => a.id - b.id)) {
    const loss = lossOf(lane, request.prompt, lanes, parked, costs);
    const spared = sparing(lane, request, lanes);
    for (const candidate of sourcesFor(lane, lanes, parked, request, costs)) {
      const serving = (request.prompt.length - candidate.keep) * costs.token + candidate.cost;
      spares = Math.min(spares, serving);
      const rank = [spared, serving + loss.cost, lane.lastUsed];
      if (best && !isLess(rank, best.rank)) continue;
      best = { plan: { lane: lane.id, source: candidate.source, keep: candidate.keep, park: loss.park }, rank };
    }
  }
  // What a lane holds already is no reason to evaluate it in another one, only because a little would be lost of the first.
  return best && request.isWarmUp && (best.rank[1] ?? 0) >= 2 * spares ? undefined : best?.plan;
}

/** The lane that holds all of a prompt, the most recently used one; `undefined` without one. */
export function holderOf<L extends LaneFacts>(prompt: readonly number[], lanes: readonly L[]): L | undefined {
  return lanes
    .filter((lane) => countUsable(lane, prompt) === prompt.length)
    .reduce<L | undefined>((newest, lane) => (newest && newest.lastUsed > lane.lastUsed ? newest : lane), undefined);
}

/** Compares the first numbers that differ. */
function isLess(a: readonly number[], b: readonly number[]): boolean {
  const index = a.findIndex((value, at) => value !== b[at]);
  return index >= 0 && (a[index] ?? 0) < (b[index] ?? 0);
}

/**
 * How much a lane is spared, whatever that costs: the file being edited (2) before the open conversation (1) before everything else (0).
 * Parking is cheap where little is held, so that cost alone would have a short file make way for a question, and the next key press wait
 * for a long conversation to make way in turn. Not spared is what goes on: a prompt that begins with most of what the lane holds, or ghost
 * text in the lane of ghost text.
 */
function sparing(lane: LaneFacts, request: LaneRequest, lanes: readonly LaneFacts[]): number {
  const goesOn = lane.tokens.length <= 2 * countUsable(lane, request.prompt, !request.isWarmUp);
  if (goesOn || ageOf(lane, lanes) > 0) return 0;
  if (lane.role === 'completion') return request.role === 'completion' ? 0 : 2;
  return 1;
}

/** Whether all other lanes serve chats, so that the one left has to wait for the next key press. */
function isLastForGhost(lanes: readonly LaneFacts[]): boolean {
  return lanes.filter(({ use, role }) => use === 'busy' && role === 'chat').length >= lanes.length - 1;
}

interface Candidate {
  readonly source: LaneSource;
  readonly keep: number;
  /** Milliseconds of moving. */
  readonly cost: number;
}

function sourcesFor(
  lane: LaneFacts,
  lanes: readonly LaneFacts[],
  parked: readonly ParkedFacts[],
  { prompt, isWarmUp }: LaneRequest,
  costs: LaneCosts,
): readonly Candidate[] {
  const usable = (held: Held): number => countUsable(held, prompt, !isWarmUp);
  const candidates: Candidate[] = [{ source: { kind: 'own' }, keep: usable(lane), cost: 0 }];
  for (const other of [...lanes].sort((a, b) => a.id - b.id)) {
    const keep = usable(other);
    if (other.id === lane.id || keep === 0) continue;
    candidates.push({ source: { kind: 'lane', id: other.id }, keep, cost: costs.copy });
  }
  for (const each of [...parked].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const keep = usable(each);
    if (keep > 0) {
      candidates.push({ source: { kind: 'parked', id: each.id }, keep, cost: each.tokens.length * costs.load });
    }
  }
  return candidates;
}

/** What taking a lane for a prompt costs in what it holds, and whether to park that first. */
function lossOf(
  lane: LaneFacts,
  prompt: readonly number[],
  lanes: readonly LaneFacts[],
  parked: readonly ParkedFacts[],
  costs: LaneCosts,
): { readonly cost: number; readonly park: boolean } {
  const others: Held[] = [{ tokens: prompt, rewindFloor: 0 }, ...lanes.filter(({ id }) => id !== lane.id), ...parked];
  const held = largest(others.map((other) => countUsable(other, lane.tokens)));
  const lost = lane.tokens.length - held;
  const cost = lost * costs.token * worthOf(lane, lanes);
  const parking = lane.tokens.length * (costs.save + costs.load);
  return lost >= fewestParkedTokens && parking < cost ? { cost: parking, park: true } : { cost, park: false };
}

/** How much more than its evaluation a token of this lane is worth, by how many lanes of its role were used since. */
export function worthOf(lane: LaneFacts, lanes: readonly LaneFacts[]): number {
  return worthByAge[lane.role][ageOf(lane, lanes)] ?? leastWorth;
}

function ageOf(lane: LaneFacts, lanes: readonly LaneFacts[]): number {
  return lanes.filter(({ role, lastUsed }) => role === lane.role && lastUsed > lane.lastUsed).length;
}
