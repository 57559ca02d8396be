import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { placeParams, readPlace } from '../../../../src/host/completion/completionPlace';
import { astralText, isWellFormed, utf16Text } from '../../../fixtures/astralText';

type Document = Parameters<typeof readPlace>[0];
type Position = Parameters<typeof readPlace>[1];

vi.mock('vscode', () => ({
  Position: class {
    constructor(
      readonly line: number,
      readonly character: number,
    ) {}
  },
  Range: class {
    constructor(
      readonly start: Position,
      readonly end: Position,
    ) {}
  },
  workspace: { asRelativePath: ({ path }: { path: string }) => path },
}));

/** A document as VS Code gives it, whose positions count UTF-16 units and may lie inside a character. */
function documentOf(text: string): Document {
  const lines = text.split('\n');
  const offsetAt = ({ line, character }: Position): number =>
    lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + Math.min(character, lines[line]?.length ?? 0);
  const positionAt = (offset: number): Position => {
    const before = text.slice(0, Math.min(offset, text.length)).split('\n');
    const position: object = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    return position as Position;
  };
  const getText = ({ start, end }: { start: Position; end: Position }): string => text.slice(offsetAt(start), offsetAt(end));
  return { uri: { path: 'a.ts' }, languageId: 'typescript', offsetAt, positionAt, getText } as unknown as Document;
}

const at = (document: Document, offset: number): ReturnType<typeof readPlace> => readPlace(document, document.positionAt(offset));

describe('the place of a completion', () => {
  it('has 4,000 units after the cursor, and none of a character that the limit would split', () => {
    const document = documentOf(`x${'y'.repeat(3999)}🙂z`);
    expect(at(document, 0).suffix).toBe(`x${'y'.repeat(3999)}`);
    expect(at(document, 1).suffix).toBe('y'.repeat(3999));
    expect(at(document, 2).suffix).toBe(`${'y'.repeat(3998)}🙂`);
  });

  it('has 32,000 units before the cursor at most, from a whole character on', () => {
    fc.assert(
      fc.property(fc.nat(40), (shift) => {
        const document = documentOf(`${'a'.repeat(shift)}${'🙂'.repeat(17_000)}`);
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
          const { prefix, suffix, line } = at(documentOf(text), cursor);
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
    expect(at(documentOf('a🙂b'), 2)).toMatchObject({
      prefix: 'a\ufffd',
      suffix: '\ufffdb',
      line: { before: 'a\ufffd', after: '\ufffdb' },
    });
  });
});
