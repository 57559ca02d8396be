import type { EngineErrorData } from '../../../src/contract/engineErrors';

/** What may not happen in a soak. */
export type FindingKind =
  /** Text or a turn that was shown is not in the record, or the record has what was never shown. */
  | 'lost'
  /** A token that a cold lane would not have generated. */
  | 'wrong'
  /** A request that did not settle, threw, or went on after it had. */
  | 'settling'
  /** A request or the worker failed, and nobody had killed or reloaded it. */
  | 'failure'
  | 'memory'
  | 'storage';

export interface Finding {
  readonly kind: FindingKind;
  readonly what: string;
}

/** Collects what did not hold; each is told at once, so that a soak that runs for an hour need not be waited for. */
export class Findings {
  readonly list: Finding[] = [];

  constructor(private readonly tell: (line: string) => void) {}

  add(kind: FindingKind, what: string): void {
    this.list.push({ kind, what });
    this.tell(`DOES NOT HOLD (${kind}): ${what}`);
  }
}

/** An error as a finding tells it. */
export function errorText(error: EngineErrorData): string {
  return JSON.stringify(error);
}
