import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Position as FakePosition } from '../../../fixtures/vscode/fakeVscode';
import { readPlace } from '../../../../src/host/completion/completionPlace';

vi.mock('vscode', async () => import('../../../fixtures/vscode/fakeVscode'));

type Document = Parameters<typeof readPlace>[0];
type Position = Parameters<typeof readPlace>[1];

/** Maximum UTF-16 code units that are read on each side of the cursor, as the source has it, and the slack of a line's start. */
const MAX_BEFORE = 32_000;
const MAX_AFTER = 4_000;

/** A document that counts how many UTF-16 code units are read of it. */
function countingDocument(text: string): { document: Document; read: () => number; at: (offset: number) => Position } {
  let read = 0;
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  const offsetAt = ({ line, character }: Position): number => (starts[line] ?? text.length) + character;
  const positionAt = (offset: number): Position => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const line = low;
    return new FakePosition(line, Math.min(offset, text.length) - (starts[line] ?? 0)) as unknown as Position;
  };
  const getText = (range: { start: Position; end: Position }): string => {
    const part = text.slice(offsetAt(range.start), offsetAt(range.end));
    read += part.length;
    return part;
  };
  return { document: { offsetAt, positionAt, getText } as unknown as Document, read: () => read, at: positionAt };
}

describe('readPlace', () => {
  it('reads a window around the cursor of a 5 MB document', () => {
    const lines = Array.from({ length: 130_000 }, (_, line) => `const value${line} = compute(${line}, "some text");`);
    const text = lines.join('\n');
    const { document, read, at } = countingDocument(text);
    const cursor = text.indexOf('compute(100000');
    const place = readPlace(document, at(cursor));
    expect(read()).toBeLessThanOrEqual(MAX_BEFORE + MAX_AFTER);
    expect(text.slice(0, cursor).endsWith(place.prefix)).toBe(true);
    expect(place.prefix).toMatch(/^const value/);
    expect(text.slice(cursor).startsWith(place.suffix)).toBe(true);
    expect(place.line.before).toBe('const value100000 = ');
    expect(place.line.after).toBe('compute(100000, "some text");');
  });

  it('begins at the same place while somebody types, but for rare steps', () => {
    let text = 'x = 1\n'.repeat(30_000);
    const starts = new Set<number>();
    for (let key = 0; key < 100; key++) {
      text += 'y'.repeat(10);
      const { document, at } = countingDocument(text);
      starts.add(text.length - readPlace(document, at(text.length)).prefix.length);
    }
    expect(starts.size).toBeLessThanOrEqual(2);
  });

  it('never cuts a character in half, and reads at least a quarter of the window', () => {
    fc.assert(
      fc.property(fc.nat(40_000), fc.boolean(), (count, hasLines) => {
        const text = hasLines
          ? '🙂'
              .repeat(30)
              .concat('\n')
              .repeat(count / 30)
          : '🙂'.repeat(count);
        const { document, at } = countingDocument(text);
        const { prefix } = readPlace(document, at(text.length));
        expect(prefix).not.toMatch(/\p{Surrogate}/u);
        expect(prefix.length).toBeGreaterThanOrEqual(Math.min(text.length, MAX_BEFORE / 4));
      }),
      { numRuns: 50 },
    );
  });
});
