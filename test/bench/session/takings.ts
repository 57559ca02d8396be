import { step } from '../../../scripts/lib/progress.mjs';
import type { DecodeRates, ExplainCosts } from './answers';
import type { CancelTimes } from './cancelling';
import type { RestartTimes } from './restarting';
import type { RowId } from '../lib/rows';
import type { Memory } from '../lib/processTreeMemory';
import type { Traffic } from './traffic';
import type { Key } from './typing';

/** What is measured of one contender. Times are in milliseconds, rates in tokens a second. */
export interface Measured {
  readonly ghost: readonly Key[];
  readonly ghostInPrefill: readonly Key[];
  readonly prefill: readonly number[];
  readonly prefillWhileTyping: readonly number[];
  readonly trace: readonly PlayedTrace[];
  readonly explain: ExplainCosts;
  readonly restart: RestartTimes;
  readonly decode: DecodeRates;
  readonly embeddedDecode: DecodeRates;
  readonly busyCore: DecodeRates;
  readonly cancel: readonly CancelTimes[];
  readonly memory: Memory;
}

export interface PlayedTrace {
  readonly traffic: Traffic;
  /** Tokens, warm-up and refuted drafts counted. */
  readonly evaluated: number;
}

export type Quantity = keyof Measured;

/** What each row is made of. */
export const quantitiesOf: Readonly<Record<RowId, readonly Quantity[]>> = {
  ghost: ['ghost'],
  'ghost-in-prefill': ['ghost', 'ghostInPrefill'],
  prefill: ['prefill', 'prefillWhileTyping'],
  trace: ['trace'],
  'follow-up': ['explain'],
  'file-block': ['explain'],
  restart: ['restart'],
  decode: ['decode', 'embeddedDecode'],
  'busy-core': ['decode', 'busyCore'],
  cancel: ['cancel'],
  memory: ['memory'],
};

/** Measured with the embedded model; everything else with the 7B-shaped one. */
export const embeddedQuantities: readonly Quantity[] = ['trace', 'embeddedDecode'];

/** Of the peer with the 7B-shaped model. */
export const largePeerQuantities: readonly Quantity[] = ['ghost', 'ghostInPrefill', 'prefill', 'memory', 'decode', 'explain', 'restart'];

/** Of our worker with it. */
export const largeQuantities: readonly Quantity[] = [...largePeerQuantities, 'prefillWhileTyping', 'busyCore', 'cancel'];

/** One contender's measurements, and why others are missing: what fails costs itself alone. */
export class Takings {
  readonly measured: { -readonly [Q in Quantity]?: Measured[Q] } = {};
  private readonly reasons = new Map<Quantity, string>();

  constructor(
    readonly name: string,
    private readonly wanted: ReadonlySet<Quantity>,
    /** Called after each quantity, measured or lost. */
    private readonly onTaken: () => void = () => undefined,
  ) {}

  /** Measures, if it is wanted and not measured yet. */
  async take<Q extends Quantity>(quantity: Q, label: string, work: () => Promise<Measured[Q]>): Promise<void> {
    if (!this.wanted.has(quantity) || this.measured[quantity] !== undefined) return;
    try {
      const value: Measured[Q] = await step(`${this.name}: ${label}`, work);
      this.measured[quantity] = value;
    } catch (error) {
      this.reasons.set(quantity, `${this.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.onTaken();
  }

  /** Takes in what was measured elsewhere. */
  give<Q extends Quantity>(quantity: Q, value: Measured[Q]): void {
    this.measured[quantity] = value;
    this.onTaken();
  }

  wants(quantities: Iterable<Quantity>): boolean {
    return [...quantities].some((quantity) => this.wanted.has(quantity));
  }

  /** Why these are missing, as they all failed together. */
  lose(quantities: Iterable<Quantity>, reason: string): void {
    for (const quantity of quantities) if (this.measured[quantity] === undefined) this.reasons.set(quantity, reason);
  }

  why(quantity: Quantity): string | undefined {
    return this.measured[quantity] === undefined ? (this.reasons.get(quantity) ?? `${this.name} has not been asked for it yet`) : undefined;
  }
}
