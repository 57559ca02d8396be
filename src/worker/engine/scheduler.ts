/** In order of precedence: ghost text, then chat, then warm-up. */
export type JobKind = 'ghost' | 'chat' | 'warm';

/** A job as the scheduler sees it: what it could put into the next step. */
export interface JobFacts {
  readonly id: number;
  readonly kind: JobKind;
  /** Prompt tokens still to evaluate; 0 once it is generating. */
  readonly promptLeft: number;
}

/** How many tokens of which job the next step evaluates. */
export interface StepItem {
  readonly id: number;
  readonly tokens: number;
}

/** Most prompt tokens of a step. */
export interface StepBudget {
  /** Of a ghost text. */
  readonly ghost: number;
  /** Of a chat or a warm-up. */
  readonly other: number;
}

/** Whom the next step is for: ghost text first, or what a ghost text has held off: chat decode alone, or chat decode and prefill. */
export type Turn = 'ghost' | 'decode' | 'chat';

/**
 * What goes into the next step: ghost text, or else chat decode and chat prefill, or else warm-up. Ghost text shares no step with a chat:
 * each lane has a KV stream of its own, llama.cpp takes the tokens of different streams through the weights one after the other, and a
 * shared step takes as long as two (ADR 10), for which the ghost text would wait.
 */
export function planStep(jobs: readonly JobFacts[], budget: StepBudget, turn: Turn): readonly StepItem[] {
  const of = (kind: JobKind): readonly JobFacts[] => jobs.filter((job) => job.kind === kind);
  const decoding = of('chat').filter(({ promptLeft }) => promptLeft === 0);
  const ghosts = share(of('ghost'), budget.ghost);
  const chats = ghosts.length > 0 && turn === 'decode' ? share(decoding, budget.other) : share(of('chat'), budget.other);
  const order = turn === 'ghost' ? [ghosts, chats] : [chats, ghosts];
  return order.find((items) => items.length > 0) ?? share(of('warm'), budget.other);
}

/** A token for each job that generates, and a piece of the first prompt that is left to evaluate. */
function share(jobs: readonly JobFacts[], most: number): readonly StepItem[] {
  const generating = jobs.filter(({ promptLeft }) => promptLeft === 0).map(({ id }) => ({ id, tokens: 1 }));
  const prefilling = jobs.find(({ promptLeft }) => promptLeft > 0);
  if (!prefilling) return generating;
  return [...generating, { id: prefilling.id, tokens: Math.max(1, Math.min(most, prefilling.promptLeft)) }];
}

/**
 * Whose turn it is, so that nobody waits for ever: a machine that takes a key's time for a key would serve nothing but ghost text. Decode
 * follows each step of ghost text; prefill waits until that ghost text's prompt is evaluated, or another one has come in its place.
 */
export class Turns {
  private lastWasGhost = false;
  /** The ghost text that chats first waited for. */
  private heldBy: number | undefined;

  next(jobs: readonly JobFacts[]): Turn {
    if (!this.lastWasGhost) return 'ghost';
    return jobs.some(({ id, promptLeft }) => id === this.heldBy && promptLeft > 0) ? 'decode' : 'chat';
  }

  /** Reports what was planned for a turn. */
  record(jobs: readonly JobFacts[], step: readonly StepItem[], turn: Turn): void {
    const ghost = jobs.find(({ id, kind }) => kind === 'ghost' && step.some((item) => item.id === id));
    const isHeldOff = jobs.some(({ kind }) => kind === 'chat') && (ghost !== undefined || turn === 'decode');
    this.lastWasGhost = isHeldOff && ghost !== undefined;
    this.heldBy = isHeldOff ? (this.heldBy ?? ghost?.id) : undefined;
  }
}
