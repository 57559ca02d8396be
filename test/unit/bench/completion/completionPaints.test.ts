import { describe, expect, it } from 'vitest';
import { latencyReport, latencyTable, outcomesOf, type PageEvent } from '../../../bench/completion/completionPaints';

const key = (at: number, text: string): PageEvent => ({ at, kind: 'key', text });
const paint = (at: number, text: string): PageEvent => ({ at, kind: 'paint', text });

/** A line that came, was typed along with twice, and one that came too late for its key. */
const events = [
  key(1000, 'a'),
  paint(1120, 'bc();'),
  key(1300, 'b'),
  paint(1310, 'c();'),
  key(1500, 'c'),
  paint(1520, '();'),
  key(1700, 'x'),
];
const log = [
  { at: 1110, ending: 'shown', worker: 40 },
  { at: 1305, ending: 'kept' },
  { at: 1505, ending: 'kept' },
  { at: 1720, ending: 'repeated' },
];

describe('outcomesOf', () => {
  it('gives each key the ghost text that came before the next one', () => {
    expect(outcomesOf(events, log)).toEqual([
      { shown: '', painted: 'bc();', milliseconds: 120, continues: false, asked: true },
      { shown: 'bc();', painted: 'c();', milliseconds: 10, continues: true, asked: false },
      { shown: 'c();', painted: '();', milliseconds: 20, continues: true, asked: false },
      { shown: '();', painted: undefined, milliseconds: Infinity, continues: false, asked: true },
    ]);
  });

  it('does not take what is cleared for what came', () => {
    expect(outcomesOf([key(0, 'a'), paint(5, ''), paint(90, 'b')], [])).toMatchObject([{ painted: 'b', milliseconds: 90 }]);
  });
});

describe('outcomesOf with other keys', () => {
  it('does not take what came after one of them for the answer to the key before', () => {
    const deleted: PageEvent = { at: 300, kind: 'other', text: '' };
    expect(outcomesOf([key(0, 'a'), deleted, paint(420, 'b')], [])).toMatchObject([{ painted: undefined }]);
  });
});

describe('latencyReport', () => {
  it('has a row for each bar, and is not met by what was never seen', () => {
    const { rows, ...rest } = latencyReport(events, log);
    expect(rows.map(({ value, holds }) => [value, holds])).toEqual([
      [120, true],
      [120, true],
      [null, false],
      [15, true],
      [1, true],
    ]);
    expect(rest).toMatchObject({ keys: 4, lines: 1, blocks: 0, continued: 2, shownCharacters: 5, worker: 40, holds: false });
    expect(rest.endings).toEqual({ kept: 2, shown: 1, repeated: 1 });
  });

  it('counts a request for what was shown already', () => {
    const share = latencyReport(events, [...log, { at: 1510, ending: 'shown' }]).rows.at(-1);
    expect(share).toMatchObject({ value: 0.5, holds: false });
  });

  it('tells blocks from lines', () => {
    expect(latencyReport([key(0, '{'), paint(240, '\n  a();\n}')], [])).toMatchObject({ blocks: 1, lines: 0 });
  });

  it('is a table for people', () => {
    expect(latencyTable(latencyReport(events, log))).toContain("DOES NOT HOLD  a block's first line: median ms: null, at most 250");
  });
});
