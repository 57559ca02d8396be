import { describe, expect, it } from 'vitest';
import { chatReport, chatTable, longRecord, numberedTokens, paintDelays, type ChatMeasurements } from '../../../bench/chat/chatReport';

const frames = [
  { at: 0, token: -1 },
  { at: 1000 / 60, token: 0 },
  { at: 4000 / 60, token: 2 },
];
const memory = { host: 100e6, heap: 10e6, nodes: 1000 };

function measurements(changes: Partial<ChatMeasurements> = {}): ChatMeasurements {
  return {
    streamings: [{ sent: [10, 20, 30], frames, longTasks: [], hostCpu: 0.001, pageCpu: 0.002 }],
    idle: { frames: [], longTasks: [] },
    before: memory,
    after: memory,
    openings: [{ total: 200, page: 90 }],
    ...changes,
  };
}

function verdict(changes: Partial<ChatMeasurements>, name: string): boolean | null | undefined {
  return chatReport(measurements(changes)).rows.find((row) => row.name.startsWith(name))?.holds;
}

describe('the report of the chat benchmark', () => {
  it('takes for each token the first frame that shows it', () => {
    expect(paintDelays({ sent: [10, 20, 30, 40], frames }).map(Math.round)).toEqual([7, 47, 37, Infinity]);
  });

  it('holds where every bar is met, and says what there is no bar for', () => {
    const report = chatReport(measurements());
    expect(report.holds).toBe(true);
    expect(report.rows.map(({ holds }) => holds)).toEqual([true, true, null, null, true, true, true]);
    expect(report.rows[2]?.value).toBe(0.5);
    expect(chatTable(report).split('\n')).toHaveLength(8);
  });

  it.each<[string, Partial<ChatMeasurements>]>([
    ['from token to paint', { streamings: [{ sent: [0, 1], frames: [{ at: 60, token: 1 }], longTasks: [], hostCpu: 0, pageCpu: 0 }] }],
    ['from token to paint', { streamings: [{ sent: [0, 1], frames: [], longTasks: [], hostCpu: 0, pageCpu: 0 }] }],
    ['long tasks', { streamings: [{ sent: [0], frames: [{ at: 1, token: 0 }], longTasks: [51], hostCpu: 0, pageCpu: 0 }] }],
    ['memory of the window', { after: { ...memory, heap: 10.6e6 } }],
    ['memory of the extension host', { after: { ...memory, host: 106e6 } }],
    ['opening 500 turns', { openings: [{ total: 301, page: 10 }] }],
  ])('does not hold where %s does not', (name, changes) => {
    expect(verdict(changes, name)).toBe(false);
    expect(chatReport(measurements(changes)).holds).toBe(false);
  });
});

describe('what the chat benchmark streams', () => {
  const tokens = numberedTokens(2000);

  it('says in every piece which it is', () => {
    for (const [index, text] of tokens.entries()) expect(text.endsWith(`n${String(index)}`)).toBe(true);
  });

  it('has prose, a list, one long block of code and a table', () => {
    const text = tokens.join('');
    const code = /```ts\n([^]*)\n```/.exec(text)?.[1] ?? '';
    expect(code.match(/n\d+/g)?.length).toBeGreaterThan(1100);
    expect(text).toMatch(/^- \*\*item\*\* n\d+/m);
    expect(text).toMatch(/^\| n\d+ \| n\d+ \|$/m);
  });

  it('makes a long record of a short one, and leaves what it does not know', () => {
    const turn = { id: 'a', user: { text: 'x' }, answer: 'y', tokens: [1], state: 'done' };
    const record = longRecord({ schema: 1, id: 'one', title: 't', turns: [turn] }, { id: 'many', title: 'Many', count: 3 });
    expect(record['schema']).toBe(1);
    expect(record.turns.map((each) => [each['id'], each['state']])).toEqual([
      ['many-0', 'done'],
      ['many-1', 'done'],
      ['many-2', 'done'],
    ]);
  });
});
