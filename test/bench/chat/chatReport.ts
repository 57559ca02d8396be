import { figure, median, percentile } from '../lib/stats';

export { longRecord, numberedTokens } from './chatText';

/** What the page and the worker wrote down of one answer; times as `Date.now()` has them. */
export interface Streaming {
  /** When the worker sent each token. */
  readonly sent: readonly number[];
  /** Frames, and the number of the newest token each shows; -1 before the first. */
  readonly frames: readonly { readonly at: number; readonly token: number }[];
  /** Tasks of the page longer than 50 ms: how long each was. */
  readonly longTasks: readonly number[];
  /** Seconds of a processor's time that the extension host took, and the tasks of the window, VS Code's own among them. */
  readonly hostCpu: number;
  readonly pageCpu: number;
}

/** Bytes of memory. */
export interface Memory {
  /** The extension host's, resident. */
  readonly host: number;
  /** The window's heap, collected, and its DOM nodes: the page's and VS Code's own, which a browser has in one process. */
  readonly heap: number;
  readonly nodes: number;
}

export interface ChatMeasurements {
  readonly streamings: readonly Streaming[];
  /** The same page with nothing to show, for as long: what the machine drops by itself. */
  readonly idle: Pick<Streaming, 'frames' | 'longTasks'>;
  readonly before: Memory;
  readonly after: Memory;
  /** Milliseconds from the key that chose the conversation to the frame that showed it, and of these, from its arrival in the page on. */
  readonly openings: readonly { readonly total: number; readonly page: number }[];
}

export interface ChatRow {
  readonly name: string;
  readonly value: number | null;
  readonly figures: Readonly<Record<string, number | null>>;
  readonly most?: number;
  /** `null` where there is no bar. */
  readonly holds: boolean | null;
}

export interface ChatReport {
  readonly bench: 'chat';
  readonly tokens: number;
  readonly rows: readonly ChatRow[];
  readonly holds: boolean;
}

const FRAME = 1000 / 60;

/** Whether each bar is met. */
export function chatReport({ streamings, idle, before, after, openings }: ChatMeasurements): ChatReport {
  const delays = streamings.flatMap(paintDelays);
  const long = streamings.flatMap(({ longTasks }) => longTasks);
  const seconds = streamings.reduce((sum, { sent }) => sum + ((sent.at(-1) ?? 0) - (sent[0] ?? 0)) / 1000, 0);
  const share = (cpu: (streaming: Streaming) => number): number => streamings.reduce((sum, each) => sum + cpu(each), 0) / seconds;
  const totals = openings.map(({ total }) => total);
  const rows = [
    row('from token to paint: p95 ms', percentile(delays, 0.95), { median: median(delays), longest: Math.max(...delays) }, 50),
    row('long tasks of the page, over 50 ms', long.length, { longest: Math.max(0, ...long), 'in idle': idle.longTasks.length }, 0),
    row('dropped frames: share', dropped(streamings), { 'in idle': dropped([idle]) }),
    row(
      'extension host: share of a core',
      share(({ hostCpu }) => hostCpu),
      { window: share(({ pageCpu }) => pageCpu) },
    ),
    row('memory of the window after the answers: growth', after.heap / before.heap - 1, heapFigures(before, after), 0.05),
    row('memory of the extension host: growth', after.host / before.host - 1, megabytes(before.host, after.host), 0.05),
    row(
      'opening 500 turns: median ms',
      median(totals),
      { longest: Math.max(...totals), page: median(openings.map(({ page }) => page)) },
      300,
    ),
  ];
  return {
    bench: 'chat',
    tokens: streamings.reduce((sum, { sent }) => sum + sent.length, 0),
    rows,
    holds: rows.every(({ holds }) => holds !== false),
  };
}

/** The report as a table for people. */
export function chatTable({ tokens, rows }: ChatReport): string {
  const lines = rows.map(({ name, value, figures, most, holds }) => {
    const verdict = holds === null ? 'measured' : holds ? 'holds' : 'DOES NOT HOLD';
    const others = Object.entries(figures).map(([what, figure]) => `${what} ${String(figure)}`);
    return `${verdict.padEnd(14)} ${name}: ${String(value)}${most === undefined ? '' : `, at most ${String(most)}`} (${others.join(', ')})`;
  });
  return [...lines, `${String(tokens)} tokens`].join('\n');
}

/** For each token, how long it took to the first frame that shows it; what was never shown took for ever. */
export function paintDelays({ sent, frames }: Pick<Streaming, 'sent' | 'frames'>): readonly number[] {
  let next = 0;
  return sent.map((at, token) => {
    while (next < frames.length && (frames[next]?.token ?? -1) < token) next++;
    return (frames[next]?.at ?? Infinity) - at;
  });
}

/** Frames that did not come, of those that would have at sixty a second. */
function dropped(parts: readonly Pick<Streaming, 'frames'>[]): number {
  let missing = 0;
  let due = 0;
  for (const { frames } of parts) {
    for (const [index, { at }] of frames.entries()) {
      const gap = at - (frames[index - 1]?.at ?? at);
      const count = Math.round(gap / FRAME);
      due += count;
      missing += Math.max(0, count - 1);
    }
  }
  return due === 0 ? 0 : missing / due;
}

function row(name: string, value: number, figures: Readonly<Record<string, number>>, most?: number): ChatRow {
  const rounded = Object.fromEntries(Object.entries(figures).map(([key, each]) => [key, figure(each)]));
  return {
    name,
    value: figure(value),
    figures: rounded,
    ...(most === undefined ? {} : { most }),
    holds: most === undefined ? null : value <= most,
  };
}

function heapFigures(before: Memory, after: Memory): Readonly<Record<string, number>> {
  return { ...megabytes(before.heap, after.heap), 'nodes before': before.nodes, 'nodes after': after.nodes };
}

function megabytes(before: number, after: number): Readonly<Record<string, number>> {
  return { 'MB before': before / 1e6, 'MB after': after / 1e6 };
}
