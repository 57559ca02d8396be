import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutDiff } from '../../../src/prompt/diffCut';

function hunk(from: number, lines: number): string {
  return [
    `@@ -${from},${lines} +${from},${lines} @@ function f${from}()`,
    ...Array.from({ length: lines }, (_, index) => `+line ${from + index}`),
  ].join('\n');
}

function file(name: string, ...hunks: readonly string[]): string {
  return [`diff --git a/${name} b/${name}`, 'index 1..2 100644', `--- a/${name}`, `+++ b/${name}`, ...hunks].join('\n');
}

const diff = `${[file('a.ts', hunk(1, 5), hunk(50, 5)), file('b.ts', hunk(1, 200)), file('c.ts', hunk(9, 3))].join('\n')}\n`;

describe('a diff', () => {
  it('that fits is whole', () => {
    expect(cutDiff(diff, 100_000)).toEqual({ text: diff.trimEnd(), shownFiles: 3, totalFiles: 3 });
  });

  it('shows every file a little rather than one of them wholly, and says what is left out', () => {
    const { text, shownFiles } = cutDiff(diff, 1000);
    expect(shownFiles).toBe(3);
    expect(text).toContain('+line 9\n+line 10\n+line 11');
    expect(text).toContain('(This change goes on.)');
    expect(text.length).toBeLessThan(1200);
  });

  it('leaves out whole hunks where there is no room', () => {
    const { text } = cutDiff(diff, 500);
    expect(text).toContain('(Left out: 1 hunks of this file.)');
    expect(text).not.toContain('@@ -50');
  });

  it('leaves out whole files where not even their names fit', () => {
    const { text, shownFiles, totalFiles } = cutDiff(diff, 100);
    expect({ shownFiles, totalFiles }).toEqual({ shownFiles: 1, totalFiles: 3 });
    expect(text).toMatch(/\(Left out: 2 files\.\)$/);
  });

  it('without hunks, as of a renamed or binary file, is its header', () => {
    const renamed = 'diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y';
    expect(cutDiff(renamed, 1000).text).toBe(renamed);
    expect(cutDiff('', 1000)).toEqual({ text: '', shownFiles: 0, totalFiles: 0 });
  });

  it('keeps to its budget but for the notes, and shows no line that is not in it', () => {
    const files = fc.array(fc.array(fc.tuple(fc.nat(999), fc.integer({ min: 1, max: 40 })), { maxLength: 4 }), { maxLength: 6 });
    fc.assert(
      fc.property(files, fc.integer({ min: 0, max: 4000 }), (shape, budget) => {
        const whole = shape.map((hunks, index) => file(`f${index}.ts`, ...hunks.map(([from, lines]) => hunk(from, lines)))).join('\n');
        const { text } = cutDiff(whole, budget);
        const shown = text.split('\n').filter((line) => line !== '' && !line.startsWith('('));
        expect(shown.join('\n').length).toBeLessThanOrEqual(budget);
        const known = new Set(whole.split('\n'));
        for (const line of shown) expect(known).toContain(line);
      }),
    );
  });
});
