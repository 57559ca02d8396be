import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fit, verdicts, type Machine, type ModelNeed } from '../../../../../src/host/models/picker/modelFit';

const need = fc.record({
  weightBytes: fc.integer({ min: 50e6, max: 100e9 }),
  kvBytesPerToken: fc.integer({ min: 5000, max: 1_000_000 }),
  layers: fc.integer({ min: 2, max: 120 }),
  trainContextTokens: fc.integer({ min: 512, max: 131_072 }),
});

const machine = fc.record({
  freeBytes: fc.integer({ min: 0, max: 200e9 }),
  totalBytes: fc.constant(256e9),
  bytesPerSecond: fc.integer({ min: 1e9, max: 400e9 }),
  gpu: fc.option(fc.record({ name: fc.constant('vulkan'), freeBytes: fc.integer({ min: 0, max: 80e9 }) }), { nil: undefined }),
});

const context = fc.integer({ min: 512, max: 131_072 });
const rank = (one: ModelNeed, where: Machine, tokens: number): number => verdicts.indexOf(fit(one, where, tokens).verdict);

/** The machine of docs/architecture.md's figures, with 16 GB. */
const twoCores: Machine = { freeBytes: 12e9, totalBytes: 16e9, bytesPerSecond: 50e9 };
const llama2: ModelNeed = { weightBytes: 3.8e9, kvBytesPerToken: 524_288, layers: 32, trainContextTokens: 4096 };

describe('what fits', () => {
  it('never does better with a larger model', () => {
    fc.assert(
      fc.property(need, machine, context, fc.nat(50e9), (one, where, tokens, more) => {
        const larger = { ...one, weightBytes: one.weightBytes + more };
        expect(rank(larger, where, tokens)).toBeLessThanOrEqual(rank(one, where, tokens));
        if (!where.gpu) expect(fit(larger, where, tokens).tokensPerSecond).toBeLessThanOrEqual(fit(one, where, tokens).tokensPerSecond);
      }),
    );
  });

  it('never does better with a longer context', () => {
    fc.assert(
      fc.property(need, machine, context, fc.nat(50_000), (one, where, tokens, more) => {
        const cpu = { ...where, gpu: undefined };
        expect(rank(one, cpu, tokens + more)).toBeLessThanOrEqual(rank(one, cpu, tokens));
      }),
    );
  });

  it('never does worse with more memory', () => {
    fc.assert(
      fc.property(need, machine, context, fc.nat(50e9), (one, where, tokens, more) => {
        const larger = { ...where, gpu: undefined, freeBytes: where.freeBytes + more };
        expect(rank(one, larger, tokens)).toBeGreaterThanOrEqual(rank(one, { ...where, gpu: undefined }, tokens));
        expect(fit(one, larger, tokens).contextTokens).toBeGreaterThanOrEqual(fit(one, { ...where, gpu: undefined }, tokens).contextTokens);
      }),
    );
  });

  it('calls nothing fast, usable or slow that takes more than there is', () => {
    fc.assert(
      fc.property(need, machine, context, (one, where, tokens) => {
        const { verdict, neededBytes, availableBytes, contextTokens, gpuLayers } = fit(one, where, tokens);
        if (verdict !== 'doesNotFit') expect(neededBytes).toBeLessThanOrEqual(availableBytes);
        expect(contextTokens).toBeLessThanOrEqual(Math.min(tokens, one.trainContextTokens));
        expect(gpuLayers).toBeLessThanOrEqual(one.layers);
        if (!where.gpu) expect(gpuLayers).toBe(0);
      }),
    );
  });

  it('foretells what was measured on two cores: 11.8 tokens a second of Llama 2 7B, 122 of a model of 98 MB', () => {
    const large = fit(llama2, twoCores, 4096);
    expect(large.verdict).toBe('usable');
    expect(large.tokensPerSecond).toBeGreaterThan(8);
    expect(large.tokensPerSecond).toBeLessThan(12);
    const small = fit({ weightBytes: 98e6, kvBytesPerToken: 23_040, layers: 30, trainContextTokens: 8192 }, twoCores, 4096);
    expect(small.verdict).toBe('fast');
    expect(small.tokensPerSecond).toBeGreaterThan(90);
    expect(small.tokensPerSecond).toBeLessThan(140);
  });

  it('shortens the context before it gives up', () => {
    const tight = fit(llama2, { ...twoCores, freeBytes: 6.5e9 }, 4096);
    expect(tight.verdict).not.toBe('doesNotFit');
    expect(tight.contextTokens).toBeLessThan(4096);
    expect(fit(llama2, { ...twoCores, freeBytes: 4.5e9 }, 4096).verdict).toBe('doesNotFit');
  });

  it('puts layers on a GPU as far as its memory goes, and is faster for it', () => {
    const half = fit(llama2, { ...twoCores, gpu: { name: 'cuda', freeBytes: 4e9 } }, 4096);
    const whole = fit(llama2, { ...twoCores, gpu: { name: 'cuda', freeBytes: 24e9 } }, 4096);
    expect(half.gpuLayers).toBeGreaterThan(0);
    expect(half.gpuLayers).toBeLessThan(32);
    expect(whole.gpuLayers).toBe(32);
    expect(whole.tokensPerSecond).toBeGreaterThan(half.tokensPerSecond);
    expect(half.tokensPerSecond).toBeGreaterThan(fit(llama2, twoCores, 4096).tokensPerSecond);
  });
});
