import type { WarmCompletion } from '../../../src/contract/completion';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { CancelSource } from '../../../src/host/llm/worker/cancelSource';
import { replay, type ReplayChat, type ReplayStep, type ReplayTouch } from '../lib/replay';
import type { Entry, Ledger } from './soakLedger';
import type { SoakPlan } from './soakPlan';
import type { SoakWindow } from './soakWindow';
import type { SeenChat, SeenGhost, Witness } from './soakWitness';
import type { Trace } from '../lib/trace';

export interface RoundDeps {
  readonly trace: Trace;
  readonly plan: SoakPlan;
  readonly ledger: Ledger;
  readonly witness: Witness;
  /** The window that is open, and the one after closing it. */
  readonly window: () => SoakWindow;
  readonly reload: () => Promise<SoakWindow>;
  readonly onKill: () => void;
}

/** The trace played once, in conversations of its own, with what befalls it on the way. */
export class SoakRound {
  /** Answers and ghost texts of this round, to choose from for the comparison with a cold worker. */
  readonly chats: SeenChat[] = [];
  readonly ghosts: SeenGhost[] = [];
  /** The ids of conversations, by the names they have in the trace. */
  readonly ids = new Map<string, string>();
  private touchCancel = new CancelSource();
  private reloadIsDue = false;

  /** @param round makes the questions others than those of the rounds before */
  constructor(
    private readonly deps: RoundDeps,
    private readonly round: number,
  ) {}

  /** Settles when every request of the round has. */
  async play(): Promise<void> {
    const pace = this.deps.plan.pace();
    let at = 0;
    for (const step of replay(this.deps.trace)) {
      await sleep((step.at - at) / pace);
      at = step.at;
      await this.take(step);
    }
    await this.quiet();
  }

  private async take(step: ReplayStep): Promise<void> {
    if (this.reloadIsDue) await this.reload();
    switch (step.kind) {
      case 'ghost':
      case 'skip':
        return this.touch(step);
      case 'warm':
        this.warm(step.params);
        return;
      case 'open':
        return this.open(step.conversation);
      case 'chat':
        return this.ask(step);
    }
  }

  private async touch(step: ReplayTouch): Promise<void> {
    this.touchCancel.cancel();
    const { plan, window } = this.deps;
    const mishap = plan.forKey();
    if (mishap === 'kill') this.kill();
    if (mishap === 'reload') await this.reload();
    if (step.kind === 'skip') return;
    const cancel = new CancelSource();
    this.touchCancel = cancel;
    // Where a text is no longer likely enough depends on the last bits of the probabilities; which texts come does not.
    const params = { ...step.params, unsure: true };
    const asked = window()
      .client.complete(params, cancel.token)
      .then((outcome) => {
        if (outcome.kind === 'done' && outcome.value.stop !== 'cancelled') this.ghosts.push({ params, result: outcome.value });
      });
    if (plan.waitsForGhost()) await asked;
  }

  /** Overtaken or cancelled by the next key; its end is the witness's affair. */
  private warm(params: WarmCompletion): void {
    this.touchCancel.cancel();
    this.touchCancel = new CancelSource();
    void this.deps.window().client.warm(params, this.touchCancel.token);
  }

  private async open(conversation: string): Promise<void> {
    const { controller } = this.deps.window();
    const id = this.ids.get(conversation);
    await (id === undefined ? controller.newChat() : controller.open(id));
  }

  private async ask(step: ReplayChat): Promise<void> {
    await this.finishLast(step.conversation);
    if (this.reloadIsDue) await this.reload();
    const { controller } = this.deps.window();
    const { text, file, selection } = step.user;
    if (file && selection) {
      await controller.ask({ title: 'Explain', text, file, selection }, { newConversation: true });
      await this.began(step.conversation, text);
      return;
    }
    // The first question of a conversation is another one in each round, so that sessions do not find everything there already.
    const question = this.ids.has(step.conversation) ? text : `${text} (${this.round})`;
    await this.open(step.conversation);
    await controller.send(question);
    await this.began(step.conversation, question);
  }

  /** An answer to the conversation's last question may be under way, or have failed. */
  private async finishLast(conversation: string): Promise<void> {
    const last = this.lastOf(conversation);
    if (!last) return;
    await last.seen.settled;
    await nextTurn();
    if (last.seen.outcome?.kind !== 'failed' || !this.deps.plan.retries()) return;
    if (this.reloadIsDue) await this.reload();
    await this.open(conversation);
    const before = this.deps.witness.lastChat;
    this.deps.window().controller.act('retry', last.turn);
    // A window that was reloaded in mid-answer has it as stopped, not as failed, and offers no retry.
    if (this.deps.witness.lastChat === before) return;
    this.deps.ledger.replaceEmpty(last.conversation);
    await this.began(conversation, last.question);
    await this.lastOf(conversation)?.seen.settled;
    await nextTurn();
  }

  private lastOf(conversation: string): Entry | undefined {
    const id = this.ids.get(conversation);
    return id === undefined ? undefined : this.deps.ledger.of(id).at(-1);
  }

  /** A question has just been asked in the open conversation. */
  private async began(name: string, question: string): Promise<void> {
    const { ledger, witness, window } = this.deps;
    const seen = witness.lastChat;
    const { conversation, store } = window();
    this.ids.set(name, conversation);
    if (!seen) throw new Error('the question did not reach the engine');
    this.chats.push(seen);
    this.prepareMishap(seen);
    const turn = (await store.read(conversation))?.turns.at(-1);
    if (!turn) throw new Error(`conversation ${conversation} has no record of its question`);
    ledger.add({ conversation, turn: turn.id, question, seen });
  }

  private prepareMishap(seen: SeenChat): void {
    const { kind, after } = this.deps.plan.forAnswer();
    if (kind === 'none') return;
    const { conversation, controller } = this.deps.window();
    seen.onEvent = (events) => {
      if (events !== after) return;
      if (kind === 'kill') this.kill();
      else if (kind === 'reload') this.reloadIsDue = true;
      // Stop is for the conversation that is open.
      else if (this.deps.window().conversation === conversation) controller.stop();
    };
  }

  private kill(): void {
    if (this.deps.window().kill()) this.deps.onKill();
  }

  private async reload(): Promise<void> {
    this.reloadIsDue = false;
    this.touchCancel.cancel();
    await this.deps.reload();
  }

  private async quiet(): Promise<void> {
    this.touchCancel.cancel();
    for (const { settled } of this.chats) await settled;
    await this.deps.window().store.flush();
  }
}
