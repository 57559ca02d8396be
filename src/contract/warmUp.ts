import type { WarmChat } from './chat';
import type { WarmCompletion } from './completion';

/** Evaluate, at idle priority, what a later request will begin with. Settles when done or overtaken. */
export type WarmParams = WarmChat | WarmCompletion;

export interface WarmResult {
  readonly evaluatedTokens: number;
  /** Whether it was overtaken; what was evaluated stays. */
  readonly overtaken: boolean;
}
