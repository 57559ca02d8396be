/** What a block with elisions stands for: the block, with the lines of the original in place of each elision. */
import { isElision } from './elisions';
import { likeness, wordsOf } from './lines';

/** What each step of an alignment costs: lines in both cost nothing, and to keep a line at an elision is cheaper than to lose it anywhere. */
const COST = { keep: 0.02, rewrite: 0.6, remove: 1, add: 1 } as const;

/** From here on two lines that begin alike count as wordings of the same one. Others are both kept: at an elision, nothing is overwritten by a guess. */
const SAME_LINE = 0.75;

/** What a line assigns to, with what declares it. */
const ASSIGNED = /^([^=]*[^=!<>+*/%&|^?:-]):?=(?![=>])/;

/** Most pairs of lines that are looked at. */
const MOST_PAIRS = 1_000_000;

type Step = 'match' | 'keep' | 'rewrite' | 'remove' | 'add' | 'pass';

/**
 * `block` with each of its elisions replaced by the lines of `original` that it stands for: those between what the two have in common
 * around it. With `openEnds`, `block` may begin and end in the midst of `original`. `undefined` where the two are too long to be compared.
 */
export function filled(block: readonly string[], original: readonly string[], openEnds: boolean): string[] | undefined {
  const lines = block.map((line) => (isElision(line) ? undefined : line));
  const items = openEnds ? [undefined, ...lines, undefined] : lines;
  if (items.length * original.length > MOST_PAIRS) return undefined;
  return new Alignment(original, items).result();
}

/** The cheapest way through both lists. An item that is `undefined` takes any number of original lines. */
class Alignment {
  private readonly width: number;
  private readonly oldWords: readonly (readonly string[])[];
  private readonly freshWords: readonly (readonly string[])[];
  /** Cost of the rest, from each pair of places on. */
  private readonly costs: Float32Array;

  constructor(
    private readonly original: readonly string[],
    private readonly items: readonly (string | undefined)[],
  ) {
    this.width = items.length + 1;
    this.oldWords = original.map(wordsOf);
    this.freshWords = items.map((item) => wordsOf(item ?? ''));
    this.costs = new Float32Array((original.length + 1) * this.width);
    for (let at = original.length; at >= 0; at--) {
      for (let item = items.length; item >= 0; item--) {
        if (at < original.length || item < items.length) this.costs[at * this.width + item] = this.cheapest(at, item).cost;
      }
    }
  }

  result(): string[] {
    const lines: string[] = [];
    for (let [at, item] = [0, 0]; at < this.original.length || item < this.items.length;) {
      const { step } = this.cheapest(at, item);
      if (step === 'keep') lines.push(this.original[at] ?? '');
      if (step === 'match' || step === 'rewrite' || step === 'add') lines.push(this.items[item] ?? '');
      if (step !== 'add' && step !== 'pass') at++;
      if (step !== 'keep' && step !== 'remove') item++;
    }
    return lines;
  }

  private cheapest(at: number, item: number): { readonly step: Step; readonly cost: number } {
    const old = this.original[at];
    const fresh = this.items[item];
    const steps: (readonly [Step, number])[] = [];
    const isOpen = item < this.items.length && fresh === undefined;
    if (isOpen) steps.push(['pass', this.rest(at, item + 1)]);
    if (fresh !== undefined) steps.push(['add', COST.add + this.rest(at, item + 1)]);
    if (old !== undefined)
      steps.push(isOpen ? ['keep', COST.keep + this.rest(at + 1, item)] : ['remove', COST.remove + this.rest(at + 1, item)]);
    if (old !== undefined && fresh !== undefined) {
      if (old.trim() === fresh.trim()) steps.push(['match', this.rest(at + 1, item + 1)]);
      else if (this.isSameLine(at, item)) steps.push(['rewrite', COST.rewrite + this.rest(at + 1, item + 1)]);
    }
    const [step, cost] = steps.reduce((best, each) => (each[1] < best[1] ? each : best));
    return { step, cost };
  }

  private isSameLine(at: number, item: number): boolean {
    const [old, fresh] = [this.oldWords[at] ?? [], this.freshWords[item] ?? []];
    if (old.length < 2 || old[0] !== fresh[0] || old[1] !== fresh[1]) return false;
    const assigned = ASSIGNED.exec(this.original[at]?.trim() ?? '')?.[1]?.trim();
    if (assigned !== undefined && assigned === ASSIGNED.exec(this.items[item]?.trim() ?? '')?.[1]?.trim()) return true;
    return likeness(old, fresh) >= SAME_LINE;
  }

  private rest(at: number, item: number): number {
    return this.costs[at * this.width + item] ?? 0;
  }
}
