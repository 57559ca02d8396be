import { readFile } from 'node:fs/promises';

/** Of one process, in bytes. `pss` counts a page that several processes share by its share. */
export interface Memory {
  readonly pss: number;
  readonly anonymous: number;
}

/** As the system reports it, or `undefined` where it does not: elsewhere than on Linux, or of a process that is gone. */
export async function memoryOf(pid: number): Promise<Memory | undefined> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const bytes = (name: string): number | undefined => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  };
  const pss = bytes('Pss');
  return pss === undefined ? undefined : { pss, anonymous: bytes('Pss_Anon') ?? 0 };
}

/** One worker's memory at the end of rounds it has lived through whole, in order. */
export interface Stretch {
  readonly life: number;
  readonly points: readonly Memory[];
}

/** Measurements below this say nothing about a slope. */
export const fewestPoints = 4;

/** The first round of a life warms it up. */
const warmUpRounds = 1;

/** Collects measurements by the worker's life. */
export class MemoryLog {
  private readonly lives = new Map<number, Memory[]>();

  /** @param life number of the worker's life, in which the whole round fell */
  add(life: number, memory: Memory): void {
    const points = this.lives.get(life) ?? [];
    points.push(memory);
    this.lives.set(life, points);
  }

  /** Those long enough to be judged, without the rounds of warming up. */
  get stretches(): readonly Stretch[] {
    return [...this.lives]
      .map(([life, points]) => ({ life, points: points.slice(warmUpRounds) }))
      .filter(({ points }) => points.length >= fewestPoints);
  }
}

/**
 * By which share of its middle value a series grows from its first point to its last, by the median of the slopes between all its points
 * (Theil and Sen): one measurement that stands out, as after a large garbage collection, does not decide.
 */
export function growth(values: readonly number[]): number {
  const slopes = values.flatMap((value, index) => values.slice(index + 1).map((later, distance) => (later - value) / (distance + 1)));
  const middle = median(values);
  return middle === 0 ? 0 : (median(slopes) * (values.length - 1)) / middle;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? 0;
  return Number.isInteger(half) ? ((sorted[half - 1] ?? 0) + upper) / 2 : upper;
}
