import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeParams, readPlace } from '../../../../src/host/completion/completionPlace';
import { FakeDocument } from '../../../fixtures/vscode/fakeDocument';
import { astralText, isWellFormed, utf16Text } from '../../../fixtures/astralText';

const at = (document: FakeDocument, offset: number): ReturnType<typeof readPlace> => readPlace(document, document.positionAt(offset));

describe('the place of a completion', () => {
  it('has 4,000 units after the cursor, and none of a character that the limit would split', () => {
    const document = new FakeDocument(`x${'y'.repeat(3999)}🙂z`);
    expect(at(document, 0).suffix).toBe(`x${'y'.repeat(3999)}`);
    expect(at(document, 1).suffix).toBe('y'.repeat(3999));
    expect(at(document, 2).suffix).toBe(`${'y'.repeat(3998)}🙂`);
  });

  it('has 32,000 units before the cursor at most, from a whole character on', () => {
    fc.assert(
      fc.property(fc.nat(40), (shift) => {
        const document = new FakeDocument(`${'a'.repeat(shift)}${'🙂'.repeat(17_000)}`);
        const { prefix } = placeParams(document, at(document, 34_000 + shift));
        expect(prefix.length).toBeLessThanOrEqual(32_000);
        expect(prefix).toMatch(/^(?:🙂)+$/u);
      }),
      { numRuns: 20 },
    );
  });

  it('has whole characters on both sides of any cursor, and as many units as the document', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          astralText(),
          utf16Text().map((text) => text.replaceAll('\r', ' ')),
        ),
        fc.nat(60),
        (text, offset) => {
          const cursor = Math.min(offset, text.length);
          const { prefix, suffix, line } = at(new FakeDocument(text), cursor);
          expect([prefix, suffix, line.before, line.after].every(isWellFormed)).toBe(true);
          expect(prefix).toHaveLength(cursor);
          // Half a character at the very end is left out, as it may be there for the limit.
          const endsInHalf = cursor < text.length && /[\uD800-\uDBFF]$/.test(text);
          expect(suffix).toHaveLength(text.length - cursor - (endsInHalf ? 1 : 0));
        },
      ),
    );
  });

  it('has U+FFFD on both sides of a cursor inside a character', () => {
    expect(at(new FakeDocument('a🙂b'), 2)).toMatchObject({
      prefix: 'a\ufffd',
      suffix: '\ufffdb',
      line: { before: 'a\ufffd', after: '\ufffdb' },
    });
  });
});
