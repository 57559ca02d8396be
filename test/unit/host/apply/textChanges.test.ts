import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitLines } from '../../../../src/util/text/lines';
import { changeAt, changed, changesBetween, rebased, reversed, textChanges } from '../../../../src/host/apply/textChanges';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', '  d', '}'), { maxLength: 12 });

/** A document in an editor, as far as an edit goes. */
function edited(text: string, changes: ReturnType<typeof textChanges>): string {
  const starts = [0, ...Array.from(text.matchAll(/\r\n|\r|\n/g), ({ index, 0: { length } }) => index + length)];
  const at = (line: number, character: number): number => (starts[line] ?? 0) + character;
  return [...changes]
    .reverse()
    .reduce(
      (result, { startLine, startCharacter, endLine, endCharacter, text: put }) =>
        result.slice(0, at(startLine, startCharacter)) + put + result.slice(at(endLine, endCharacter)),
      text,
    );
}

describe('changesBetween', () => {
  it('returns changes that turn one text into the other and back', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const changes = changesBetween(before, after);
        expect(changed(before, changes)).toEqual(after);
        expect(changed(after, reversed(before, changes))).toEqual(before);
      }),
    );
  });

  it('separates any two changes by unchanged lines', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const changes = changesBetween(before, after);
        changes.slice(1).forEach((change, index) => {
          expect(change.start).toBeGreaterThan(changes[index]?.end ?? 0);
        });
      }),
    );
  });

  it.each(['\n', '\r\n'])('keeps the line ends %j and the last line break as edits of a document', (eol) => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const text = before.join(eol);
        const result = edited(
          text,
          textChanges(splitLines(text), changesBetween(splitLines(text), after.length === 0 ? [''] : after), eol),
        );
        expect(result).toBe(after.join(eol));
      }),
    );
  });

  it('returns one change for very different texts, quickly', () => {
    const before = ['same', ...Array.from({ length: 5000 }, (_, index) => `a${String(index)}`), 'end'];
    const after = ['same', ...Array.from({ length: 5000 }, (_, index) => `b${String(index)}`), 'end'];
    const changes = changesBetween(before, after);
    expect(changes.map(({ start, end }) => [start, end])).toEqual([[1, 5001]]);
    expect(changed(before, changes)).toEqual(after);
  });
});

describe('concurrent changes', () => {
  const base = ['1', '2', '3', '4', '5'];
  const rebase = (mine: readonly string[], others: readonly string[]): readonly string[] | undefined => {
    const now = changesBetween(base, others);
    const own = rebased(changesBetween(base, mine), now);
    return own && changed(others, own);
  };

  it('are merged when they are in different places', () => {
    expect(rebase(['1', '2', '3', '4', 'five'], ['0', '1', '3', '4', '5'])).toEqual(['0', '1', '3', '4', 'five']);
    expect(rebase(['one', '2', '3', '4', '5'], ['1', '2', '3', '4', '5', '6'])).toEqual(['one', '2', '3', '4', '5', '6']);
  });

  it('conflict at the same lines and at the same place of insertion', () => {
    expect(rebase(['1', 'zwei', '3', '4', '5'], ['1', 'two', '3', '4', '5'])).toBeUndefined();
    expect(rebase(['1', 'x', '2', '3', '4', '5'], ['1', 'y', '2', '3', '4', '5'])).toBeUndefined();
  });

  it('are made once when both sides made them', () => {
    expect(rebase(['1', 'two', '3', '4', 'five'], ['1', 'two', '3', '4', '5'])).toEqual(['1', 'two', '3', '4', 'five']);
  });

  it('give the same text in either order', () => {
    fc.assert(
      fc.property(lines, lines, lines, (start, mine, others) => {
        const [one, other] = [changesBetween(start, mine), changesBetween(start, others)];
        const [mineLast, othersLast] = [rebased(one, other), rebased(other, one)];
        expect(mineLast === undefined).toBe(othersLast === undefined);
        if (mineLast === undefined || othersLast === undefined) return;
        expect(changed(others, mineLast)).toEqual(changed(mine, othersLast));
      }),
    );
  });
});

describe('the change at a line', () => {
  it('is the one that contains the line, or a deletion next to it', () => {
    const ranges = [
      { start: 1, end: 3 },
      { start: 6, end: 6 },
    ];
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((line) => changeAt(ranges, line))).toEqual([-1, 0, 0, -1, -1, 1, 1, -1]);
  });
});
