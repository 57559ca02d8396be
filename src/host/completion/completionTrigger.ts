import { isAutoClosed } from '../../prompt/completion/autoClosing';
import { isSecret, isWrittenIn } from '../services/workspace/secretFiles';
import type { OffReason } from './completionControls';

/** What the editor looks like where a completion is asked for. */
export interface TriggerFacts {
  /** The cursor's line left and right of it. */
  readonly before: string;
  readonly after: string;
  readonly path: string;
  readonly scheme: string;
  readonly selectionIsEmpty: boolean;
  readonly cursors: number;
  /** Asked for by the user's own key. */
  readonly invoked: boolean;
  /** Why none comes by itself here; `undefined` where it does. */
  readonly off: OffReason | undefined;
  /** Whether a pattern of the user's keeps the file out. */
  readonly excluded: boolean;
  /** Whether a suggestion of one line was just taken, and nothing has changed since. */
  readonly justTaken: boolean;
}

/** Why no completion is asked for; logged and counted, never shown as a popup. */
export type SkipReason = OffReason | 'document' | 'excluded' | 'secret' | 'selection' | 'cursors' | 'wordAhead' | 'justTaken';

export type TriggerDecision =
  { readonly kind: 'ask'; readonly multiline: boolean } | { readonly kind: 'skip'; readonly reason: SkipReason };

/** Decides whether the model is asked, and for a line or a block. */
export function decideTrigger(facts: TriggerFacts): TriggerDecision {
  const reason = skipReason(facts);
  return reason === undefined ? { kind: 'ask', multiline: wantsBlock(facts.before, facts.after) } : { kind: 'skip', reason };
}

/** A request by key is skipped only where the file is kept from the model, or text is selected. */
function skipReason(facts: TriggerFacts): SkipReason | undefined {
  if (facts.off !== undefined && !facts.invoked) return facts.off;
  if (!isWrittenIn(facts.scheme) && !facts.invoked) return 'document';
  if (facts.excluded) return 'excluded';
  if (isSecret(facts.path)) return 'secret';
  if (!facts.selectionIsEmpty) return 'selection';
  if (facts.invoked) return undefined;
  if (facts.cursors > 1) return 'cursors';
  if (facts.justTaken) return 'justTaken';
  return isAutoClosed(facts.after) ? undefined : 'wordAhead';
}

/** A block is wanted on an empty line and where a block begins; a line inside a statement. */
function wantsBlock(before: string, after: string): boolean {
  if (after.trim() !== '') return false;
  return before.trim() === '' || /[{:([]\s*$|=>\s*$/u.test(before);
}
