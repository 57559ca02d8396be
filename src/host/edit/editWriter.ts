import type { ChatParams, ChatProgress, ChatResult } from '../../contract/chat';
import { replacementOf, type EditPlace } from '../../prompt/tasks/codeAnswer';
import type { EngineErrorData } from '../../contract/engineErrors';
import { CancelSource } from '../llm/worker/cancelSource';
import type { LanguageModel } from '../llm/languageModel';
import type { PendingEdit } from './pendingEdit';

/** How the writing of an edit ended. */
export type Written =
  /** It stands in the document. Not `whole`: the answer was cut short, and what it did not come to is as it was. */
  | { readonly kind: 'done'; readonly whole: boolean }
  /** The answer is what is there already. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'noCode' }
  /** The model did not see the whole selection. */
  | { readonly kind: 'selectionCut' }
  | { readonly kind: 'readOnly' }
  /** Cancelled by the user. */
  | { readonly kind: 'stopped' }
  /** Somebody changed the lines it is about: what has been written so far stands, and what comes is not wanted. */
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'failed'; readonly error: EngineErrorData };

/** Writes one answer into its document while it comes. As fast as the document takes it: the next state is shown when the last one is. */
export class EditWriter {
  private readonly cancelSource = new CancelSource();
  private answer = '';
  private draining: Promise<void> | undefined;
  private stale = false;
  private ended: 'stopped' | 'interrupted' | 'readOnly' | undefined;

  constructor(
    private readonly engine: Pick<LanguageModel, 'chat'>,
    private readonly edit: PendingEdit,
    private readonly place: EditPlace,
  ) {}

  /** Asks the engine. Never rejects. */
  async run(params: ChatParams, onReading: (done: number, total: number) => void): Promise<Written> {
    const outcome = await this.engine.chat(
      params,
      (progress) => {
        this.onProgress(progress, onReading);
      },
      this.cancelSource.token,
    );
    await this.draining;
    if (this.ended !== undefined) return { kind: this.ended };
    return outcome.kind === 'failed' ? outcome : this.finish(outcome.value);
  }

  /** The user does not want it any more. */
  stop(): void {
    this.end('stopped');
  }

  /** The lines it is about were changed by somebody. */
  interrupt(): void {
    this.end('interrupted');
  }

  private end(how: 'stopped' | 'interrupted' | 'readOnly'): void {
    this.ended ??= how;
    this.cancelSource.cancel();
  }

  private onProgress(progress: ChatProgress, onReading: (done: number, total: number) => void): void {
    if (progress.kind === 'prefill') {
      onReading(progress.done, progress.total);
      return;
    }
    this.answer += progress.text;
    this.stale = true;
    this.draining ??= this.drain().finally(() => {
      this.draining = undefined;
    });
  }

  private async drain(): Promise<void> {
    while (this.stale && this.ended === undefined) {
      this.stale = false;
      const lines = replacementOf(this.answer, this.place, false);
      if (lines !== undefined && !(await this.edit.show(lines, false))) this.end('readOnly');
    }
  }

  private async finish({ text, stop, cuts }: ChatResult): Promise<Written> {
    if (stop === 'cancelled') return { kind: 'stopped' };
    if (cuts.some(({ block }) => block === 'selection')) return { kind: 'selectionCut' };
    const whole = stop === 'end' || stop === 'rule';
    const lines = replacementOf(text, this.place, whole);
    if (lines === undefined) return { kind: 'noCode' };
    if (!(await this.edit.show(lines, whole))) return { kind: 'readOnly' };
    return this.edit.hunks.length === 0 ? { kind: 'unchanged' } : { kind: 'done', whole };
  }
}
