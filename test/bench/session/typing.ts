import { setTimeout as sleep } from 'node:timers/promises';
import { prefillRate, type ChatRun, type Contender, type GhostRun } from './contender';
import type { Questions, Typist } from './material';
import { repeat, type Rounds } from '../lib/rounds';

/** What the rows about typing are measured by; the contender's model, laid out for both contenders alike. */
export interface Desk {
  readonly contender: Contender;
  readonly typist: Typist;
  readonly questions: Questions;
  readonly rounds: Rounds;
}

/** What a key press brought. */
export interface Key {
  /** Milliseconds to the first token of its ghost text; infinite where none came. */
  readonly first: number;
  /** Prompt tokens that were evaluated for it; none where it was answered from memory. */
  readonly evaluated: number;
}

/** Keys of one repeat. */
const keysEach = 20;
/** Five keys a second; milliseconds. */
const typingGap = 200;
/** Keys pressed while one chat is in prefill. */
const keysInPrefill = 12;

/**
 * First tokens one key after the last, nobody else asking, each key when the ghost text of the one before is there. Where keys cancelled
 * the requests before, llama-server was seen to have no first token for any of twenty keys, and nothing could be compared.
 */
export async function idleKeys(desk: Desk): Promise<readonly Key[]> {
  const { contender, typist, rounds } = desk;
  contender.typing(true);
  // The prompt whole.
  await contender.ghost(typist.next());
  const firsts = await repeat(rounds, () => patientKeys(desk, (pressed) => pressed < keysEach));
  contender.typing(false);
  return firsts.flat();
}

/** First tokens while a chat's prompt is in prefill: each key waits for the ghost text of the one before. */
export async function keysDuringPrefill(desk: Desk): Promise<readonly Key[]> {
  const { contender, typist, questions, rounds } = desk;
  await contender.ghost(typist.next());
  contender.typing(true);
  const firsts = await repeat(rounds, async () => {
    const chat = new Chat(contender, questions);
    await chat.begun;
    const round = await patientKeys(desk, (pressed) => pressed < keysInPrefill && chat.inPrefill);
    await chat.end();
    return round;
  });
  contender.typing(false);
  return firsts.flat();
}

/** Prefill rates of a chat's prompt while nobody types, in tokens a second. */
export function undisturbedPrefill({ contender, questions, rounds }: Desk): Promise<readonly number[]> {
  contender.typing(false);
  return repeat(rounds, async () => prefillRate(await contender.chat(await questions.long())));
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

/** Presses each key a moment after the ghost text of the one before came. */
async function patientKeys({ contender, typist }: Desk, goesOn: (pressed: number) => boolean): Promise<readonly Key[]> {
  const keys: Key[] = [];
  while (goesOn(keys.length)) {
    const { first, evaluated } = await contender.ghost(typist.next());
    keys.push({ first, evaluated });
    await sleep(typingGap);
  }
  return keys;
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
    const ask = async (): Promise<ChatRun> => contender.chat(await questions.long(), { signal, onProgress });
    this.whole = ask().finally(() => {
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
