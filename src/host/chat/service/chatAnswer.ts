import type { ChatParams, ChatProgress, ChatResult } from '../../../contract/chat';
import type { AnswerState } from '../../../contract/webview/chatMessages';
import { servingModel, type LanguageModel, type Outcome } from '../../llm/languageModel';
import { CancelSource } from '../../llm/worker/cancelSource';
import type { StoredTurn } from '../store/conversationRecords';

/** Told of everything that changes a turn under way. */
export interface AnswerListener {
  /** The turn's state changed, or its text otherwise than by appending. */
  changed(): void;
  /** `text` was appended to an answer of length `at`. */
  appended(at: number, text: string): void;
}

/** One answer under way: what comes from the engine goes into `turn`, which belongs to it until {@link run} settles. */
export class Answer {
  private readonly cancelSource = new CancelSource();
  private live: AnswerState = { kind: 'waiting' };
  private settled = false;

  constructor(
    readonly turn: StoredTurn,
    private readonly engine: LanguageModel,
    private readonly listener: AnswerListener,
  ) {}

  get state(): AnswerState {
    return this.live;
  }

  /** Asks the engine. When it settles the turn is done, stopped or failed, and holds every character that was shown. Never rejects. */
  async run(params: ChatParams): Promise<void> {
    const outcome = await this.engine.chat(
      params,
      (progress) => {
        this.onProgress(progress);
      },
      this.cancelSource.token,
    );
    this.settle(outcome);
  }

  stop(): void {
    this.cancelSource.cancel();
  }

  private onProgress(progress: ChatProgress): void {
    // The result has spoken; what a worker still sends would make text and ids differ.
    if (this.settled) return;
    if (progress.kind === 'prefill') {
      // A late one must not take the view back behind text it shows.
      if (this.live.kind === 'streaming') return;
      this.live = { kind: 'reading', done: progress.done, total: progress.total };
      this.listener.changed();
      return;
    }
    const { turn } = this;
    const at = turn.answer.length;
    if (this.live.kind !== 'streaming') {
      this.live = { kind: 'streaming' };
      // Ids are kept with the model they belong to, so that they survive a crash of the worker in mid-answer.
      const model = servingModel(this.engine.state);
      if (model !== undefined) turn.fingerprint = model.fingerprint;
      this.listener.changed();
    }
    turn.answer += progress.text;
    for (const token of progress.tokens) turn.tokens.push(token);
    this.listener.appended(at, progress.text);
  }

  private settle(outcome: Outcome<ChatResult>): void {
    const { turn } = this;
    this.settled = true;
    if (outcome.kind === 'failed') {
      turn.state = 'failed';
      turn.error = outcome.error;
      return;
    }
    const { value } = outcome;
    turn.state = value.stop === 'cancelled' ? 'stopped' : 'done';
    turn.stop = value.stop;
    turn.metrics = value.metrics;
    turn.droppedTurns = value.droppedTurns;
    turn.cuts = [...value.cuts];
    // A result that lacks what was shown would take words away; then the shown text and its ids stay.
    if (value.text.length < turn.answer.length) return;
    turn.answer = value.text;
    turn.tokens = [...value.tokens];
    turn.fingerprint = value.fingerprint;
  }
}
