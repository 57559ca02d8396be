import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerEvaluated, billOf, ratioOf, type Account } from '../../../bench/session/accounts';
import { evaluatedBy, evaluatedFor, withKnownIds } from '../../../bench/session/traffic';
import { TokenTrie } from '../../../bench/session/trie';

const run = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 6 });

function account(prompt: readonly number[], more: Partial<Account> = {}): Account {
  const evaluated = more.evaluated ?? prompt.length;
  return { prompt, reused: prompt.length - evaluated, reached: prompt.length, evaluated, answer: [], generated: 0, whole: false, ...more };
}

describe('the trie', () => {
  it('has a node for each distinct beginning', () => {
    fc.assert(
      fc.property(fc.array(run), (runs) => {
        const trie = new TokenTrie();
        const added = runs.map((tokens) => trie.add(tokens));
        const beginnings = new Set(runs.flatMap((tokens) => tokens.map((_, index) => tokens.slice(0, index + 1).join(','))));
        expect(trie.size).toBe(beginnings.size);
        expect(added.reduce((sum, count) => sum + count, 0)).toBe(beginnings.size);
      }),
    );
  });

  it('has what was added and its beginnings, and nothing else', () => {
    const trie = new TokenTrie();
    trie.add([1, 2, 3]);
    expect([[1], [1, 2, 3], []].map((tokens) => trie.has(tokens))).toEqual([true, true, true]);
    expect([[2], [1, 2, 3, 4], [1, 3]].map((tokens) => trie.has(tokens))).toEqual([false, false, false]);
  });
});

describe('the bill of some requests', () => {
  it('counts what they have in common once', () => {
    expect(billOf([account([1, 2, 3]), account([1, 2, 4])])).toEqual({ distinct: 4, exempt: 0 });
  });

  it('exempts one token of a request whose prompt was there whole, and of no other', () => {
    expect(billOf([account([1, 2, 3]), account([1, 2]), account([1, 2, 3]), account([1, 2, 3, 4])])).toEqual({ distinct: 4, exempt: 2 });
  });

  it('exempts nothing of a request that was answered without a token of its prompt', () => {
    expect(billOf([account([1, 2, 3]), account([1, 2, 3], { evaluated: 0 })])).toEqual({ distinct: 3, exempt: 0 });
  });

  it('counts a prompt only as far as it got', () => {
    expect(billOf([account([1, 2, 3], { reached: 1 }), account([1, 2, 3], { reached: 0 })])).toEqual({ distinct: 1, exempt: 0 });
  });

  it('counts the tokens of an answer but the last one, which nobody evaluated unless another came after it', () => {
    const cut = account([1], { answer: [7, 8, 9], generated: 3 });
    expect(billOf([cut]).distinct).toBe(3);
    expect(billOf([{ ...cut, whole: true }]).distinct).toBe(4);
    expect(answerEvaluated({ generated: 0, whole: false })).toBe(0);
  });

  it('goes on where the next prompt holds the answer', () => {
    const first = account([1], { answer: [7, 8], generated: 2, whole: true });
    expect(billOf([first, account([1, 7, 8, 5])])).toEqual({ distinct: 4, exempt: 0 });
  });

  it('tells answers of unknown ids apart by their prompts alone', () => {
    const unknown = account([1], { generated: 4 });
    expect(billOf([unknown, { ...unknown, generated: 3 }])).toEqual({ distinct: 4, exempt: 1 });
    expect(billOf([unknown, account([1, 2])]).distinct).toBe(5);
  });

  it('is what a session without any waste evaluates', () => {
    fc.assert(
      fc.property(fc.array(run, { minLength: 1 }), (prompts) => {
        const trie = new TokenTrie();
        const accounts = prompts.map((prompt) => {
          const isKnown = trie.has(prompt) && prompt.length > 0;
          return account(prompt, { evaluated: trie.add(prompt) + (isKnown ? 1 : 0) });
        });
        const evaluated = evaluatedFor(accounts);
        const bill = billOf(accounts);
        fc.pre(bill.distinct > 0);
        expect(ratioOf(evaluated, bill)).toBe(1);
        expect(ratioOf(evaluated + bill.distinct, bill)).toBe(2);
      }),
    );
  });
});

describe('what an engine evaluated', () => {
  it('holds warm-up and refuted drafts, and a confirmed draft once', () => {
    const totals = {
      promptTokens: 9000,
      reusedTokens: 8000,
      confirmedTokens: 7,
      copiedTokens: 500,
      parkedTokens: 400,
      restoredTokens: 300,
    };
    expect(evaluatedBy({ ...totals, prefillTokens: 1000, warmTokens: 100, decodedTokens: 20, refutedTokens: 3 })).toBe(1123);
  });

  it('is counted by request where the engine does not say', () => {
    const cut = account([1, 2, 3], { evaluated: 3, generated: 5 });
    expect(evaluatedFor([cut, account([4], { evaluated: 1, generated: 5, whole: true })])).toBe(13);
  });

  it('holds what was evaluated for a cancelled request after its client had gone', () => {
    const cancelled = account([1, 2, 3, 4], { reached: 0, evaluated: 0 });
    const next = account([1, 2, 3, 5], { evaluated: 1 });
    expect(evaluatedFor([cancelled, next])).toBe(4);
    expect(evaluatedFor([account([1, 2, 3], { evaluated: 3 }), next])).toBe(4);
  });

  it('is never less than the nodes there are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(run, fc.nat(6), fc.nat(6)), { minLength: 1 }), (requests) => {
        const accounts = requests.map(([prompt, reached, evaluated]) => {
          const end = Math.min(reached, prompt.length);
          return account(prompt, { reached: end, evaluated: Math.min(evaluated, end) });
        });
        expect(evaluatedFor(accounts)).toBeGreaterThanOrEqual(billOf(accounts).distinct);
      }),
    );
  });
});

describe('ids of ghost texts', () => {
  it('are taken over for the same prompt, where they are not known', () => {
    const known = new Map([['1,2', [5, 6]]]);
    const answered = account([1, 2], { answer: [4], generated: 1 });
    const [same, other, own] = withKnownIds([account([1, 2], { generated: 2 }), account([1], { generated: 2 }), answered], known);
    expect([same?.answer, other?.answer, own?.answer]).toEqual([[5, 6], [], [4]]);
  });
});
