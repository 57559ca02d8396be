import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUsableChat, isUsableGhost, recommend } from '../../../../src/host/benchmark/benchmarkAdvice';
import type { Result } from '../../../../src/host/benchmark/benchmarkResults';
import { failedResult, measuredResult } from './sampleResults';

const anyResult: fc.Arbitrary<Result> = fc.oneof(
  fc.record({ name: fc.string() }).map(({ name }) => failedResult(name)),
  fc
    .record({
      name: fc.string(),
      bytes: fc.integer({ min: 1, max: 1e9 }),
      decode: fc.option(fc.double({ min: 0.1, max: 200, noNaN: true })),
      median: fc.option(fc.double({ min: 1, max: 20_000, noNaN: true })),
      shown: fc.integer({ min: 0, max: 24 }),
      similarity: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    })
    .map(({ name, bytes, decode, median, shown, similarity }) =>
      measuredResult(name, { bytes, decode, ghost: { medianMilliseconds: median, shown, similarity } }),
    ),
);

describe('the recommendation', () => {
  it('is a measured model whenever there is one', () => {
    fc.assert(
      fc.property(fc.array(anyResult), (results) => {
        const { chat, ghostText } = recommend(results);
        const measured = results.filter(({ kind }) => kind === 'measured');
        for (const each of [chat, ghostText]) {
          if (measured.length === 0) expect(each).toBeUndefined();
          else expect(measured).toContain(each?.model);
        }
      }),
    );
  });

  it('is fast enough whenever a model is', () => {
    fc.assert(
      fc.property(fc.array(anyResult), (results) => {
        const measured = results.flatMap((each) => (each.kind === 'measured' ? [each] : []));
        const { chat, ghostText } = recommend(results);
        if (chat && measured.some(isUsableChat)) expect(isUsableChat(chat.model)).toBe(true);
        if (ghostText && measured.some(isUsableGhost)) expect(isUsableGhost(ghostText.model)).toBe(true);
      }),
    );
  });

  it('is the largest model for the chat and the most accurate for ghost text', () => {
    const small = measuredResult('small', { bytes: 1e8, decode: 120, ghost: { medianMilliseconds: 80, similarity: 0.4 } });
    const large = measuredResult('large', { bytes: 4e9, decode: 11, ghost: { medianMilliseconds: 2500, similarity: 0.8 } });
    const huge = measuredResult('huge', { bytes: 4e10, decode: 1, ghost: { medianMilliseconds: 20_000, similarity: 0.9 } });
    expect(recommend([small, large, huge])).toEqual({
      chat: { model: large, reason: 'largestUsable' },
      ghostText: { model: small, reason: 'bestUsable' },
    });
    expect(recommend([huge, failedResult('gone')])).toEqual({
      chat: { model: huge, reason: 'fastestOfSlow' },
      ghostText: { model: huge, reason: 'fastestOfSlow' },
    });
    const mute = measuredResult('mute', { decode: 1, ghost: { shown: 0, medianMilliseconds: 30, similarity: 0 } });
    expect(recommend([mute, huge]).ghostText).toEqual({ model: huge, reason: 'fastestOfSlow' });
  });
});
