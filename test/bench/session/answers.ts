import { readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { killGroup, track, which } from '../../../scripts/lib/exec.mjs';
import { decodeRate, type ChatRun, type Contender } from './contender';
import type { Questions } from './material';
import type { Prompts } from './prompts';
import { repeat, type Rounds } from '../lib/rounds';

/** Answers with fewer tokens than this say nothing about a rate. */
const fewestTokens = 8;

export interface DecodeRates {
  /** Tokens a second. */
  readonly rates: readonly number[];
  /** Share of the answers' tokens that were drafted and confirmed. */
  readonly confirmedShare: number;
}

/** The rates of several measurements. */
export function joinRates(parts: readonly DecodeRates[]): DecodeRates {
  const shares = parts.map(({ confirmedShare }) => confirmedShare).filter((share) => !Number.isNaN(share));
  return { rates: parts.flatMap(({ rates }) => rates), confirmedShare: sum(shares) / shares.length };
}

/** Decode rates of chat answers, as they arrive. */
export async function decodeRates(contender: Contender, questions: Questions, rounds: Rounds, maxTokens: number): Promise<DecodeRates> {
  // A model with random weights may end an answer, or begin to repeat itself, at any token.
  const tried = await repeat(rounds, async () => {
    let run: ChatRun;
    let tries = 3;
    do run = await contender.chat(questions.short(maxTokens));
    while (run.generated < fewestTokens && --tries > 0);
    return run;
  });
  const runs = tried.filter((run) => run.generated >= fewestTokens);
  const generated = sum(runs.map((run) => run.generated));
  return { rates: runs.map(decodeRate), confirmedShare: sum(runs.map(({ confirmed }) => confirmed)) / generated };
}

/**
 * The same while another process keeps one core busy.
 * @throws where a process cannot be pinned to a core
 */
export async function busyDecodeRates(contender: Contender, questions: Questions, rounds: Rounds, maxTokens: number): Promise<DecodeRates> {
  const core = lastCore();
  const taskset = await which('taskset');
  if (core === undefined || taskset === undefined)
    throw new Error('a process cannot be pinned to a core here: that takes Linux and taskset');
  const loop = spawn(taskset, ['-c', String(core), process.execPath, '-e', 'for (;;);'], { detached: true, stdio: 'ignore' });
  const untrack = track(loop, 'SIGKILL');
  try {
    await sleep(500);
    return await decodeRates(contender, questions, rounds, maxTokens);
  } finally {
    untrack();
    killGroup(loop.pid);
  }
}

/** The last of the cores this process may run on, as Linux tells it: `0-3,6`. */
function lastCore(): number | undefined {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
    const last = /(\d+)$/.exec(list)?.[1];
    return last === undefined ? undefined : Number(last);
  } catch {
    return undefined;
  }
}

export interface ExplainCosts {
  /** Tokens that a follow-up evaluated beyond its own: the question's and what the format puts around it. */
  readonly beyondOwn: readonly number[];
  /** Share of a file's tokens that a second explanation in it did not evaluate, 0 to 1. */
  readonly fileReused: readonly number[];
  /** Tokens of the file. */
  readonly fileTokens: number;
}

/** Explains code, asks a question about the explanation, and explains other code of the same file; each time in a file never seen. */
export async function explainCosts(contender: Contender, questions: Questions, prompts: Prompts, rounds: Rounds): Promise<ExplainCosts> {
  const beyondOwn: number[] = [];
  const fileReused: number[] = [];
  let fileTokens = 0;
  await repeat(rounds, async () => {
    const { file, first, followUp, second } = questions.explanation(24);
    const { system } = first;
    const explained = await contender.chat(first);
    const history = [{ user: first.user, answer: explained.answer }];
    const next = await contender.chat({ ...first, history, user: { text: followUp } });
    // Its prompt is the first one, the answer, and what is its own: a prompt that does not go on where the answer ended is no excuse.
    beyondOwn.push(next.evaluated - (next.prompt.length - explained.prompt.length - explained.generated));
    const again = await contender.chat(second);
    const before = (await prompts.chatBeginning({ system, history: [] })).length;
    fileTokens = (await prompts.chatBeginning({ system, history: [], file })).length - before;
    fileReused.push(Math.min(1, Math.max(0, again.reused - before) / fileTokens));
  });
  return { beyondOwn, fileReused, fileTokens };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
