/** Puts the file's own lines in place of the elisions of a block. */
import { getIndent, isBlank } from '../../../util/text/lines';
import { append } from '../../../util/lists';
import { Alignment, type NewPart, type OldPart } from './alignment';
import { extentEnd, isLeading, leadingStart, mergeLeading, nameAt } from './declarations';
import { elisionKind, type Elision } from './elisions';
import { similarity } from './codeLines';

/** Pairs of lines that are looked at. */
const MAX_PAIRS = 1_000_000;

/** Least similarity of the first lines of two scopes that count as the same one. */
const SAME_HEADER = 0.5;

export interface FillOptions {
  /** The block may begin and end in the midst of the file. */
  readonly openEnds?: boolean;
  /** Declarations that the block does not have stay, where it has no elision for them either. */
  readonly keepDeclarations?: boolean;
}

/** A declaration, or a line with lines further in below it. `start` is where its comments and decorators begin. */
interface Scope {
  readonly key: string;
  readonly isNamed: boolean;
  readonly start: number;
  readonly line: number;
  readonly end: number;
}

interface Pair {
  readonly fresh: Scope;
  readonly old: Scope;
}

/**
 * `block` with each of its elisions replaced by the lines of `original` that it stands for: those between what the two have in common
 * around it. A declaration of the block takes the place of the one with the same name, and no elision brings that back. `undefined` where
 * the two are too long to be compared.
 */
export function filled(block: readonly string[], original: readonly string[], options: FillOptions | boolean = {}): string[] | undefined {
  const { openEnds = false, keepDeclarations = false } = typeof options === 'boolean' ? { openEnds: options } : options;
  if ((block.length + 2) * original.length > MAX_PAIRS) return undefined;
  const known = new Set(original.map((line) => line.trim()));
  const marks = block.map((line) => markIn(line, known));
  if (!keepDeclarations && isExcerpt(block, marks, original, openEnds)) return [...original];
  return new Filling(block, marks, original, keepDeclarations).result(openEnds);
}

/** A likely elision that is a line of the file is that line. */
function markIn(line: string, known: ReadonlySet<string>): Elision | undefined {
  const kind = elisionKind(line);
  return kind === 'likely' && known.has(line.trim()) ? undefined : kind;
}

class Filling {
  private readonly pairs: readonly Pair[];
  private oldKeys: ReadonlySet<string> | undefined;

  constructor(
    private readonly block: readonly string[],
    private readonly marks: readonly (Elision | undefined)[],
    private readonly original: readonly string[],
    private readonly keepDeclarations: boolean,
  ) {
    this.pairs = pairScopes(
      scopesIn(block, (line) => marks[line] !== undefined),
      scopesIn(original, () => false),
      block,
      original,
      (scope) => this.hasMark(scope),
    );
  }

  result(openEnds: boolean): string[] | undefined {
    const { parts: old, taken } = this.oldParts();
    const fresh = this.newParts(taken);
    if (fresh === undefined) return undefined;
    const ends: readonly NewPart[] = openEnds ? [{ kind: 'gap', isOutside: true }] : [];
    return new Alignment(old, [...ends, ...fresh, ...ends]).result();
  }

  private oldParts(): { readonly parts: readonly OldPart[]; readonly taken: (index: number) => boolean } {
    const parts: OldPart[] = [];
    const lineAt: number[] = [];
    const pairAt = new Map(this.pairs.map((pair) => [pair.old.start, pair]));
    for (let line = 0; line < this.original.length;) {
      const pair = pairAt.get(line);
      parts.push(
        pair === undefined ? { text: this.original[line] ?? '' } : { text: this.original[pair.old.line] ?? '', scope: pair.old.key },
      );
      lineAt.push(line);
      line = pair === undefined ? line + 1 : pair.old.end;
    }
    const kept = new Set<number>();
    for (const { isNamed, start, end } of scopesIn(this.original, () => false)) {
      // The blank line behind it goes with it.
      if (isNamed) for (let line = start; line < end || (line === end && isBlank(this.original[line] ?? 'x')); line++) kept.add(line);
    }
    return { parts, taken: (index) => kept.has(lineAt[index] ?? -1) };
  }

  /** @param taken tells lines of the file's declarations, by their part */
  private newParts(taken: (index: number) => boolean): readonly NewPart[] | undefined {
    const parts: NewPart[] = [];
    const scopeAt = new Map(scopesIn(this.block, (line) => this.marks[line] !== undefined).map((scope) => [scope.start, scope]));
    const pairAt = new Map(this.pairs.map((pair) => [pair.fresh.start, pair]));
    const rescue = this.rescue(taken);
    for (let line = 0; line < this.block.length;) {
      const pair = pairAt.get(line);
      const scope = scopeAt.get(line);
      if (isCloser(this.block[line] ?? '') || pair !== undefined) append(parts, rescue);
      if (pair !== undefined) {
        const lines = this.scopeLines(pair);
        if (lines === undefined) return undefined;
        parts.push({ kind: 'scope', key: pair.old.key, lines });
        line = pair.fresh.end;
      } else if (scope !== undefined && this.isNew(scope)) {
        parts.push({ kind: 'scope', lines: this.block.slice(scope.start, scope.end) });
        line = scope.end;
      } else {
        parts.push(this.linePart(line));
        line++;
      }
    }
    return [...parts, ...rescue];
  }

  /**
   * A gap beside the declarations of the block. Where an elision stands among them, wherever, it means all that the block does not have:
   * "other methods unchanged" behind the last one is about those before it as well.
   */
  private rescue(taken: (index: number) => boolean): readonly NewPart[] {
    if (this.keepDeclarations) return [{ kind: 'gap', takes: taken }];
    const inScopes = this.pairs.map(({ fresh }) => fresh);
    const isOutside = (line: number): boolean => !inScopes.some(({ line: first, end }) => first <= line && line < end);
    const hasRest = this.marks.some((mark, line) => mark !== undefined && mark !== 'dots' && isOutside(line));
    return hasRest && inScopes.some(({ isNamed }) => isNamed) ? [{ kind: 'gap', isOutside: true }] : [];
  }

  private linePart(line: number): NewPart {
    const text = this.block[line] ?? '';
    const mark = this.marks[line];
    if (mark === undefined) return { kind: 'line', text };
    const indent = getIndent(text);
    return mark === 'sure' ? { kind: 'gap', indent } : { kind: 'gap', indent, spare: { text, asBody: mark === 'dots' } };
  }

  /** The block's wording of a scope, filled in turn. What the block has in full counts as it is. */
  private scopeLines({ fresh, old }: Pair): readonly string[] | undefined {
    const { block, original } = this;
    const leading = fresh.isNamed ? mergeLeading(block.slice(fresh.start, fresh.line), original.slice(old.start, old.line)) : [];
    if (!this.hasMark(fresh) && !this.keepDeclarations) return [...leading, ...block.slice(fresh.line, fresh.end)];
    const inside = filled(block.slice(fresh.line + 1, fresh.end), original.slice(old.line + 1, old.end), {
      keepDeclarations: this.keepDeclarations,
    });
    return inside && [...leading, block[fresh.line] ?? '', ...inside];
  }

  /** Returns true for a scope that is new to the file and complete, so that its brackets match no others. */
  private isNew(scope: Scope): boolean {
    if (scope.end - scope.line < 2 || this.hasMark(scope)) return false;
    this.oldKeys ??= new Set(this.original.map((text, line) => keyAt(this.original, line, text)));
    return !this.oldKeys.has(scope.key);
  }

  private hasMark({ line, end }: Scope): boolean {
    return this.marks.slice(line, end).some((mark) => mark !== undefined);
  }
}

/** The outermost scopes. */
function scopesIn(lines: readonly string[], isMark: (line: number) => boolean): readonly Scope[] {
  const scopes: Scope[] = [];
  let free = 0;
  for (let line = 0; line < lines.length;) {
    const text = lines[line] ?? '';
    const name = isMark(line) || isBlank(text) ? undefined : nameAt(lines, line);
    const end = isMark(line) || isBlank(text) ? line + 1 : extentEnd(lines, line);
    // A comment or a decorator of several lines belongs to what stands below it.
    if (name !== undefined || (end > line + 1 && !isLeading(text))) {
      let start = name === undefined ? line : Math.max(free, leadingStart(lines, line));
      for (let above = line - 1; above >= start; above--) if (isMark(above)) start = above + 1;
      scopes.push({ key: keyAt(lines, line, text), isNamed: name !== undefined, start, line, end });
      free = end;
    }
    line = end;
  }
  return scopes;
}

function keyAt(lines: readonly string[], line: number, text: string): string {
  const name = nameAt(lines, line);
  return name === undefined ? `line ${text.trim()}` : `name ${name}`;
}

/** Pairs the scopes that are in both: by name, by their first line, or by similar first lines. An ambiguous scope gets no partner. */
function pairScopes(
  fresh: readonly Scope[],
  old: readonly Scope[],
  block: readonly string[],
  original: readonly string[],
  hasMark: (scope: Scope) => boolean,
): readonly Pair[] {
  const only = (scopes: readonly Scope[], lines: readonly string[], key: string): Scope | undefined => {
    const [one, another] = scopes.filter((scope) => scope.key === key);
    if (one === undefined || another !== undefined) return undefined;
    return one.isNamed || lines.filter((line) => `line ${line.trim()}` === key).length === 1 ? one : undefined;
  };
  const pairs: Pair[] = [];
  for (const scope of fresh) {
    const partner = only(fresh, block, scope.key) && only(old, original, scope.key);
    if (partner !== undefined) pairs.push({ fresh: scope, old: partner });
  }
  for (const scope of fresh) {
    if (scope.isNamed || !hasMark(scope) || pairs.some((pair) => pair.fresh === scope)) continue;
    const like = (each: Scope): number => similarity(original[each.line] ?? '', block[scope.line] ?? '');
    const rest = old.filter((each) => !each.isNamed && !pairs.some((pair) => pair.old === each) && like(each) >= SAME_HEADER);
    const [best, next] = rest.sort((one, other) => like(other) - like(one));
    if (best !== undefined && (next === undefined || like(next) < like(best))) pairs.push({ fresh: scope, old: best });
  }
  return pairs;
}

/** Returns true if `block` is the file with lines left out, and otherwise unchanged. */
function isExcerpt(
  block: readonly string[],
  marks: readonly (Elision | undefined)[],
  original: readonly string[],
  openEnds: boolean,
): boolean {
  const texts = original.map((line) => line.trim());
  const runs: string[][] = [[]];
  block.forEach((line, index) => {
    if (marks[index] === undefined) runs.at(-1)?.push(line.trim());
    else runs.push([]);
  });
  let at = 0;
  return runs.every((run, index) => {
    const isFirst = index === 0 && !openEnds;
    const isLast = index === runs.length - 1 && !openEnds;
    const from = isLast ? texts.length - run.length : at;
    if (from < at || (isFirst && isLast && texts.length !== run.length)) return false;
    const found = findRun(texts, run, from, isFirst || isLast ? from : texts.length - run.length);
    at = (found ?? 0) + run.length;
    return found !== undefined;
  });
}

function findRun(texts: readonly string[], run: readonly string[], from: number, last: number): number | undefined {
  for (let at = from; at <= last; at++) if (run.every((line, index) => texts[at + index] === line)) return at;
  return undefined;
}

function isCloser(line: string): boolean {
  return /^\s*(?:[)\]}]|end\b)/.test(line);
}
