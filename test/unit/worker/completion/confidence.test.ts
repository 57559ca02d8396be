import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIN_CONFIDENCE, ConfidenceCutoff } from '../../../../src/worker/completion/confidence';

const heldBy = (confidences: readonly number[]): readonly boolean[] => {
  const sure = new ConfidenceCutoff();
  return confidences.map((confidence) => sure.holds(confidence));
};

describe('how sure the model is of a text', () => {
  it('is enough as long as the text is likelier than the least', () => {
    expect(heldBy([1, 0.9, 0.9])).toEqual([true, true, true]);
    expect(heldBy([0.5, 0.5, 0.5])).toEqual([true, true, false]);
    expect(heldBy([MIN_CONFIDENCE, 1, 0.99])).toEqual([true, true, false]);
  });

  it('never comes back', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (confidences) => {
        const held = heldBy(confidences);
        const end = held.indexOf(false);
        if (end >= 0) expect(held.slice(end)).not.toContain(true);
      }),
    );
  });
});
