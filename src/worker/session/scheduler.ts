import { tiledFrom } from '../tuning/stepCost';

/** Who goes first: what a typing user waits for, then answers of a chat, then what nobody waits for yet. */
export type JobPriority = 'interactive' | 'chat' | 'background';

/** A job as the scheduler sees it: what it could put into the next step. */
export interface JobFacts {
  readonly id: number;
  readonly priority: JobPriority;
  /** Prompt tokens still to evaluate; 0 once it is generating. */
  readonly promptLeft: number;
  /** Tokens in its lane. */
  readonly context: number;
}

/** How many tokens of which job the next step evaluates. */
export interface StepItem {
  readonly id: number;
  readonly tokens: number;
}

/** Most prompt tokens of a job's next step. */
export type StepBudget = (job: JobFacts) => number;

/** Whom the next step is for: ghost text first, or what a ghost text has held off: chat decode alone, or chat decode and prefill. */
export type Turn = 'interactive' | 'decode' | 'chat';

/**
 * What goes into the next step: ghost text, or else chat decode and chat prefill, or else warm-up. Ghost text shares no step with a chat:
 * each lane has a KV stream of its own, llama.cpp takes the tokens of different streams through the weights one after the other, and a
 * shared step takes as long as two (ADR 10), for which the ghost text would wait.
 */
export function planStep(jobs: readonly JobFacts[], budget: StepBudget, turn: Turn): readonly StepItem[] {
  const of = (priority: JobPriority): readonly JobFacts[] => jobs.filter((job) => job.priority === priority);
  const decoding = of('chat').filter(({ promptLeft }) => promptLeft === 0);
  const ghosts = share(of('interactive'), budget);
  const chats = ghosts.length > 0 && turn === 'decode' ? share(decoding, budget) : share(of('chat'), budget);
  const order = turn === 'interactive' ? [ghosts, chats] : [chats, ghosts];
  return order.find((items) => items.length > 0) ?? share(of('background'), budget);
}

/** A token for each job that generates, and a piece of the first prompt that is left to evaluate. */
function share(jobs: readonly JobFacts[], budget: StepBudget): readonly StepItem[] {
  const generating = jobs.filter(({ promptLeft }) => promptLeft === 0).map(({ id }) => ({ id, tokens: 1 }));
  const prefilling = jobs.find(({ promptLeft }) => promptLeft > 0);
  if (!prefilling) return generating;
  return [...generating, { id: prefilling.id, tokens: pieceOf(prefilling.promptLeft, Math.max(1, budget(prefilling))) }];
}

/** What is left over for steps that are tiled goes first: the less the lane holds, the less it costs that it is not. */
function pieceOf(left: number, most: number): number {
  if (left <= most) return left;
  return most < tiledFrom ? most : left % tiledFrom || most;
}

/**
 * Whose turn it is, so that nobody waits for ever: a machine that takes a key's time for a key would serve nothing but ghost text. Decode
 * follows each step of ghost text; prefill waits until that ghost text's prompt is evaluated, or another one has come in its place.
 */
export class Turns {
  private lastWasInteractive = false;
  /** The ghost text that chats first waited for. */
  private heldBy: number | undefined;

  /** What goes into the next step of these jobs, which takes the turn. */
  plan(jobs: readonly JobFacts[], budget: StepBudget): readonly StepItem[] {
    const turn = this.next(jobs);
    const step = planStep(jobs, budget, turn);
    this.record(jobs, step, turn);
    return step;
  }

  next(jobs: readonly JobFacts[]): Turn {
    if (!this.lastWasInteractive) return 'interactive';
    return jobs.some(({ id, promptLeft }) => id === this.heldBy && promptLeft > 0) ? 'decode' : 'chat';
  }

  /** Reports what was planned for a turn. */
  record(jobs: readonly JobFacts[], step: readonly StepItem[], turn: Turn): void {
    const ghost = jobs.find(({ id, priority }) => priority === 'interactive' && step.some((item) => item.id === id));
    const isHeldOff = jobs.some(({ priority }) => priority === 'chat') && (ghost !== undefined || turn === 'decode');
    this.lastWasInteractive = isHeldOff && ghost !== undefined;
    this.heldBy = isHeldOff ? (this.heldBy ?? ghost?.id) : undefined;
  }
}
