import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseCapacity, leastBytes, shouldMap } from '../../../src/util/memoryBudget';
import { availableBytes } from '../../../src/util/node/memory';

const machine = fc.record({
  context: fc.integer({ min: 256, max: 131_072 }),
  bytesPerToken: fc.integer({ min: 1000, max: 1_000_000 }),
  free: fc.integer({ min: 0, max: 200_000_000_000 }),
});

describe('chooseCapacity', () => {
  it('has two to six lanes, never longer than wanted and never so short that a chat is of no use', () => {
    fc.assert(
      fc.property(machine, ({ context, bytesPerToken, free }) => {
        const { lanes, contextTokens } = chooseCapacity(context, bytesPerToken, free);
        expect(lanes).toBeGreaterThanOrEqual(2);
        expect(lanes).toBeLessThanOrEqual(6);
        expect(contextTokens).toBeLessThanOrEqual(context);
        expect(contextTokens).toBeGreaterThanOrEqual(Math.min(context, 1024));
      }),
    );
  });

  it('takes more than two lanes in at most 30% of the free memory, and gives up length before it takes more than 70%', () => {
    fc.assert(
      fc.property(machine, ({ context, bytesPerToken, free }) => {
        const { lanes, contextTokens } = chooseCapacity(context, bytesPerToken, free);
        const taken = lanes * contextTokens * bytesPerToken;
        if (lanes > 2) expect(taken).toBeLessThanOrEqual(0.3 * free);
        if (contextTokens > 1024) expect(taken).toBeLessThanOrEqual(0.7 * free);
      }),
    );
  });

  it('never has less with more memory', () => {
    fc.assert(
      fc.property(machine, fc.nat(50_000_000_000), ({ context, bytesPerToken, free }, more) => {
        const small = chooseCapacity(context, bytesPerToken, free);
        const large = chooseCapacity(context, bytesPerToken, free + more);
        expect(large.contextTokens).toBeGreaterThanOrEqual(small.contextTokens);
      }),
    );
  });

  it('keeps two lanes of half the length where 7B models leave four gigabytes', () => {
    expect(chooseCapacity(4096, 524_288, 4e9)).toEqual({ lanes: 2, contextTokens: 2048 });
    expect(chooseCapacity(4096, 524_288, 24e9)).toEqual({ lanes: 3, contextTokens: 4096 });
  });
});

describe('what loading needs', () => {
  it('is the weights, two of the shortest lanes, and something beside', () => {
    const need = { weights: 3.8e9, bytesPerToken: 524_288, contextTokens: 4096 };
    expect(leastBytes(need)).toBeGreaterThan(3.8e9 + 2 * 1024 * 524_288);
    expect(leastBytes({ ...need, contextTokens: 512 })).toBeLessThan(leastBytes(need));
  });

  it('is held against memory that this machine has', () => {
    expect(availableBytes()).toBeGreaterThan(0);
  });
});

describe('shouldMap', () => {
  it('maps only what is known to be repacked hardly at all', () => {
    expect(shouldMap(1e9, undefined)).toBe(false);
    expect(shouldMap(1e9, 0)).toBe(true);
    expect(shouldMap(1e9, 9e8)).toBe(false);
  });
});
