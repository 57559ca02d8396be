import { TokenTrie } from './trie';

/** One request as it went, in tokens. */
export interface Account {
  readonly prompt: readonly number[];
  /** Prompt tokens that were in the lane when it ended, evaluated for it or before. Fewer than all where it was cancelled early. */
  readonly reached: number;
  /** Prompt tokens whose KV it found. */
  readonly reused: number;
  /** Prompt tokens evaluated for it. */
  readonly evaluated: number;
  /** Ids of the answer, as far as they are known; see {@link Account.generated}. */
  readonly answer: readonly number[];
  /** Tokens of the answer. Where the ids of some are not known (ghost text comes as text), each stands for a node of its own. */
  readonly generated: number;
  /** Whether the answer's last token was evaluated as well, as one that was followed by the token that ends it. */
  readonly whole: boolean;
}

export interface Bill {
  /** Nodes of the trie of all prompts and answers, as far as requests got: the fewest tokens that could have been evaluated. */
  readonly distinct: number;
  /** Requests that had one token of a prompt evaluated again, whose whole had been evaluated before: the logits after it are no state. */
  readonly exempt: number;
}

/** Counts what a run of requests had to evaluate at the least. The accounts are in the order in which the requests were made. */
export function billOf(accounts: readonly Account[]): Bill {
  const trie = new TokenTrie();
  let exempt = 0;
  for (const account of accounts) {
    const { prompt, reached, reused } = account;
    const isWhole = reached === prompt.length && reached > 0;
    if (isWhole && reused < prompt.length && trie.has(prompt)) exempt++;
    trie.add(evaluatedRun(account));
  }
  return { distinct: trie.size, exempt };
}

/** Evaluated tokens, but for those exempt, for each that had to be. */
export function ratioOf(evaluated: number, { distinct, exempt }: Bill): number {
  return (evaluated - exempt) / distinct;
}

/** Tokens of an answer that were evaluated: the last one is chosen, and evaluated only where another was to come after it. */
export function answerEvaluated({ generated, whole }: Pick<Account, 'generated' | 'whole'>): number {
  return whole ? generated : Math.max(0, generated - 1);
}

/** The tokens of a request whose KV was there in the end: its prompt as far as it got, then its answer. */
export function evaluatedRun(account: Account): readonly number[] {
  const { prompt, reached, answer } = account;
  if (reached < prompt.length) return prompt.slice(0, reached);
  // What is not known by its id is told apart by its place after the prompt.
  return [...prompt, ...Array.from({ length: answerEvaluated(account) }, (_, index) => answer[index] ?? -1 - index)];
}
