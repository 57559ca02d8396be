import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileDiff } from '../../../../src/util/fileDiff';
import { cutDiff } from '../../../../src/prompt/context/cutDiff';

function hunk(from: number, lines: number): string {
  return [
    `@@ -${from},${lines} +${from},${lines} @@ function f${from}()`,
    ...Array.from({ length: lines }, (_, index) => `+line ${from + index}`),
  ].join('\n');
}

function file(path: string, ...hunks: readonly string[]): FileDiff {
  const header = [`diff --git a/${path} b/${path}`, `--- a/${path}`, `+++ b/${path}`].join('\n');
  return { path, added: 9, deleted: 0, header, hunks, isCut: false };
}

const textOf = ({ header, hunks }: FileDiff): string => [header, ...hunks].join('\n');
const diff = [file('a.ts', hunk(1, 5), hunk(50, 5)), file('b.ts', hunk(1, 200)), file('c.ts', hunk(9, 3))];

describe('a diff', () => {
  it('that fits is whole', () => {
    expect(cutDiff(diff, 100_000)).toEqual({ text: diff.map(textOf).join('\n'), shownFiles: 3, totalFiles: 3 });
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

  it('names every file where not all headers fit', () => {
    const { text, shownFiles, totalFiles } = cutDiff(diff, 100);
    expect({ shownFiles, totalFiles }).toEqual({ shownFiles: 0, totalFiles: 3 });
    expect(text).toBe('Changed files: 3\na.ts (+9 −0)\nb.ts (+9 −0)\nc.ts (+9 −0)');
  });

  it('counts the files of folders where not all names fit', () => {
    const many = Array.from({ length: 900 }, (_, index) => file(`src/part${index % 3}/file${index}.ts`, hunk(1, 2)));
    const { text } = cutDiff(many, 2000);
    expect(text).toContain('Changed files: 900\nsrc/part0/file0.ts (+9 −0)');
    expect(text).toMatch(/\d+ more in src\/part0\/\n\d+ more in src\/part1\/\n\d+ more in src\/part2\//);
    expect(text).toContain('+line 1');
    expect(text.length).toBeLessThan(2200);
    const scattered = Array.from({ length: 900 }, (_, index) => file(`src/${'deep/'.repeat(20)}part${index}/file.ts`));
    expect(cutDiff(scattered, 500).text).toMatch(/^Changed files: 900\n[^]*and more in \d+ other folders$/);
  });

  it('says of a file that it was only read in part', () => {
    expect(cutDiff([{ ...file('a.ts', hunk(1, 2)), isCut: true }], 1000).text).toMatch(/\(More of this file was changed\.\)$/);
  });

  it('without hunks, as of a renamed file, is its header, and of a binary one that was not read its name', () => {
    const header = 'diff --git a/x b/y\nrename from x\nrename to y';
    const renamed: FileDiff = { path: 'y', oldPath: 'x', added: 0, deleted: 0, header, hunks: [], isCut: false };
    expect(cutDiff([renamed], 1000).text).toBe(header);
    expect(cutDiff([renamed], 40).text).toBe('Changed files: 1\nx → y (+0 −0)');
    expect(cutDiff([{ path: 'a.png', header: '', hunks: [], isCut: false }], 1000).text).toBe('a.png (binary)');
    expect(cutDiff([], 1000)).toEqual({ text: '', shownFiles: 0, totalFiles: 0 });
  });

  it('keeps to its budget but for the notes, shows no line that is not in it, and is never only notes', () => {
    const files = fc.array(fc.array(fc.tuple(fc.nat(999), fc.integer({ min: 1, max: 40 })), { maxLength: 4 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(files, fc.integer({ min: 0, max: 4000 }), (shape, budget) => {
        const whole = shape.map((hunks, index) => file(`f${index}.ts`, ...hunks.map(([from, lines]) => hunk(from, lines))));
        const { text } = cutDiff(whole, budget);
        const lines = text.split('\n').filter((line) => line !== '' && !/^\(|^Changed files: |^\d+ more in |^and more in /.test(line));
        expect(lines.join('\n').length).toBeLessThanOrEqual(budget);
        const known = new Set([...whole.map(textOf).join('\n').split('\n'), ...whole.map(({ path }) => `${path} (+9 −0)`)]);
        for (const line of lines) expect(known).toContain(line);
        expect(text).toMatch(/diff --git|^Changed files: \d+\n/);
      }),
    );
  });
});
