import { describe, expect, it } from 'vitest';
import { changed, changesBetween, rebased, reversed, textChanges } from '../../../../../src/host/apply/textChanges';
import { declarationsIn } from '../../../../../src/host/apply/merge/declarations';
import { place, type Placement, type PlacementInput } from '../../../../../src/host/apply/merge/codePlacement';
import { findSnapshot, type EditDocument } from '../../../../../src/host/edit/pendingEdit';
import { hunksOf, mergeLines } from '../../../../../src/host/edit/editBlock';

/** Above the number of arguments that a function takes, 120,000 or so. */
const COUNT = 130_000;

const large = Array.from({ length: COUNT }, (_, line) => (line % 10 === 9 ? '' : `value${line} = read(${line});`));

function put(original: readonly string[], block: readonly string[], more: Partial<PlacementInput> = {}): Placement {
  return place({ original, block, declarations: declarationsIn(original), ...more });
}

describe('a file of 130,000 lines', () => {
  it('is replaced as a whole by a change of every line', () => {
    const after = large.map((line) => `${line}!`);
    const changes = changesBetween(large, after);
    expect(changes).toHaveLength(1);
    expect(changed(large, changes)).toEqual(after);
    expect(changed(after, reversed(large, changes))).toEqual(large);
    expect(textChanges(large, changes, '\n')).toHaveLength(1);
  });

  it('is emptied, filled and doubled', () => {
    for (const [before, after] of [
      [large, ['']],
      [[''], large],
      [large, [...large, ...large]],
    ] as const) {
      expect(changed(before, changesBetween(before, after))).toEqual(after);
    }
  });

  it('gets a change at each end alone, with the lines between left alone', () => {
    const after = ['first', ...large.slice(1, -1), 'last'];
    const changes = changesBetween(large, after);
    expect(changes.map(({ start, end }) => [start, end])).toEqual([
      [0, 1],
      [COUNT - 1, COUNT],
    ]);
    expect(rebased(changes, [{ start: 500, end: 501, lines: ['a', 'b'] }])?.map(({ start }) => start)).toEqual([0, COUNT]);
  });

  it.each([
    ['the lines most like it', ['value64000 = read(1);', 'value64001 = read(64001);', 'value64002 = read(64002);'], {}],
    ['the one line it rewords', ['value64000 = read(64000, true);'], {}],
    ['the selection', ['a', 'b'], { selection: { start: 10, end: 129_990 } }],
    ['the cursor', ['nothing.like(it);', 'here.at(all);'], { cursor: 100_000 }],
    ['a declaration', ['function added() {', '  return 1;', '}'], {}],
  ])('takes a block at %s', (_what, block, more) => {
    const { lines } = put([...large, 'function added() {', '  return 0;', '}', ''], block, more);
    for (const line of block) expect(lines).toContain(line);
  });

  it('takes a block as long as itself', () => {
    const block = large.map((line) => line.replace('read', 'write'));
    expect(put(large, block, { selection: { start: 0, end: COUNT } }).lines).toHaveLength(COUNT - 1);
  });

  it('takes a block with indentation of each depth', () => {
    const deep = Array.from({ length: COUNT }, (_, line) => `${'  '.repeat(line % 4)}line ${line}`);
    expect(put(deep, ['  changed 1', '    changed 2'], { cursor: 5 }).lines).toHaveLength(COUNT + 2);
  });

  it('is one hunk of an inline edit where every line changes', () => {
    const merged = mergeLines(['head', ...large, 'tail'], ['head', ...large.map((line) => `${line}!`), 'tail'], true);
    const kinds = merged.map(({ kind }) => kind);
    expect(hunksOf({ start: 0, kinds })).toEqual([{ start: 1, end: 1 + 2 * COUNT }]);
    expect([kinds[0], kinds.at(-1)]).toEqual(['same', 'same']);
  });

  it('keeps what an unfinished answer has not come to', () => {
    const merged = mergeLines(large, ['first', 'second'], false);
    expect(merged.filter(({ kind }) => kind === 'same').map(({ text }) => text)).toEqual(large.slice(2));
  });

  it('has its edit of before a reload found at its end', () => {
    const lines = [...large, 'old', 'new'];
    const document: EditDocument = {
      version: 1,
      lineCount: lines.length,
      lines: (start, end) => lines.slice(start, end),
      replace: () => Promise.resolve(true),
    };
    expect(findSnapshot(document, [{ lines: ['old', 'new'], kinds: ['removed', 'added'] }])?.start).toBe(COUNT);
  });
});
