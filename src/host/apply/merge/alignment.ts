/** Finds the cheapest way to go through the lines of a file and the lines of a block at once. */
import { getIndent } from '../../../util/text/lines';
import { append } from '../../../util/lists';
import { likeness, wordsOf } from './codeLines';

/** Part of the file: a line, or a scope that the block has as well, which is one part whatever is in it. */
export interface OldPart {
  readonly text: string;
  /** Key of a scope that the block has as well. No gap takes it. */
  readonly scope?: string;
}

/** Part of the block. */
export type NewPart =
  | { readonly kind: 'line'; readonly text: string }
  /** Lines that belong together. With a key, they are the new wording of the file's scope with that key. */
  | { readonly kind: 'scope'; readonly lines: readonly string[]; readonly key?: string }
  /** Stands for any number of lines of the file, or of those that `takes` accepts. Outside of the block, another gap is preferred. */
  | {
      readonly kind: 'gap';
      readonly takes?: (index: number) => boolean;
      readonly spare?: Spare;
      readonly isOutside?: boolean;
      /** White space before the elision. */
      readonly indent?: string;
    };

/** A line that is kept if its gap takes no line: always, or only as the body of what the line before opens. */
export interface Spare {
  readonly text: string;
  readonly asBody: boolean;
}

/**
 * Cost of each step. Lines in both cost nothing, and to keep a line at a gap is cheaper than to lose it anywhere. `inside` is added where
 * what follows a gap would stand in the midst of something further in.
 */
const COST = {
  keep: 0.02,
  keepOutside: 0.06,
  addBlank: 0.03,
  removeBlank: 0.07,
  shift: 0.2,
  inside: 0.3,
  rewrite: 0.6,
  remove: 1,
  add: 1,
} as const;

/** Least likeness of two lines that begin alike and count as wordings of the same one. Others are both kept, as a guess must not overwrite a line. */
const SAME_LINE = 0.8;

/** The part of a line that says what it sets: `const a =`, `"a":`, `color:`. */
const ASSIGNED = /^([^=]*[^=!<>+*/%&|^?:-]):?=(?![=>])/;
const KEYED = /^(["']?[\w.$-]+["']?)\s*:(?![:=])/;

type Step = 'match' | 'keep' | 'rewrite' | 'remove' | 'add' | 'pass';

export class Alignment {
  private readonly width: number;
  private readonly oldWords: readonly (readonly string[])[];
  private readonly freshWords: readonly (readonly string[])[];
  /** Cost of the rest, from each pair of places on. */
  private readonly costs: Float32Array;

  constructor(
    private readonly original: readonly OldPart[],
    private readonly items: readonly NewPart[],
  ) {
    this.width = items.length + 1;
    this.oldWords = original.map(({ text }) => wordsOf(text));
    this.freshWords = items.map((item) => (item.kind === 'line' ? wordsOf(item.text) : []));
    this.costs = new Float32Array((original.length + 1) * this.width);
    for (let at = original.length; at >= 0; at--) {
      for (let item = items.length; item >= 0; item--) {
        if (at < original.length || item < items.length) this.costs[at * this.width + item] = this.cheapest(at, item).cost;
      }
    }
  }

  /** The block with the file's lines in place of the gaps. */
  result(): string[] {
    const lines: string[] = [];
    let kept = 0;
    let shift = '';
    /** True if the last line of the block is new and opens something, so that the following lines stand further in than they did. */
    let isWrapped = false;
    /** Places of gaps that took no line, and of blank lines that the block brought. */
    const empty: number[] = [];
    const blank = new Set<number>();
    for (let [at, item] = [0, 0]; at < this.original.length || item < this.items.length;) {
      const { step } = this.cheapest(at, item);
      const part = this.items[item];
      if (step === 'keep') {
        const text = this.original[at]?.text ?? '';
        if (kept === 0) shift = isWrapped ? deeper(text, part) : '';
        lines.push(text.trim() === '' ? text : shift + text);
        kept++;
      }
      if (step === 'add' && part !== undefined && isBlankPart(part)) blank.add(lines.length);
      if (step === 'match' || step === 'rewrite' || step === 'add') {
        append(lines, partLines(part));
        isWrapped = step === 'add' && /(?:[{([:]|\b(?:do|then))\s*$/.test((lines.at(-1) ?? '').slice(-80));
      }
      if (step === 'pass' && kept === 0 && part?.kind === 'gap') {
        const spare = spared(part.spare, lines);
        if (spare.length === 0) empty.push(lines.length);
        append(lines, spare);
      }
      if (step !== 'add' && step !== 'pass') at++;
      if (step !== 'keep' && step !== 'remove') {
        item++;
        kept = 0;
      }
    }
    return withoutBlanks(lines, empty, blank);
  }

  private cheapest(at: number, item: number): { readonly step: Step; readonly cost: number } {
    const old = this.original[at];
    const fresh = this.items[item];
    let step: Step = 'pass';
    let cost = Infinity;
    const offer = (offered: Step, price: number): void => {
      if (price < cost) [step, cost] = [offered, price];
    };
    if (fresh?.kind === 'gap') offer('pass', (this.isInside(at, item + 1) ? COST.inside : 0) + this.rest(at, item + 1));
    else if (fresh !== undefined) offer('add', (isBlankPart(fresh) ? COST.addBlank : COST.add) + this.rest(at, item + 1));
    if (old !== undefined) {
      const isKept = fresh?.kind === 'gap' && old.scope === undefined && (fresh.takes?.(at) ?? true);
      if (isKept) offer('keep', (fresh.isOutside === true ? COST.keepOutside : COST.keep) + this.rest(at + 1, item));
      else offer('remove', (old.text.trim() === '' ? COST.removeBlank : COST.remove) + this.rest(at + 1, item));
      const price = this.priceOfPair(at, item);
      if (price !== undefined) offer(price.step, price.cost + this.rest(at + 1, item + 1));
    }
    return { step, cost };
  }

  /** Returns true if the next lines of the file are further in than the block's next lines. */
  private isInside(at: number, item: number): boolean {
    const next = this.items.slice(item, item + 2).find((part) => !isBlankPart(part));
    const first = next === undefined ? undefined : partLines(next).find((line) => line.trim() !== '');
    const below = this.original.slice(at, at + 2).find(({ text }) => text.trim() !== '')?.text;
    if (first === undefined || below === undefined || below.trim() === first.trim()) return false;
    const [own, other] = [getIndent(first).length, getIndent(below).length];
    return other > own || (other === own && /^\s*(?:[)\]}]|end\b|else\b)/.test(below) && !/^\s*(?:[)\]}]|end\b|else\b)/.test(first));
  }

  private priceOfPair(at: number, item: number): { readonly step: Step; readonly cost: number } | undefined {
    const old = this.original[at];
    const fresh = this.items[item];
    if (old === undefined || fresh === undefined || fresh.kind === 'gap') return undefined;
    if (fresh.kind === 'scope') return fresh.key !== undefined && fresh.key === old.scope ? { step: 'match', cost: 0 } : undefined;
    if (old.scope !== undefined) return undefined;
    if (old.text.trim() === fresh.text.trim()) {
      // A bracket further in or out closes something else.
      return { step: 'match', cost: getIndent(old.text) === getIndent(fresh.text) ? 0 : COST.shift };
    }
    return this.isSameLine(at, item) ? { step: 'rewrite', cost: COST.rewrite } : undefined;
  }

  private isSameLine(at: number, item: number): boolean {
    const [old, fresh] = [this.oldWords[at] ?? [], this.freshWords[item] ?? []];
    const part = this.items[item];
    const [before, after] = [this.original[at]?.text.trim() ?? '', part?.kind === 'line' ? part.text.trim() : ''];
    const key = findKey(before);
    if (key !== undefined && key === findKey(after)) return true;
    if (old.length < 2 || old[0] !== fresh[0] || old[1] !== fresh[1]) return false;
    const assigned = ASSIGNED.exec(before)?.[1]?.trim();
    if (assigned !== undefined && assigned === ASSIGNED.exec(after)?.[1]?.trim()) return true;
    return likeness(old, fresh) >= SAME_LINE;
  }

  private rest(at: number, item: number): number {
    return this.costs[at * this.width + item] ?? 0;
  }
}

/** Removes the blank lines that set apart a gap which took no line. */
function withoutBlanks(lines: readonly string[], empty: readonly number[], blank: ReadonlySet<number>): string[] {
  const dropped = new Set<number>();
  for (const at of empty) {
    const [above, below] = [lines[at - 1], lines[at]];
    if (blank.has(at) && (above === undefined || above.trim() === '' || /[{([:]\s*$/.test(above))) dropped.add(at);
    else if (blank.has(at - 1) && (below === undefined || below.trim() === '' || /^\s*(?:[)\]}]|end\b)/.test(below))) dropped.add(at - 1);
  }
  return lines.filter((_line, index) => !dropped.has(index));
}

/** Returns the white space that a kept line needs on top, because its elision is further in. */
function deeper(text: string, part: NewPart | undefined): string {
  const own = getIndent(text);
  const wanted = part?.kind === 'gap' ? (part.indent ?? '') : '';
  return wanted.startsWith(own) ? wanted.slice(own.length) : '';
}

/** The key that a line sets, as in JSON, YAML or CSS. */
export function findKey(line: string): string | undefined {
  return KEYED.exec(line.trim())?.[1];
}

function isBlankPart(part: NewPart): boolean {
  return part.kind === 'line' && part.text.trim() === '';
}

function partLines(part: NewPart | undefined): readonly string[] {
  if (part === undefined || part.kind === 'gap') return [];
  return part.kind === 'line' ? [part.text] : part.lines;
}

function spared(spare: Spare | undefined, before: readonly string[]): readonly string[] {
  if (spare === undefined) return [];
  const above = before.findLast((line) => line.trim() !== '') ?? '';
  return !spare.asBody || (above.trimEnd().endsWith(':') && getIndent(above).length < getIndent(spare.text).length) ? [spare.text] : [];
}
