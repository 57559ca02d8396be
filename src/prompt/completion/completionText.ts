import type { CompletionPlace, CompletionResult } from '../../contract/completion';
import type { Metrics, StopReason } from '../../contract/metrics';
import { sliceFromStart } from '../../util/text/wholeCharacters';
import { finishCompletion, isCompletionFinished, wholeLines, wholeWords, type FinishedCompletion } from './finishCompletion';

/** What a parser knows of the text around a cursor. */
export interface CompletionSyntax {
  /** Whether the cursor is in a comment, where any text fits. */
  readonly inComment: boolean;
  /** Whether the document parses with `text` at the cursor in the place of the next `replaces` characters. */
  takes(text: string, replaces: number): boolean;
  /**
   * The longest beginning of `text` that makes no new syntax error; `undefined` without one.
   * @param unfinished the text ends in the middle of what the model would have written
   */
  fit(text: string, unfinished: boolean): string | undefined;
}

/** Turns generated text into a completion, piece by piece. The worker and servers have the same rules. */
export class CompletionText {
  private raw = '';
  private isCut = false;

  /**
   * @param forced text before the cursor that the model writes once more (token healing)
   * @param maxCharacters longest text that is read
   */
  constructor(
    private readonly place: CompletionPlace,
    private readonly forced: string,
    private readonly maxCharacters = Infinity,
  ) {}

  /** Appends text. Anything but `continue` ends the completion. */
  push(piece: string): 'continue' | 'rule' | 'maxTokens' {
    const all = this.raw + piece;
    const isTooLong = all.length > this.maxCharacters;
    this.raw = isTooLong ? sliceFromStart(all, this.maxCharacters) : all;
    if (isCompletionFinished(this.raw, this.place)) return 'rule';
    return isTooLong ? 'maxTokens' : 'continue';
  }

  /** Ends the completion before a piece that the model has low confidence in. What is kept ends with a whole word. */
  cutBefore(piece: string): void {
    this.raw = wholeWords(this.raw, piece);
    this.isCut = true;
  }

  /** @param syntax absent where the language or its grammar is not known */
  finish(stop: StopReason, metrics: Metrics, syntax?: CompletionSyntax): CompletionResult {
    if (stop === 'cancelled') return { text: '', stop, metrics };
    const verdict = this.judge(stop === 'maxTokens' ? wholeLines(this.raw) : this.raw, syntax);
    // Too little is left of a text that was cut off for the rules to say what is wrong with it.
    const dropped = verdict.dropped && this.isCut ? 'unsure' : verdict.dropped;
    const { text, replaces = 0 } = verdict;
    return { text, ...(replaces > 0 ? { replaces } : {}), ...(dropped ? { dropped } : {}), stop, metrics };
  }

  /** Applies the rules for any text, and those of the language's syntax where it is known. */
  private judge(raw: string, syntax: CompletionSyntax | undefined): FinishedCompletion {
    const { place, forced } = this;
    if (!syntax) return finishCompletion(raw, place, forced);
    const input = syntax.inComment ? { ...place, multiline: false } : place;
    const verdict = finishCompletion(raw, input, forced);
    if (verdict.text === '' || syntax.inComment) return verdict;
    const { replaces = 0 } = verdict;
    if (replaces > 0 && syntax.takes(verdict.text, replaces)) return verdict;
    const beside = replaces > 0 ? finishCompletion(raw, input, forced, false) : verdict;
    if (beside.text === '') return beside;
    const fitting = syntax.fit(beside.text, this.isCut);
    return fitting === undefined ? { text: '', dropped: 'syntax' } : { text: fitting, replaces: 0 };
  }
}
