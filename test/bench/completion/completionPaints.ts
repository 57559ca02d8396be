import { figure, median, percentile } from '../lib/stats';

export { readTrace } from '../lib/trace';

/** What the page wrote down; `at` as `Date.now()` has it. */
export interface PageEvent {
  readonly at: number;
  /** A key that writes a character, any other key, or ghost text that has changed; `''` when it is gone. */
  readonly kind: 'key' | 'other' | 'paint';
  readonly text: string;
}

/** How a request ended, as the log has it. */
export interface LogEntry {
  readonly at: number;
  readonly ending: string;
  /** What the worker took, in milliseconds; `undefined` where it was not asked, or did not answer. */
  readonly worker?: number | undefined;
}

/** What became of one key. */
interface KeyOutcome {
  /** The ghost text when it was pressed. */
  readonly shown: string;
  /** The first ghost text painted after it and before the next key. */
  readonly painted: string | undefined;
  readonly milliseconds: number;
  /** Whether the key is what was shown. */
  readonly continues: boolean;
  /** Whether the model was asked. */
  readonly asked: boolean;
}

export interface LatencyRow {
  readonly name: string;
  readonly value: number | null;
  readonly most?: number;
  readonly least?: number;
  readonly holds: boolean;
}

export interface LatencyReport {
  readonly bench: 'ghost-latency';
  readonly keys: number;
  readonly lines: number;
  readonly blocks: number;
  readonly continued: number;
  /** Characters of a ghost text when it came, in the median. */
  readonly shownCharacters: number | null;
  /** What the worker took for what was shown, in the median; milliseconds. */
  readonly worker: number | null;
  readonly rows: readonly LatencyRow[];
  /** Requests by how they ended, the most frequent first. */
  readonly endings: Readonly<Record<string, number>>;
  readonly holds: boolean;
}

/** Two frames of sixty a second, in milliseconds. */
const twoFrames = 2000 / 60;

/** Endings of requests that do not ask the model. */
const unasked: ReadonlySet<string> = new Set([
  ...[
    'kept',
    'notReady',
    'off',
    'languageOff',
    'snoozed',
    'document',
    'excluded',
    'secret',
    'selection',
    'cursors',
    'wordAhead',
    'justTaken',
  ],
]);

/** Times from keys to ghost text, and whether each bar is met. */
export function latencyReport(events: readonly PageEvent[], log: readonly LogEntry[]): LatencyReport {
  const outcomes = outcomesOf(events, log);
  const fresh = outcomes.filter(({ continues, painted, shown }) => !continues && painted !== undefined && painted !== shown);
  const lines = timesOf(fresh.filter(({ painted }) => !painted?.includes('\n')));
  const blocks = timesOf(fresh.filter(({ painted }) => painted?.includes('\n')));
  const continued = outcomes.filter(({ continues }) => continues);
  const kept = timesOf(continued.filter(({ painted }) => painted !== undefined));
  const share = continued.filter(({ asked }) => !asked).length / continued.length;
  const rows = [
    atMost('a line, request needed: median ms', median(lines), 150),
    atMost('a line, request needed: p95 ms', percentile(lines, 0.95), 350),
    atMost("a block's first line: median ms", median(blocks), 250),
    atMost('no request needed: median ms', median(kept), twoFrames),
    { name: 'keys that continue what is shown, without a request: share', value: figure(share), least: 0.98, holds: share >= 0.98 },
  ];
  return {
    bench: 'ghost-latency',
    keys: outcomes.length,
    lines: lines.length,
    blocks: blocks.length,
    continued: continued.length,
    shownCharacters: figure(median(fresh.map(({ painted = '' }) => painted.length))),
    worker: figure(median(log.flatMap(({ ending, worker }) => (ending === 'shown' && worker !== undefined ? [worker] : [])))),
    rows,
    endings: countsOf(log),
    holds: rows.every(({ holds }) => holds),
  };
}

/** The report as a table for people. */
export function latencyTable({ keys, lines, blocks, continued, shownCharacters, worker, rows, endings }: LatencyReport): string {
  const bars = rows.map(({ name, value, most, least, holds }) => {
    const bar = most === undefined ? `at least ${String(least)}` : `at most ${String(figure(most))}`;
    return `${holds ? 'holds         ' : 'DOES NOT HOLD '} ${name}: ${String(value)}, ${bar}`;
  });
  return [
    ...bars,
    `${keys} keys; ${lines} lines and ${blocks} blocks came, of ${String(shownCharacters)} characters in the median; ${continued} keys continued one`,
    `of the time, the worker took ${String(worker)} ms in the median`,
    `requests: ${Object.entries(endings)
      .map(([ending, count]) => `${ending} ${count}`)
      .join(', ')}`,
  ].join('\n');
}

/** What became of each key, in the order they were pressed. */
export function outcomesOf(events: readonly PageEvent[], log: readonly LogEntry[]): readonly KeyOutcome[] {
  const ordered = events.toSorted((a, b) => a.at - b.at);
  const pressed = ordered.flatMap((event, index) => (event.kind === 'paint' ? [] : [{ event, index }]));
  return pressed.flatMap(({ event, index }, number) => {
    if (event.kind !== 'key') return [];
    const next = pressed[number + 1];
    const shown = ordered.slice(0, index).findLast(({ kind }) => kind === 'paint')?.text ?? '';
    const continues = shown.length > event.text.length && shown.startsWith(event.text);
    // What was shown may be cleared before the next one is there.
    const paint = ordered.slice(index, next?.index).find(({ kind, text }) => kind === 'paint' && text !== '');
    const asked = log.some(({ at, ending }) => at >= event.at && at < (next?.event.at ?? Infinity) && !unasked.has(ending));
    return [{ shown, painted: paint?.text, milliseconds: paint === undefined ? Infinity : paint.at - event.at, continues, asked }];
  });
}

function timesOf(outcomes: readonly KeyOutcome[]): readonly number[] {
  return outcomes.map(({ milliseconds }) => milliseconds);
}

function countsOf(log: readonly LogEntry[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { ending } of log) counts.set(ending, (counts.get(ending) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

function atMost(name: string, value: number, most: number): LatencyRow {
  return { name, value: figure(value), most: figure(most) ?? most, holds: value <= most };
}
