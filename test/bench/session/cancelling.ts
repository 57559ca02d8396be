import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatRun, GhostRun, Progress } from './contender';
import { repeat, type Rounds } from '../lib/rounds';
import type { Desk } from './typing';

/** What was under way when it was cancelled. */
export type CancelKind = 'chat prefill' | 'chat decode' | 'ghost text';

export interface CancelTimes {
  readonly kind: CancelKind;
  /** From the cancel's sending to the request's settling, in milliseconds. */
  readonly times: readonly number[];
  /** The longest step of that kind that was seen, in milliseconds. */
  readonly step: number;
}

/** Requests of each kind that are cancelled in one repeat. */
const cancelsEach = 6;

/** Cancels requests at all sorts of moments of their lives. */
export async function cancelTimes({ rounds, ...rest }: Desk): Promise<readonly CancelTimes[]> {
  const desk: Desk = { ...rest, rounds: { ...rounds, milliseconds: rounds.milliseconds / 3 } };
  return [await inPrefill(desk), await inDecode(desk), await inGhostText(desk)];
}

async function inPrefill({ contender, questions, rounds }: Desk): Promise<CancelTimes> {
  // Behind the first step, when the length of steps can be seen.
  const cancelled = await each(rounds, (index) =>
    cancelChat(async (options) => contender.chat(await questions.long(), options), 'prefill', 2, moment(index, 700)),
  );
  const step = Math.max(...cancelled.flatMap(({ run }) => stepsOf(run.progress, 'prefill')));
  return { kind: 'chat prefill', times: timesOf(cancelled), step };
}

async function inDecode({ contender, questions, rounds }: Desk): Promise<CancelTimes> {
  const cancelled = await each(rounds, (index) =>
    cancelChat((options) => contender.chat(questions.short(400), options), 'text', 3, moment(index, 300)),
  );
  const step = Math.max(...cancelled.flatMap(({ run }) => stepsOf(run.progress, 'text')));
  return { kind: 'chat decode', times: timesOf(cancelled), step };
}

async function inGhostText({ contender, typist, rounds }: Desk): Promise<CancelTimes> {
  await contender.ghost(typist.next());
  const steps: number[] = [];
  const cancelled = await each(rounds, async (index): Promise<Cancelled<GhostRun>> => {
    const whole = await contender.ghost(typist.next());
    // The first token takes the step that evaluates the key; each after it one of its own.
    steps.push(whole.first, ...(whole.generated > 1 ? [(whole.took - whole.first) / (whole.generated - 1)] : []));
    const control = new AbortController();
    const running = contender.ghost(typist.next(), { signal: control.signal });
    await Promise.race([sleep(moment(index, 250)), running]);
    const sent = performance.now();
    control.abort();
    const run = await running;
    return { run, time: performance.now() - sent };
  });
  return { kind: 'ghost text', times: timesOf(cancelled), step: Math.max(...steps) };
}

/** Cancels some of each kind in each round. */
async function each<T>(rounds: Rounds, cancelOne: (index: number) => Promise<T>): Promise<readonly T[]> {
  const cancelled = await repeat(rounds, async (round) => {
    const some: T[] = [];
    for (let count = 0; count < cancelsEach; count++) some.push(await cancelOne(round * cancelsEach + count));
    return some;
  });
  return cancelled.flat();
}

/** Milliseconds to wait before a cancel: spread over a while, and the same every time. */
function moment(index: number, most: number): number {
  return (index * 137) % most;
}

interface Cancelled<T> {
  readonly run: T;
  readonly time: number;
}

/** Cancels a chat some milliseconds after a number of signs of life of a kind. */
async function cancelChat(
  start: (options: { signal: AbortSignal; onProgress: (progress: Progress) => void }) => Promise<ChatRun>,
  kind: Progress['kind'],
  count: number,
  delay: number,
): Promise<Cancelled<ChatRun>> {
  const control = new AbortController();
  let seen = 0;
  let sent = 0;
  let timer: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    sent = performance.now();
    control.abort();
  };
  const onProgress = (progress: Progress): void => {
    if (progress.kind === kind && ++seen === count) timer = setTimeout(cancel, delay);
  };
  const run = await start({ signal: control.signal, onProgress });
  clearTimeout(timer);
  return { run, time: performance.now() - sent };
}

/** Of those that had not ended by themselves before. */
function timesOf(all: readonly Cancelled<{ readonly cancelled: boolean }>[]): readonly number[] {
  return all.filter(({ run }) => run.cancelled).map(({ time }) => time);
}

/** The length of steps in milliseconds: what lies between two signs of life, for each token of an answer where several came at once. */
export function stepsOf(progress: readonly Progress[], kind: Progress['kind']): readonly number[] {
  const same = progress.filter((each) => each.kind === kind);
  return same.slice(1).map((each, index) => {
    const gap = each.at - (same[index]?.at ?? each.at);
    return each.kind === 'text' ? gap / Math.max(1, each.tokens) : gap;
  });
}
