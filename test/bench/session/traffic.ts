import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionTotals } from '../../../src/contract/sessionFacts';
import { answerEvaluated, evaluatedRun, type Account } from './accounts';
import type { ChatRun, Contender, GhostRun } from './contender';
import { Histories, replay, type ReplayChat, type ReplayStep } from '../lib/replay';
import type { Trace } from '../lib/trace';
import { TokenTrie } from './trie';

/** How much faster than it was recorded the trace is played. */
export const tracePace = 4;

/** What a played trace asked for and was answered. */
export interface Traffic {
  /** In the order the requests were made. */
  readonly accounts: readonly Account[];
  /** In the order of the questions. */
  readonly answers: readonly ChatRun[];
  /** Ids of ghost texts by {@link promptKey}, where the contender gives ids; the longest each. */
  readonly ghostIds: ReadonlyMap<string, readonly number[]>;
}

export function promptKey(prompt: readonly number[]): string {
  return prompt.join(',');
}

/**
 * Plays a trace: a ghost text follows every key and is cancelled by the next one; questions are answered beside it.
 * @param answered the answers conversations go on with, in place of the contender's own, so that both are asked the same
 */
export async function playTrace(contender: Contender, trace: Trace, answered?: readonly ChatRun[]): Promise<Traffic> {
  const player = new Player(contender, answered);
  let before = 0;
  let last = performance.now();
  for (const step of replay(trace)) {
    await sleep((step.at - before) / tracePace - (performance.now() - last));
    before = step.at;
    // Taken before the step: a request's own time is part of the pause that follows.
    last = performance.now();
    // A person asks when the answer before has been read; what waits for that shifts all that follows.
    if (await player.take(step)) last = performance.now();
  }
  return player.finish();
}

class Player {
  private readonly histories = new Histories();
  private readonly requests: Promise<{ account: Account; ghost?: GhostRun }>[] = [];
  private readonly chats: Promise<ChatRun>[] = [];
  private readonly warmUps: Promise<void>[] = [];
  private ghost = new AbortController();
  private warmUp = new AbortController();

  constructor(
    private readonly contender: Contender,
    private readonly answered: readonly ChatRun[] | undefined,
  ) {}

  /** Makes a step's request; returns whether an answer had to be waited for. */
  async take(step: ReplayStep): Promise<boolean> {
    switch (step.kind) {
      case 'ghost':
        this.touch();
        this.requests.push(
          awaitedLater(
            this.contender
              .ghost(step.params, { signal: this.ghost.signal })
              .then((run) => ({ account: accountOf(run, run.tokens), ghost: run })),
          ),
        );
        return false;
      case 'skip':
        this.touch();
        return false;
      case 'warm':
        this.warm(step.params);
        return false;
      case 'open':
        await Promise.all(this.chats);
        this.warm(step.params(this.histories.of(step.conversation)));
        return true;
      case 'chat':
        await Promise.all(this.chats);
        this.ask(step);
        return true;
    }
  }

  async finish(): Promise<Traffic> {
    const requests = await Promise.all(this.requests);
    const answers = await Promise.all(this.chats);
    await Promise.all(this.warmUps);
    const ghostIds = new Map<string, readonly number[]>();
    for (const { ghost } of requests) {
      if (!ghost) continue;
      const key = promptKey(ghost.prompt);
      if (ghost.tokens.length > (ghostIds.get(key)?.length ?? 0)) ghostIds.set(key, ghost.tokens);
    }
    return { accounts: requests.map(({ account }) => account), answers, ghostIds };
  }

  private touch(): void {
    this.ghost.abort();
    this.warmUp.abort();
    this.ghost = new AbortController();
    this.contender.typing(true);
  }

  private warm(params: Parameters<Contender['warm']>[0]): void {
    this.warmUp.abort();
    this.warmUp = new AbortController();
    this.warmUps.push(awaitedLater(this.contender.warm(params, { signal: this.warmUp.signal })));
  }

  private ask(step: ReplayChat): void {
    const params = step.params(this.histories.of(step.conversation));
    const index = this.chats.length;
    const chat = this.contender.chat(params).then((run) => {
      this.histories.add(step, answerOf(this.answered?.[index] ?? run));
      return run;
    });
    this.chats.push(awaitedLater(chat));
    this.requests.push(awaitedLater(chat.then((run) => ({ account: accountOf(run, run.answer.tokens ?? []) }))));
  }
}

/** For a promise that is awaited only at the end of the play: one that fails until then must not end the process. */
function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function answerOf({ answer: { text, tokens = [], fingerprint = '' } }: ChatRun): {
  text: string;
  tokens: readonly number[];
  fingerprint: string;
} {
  return { text, tokens, fingerprint };
}

function accountOf(run: ChatRun | GhostRun, answer: readonly number[]): Account {
  const { prompt, reused, evaluated, generated, whole } = run;
  return { prompt, reused, reached: Math.min(prompt.length, reused + evaluated), evaluated, answer, generated, whole };
}

/** Gives ghost texts whose ids are not known those another contender found for the same prompt: greedy, both find the same. */
export function withKnownIds(accounts: readonly Account[], known: ReadonlyMap<string, readonly number[]>): readonly Account[] {
  return accounts.map((account) =>
    account.answer.length > 0 ? account : { ...account, answer: known.get(promptKey(account.prompt)) ?? [] },
  );
}

/** Tokens a session evaluated: warm-up and refuted drafts count. */
export function evaluatedBy({ prefillTokens, warmTokens, decodedTokens, refutedTokens }: SessionTotals): number {
  return prefillTokens + warmTokens + decodedTokens + refutedTokens;
}

/**
 * Tokens an engine evaluated, by what it says of each request. What a request found there although no request before is known to have
 * evaluated it was evaluated for one that was cancelled: a step in flight goes on when nobody listens any more.
 */
export function evaluatedFor(accounts: readonly Account[]): number {
  const known = new TokenTrie();
  let evaluated = 0;
  for (const account of accounts) {
    const { prompt, reached } = account;
    const untold = known.add(prompt.slice(0, reached - account.evaluated));
    evaluated += untold + account.evaluated + answerEvaluated(account);
    known.add(evaluatedRun(account));
  }
  return evaluated;
}
