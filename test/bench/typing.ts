import { setTimeout as sleep } from 'node:timers/promises';
import { prefillRate, type ChatRun, type Contender, type GhostRun } from './contender';
import type { Questions, Typist } from './material';
import { repeat, type Rounds } from './rounds';

/** What the rows about typing are measured by; the contender's model, laid out for both contenders alike. */
export interface Desk {
  readonly contender: Contender;
  readonly typist: Typist;
  readonly questions: Questions;
  readonly rounds: Rounds;
}

/** Keys of one repeat. */
const keysEach = 20;
/** Between keys whose first token is to be seen before the next one takes the request away, at least; milliseconds. */
const unhurriedGap = 400;
/** Five keys a second. */
const typingGap = 200;
/** Keys pressed while one chat is in prefill. */
const keysInPrefill = 12;

/**
 * First tokens one key after the last, nobody else asking: each key takes away the request of the key before, whose eight tokens take
 * longer than a key. Milliseconds.
 */
export async function idleKeys(desk: Desk): Promise<readonly number[]> {
  const { contender, typist } = desk;
  contender.typing(true);
  // The prompt whole, and a key to see how fast this machine is.
  await contender.ghost(typist.next());
  const { first, took } = await contender.ghost(typist.next());
  const gap = Math.max(unhurriedGap, 3 * Math.min(first, took));
  const firsts = await repeat(desk.rounds, () => hurriedKeys(desk, gap, (pressed) => pressed < keysEach));
  contender.typing(false);
  return firsts.flat();
}

/** First tokens while a chat's prompt is in prefill: each key waits for the ghost text of the one before. Milliseconds. */
export async function keysDuringPrefill({ contender, typist, questions, rounds }: Desk): Promise<readonly number[]> {
  await contender.ghost(typist.next());
  contender.typing(true);
  const firsts = await repeat(rounds, async () => {
    const round: number[] = [];
    const chat = new Chat(contender, questions);
    await chat.begun;
    for (let key = 0; key < keysInPrefill && chat.inPrefill; key++) {
      const { first } = await contender.ghost(typist.next());
      round.push(first);
      await sleep(typingGap);
    }
    await chat.end();
    return round;
  });
  contender.typing(false);
  return firsts.flat();
}

/** Prefill rates of a chat's prompt while nobody types, in tokens a second. */
export function undisturbedPrefill({ contender, questions, rounds }: Desk): Promise<readonly number[]> {
  contender.typing(false);
  return repeat(rounds, async () => prefillRate(await contender.chat(questions.long())));
}

/** The same while five keys are pressed a second, each of which takes away the request of the one before. */
export async function disturbedPrefill(desk: Desk): Promise<readonly number[]> {
  const { contender, typist, questions } = desk;
  await contender.ghost(typist.next());
  contender.typing(true);
  const rates = await repeat(desk.rounds, async () => {
    const chat = new Chat(contender, questions);
    await hurriedKeys(desk, typingGap, () => chat.inPrefill);
    return prefillRate(await chat.whole);
  });
  contender.typing(false);
  return rates;
}

/** Presses keys at a pace; every key cancels the request before. Returns the times to the first tokens. */
async function hurriedKeys({ contender, typist }: Desk, gap: number, goesOn: (pressed: number) => boolean): Promise<readonly number[]> {
  const runs: Promise<GhostRun>[] = [];
  let control = new AbortController();
  while (goesOn(runs.length)) {
    control.abort();
    control = new AbortController();
    runs.push(contender.ghost(typist.next(), { signal: control.signal }));
    await sleep(gap);
  }
  control.abort();
  return (await Promise.all(runs)).map(({ first }) => first);
}

/** A chat of 768 tokens under way. */
class Chat {
  /** Settles when its prefill has begun. */
  readonly begun: Promise<void>;
  readonly whole: Promise<ChatRun>;
  inPrefill = true;
  private readonly control = new AbortController();

  constructor(contender: Contender, questions: Questions) {
    let begin: () => void = () => undefined;
    this.begun = new Promise((resolve) => (begin = resolve));
    const { signal } = this.control;
    const onProgress = ({ kind }: { readonly kind: string }): void => {
      begin();
      if (kind === 'text') this.inPrefill = false;
    };
    this.whole = contender.chat(questions.long(), { signal, onProgress }).finally(() => {
      this.inPrefill = false;
      begin();
    });
  }

  /** Cancels what is left of it. */
  async end(): Promise<void> {
    this.control.abort();
    await this.whole;
  }
}
