import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlace } from '../../../../src/host/completion/completionPlace';
import { FakeDocument } from '../../../fixtures/vscode/fakeDocument';
import type { Range } from '../../../fixtures/vscode/positions';

/** Maximum UTF-16 code units that are read on each side of the cursor, as the source has it, and the slack of a line's start. */
const MAX_BEFORE = 32_000;
const MAX_AFTER = 4_000;

/** A document that counts how many UTF-16 code units are read of it. */
class CountingDocument extends FakeDocument {
  read = 0;

  override getText(range?: Range): string {
    const text = super.getText(range);
    this.read += text.length;
    return text;
  }
}

describe('readPlace', () => {
  it('reads a window around the cursor of a 5 MB document', () => {
    const lines = Array.from({ length: 130_000 }, (_, line) => `const value${line} = compute(${line}, "some text");`);
    const text = lines.join('\n');
    const document = new CountingDocument(text);
    const cursor = text.indexOf('compute(100000');
    const place = readPlace(document, document.positionAt(cursor));
    expect(document.read).toBeLessThanOrEqual(MAX_BEFORE + MAX_AFTER);
    expect(text.slice(0, cursor).endsWith(place.prefix)).toBe(true);
    expect(place.prefix).toMatch(/^const value/);
    expect(text.slice(cursor).startsWith(place.suffix)).toBe(true);
    expect(place.line.before).toBe('const value100000 = ');
    expect(place.line.after).toBe('compute(100000, "some text");');
  });

  it('keeps the start of the prefix stable while the user types', () => {
    let text = 'x = 1\n'.repeat(30_000);
    const starts = new Set<number>();
    for (let key = 0; key < 100; key++) {
      text += 'y'.repeat(10);
      const document = new CountingDocument(text);
      starts.add(text.length - readPlace(document, document.positionAt(text.length)).prefix.length);
    }
    expect(starts.size).toBeLessThanOrEqual(2);
  });

  it('never splits a surrogate pair and reads at least a quarter of the window', () => {
    fc.assert(
      fc.property(fc.nat(40_000), fc.boolean(), (count, hasLines) => {
        const text = hasLines
          ? '🙂'
              .repeat(30)
              .concat('\n')
              .repeat(count / 30)
          : '🙂'.repeat(count);
        const document = new CountingDocument(text);
        const { prefix } = readPlace(document, document.positionAt(text.length));
        expect(prefix).not.toMatch(/\p{Surrogate}/u);
        expect(prefix.length).toBeGreaterThanOrEqual(Math.min(text.length, MAX_BEFORE / 4));
      }),
      { numRuns: 50 },
    );
  });
});
