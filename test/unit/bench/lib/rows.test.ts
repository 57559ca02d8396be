import { describe, expect, it } from 'vitest';
import { checkHolds, jsonRow, rowHolds, tableOf, type Check, type Row } from '../../../bench/lib/rows';

const met: Check = { name: 'against llama-server', value: 0.912_34, sense: 'at most', limit: 1 };
const row: Row = {
  id: 'ghost',
  name: 'first ghost token',
  figures: [{ name: 'Paddock median', value: 123.456, unit: 'ms' }],
  checks: [met],
};

describe('a check', () => {
  it.each([
    ['at most', 1, 1, true],
    ['at most', 1.01, 1, false],
    ['at least', 0.95, 0.95, true],
    ['at least', 0.94, 0.95, false],
    ['at most', NaN, 1, false],
    ['at least', NaN, 1, false],
    ['at most', Infinity, 1, false],
  ] as const)('of %s: %d with the limit %d', (sense, value, limit, holds) => {
    expect(checkHolds({ name: '', value, sense, limit })).toBe(holds);
  });

  it('holds by what was measured, not by what is shown', () => {
    expect(checkHolds({ ...met, value: 1.0004 })).toBe(false);
  });
});

describe('a row', () => {
  it('holds when all it has to reach is reached', () => {
    expect(rowHolds(row)).toBe(true);
    expect(rowHolds({ ...row, checks: [met, { ...met, value: 2 }] })).toBe(false);
  });

  it('holds neither nor fails where a part was not run', () => {
    expect(rowHolds({ ...row, notRun: 'no peer' })).toBeNull();
    expect(rowHolds({ ...row, checks: [], notRun: 'no peer' })).toBeNull();
    expect(rowHolds({ ...row, checks: [] })).toBeNull();
  });

  it('fails also where another part was not run', () => {
    expect(rowHolds({ ...row, checks: [{ ...met, value: 2 }], notRun: 'no peer' })).toBe(false);
  });

  it('has its ratio, its figures by name and unit, and its verdict in JSON', () => {
    expect(jsonRow(row)).toEqual({
      row: 'ghost',
      name: 'first ghost token',
      figures: { 'Paddock median, ms': 123 },
      ratio: 0.912,
      checks: [{ name: 'against llama-server', value: 0.912, sense: 'at most', limit: 1, holds: true }],
      holds: true,
    });
  });

  it('has null in JSON for what never came, and says why it was not run', () => {
    const json = jsonRow({ ...row, checks: [{ ...met, value: Infinity }], notRun: 'no peer' });
    expect(json).toMatchObject({ ratio: null, holds: false, notRun: 'no peer', checks: [{ value: null, holds: false }] });
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(jsonRow({ ...row, checks: [], notRun: 'no peer' })).toMatchObject({ ratio: null, holds: null });
  });
});

describe('the table', () => {
  it('shows each row with its verdict, checks and figures', () => {
    const failed: Row = { id: 'memory', name: "worker's memory", figures: [], checks: [{ ...met, name: 'PSS', value: 1.2 }] };
    const absent: Row = { id: 'decode', name: 'decode rate', figures: [], checks: [], notRun: 'llama-server cannot be had' };
    expect(tableOf([row, failed, absent]).split('\n')).toEqual([
      'holds          first ghost token',
      '               against llama-server: 0.912, at most 1',
      '               Paddock median 123 ms',
      "DOES NOT HOLD  worker's memory",
      '               PSS: 1.2, at most 1   <- not reached',
      'not run        decode rate',
      '               not run: llama-server cannot be had',
    ]);
  });

  it('shows what never came and what could not be measured in words', () => {
    const figures = [Infinity, NaN].map((value) => ({ name: 'first token', value, unit: 'ms' as const }));
    expect(tableOf([{ ...row, figures, checks: [] }])).toContain('first token never ms | first token unknown ms');
  });
});
