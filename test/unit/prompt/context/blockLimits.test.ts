import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockLimits, blocksTotal, fileLimit } from '../../../../src/prompt/context/blockLimits';

const none = { file: 0, selection: 0, context: [], question: 10 };

describe('the shares of blocks', () => {
  it('are 40% for the file and 25% for its selection, whatever else there is not', () => {
    expect(blockLimits({ ...none, file: 9000, selection: 9000 }, 1000)).toMatchObject({ file: 400, selection: 250 });
  });

  it('leave the file its share beside anything', () => {
    expect(blockLimits({ ...none, file: 9000, context: [9000, 9000], question: 500 }, 1000).file).toBe(fileLimit(1000));
  });

  it('give a short block all of it, and the rest to the long ones alike', () => {
    // 650 for blocks, less 3 times 32 for what stands around them.
    expect(blockLimits({ ...none, context: [20, 9000, 9000] }, 1000).context).toEqual([267, 267, 267]);
  });

  it('grow small behind a long question', () => {
    expect(blockLimits({ ...none, context: [9000], question: 600 }, 1000).context).toEqual([68]);
    expect(blockLimits({ ...none, context: [9000], question: 900 }, 1000).context).toEqual([0]);
  });

  it('leave a quarter for the answer, and more for the question', () => {
    const size = fc.integer({ min: 0, max: 20_000 });
    const sizes = fc.record({
      file: size,
      selection: size,
      context: fc.array(size, { maxLength: 6 }),
      question: fc.integer({ min: 0, max: 1000 }),
    });
    fc.assert(
      fc.property(sizes, fc.constantFrom(2048, 4096, 16_384), (all, contextTokens) => {
        const limits = blockLimits(all, contextTokens);
        expect(limits.spare).toBeGreaterThanOrEqual(0);
        // The file and its selection have the line around them on top, as they always had.
        expect(blocksTotal(all, limits) - 64).toBeLessThanOrEqual(contextTokens * 0.65);
        if (all.question < contextTokens * 0.2)
          expect(blocksTotal(all, limits) - 64 + all.question).toBeLessThanOrEqual(contextTokens * 0.7 + 1);
      }),
    );
  });
});
