import { describe, expect, it } from 'vitest';
import type { Account } from '../../../bench/session/accounts';
import { stepsOf } from '../../../bench/session/cancelling';
import { decodeRate, prefillRate, type ChatRun, type Progress } from '../../../bench/session/contender';
import { rowHolds, rowIds, type Row, type RowId } from '../../../bench/lib/rows';
import { wantedRows } from '../../../bench/session/sessionBench';
import { quantitiesOf, Takings, type Measured, type PlayedTrace, type Quantity } from '../../../bench/session/takings';
import type { Key } from '../../../bench/session/typing';
import { rowOf } from '../../../bench/session/verdicts';

const everything = new Set(Object.values(quantitiesOf).flat());

async function takings(name: string, measured: Partial<Measured>, wanted: ReadonlySet<Quantity> = everything): Promise<Takings> {
  const taken = new Takings(name, wanted);
  for (const [quantity, value] of Object.entries(measured))
    await taken.take(quantity as Quantity, quantity, () => Promise.resolve(value as never));
  return taken;
}

async function row(id: RowId, ours: Partial<Measured>, peer: Partial<Measured> = {}): Promise<Row> {
  return rowOf(id, { ours: await takings('Paddock', ours), peer: await takings('llama-server', peer) });
}

const valuesOf = ({ checks }: Row): readonly number[] => checks.map(({ value }) => value);

function played(
  accounts: readonly Partial<Account>[],
  evaluated: number,
  ghostIds: PlayedTrace['traffic']['ghostIds'] = new Map(),
): PlayedTrace {
  const whole = accounts.map((each): Account => {
    const prompt = each.prompt ?? [];
    const evaluated = each.evaluated ?? 0;
    return {
      prompt,
      reused: prompt.length - evaluated,
      reached: prompt.length,
      evaluated,
      answer: [],
      generated: 0,
      whole: false,
      ...each,
    };
  });
  return { traffic: { accounts: whole, answers: [], ghostIds }, evaluated };
}

/** Keys that evaluate, with so many milliseconds to the first token. */
const keys = (...firsts: readonly number[]): readonly Key[] => firsts.map((first) => ({ first, evaluated: 1 }));

describe('the rows', () => {
  it.each(rowIds)('of %s says why it was not run', async (id) => {
    const made = await row(id, {});
    expect(rowHolds(made)).toBeNull();
    expect(made.notRun).toMatch(/^Paddock has not been asked for it yet/);
  });

  it('compare the first ghost token with the peer', async () => {
    expect(valuesOf(await row('ghost', { ghost: keys(100, 110, 400) }, { ghost: keys(100, 100, 100) }))).toEqual([1.1]);
  });

  it('do not hold against a figure that never came', async () => {
    expect(rowHolds(await row('ghost', { ghost: keys(100) }, { ghost: keys(Infinity) }))).toBe(false);
    expect(rowHolds(await row('ghost-in-prefill', { ghost: keys(Infinity), ghostInPrefill: keys(100) }))).toBe(false);
  });

  it('show our own figures where there is no peer, and judge nothing', async () => {
    const made = await row('ghost', { ghost: keys(100) });
    expect(made.figures.map(({ name }) => name)).toContain('Paddock median');
    expect(made.notRun).toBe('llama-server has not been asked for it yet');
    expect(rowHolds(made)).toBeNull();
  });

  it('hold p95 while a chat is in prefill against our own idle figure', async () => {
    const fromMemory = { first: 1, evaluated: 0 };
    const made = await row('ghost-in-prefill', {
      ghost: [fromMemory, ...keys(100), fromMemory],
      ghostInPrefill: [fromMemory, ...keys(200, 300, 500)],
    });
    expect(valuesOf(made)).toEqual([5]);
    expect(rowHolds(made)).toBe(true);
  });

  it('hold both prefill rates against the plain one', async () => {
    const made = await row('prefill', { prefill: [38], prefillWhileTyping: [16] }, { prefill: [40] });
    expect(valuesOf(made)).toEqual([0.95, 0.4]);
    expect(rowHolds(made)).toBe(false);
  });

  it('take the ids of ghost texts from the peer where the trace is counted', async () => {
    // The second prompt is what was suggested after the first: with the ids, no node is counted twice.
    const ours = played(
      [
        { prompt: [1], generated: 2 },
        { prompt: [1, 5], evaluated: 1 },
      ],
      3,
    );
    const peer = played([{ prompt: [1], answer: [5, 6], generated: 2 }], 2, new Map([['1', [5, 6]]]));
    expect(valuesOf(await row('trace', { trace: [ours] }))).toEqual([1]);
    // One of the three was for the logits after a prompt that was there whole.
    expect(valuesOf(await row('trace', { trace: [ours] }, { trace: [peer] }))).toEqual([1]);
    expect(valuesOf(await row('trace', { trace: [{ ...ours, evaluated: 4 }] }, { trace: [peer] }))).toEqual([1.5]);
  });

  it('judge explanations by the worst of them', async () => {
    const explain = { beyondOwn: [1, 1, 9], fileReused: [1, 0.9, 1], fileTokens: 400 };
    expect(valuesOf(await row('follow-up', { explain }))).toEqual([9]);
    expect(valuesOf(await row('file-block', { explain }))).toEqual([0.9]);
  });

  it('hold a restart against warm', async () => {
    const restart = { warm: 100, afterwards: [150, 190, 400], loading: 5000, restoring: 300, restoredTokens: 512 };
    expect(valuesOf(await row('restart', { restart }))).toEqual([1.9]);
  });

  it('judge the decode rate by both models', async () => {
    const of = (rate: number): Measured['decode'] => ({ rates: [rate], confirmedShare: 0 });
    const made = await row('decode', { decode: of(12), embeddedDecode: of(90) }, { decode: of(10), embeddedDecode: of(100) });
    expect(valuesOf(made)).toEqual([1.2, 0.9]);
    const half = await row('decode', { decode: of(12), embeddedDecode: of(90) }, { decode: of(10) });
    expect(valuesOf(half)).toEqual([1.2]);
    expect(rowHolds(half)).toBeNull();
  });

  it('hold a cancel within seconds and within a step of its kind', async () => {
    const cancel: Measured['cancel'] = [
      { kind: 'chat prefill', times: [100, 200], step: 250 },
      { kind: 'chat decode', times: [90, 90], step: 80 },
    ];
    const made = await row('cancel', { cancel });
    expect(valuesOf(made)).toEqual([0.2, 0.8, 1.125]);
    expect(rowHolds(made)).toBe(false);
  });

  it('hold both figures of memory', async () => {
    const made = await row('memory', { memory: { pss: 10e9, anonymous: 11e9 } }, { memory: { pss: 10e9, anonymous: 10e9 } });
    expect(valuesOf(made)).toEqual([1, 1.1]);
  });
});

describe('takings', () => {
  it('lose what fails alone, and say why', async () => {
    const taken = new Takings('Paddock', everything);
    await taken.take('ghost', 'ghost', () => Promise.reject(new Error('it broke')));
    await taken.take('prefill', 'prefill', () => Promise.resolve([1]));
    expect(taken.why('ghost')).toBe('Paddock: it broke');
    expect(taken.why('prefill')).toBeUndefined();
    expect(taken.measured.prefill).toEqual([1]);
  });

  it('measure nothing that no row wants', async () => {
    const taken = await takings('Paddock', { ghost: keys(1), memory: { pss: 1, anonymous: 1 } }, new Set(['memory']));
    expect(Object.keys(taken.measured)).toEqual(['memory']);
    expect([taken.wants(['ghost']), taken.wants(['ghost', 'memory'])]).toEqual([false, true]);
  });

  it('keep what was measured when a phase ends early', async () => {
    const taken = await takings('Paddock', { ghost: keys(1) });
    taken.lose(['ghost', 'memory'], 'the worker died');
    expect([taken.why('ghost'), taken.why('memory')]).toEqual([undefined, 'the worker died']);
  });
});

describe('the rows that are wanted', () => {
  it('are all, or those named, in the order of the table', () => {
    expect(wantedRows([])).toEqual(rowIds);
    expect(wantedRows(['memory', 'ghost'])).toEqual(['ghost', 'memory']);
  });

  it('are refused by name where there are none such', () => {
    expect(() => wantedRows(['ghost', 'gohst'])).toThrow(/no row gohst; there are ghost, /);
  });
});

describe('rates', () => {
  const progress: readonly Progress[] = [
    { kind: 'prefill', at: 100, done: 50 },
    { kind: 'prefill', at: 400, done: 90 },
    { kind: 'text', at: 500, tokens: 1 },
    { kind: 'text', at: 700, tokens: 2 },
    { kind: 'text', at: 1000, tokens: 3 },
  ];

  it('of decode leave out the tokens that came first', () => {
    expect(decodeRate({ progress })).toBe(10);
    expect(decodeRate({ progress: progress.slice(0, 3) })).toBeNaN();
  });

  it('of prefill go to the first token', () => {
    expect(prefillRate({ progress, evaluated: 50 } as unknown as ChatRun)).toBe(100);
  });

  it('show how long steps were', () => {
    expect(stepsOf(progress, 'prefill')).toEqual([300]);
    expect(stepsOf(progress, 'text')).toEqual([100, 100]);
  });
});
