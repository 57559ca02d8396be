import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonPrefixLength } from '../../../../src/base/prefix';
import { chooseChatLanes, chooseLane, type LaneFacts } from '../../../../src/worker/engine/lanes';

const tokens = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 16 });
const purpose = fc.constantFrom('chat' as const, 'ghost' as const);
const someLanes: fc.Arbitrary<LaneFacts[]> = fc
  .array(fc.record({ purpose, tokens, busy: fc.boolean() }), { maxLength: 5 })
  .map((lanes) => lanes.map((lane, index) => ({ ...lane, id: index, lastUsed: index })));

const lane = (id: number, held: readonly number[], more: Partial<LaneFacts> = {}): LaneFacts => ({
  id,
  purpose: 'chat',
  tokens: held,
  busy: false,
  lastUsed: id,
  ...more,
});

describe('chooseLane', () => {
  it('gives a free lane of the purpose asked for, whenever there is one', () => {
    fc.assert(
      fc.property(someLanes, purpose, tokens, (lanes, wanted, prompt) => {
        const chosen = chooseLane(lanes, wanted, prompt);
        const free = lanes.filter((candidate) => !candidate.busy && candidate.purpose === wanted);
        expect(chosen !== undefined).toBe(free.length > 0);
        if (chosen) expect(free).toContain(chosen);
      }),
    );
  });

  it('gives the longest common prefix of lanes that hold equally many tokens', () => {
    const sized = fc
      .integer({ min: 0, max: 8 })
      .chain((length) =>
        fc.tuple(
          fc.array(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: length, maxLength: length }), { minLength: 1, maxLength: 4 }),
          tokens,
        ),
      );
    fc.assert(
      fc.property(sized, ([held, prompt]) => {
        const lanes = held.map((each, index) => lane(index, each));
        const chosen = chooseLane(lanes, 'chat', prompt);
        const longest = Math.max(...held.map((each) => commonPrefixLength(each, prompt)));
        expect(commonPrefixLength(chosen?.tokens ?? [], prompt)).toBe(longest);
      }),
    );
  });

  it('does not depend on the order of the lanes', () => {
    fc.assert(
      fc.property(someLanes, tokens, (lanes, prompt) => {
        expect(chooseLane([...lanes].reverse(), 'chat', prompt)).toBe(chooseLane(lanes, 'chat', prompt));
      }),
    );
  });

  it('continues the conversation that the prompt belongs to', () => {
    const lanes = [lane(0, [1, 2, 3, 4]), lane(1, [1, 9, 9])];
    expect(chooseLane(lanes, 'chat', [1, 2, 3, 4, 5, 6])?.id).toBe(0);
    expect(chooseLane(lanes, 'chat', [1, 9, 9, 5])?.id).toBe(1);
  });

  it('starts something new in an empty lane rather than over a conversation', () => {
    expect(chooseLane([lane(0, [1, 2, 3, 4, 5, 6]), lane(1, [])], 'chat', [1, 7, 8])?.id).toBe(1);
  });

  it('takes the lane that was not used for longest, other things equal', () => {
    expect(chooseLane([lane(0, [1], { lastUsed: 9 }), lane(1, [1], { lastUsed: 4 })], 'chat', [1, 2])?.id).toBe(1);
  });
});

describe('chooseChatLanes', () => {
  it('never takes a second lane that the memory is not there for twice over', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e10), (laneBytes, freeBytes) => {
        const count = chooseChatLanes(laneBytes, freeBytes);
        expect(count === 2).toBe(freeBytes >= 4 * laneBytes);
      }),
    );
  });
});
