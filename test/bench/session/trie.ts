/** The distinct beginnings of runs of tokens: each node is a token after those before it, which nobody has to evaluate more than once. */
export class TokenTrie {
  private readonly root: TrieNode = new Map();
  private count = 0;

  /** Distinct nodes so far. */
  get size(): number {
    return this.count;
  }

  /** Adds a run with all its beginnings; returns how many nodes are new. */
  add(tokens: readonly number[]): number {
    const before = this.count;
    let node = this.root;
    for (const token of tokens) {
      let next = node.get(token);
      if (!next) {
        next = new Map();
        node.set(token, next);
        this.count++;
      }
      node = next;
    }
    return this.count - before;
  }

  /** Whether a run is there whole, as the beginning of one that was added. */
  has(tokens: readonly number[]): boolean {
    let node: TrieNode | undefined = this.root;
    for (const token of tokens) {
      node = node.get(token);
      if (!node) return false;
    }
    return true;
  }
}

type TrieNode = Map<number, TrieNode>;
