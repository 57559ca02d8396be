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
/** Five keys a second; milliseconds. */
const typingGap = 200;
/** Keys pressed while one chat is in prefill. */
const keysInPrefill = 12;

/**
 * First tokens one key after the last, nobody else asking and each request at its end when the next key comes: a server that learns of a
 * cancel late would serve the next key by a cold slot, which is what the trace is for. Milliseconds.
 */
export async function idleKeys({ contender, typist, rounds }: Desk): Promise<readonly number[]> {
  contender.typing(true);
  // The prompt whole.
  await contender.ghost(typist.next());
  const firsts = await repeat(rounds, async () => {
    const round: number[] = [];
    for (let key = 0; key < keysEach; key++) {
      const { first } = await contender.ghost(typist.next());
      round.push(first);
      await sleep(typingGap);
    }
    return round;
  });
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
    await hurriedKeys(desk, () => chat.inPrefill);
    return prefillRate(await chat.whole);
  });
  contender.typing(false);
  return rates;
}

/** Presses five keys a second; every key cancels the request before. */
async function hurriedKeys({ contender, typist }: Desk, goesOn: () => boolean): Promise<void> {
  const runs: Promise<GhostRun>[] = [];
  let control = new AbortController();
  while (goesOn()) {
    control.abort();
    control = new AbortController();
    runs.push(contender.ghost(typist.next(), { signal: control.signal }));
    await sleep(typingGap);
  }
  control.abort();
  await Promise.all(runs);
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
