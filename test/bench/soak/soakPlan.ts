import { randomFrom } from '../../fixtures/models/weights';

/** What befalls one answer: `after` so many of its progress notifications. */
export interface Mishap {
  readonly kind: 'none' | 'cancel' | 'kill' | 'reload';
  readonly after: number;
}

/** In rough rounds the worker is killed and the window reloaded; in calm ones it lives, so that its memory can be measured. */
export type RoundKind = 'rough' | 'calm';

/** Share of the time after which all rounds are calm: one worker has to live long for a slope to be seen. */
export const calmFrom = 0.6;

/** Until then every fourth round is calm. @param elapsed share of the time that has gone, 0 to 1 */
export function roundKind(round: number, elapsed: number): RoundKind {
  return elapsed >= calmFrom || round % 4 === 3 ? 'calm' : 'rough';
}

/** Shares of answers and, far fewer, of key presses that something befalls. */
const shares = {
  rough: { kill: 0.12, reload: 0.08, cancel: 0.25, killAtKey: 0.0015, reloadAtKey: 0.001 },
  calm: { kill: 0, reload: 0, cancel: 0.25, killAtKey: 0, reloadAtKey: 0 },
} as const;

/** An answer has a few progress notifications of its prompt and at most as many of text as it has tokens. */
const mostEvents = 50;

/** The choices of one soak; the same for the same seed, as far as it asks in the same order. */
export class SoakPlan {
  private readonly random: () => number;
  private kind: RoundKind = 'rough';

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  begin(round: number, elapsed: number): RoundKind {
    this.kind = roundKind(round, elapsed);
    return this.kind;
  }

  /** How many times faster than recorded this round goes. */
  pace(): number {
    return this.pick([8, 15, 30]);
  }

  forAnswer(): Mishap {
    const { kill, reload, cancel } = shares[this.kind];
    const at = this.random();
    const after = 1 + Math.floor(this.random() * mostEvents);
    if (at < kill) return { kind: 'kill', after };
    if (at < kill + reload) return { kind: 'reload', after };
    return { kind: at < kill + reload + cancel ? 'cancel' : 'none', after };
  }

  forKey(): Mishap['kind'] {
    const { killAtKey, reloadAtKey } = shares[this.kind];
    const at = this.random();
    if (at < killAtKey) return 'kill';
    return at < killAtKey + reloadAtKey ? 'reload' : 'none';
  }

  /** Whether the user waits for the ghost text before the next key. */
  waitsForGhost(): boolean {
    return this.random() < 0.1;
  }

  /** Whether a failed answer is asked for again. */
  retries(): boolean {
    return this.random() < 0.6;
  }

  /** Up to `count` of the list, those for which `first` holds before others. */
  sample<T>(list: readonly T[], count: number, first: (item: T) => boolean = () => false): readonly T[] {
    return list
      .map((item) => ({ item, rank: (first(item) ? 0 : 1) + this.random() }))
      .sort((a, b) => a.rank - b.rank)
      .slice(0, count)
      .map(({ item }) => item);
  }

  private pick<T>(list: readonly [T, ...T[]]): T {
    return list[Math.floor(this.random() * list.length)] ?? list[0];
  }
}
