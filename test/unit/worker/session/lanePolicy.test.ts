import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  findRestoredFloor,
  planLane,
  worthOf,
  type LaneCosts,
  type LaneFacts,
  type LanePlan,
  type LaneRequest,
  type ParkedFacts,
} from '../../../../src/worker/session/lanePolicy';

const tokens = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 8 }),
  // Long runs of one token: losses that are worth parking.
  fc.tuple(fc.integer({ min: 0, max: 2 }), fc.nat(80)).map(([token, length]) => Array.from({ length }, () => token)),
);
const role = fc.constantFrom('chat' as const, 'completion' as const);
const use = fc.constantFrom('free' as const, 'free' as const, 'warm' as const, 'busy' as const);
/** How many tokens less than it holds a lane can be cut back to: a recurrent one's none, a restored one's with a sliding window one. */
const slack = fc.constantFrom(0, 1, Infinity, Infinity);
const held = fc.tuple(tokens, slack).map(([each, less]) => ({ tokens: each, rewindFloor: Math.max(0, each.length - less) }));
const someLanes: fc.Arbitrary<LaneFacts[]> = fc
  .array(fc.tuple(held, fc.record({ role, use, lastUsed: fc.nat(5) })), { maxLength: 5 })
  .map((lanes) => lanes.map(([holds, lane], id) => ({ ...holds, ...lane, id })));
const someParked: fc.Arbitrary<ParkedFacts[]> = fc
  .array(held, { maxLength: 3 })
  .map((all) => all.map((each, index) => ({ id: `parked-${index}`, ...each })));
const someCosts: fc.Arbitrary<LaneCosts> = fc.record({
  token: fc.integer({ min: 1, max: 40 }),
  copy: fc.nat(500),
  save: fc.integer({ min: 0, max: 60 }),
  load: fc.integer({ min: 0, max: 10 }),
});
const someRequest: fc.Arbitrary<LaneRequest> = fc.record({ prompt: tokens, role, isWarmUp: fc.boolean() });
const world = fc.record({ request: someRequest, lanes: someLanes, parked: someParked, costs: someCosts });
type World = typeof world extends fc.Arbitrary<infer Of> ? Of : never;

const planOf = ({ request, lanes, parked, costs }: World): LanePlan | undefined => planLane(request, lanes, parked, costs);

/** The common prefix, found the slow way. */
function common(a: readonly number[], b: readonly number[]): number {
  for (let length = Math.min(a.length, b.length); length > 0; length--) {
    if (a.slice(0, length).join() === b.slice(0, length).join()) return length;
  }
  return 0;
}

/** The longest part of a prompt that `held` can be made to hold before what is left of the prompt is evaluated. */
function usable({ tokens: all, rewindFloor }: Omit<ParkedFacts, 'id'>, { prompt, isWarmUp }: LaneRequest): number {
  const same = common(all, prompt);
  const cut = same === prompt.length && !isWarmUp ? same - 1 : same;
  return cut < rewindFloor ? 0 : same;
}

function laneOf(lanes: readonly LaneFacts[], id: number): LaneFacts {
  const lane = lanes.find((each) => each.id === id);
  if (!lane) throw new Error(`no lane ${id}`);
  return lane;
}

interface Loss {
  readonly lost: number;
  readonly evaluating: number;
  readonly parking: number;
}

/** What is gone for good when a lane is overwritten, token by token, and what it takes to have it back either way. */
function lossOf({ request, lanes, parked, costs }: World, lane: LaneFacts): Loss {
  const elsewhere = [{ tokens: request.prompt, rewindFloor: 0 }, ...lanes.filter(({ id }) => id !== lane.id), ...parked];
  const wanted = { ...request, prompt: lane.tokens, isWarmUp: true };
  const lost = lane.tokens.filter((_, at) => elsewhere.every((other) => usable(other, wanted) <= at)).length;
  const parking = lane.tokens.length * (costs.save + costs.load);
  return { lost, evaluating: lost * costs.token * worthOf(lane, lanes), parking };
}

function spared({ request, lanes }: World, lane: LaneFacts): number {
  const newest = lanes.every((other) => other.role !== lane.role || other.lastUsed <= lane.lastUsed);
  const kept = usable(lane, request);
  if (!newest || kept >= lane.tokens.length - kept) return 0;
  return lane.role === 'chat' ? 1 : request.role === 'chat' ? 2 : 0;
}

interface Possible {
  readonly spared: number;
  readonly cost: number;
  readonly plan: LanePlan;
}

/** Every plan that is possible at all. */
function possible(of: World): Possible[] {
  const { request, lanes, parked, costs } = of;
  const isHeld = lanes.some((each) => {
    return request.prompt.length >= each.rewindFloor && common(each.tokens, request.prompt) === request.prompt.length;
  });
  if (request.isWarmUp && isHeld) return [];
  const all = lanes
    .filter((lane) => lane.use === 'free' || (lane.use === 'warm' && !request.isWarmUp))
    .flatMap((lane) => {
      const { lost, evaluating, parking } = lossOf(of, lane);
      const from: { source: LanePlan['source']; keep: number; moving: number }[] = [
        { source: { kind: 'own' }, keep: usable(lane, request), moving: 0 },
        ...lanes
          .filter((other) => other !== lane)
          .map((other) => ({ source: { kind: 'lane' as const, id: other.id }, keep: usable(other, request), moving: costs.copy })),
        ...parked.map((entry) => ({
          source: { kind: 'parked' as const, id: entry.id },
          keep: usable(entry, request),
          moving: entry.tokens.length * costs.load,
        })),
      ];
      const park = lost >= 16 && parking < evaluating;
      const losing = park ? parking : evaluating;
      return from
        .filter(({ source, keep }) => source.kind === 'own' || keep > 0)
        .map(({ source, keep, moving }) => ({
          spared: spared(of, lane),
          cost: (request.prompt.length - keep) * costs.token + moving + losing,
          serving: (request.prompt.length - keep) * costs.token + moving,
          plan: { lane: lane.id, source, keep, park },
        }));
    });
  const spares = Math.min(...all.map(({ serving }) => serving));
  const leastSpared = Math.min(...all.map((each) => each.spared));
  const least = Math.min(...all.filter((each) => each.spared === leastSpared).map(({ cost }) => cost));
  return request.isWarmUp && least >= 2 * spares ? [] : all;
}

const lane = (id: number, all: readonly number[], more: Partial<LaneFacts> = {}): LaneFacts => ({
  id,
  role: 'chat',
  tokens: all,
  use: 'free',
  lastUsed: id,
  rewindFloor: 0,
  ...more,
});
const run = (length: number, from: number): number[] => Array.from({ length }, (_, index) => from + index);
const chat = (prompt: readonly number[]): LaneRequest => ({ prompt, role: 'chat', isWarmUp: false });
/** Measured with a 7B model. */
const measured: LaneCosts = { token: 25, copy: 60, save: 1, load: 0.1 };

describe('planLane', () => {
  it('chooses a plan that exists, at the least cost of all, among lanes that need the least sparing', () => {
    fc.assert(
      fc.property(world, (of) => {
        const plan = planOf(of);
        if (!plan) return;
        const all = possible(of);
        const chosen = all.find((each) => JSON.stringify(each.plan) === JSON.stringify(plan));
        const leastSpared = Math.min(...all.map((each) => each.spared));
        const least = Math.min(...all.filter((each) => each.spared === leastSpared).map(({ cost }) => cost));
        expect(chosen?.spared).toBe(leastSpared);
        expect(chosen?.cost).toBeCloseTo(least, 6);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses only where nothing is possible, or the last lane has to wait for ghost text', () => {
    fc.assert(
      fc.property(world, (of) => {
        const idle = of.lanes.filter((each) => each.use === 'free' || (each.use === 'warm' && !of.request.isWarmUp));
        const othersChat = of.lanes.filter((each) => each !== idle[0]).every((each) => each.use === 'busy' && each.role === 'chat');
        const last = of.request.role === 'chat' && of.lanes.length > 1 && idle.length === 1 && othersChat;
        expect(planOf(of) === undefined).toBe(last || possible(of).length === 0);
      }),
      { numRuns: 1000 },
    );
  });

  it('never takes a lane that is busy, and no warm-up for a warm-up', () => {
    fc.assert(
      fc.property(world, (of) => {
        const plan = planOf(of);
        if (!plan) return;
        const taken = laneOf(of.lanes, plan.lane).use;
        expect(of.request.isWarmUp ? ['free'] : ['free', 'warm']).toContain(taken);
      }),
    );
  });

  it('keeps what the source and the prompt have in common, unless the source cannot be cut back to it', () => {
    fc.assert(
      fc.property(world, (of) => {
        const plan = planOf(of);
        if (!plan) return;
        const { source } = plan;
        const from = {
          own: () => laneOf(of.lanes, plan.lane),
          lane: () => laneOf(of.lanes, source.kind === 'lane' ? source.id : -1),
          parked: () => of.parked.find(({ id }) => source.kind === 'parked' && id === source.id),
        }[source.kind]();
        expect(plan.keep).toBe(from && usable(from, of.request));
        expect(plan.keep).toBeLessThanOrEqual(of.request.prompt.length);
      }),
    );
  });

  it('does not depend on the order of lanes and parked lanes', () => {
    fc.assert(
      fc.property(world, (of) => {
        const turned = { ...of, lanes: [...of.lanes].reverse(), parked: [...of.parked].reverse() };
        expect(planOf(turned)).toEqual(planOf(of));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves a lane to ghost text, whatever chats are asked for', () => {
    fc.assert(
      fc.property(world, (of) => {
        const plan = planOf({ ...of, request: { ...of.request, role: 'chat' } });
        if (!plan || of.lanes.length < 2) return;
        const others = of.lanes.filter(({ id }) => id !== plan.lane);
        expect(others.some((other) => other.use !== 'busy' || other.role === 'completion')).toBe(true);
      }),
    );
    expect(planLane(chat([7]), [lane(0, [], { use: 'busy' }), lane(1, [])], [], measured)).toBeUndefined();
    expect(planLane({ ...chat([7]), role: 'completion' }, [lane(0, [], { use: 'busy' }), lane(1, [])], [], measured)?.lane).toBe(1);
  });

  it('parks only what is not held elsewhere and costs less to park than to lose', () => {
    fc.assert(
      fc.property(world, (of) => {
        const plan = planOf(of);
        if (!plan?.park) return;
        const loss = lossOf(of, laneOf(of.lanes, plan.lane));
        expect(loss.lost).toBeGreaterThanOrEqual(16);
        expect(loss.parking).toBeLessThan(loss.evaluating);
      }),
      { numRuns: 500 },
    );
  });

  it('does not write a new chat over the file being edited or the open conversation while there is another lane', () => {
    const length = fc.integer({ min: 1, max: 900 });
    fc.assert(
      fc.property(length, length, fc.nat(900), fc.nat(200), someCosts, (file, open, old, prompt, costs) => {
        const lanes = [
          lane(0, run(file, 10_000), { role: 'completion', lastUsed: 9 }),
          lane(1, run(open, 20_000), { lastUsed: 8 }),
          lane(2, run(old, 30_000), { lastUsed: 3 }),
        ];
        const asked = chat(run(prompt, 40_000));
        expect(planLane(asked, lanes, [], costs)?.lane).toBe(2);
        expect(planLane(asked, lanes.slice(0, 2), [], costs)?.lane).toBe(1);
      }),
    );
  });

  it('goes on in the lane of the conversation, its last turn asked again included', () => {
    const lanes = [lane(0, run(500, 0)), lane(1, run(500, 1000)), lane(2, [])];
    expect(planLane(chat(run(600, 1000)), lanes, [], measured)).toEqual({ lane: 1, source: { kind: 'own' }, keep: 500, park: false });
    expect(planLane(chat([...run(490, 1000), 7]), lanes.slice(0, 2), [], measured)).toMatchObject({ lane: 1, keep: 490 });
  });

  it('copies the file block that another lane has evaluated', () => {
    const lanes = [lane(0, run(800, 0), { role: 'completion' }), lane(1, [])];
    const plan = planLane(chat([...run(600, 0), 9000]), lanes.slice(), [], { ...measured, copy: 60 });
    expect(plan?.keep).toBe(600);
    expect(planLane(chat([...run(300, 0), 9000]), lanes, [], measured)).toMatchObject({
      lane: 1,
      source: { kind: 'lane', id: 0 },
      keep: 300,
    });
  });

  it('takes up what was parked, and evaluates where that is cheaper', () => {
    const parked = [{ id: 'a', tokens: run(400, 0), rewindFloor: 0 }];
    expect(planLane(chat(run(500, 0)), [lane(0, [])], parked, measured)).toMatchObject({ source: { kind: 'parked', id: 'a' }, keep: 400 });
    expect(planLane(chat([0, 1, 7]), [lane(0, [])], parked, { ...measured, load: 1 })).toMatchObject({ source: { kind: 'own' }, keep: 0 });
  });

  it('never cuts back a model that cannot', () => {
    const lanes = [lane(0, run(100, 0), { rewindFloor: 100 }), lane(1, [])];
    const parked = [{ id: 'a', tokens: run(90, 0), rewindFloor: 90 }];
    expect(planLane(chat(run(80, 0)), lanes, parked, measured)?.keep).toBe(0);
    expect(planLane(chat(run(95, 0)), lanes, parked, measured)).toMatchObject({ source: { kind: 'parked' }, keep: 90 });
    expect(planLane(chat(run(120, 0)), lanes, parked, measured)).toMatchObject({ lane: 0, source: { kind: 'own' }, keep: 100 });
    // A prompt that it holds to the last token would have to lose that one, for its logits.
    expect(planLane(chat(run(100, 0)), lanes.slice(0, 1), [], measured)).toMatchObject({ keep: 0 });
  });

  it('cuts a lane that was restored with a sliding window back by one token, and evaluates a shorter prompt', () => {
    const restored = lane(0, run(800, 0), { rewindFloor: findRestoredFloor(800, 512) });
    const lanes = [restored, lane(1, [])];
    expect(planLane(chat(run(900, 0)), lanes, [], measured)).toMatchObject({ lane: 0, source: { kind: 'own' }, keep: 800 });
    expect(planLane(chat(run(800, 0)), lanes, [], measured)).toMatchObject({ lane: 0, source: { kind: 'own' }, keep: 800 });
    expect(planLane(chat([...run(799, 0), 9000]), lanes, [], measured)).toMatchObject({ keep: 799 });
    for (const prompt of [run(799, 0), [...run(798, 0), 9000], run(300, 0)]) {
      expect(planLane(chat(prompt), lanes, [], measured)).toMatchObject({ lane: 1, keep: 0 });
      const parked = [{ id: 'a', tokens: restored.tokens, rewindFloor: restored.rewindFloor }];
      expect(planLane(chat(prompt), [lane(0, [])], parked, measured)).toMatchObject({ source: { kind: 'own' }, keep: 0 });
    }
  });

  it('warms up nothing at the price of more than that adds, nor what is held already', () => {
    const warm = (prompt: readonly number[]): LaneRequest => ({ prompt, role: 'completion', isWarmUp: true });
    const lanes = [lane(0, run(300, 0), { role: 'completion' })];
    expect(planLane(warm(run(200, 0)), lanes, [], measured)).toBeUndefined();
    expect(planLane(warm(run(5, 9000)), lanes, [], measured)).toBeUndefined();
    expect(planLane(warm(run(400, 0)), lanes, [], measured)).toMatchObject({ lane: 0, keep: 300 });
  });

  it('warms up no prompt again because its lane has gone a little further', () => {
    const lanes = [lane(0, run(300, 0), { role: 'completion' }), lane(1, run(200, 7000)), lane(2, [])];
    for (const prompt of [run(292, 0), [...run(292, 0), 9000]])
      expect(planLane({ prompt, role: 'completion', isWarmUp: true }, lanes, [], measured)).toBeUndefined();
  });
});

describe('findRestoredFloor', () => {
  it('lets a lane go back anywhere where its snapshot has every cell', () => {
    expect([0, 1, 5000].map((tokens) => findRestoredFloor(tokens, 0))).toEqual([0, 0, 0]);
    expect([0, 511, 512].map((tokens) => findRestoredFloor(tokens, 512))).toEqual([0, 0, 0]);
  });

  it('holds it to one token less than it had, beyond its window or where that is not known', () => {
    expect([513, 5000].map((tokens) => findRestoredFloor(tokens, 512))).toEqual([512, 4999]);
    expect([0, 1, 2, 5000].map((tokens) => findRestoredFloor(tokens, undefined))).toEqual([0, 0, 1, 4999]);
  });
});

describe('worthOf', () => {
  it('is the less the more lanes of the same role were used since, and never nothing', () => {
    fc.assert(
      fc.property(someLanes, (lanes) => {
        for (const a of lanes) {
          expect(worthOf(a, lanes)).toBeGreaterThan(0);
          for (const b of lanes.filter((other) => other.role === a.role && other.lastUsed < a.lastUsed)) {
            expect(worthOf(b, lanes)).toBeLessThanOrEqual(worthOf(a, lanes));
          }
        }
      }),
    );
    const lanes = [lane(0, [1], { role: 'completion' }), lane(1, [1])];
    expect(lanes.map((each) => worthOf(each, lanes))).toEqual([4, 2]);
  });
});
