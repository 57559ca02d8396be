import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeParams, readPlace } from '../../../../src/host/completion/completionPlace';
import { FakeDocument } from '../../../fixtures/vscode/fakeDocument';
import { astralText, isWellFormed, utf16Text } from '../../../fixtures/astralText';

const at = (document: FakeDocument, offset: number): ReturnType<typeof readPlace> => readPlace(document, document.positionAt(offset));

describe('readPlace at surrogate pairs', () => {
  it('limits the suffix to 4,000 code units and drops a split character', () => {
    const document = new FakeDocument(`x${'y'.repeat(3999)}🙂z`);
    expect(at(document, 0).suffix).toBe(`x${'y'.repeat(3999)}`);
    expect(at(document, 1).suffix).toBe('y'.repeat(3999));
    expect(at(document, 2).suffix).toBe(`${'y'.repeat(3998)}🙂`);
  });

  it('limits the prefix to 32,000 code units and begins with a whole character', () => {
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

  it('returns well-formed text of the document’s length on both sides of any cursor', () => {
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

  it('returns U+FFFD on both sides of a cursor inside a surrogate pair', () => {
    expect(at(new FakeDocument('a🙂b'), 2)).toMatchObject({
      prefix: 'a\ufffd',
      suffix: '\ufffdb',
      line: { before: 'a\ufffd', after: '\ufffdb' },
    });
  });
});
