import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutPoint, diffOutline, enclosing } from '../../../../src/prompt/context/cutToOutline';
import type { OutlineEntry } from '../../../../src/prompt/promptTypes';

const entry = (startLine: number, endLine: number, depth = 0): OutlineEntry => ({ startLine, endLine, depth });
const lines = (count: number): string[] => Array.from({ length: count }, (_, index) => `line ${index + 1}`);

describe('a cut', () => {
  it('is behind the last whole declaration', () => {
    expect(cutPoint(lines(40), 25, [entry(1, 2), entry(4, 14), entry(16, 30)])).toBe(14);
  });

  it('is within a class where behind the one before it too little would be left', () => {
    const outline = [entry(1, 2), entry(4, 100), entry(6, 20, 1), entry(22, 40, 1), entry(42, 60, 1), entry(44, 46, 2)];
    expect(cutPoint(lines(100), 47, outline)).toBe(40);
  });

  it('is at a blank line between what is not indented, where nothing is known of the language', () => {
    const text = ['def a():', '    x', '', '    y', '', 'def b():', '    z', '', '    z'];
    expect(cutPoint(text, 8, undefined)).toBe(4);
    expect(cutPoint(text, 3, undefined)).toBe(2);
  });

  it('is at a line where there is no better place', () => {
    expect(cutPoint(lines(40), 25, undefined)).toBe(25);
    expect(cutPoint(lines(40), 25, [entry(1, 40)])).toBe(25);
  });

  it('shows no more than fits, and at least half of it', () => {
    const outline = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(20), fc.nat(4)).map(([at, more, depth]) => entry(at, at + more, depth)),
    );
    const text = fc.array(fc.constantFrom('', 'x', '  y', '\tz'), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(text, fc.option(outline, { nil: undefined }), fc.integer({ min: 1, max: 60 }), (body, entries, most) => {
        const fit = Math.min(most, body.length);
        const shown = cutPoint(body, fit, entries);
        expect(shown).toBeLessThanOrEqual(fit);
        expect(shown).toBeGreaterThanOrEqual(fit / 2);
      }),
    );
  });
});

describe('what is around lines', () => {
  it('is the declarations they lie in, the outermost first, and not what is no larger', () => {
    const outline = [entry(4, 100), entry(22, 40, 1), entry(30, 31, 2), entry(50, 60, 1)];
    expect(enclosing(outline, { startLine: 30, endLine: 31 })).toEqual([entry(4, 100), entry(22, 40, 1)]);
  });
});

describe('the outline of a diff', () => {
  it('is its files, and in them their hunks', () => {
    const diff = [
      'diff --git a/x b/x',
      '--- a/x',
      '+++ b/x',
      '@@ -1 +1 @@',
      '-a',
      '+b',
      '@@ -9 +9 @@',
      '+c',
      'diff --git a/y b/y',
      '@@ -1 +1 @@',
      '+d',
      '',
    ];
    expect(diffOutline(diff.join('\n'))).toEqual([
      entry(1, 8),
      entry(9, 11),
      entry(1, 3, 1),
      entry(4, 6, 1),
      entry(7, 8, 1),
      entry(9, 9, 1),
      entry(10, 11, 1),
    ]);
  });
});
