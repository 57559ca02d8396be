import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterChange, hunksOf, mergeLines, type Block, type LineKind, type MarkedLine } from '../../../../src/host/edit/editBlock';

const marks: Readonly<Record<LineKind, string>> = { same: ' ', removed: '-', added: '+' };
const shown = (lines: readonly MarkedLine[]): string => lines.map(({ kind, text }) => marks[kind] + text).join('\n');
const merged = (original: string, proposal: string, finished = true): string =>
  shown(mergeLines(original.split(' '), proposal.split(' '), finished));

describe('original and proposal in one', () => {
  it('have what goes before what comes, in each place', () => {
    expect(merged('a b c d', 'a x y c')).toBe(' a\n-b\n+x\n+y\n c\n-d');
    expect(merged('a', 'a')).toBe(' a');
    expect(merged('a', 'b')).toBe('-a\n+b');
  });

  it('keep what the proposal has not come to yet', () => {
    expect(merged('a b c d', 'a x', false)).toBe(' a\n-b\n+x\n c\n d');
    expect(merged('a b c d', 'a', false)).toBe(' a\n b\n c\n d');
    expect(merged('a b', 'x y z', false)).toBe('-a\n-b\n+x\n+y\n+z');
  });

  const line = fc.constantFrom('a', 'b', 'c', '');
  const lines = fc.array(line, { maxLength: 12 });

  it('give back each of the two', () => {
    fc.assert(
      fc.property(lines, lines, (original, proposal) => {
        const all = mergeLines(original, proposal, true);
        const without = (kind: LineKind): readonly string[] => all.filter((each) => each.kind !== kind).map(({ text }) => text);
        expect(without('added')).toEqual(original);
        expect(without('removed')).toEqual(proposal);
      }),
    );
  });

  it('lose nothing of the original while the proposal is only its beginning', () => {
    fc.assert(
      fc.property(lines, lines, (original, proposal) => {
        const all = mergeLines(original, proposal, false);
        expect(all.filter(({ kind }) => kind !== 'added').map(({ text }) => text)).toEqual(original);
      }),
    );
  });
});

describe('hunks', () => {
  it('are the runs of lines that do not stay', () => {
    expect(hunksOf({ start: 10, kinds: ['removed', 'added', 'same', 'added', 'same', 'same', 'removed'] })).toEqual([
      { start: 10, end: 12 },
      { start: 13, end: 14 },
      { start: 16, end: 17 },
    ]);
    expect(hunksOf({ start: 3, kinds: ['same'] })).toEqual([]);
  });
});

describe('a block after somebody else’s change', () => {
  const block: Block = { start: 10, kinds: ['removed', 'added', 'same'] };
  const at = (line: number, character = 0): { line: number; character: number } => ({ line, character });

  it.each([
    ['lines that come above it', at(2), at(2), 'x\ny\n', { start: 12, kinds: block.kinds }],
    ['lines that come right before it', at(10), at(10), 'x\n', { start: 11, kinds: block.kinds }],
    ['lines that go above it', at(2), at(5), '', { start: 7, kinds: block.kinds }],
    ['typing above it', at(2, 3), at(2, 5), 'word', block],
    ['lines that come below it', at(13), at(13), 'x\n', block],
    ['typing in a line of it', at(11, 2), at(11, 2), 'x', block],
    ['a line that comes in it', at(11), at(11), 'x\n', { start: 10, kinds: ['removed', 'same', 'added', 'same'] }],
    ['Enter at the end of a line of it', at(10, 4), at(10, 4), '\n', { start: 10, kinds: ['removed', 'same', 'added', 'same'] }],
    ['a line of it that goes', at(11), at(12), '', { start: 10, kinds: ['removed', 'same'] }],
    ['two lines joined', at(10, 4), at(11, 0), '', { start: 10, kinds: ['same', 'same'] }],
    ['its first line joined to the one above', at(9, 4), at(10, 0), '', { start: 9, kinds: ['same', 'added', 'same'] }],
    ['its last line joined with the one below', at(12, 4), at(13, 0), '', { start: 10, kinds: ['removed', 'added', 'same'] }],
    ['everything replaced', at(0), at(20), 'new\n', { start: 0, kinds: ['same'] }],
  ])('takes in %s', (_, start, end, text, expected) => {
    expect(afterChange(block, { start, end, text })).toEqual(expected);
  });

  it('marks no line that was not marked, and covers as many lines as the document has there', () => {
    const place = fc.record({ line: fc.nat(12), character: fc.nat(3) });
    const kinds = fc.array(fc.constantFrom<LineKind>('same', 'removed', 'added'), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        kinds,
        fc.nat(6),
        place,
        place,
        fc.constantFrom('', 'x', '\n', 'x\n', 'x\ny', 'x\ny\n'),
        (each, start, one, other, text) => {
          const [from, to] =
            one.line < other.line || (one.line === other.line && one.character <= other.character) ? [one, other] : [other, one];
          const after = afterChange({ start, kinds: each }, { start: from, end: to, text });
          const marked = (list: readonly LineKind[]): number => list.filter((kind) => kind !== 'same').length;
          expect(marked(after.kinds)).toBeLessThanOrEqual(marked(each));
          const grown = text.split('\n').length - 1 - (to.line - from.line);
          const covers = (line: number): boolean => line >= start && line < start + each.length;
          // Whole lines that come right before it are not in it.
          const comesBefore = from.line === start && from.character === 0 && to.line === start && to.character === 0 && text.endsWith('\n');
          if (covers(from.line) && covers(to.line) && !comesBefore)
            expect(after).toMatchObject({ start, kinds: { length: each.length + grown } });
          if (to.line < start) expect(after.start).toBe(start + grown);
        },
      ),
    );
  });
});
