import { isExactFirstLine, keptCharacters as keptOf, similarity, type Offered } from '../../../src/host/benchmark/completionScores';
import type { Position } from './completionPositions';
import { figure } from '../lib/stats';

/** What one engine showed at a place. */
export interface Shown {
  readonly position: Position;
  /** Whether it was asked at all; a place that is not eligible for one is for none. */
  readonly text: string;
  /** Characters of the suffix in whose place the text stands; none where it is not said. */
  readonly replaces?: number;
  /** Errors that the file has with the text in it beyond those it has as it really is; `undefined` where its language cannot be parsed. */
  readonly errors: number | undefined;
}

/** What an engine showed over all places. Shares are 0 to 1. */
export interface Scores {
  readonly name: string;
  readonly positions: number;
  /** Of the places, those where something was shown. */
  readonly shown: number | null;
  readonly shownCharacters: number;
  /** Characters of the shown texts up to the first that is not the file's. */
  readonly keptCharacters: number;
  readonly kept: number | null;
  /** Of the shown texts, those whose first line is the file's. */
  readonly exactLine: number | null;
  /** Mean of the shown texts: one minus Levenshtein's distance to as many lines of the file, over the longer of both. */
  readonly similarity: number | null;
  /** Of the shown texts, those that bring no syntax error. */
  readonly parses: number | null;
  readonly syntaxErrors: number;
  readonly duplicatedSuffixes: number;
  readonly leakedTokens: number;
}

export function scoresOf(name: string, all: readonly Shown[]): Scores {
  const shown = all.filter(({ text }) => text !== '');
  const share = (holds: (each: Shown) => boolean): number | null => figure(shown.filter(holds).length / shown.length);
  const shownCharacters = sum(shown, ({ text, replaces = 0 }) => text.length - replaces);
  const keptCharacters = sum(shown, (each) => keptOf(offered(each)));
  const parsed = shown.filter(({ errors }) => errors !== undefined);
  const faulty = parsed.filter(({ errors = 0 }) => errors > 0).length;
  return {
    name,
    positions: all.length,
    shown: figure(shown.length / all.length),
    shownCharacters,
    keptCharacters,
    kept: figure(keptCharacters / shownCharacters),
    exactLine: share((each) => isExactFirstLine(offered(each))),
    similarity: figure(sum(shown, (each) => similarity(offered(each))) / shown.length),
    parses: figure(1 - faulty / parsed.length),
    syntaxErrors: faulty,
    duplicatedSuffixes: shown.filter(duplicatesSuffix).length,
    leakedTokens: shown.filter(leaks).length,
  };
}

function sum(all: readonly Shown[], value: (each: Shown) => number): number {
  return all.reduce((total, each) => total + value(each), 0);
}

function offered({ position: { missing, suffix }, text, replaces }: Shown): Offered {
  return { text, replaces, missing, suffix };
}

/** Lines that say as little as brackets stand one below the other by right. */
const leastLine = 4;

/** Whether a text brings what stands after the cursor a second time: the next line, or the closing brackets at the cursor. */
export function duplicatesSuffix({ position, text, replaces = 0 }: Pick<Shown, 'position' | 'text' | 'replaces'>): boolean {
  const { prefix, missing } = position;
  const suffix = position.suffix.slice(replaces);
  const next = suffix
    .split('\n')
    .slice(1)
    .find((line) => line.trim() !== '')
    ?.trim();
  const before = prefix.slice(prefix.lastIndexOf('\n') + 1);
  const lines = (before + text).split('\n').map((line) => line.trim());
  if (next !== undefined && next.length >= leastLine && lines.includes(next) && !missing.includes(next)) return true;
  const rest = suffix.split('\n', 1)[0]?.trim() ?? '';
  if (rest === '' || !text.endsWith(rest) || missing.startsWith(text)) return false;
  return depthOf(before + text + rest) < depthOf(before + missing + rest);
}

/** Opening brackets less closing ones. */
function depthOf(line: string): number {
  return Array.from(line).reduce((depth, mark) => depth + ('([{'.includes(mark) ? 1 : ')]}'.includes(mark) ? -1 : 0), 0);
}

/** Tokens of templates and of filling in, as vocabularies write them. */
const special = /<\|[^|\s]+\|>|<\uFF5C[^\uFF5C]+\uFF5C>|<\/?s>|<fim_\w+>|<(?:PRE|SUF|MID|EOT)>|\[\/?INST\]/gu;

function leaks({ position, text }: Shown): boolean {
  return Array.from(text.matchAll(special)).some(([mark]) => !(position.prefix + position.missing + position.suffix).includes(mark));
}

export interface QualityRow {
  readonly name: string;
  readonly value: number | null;
  readonly most?: number;
  readonly least?: number;
  readonly holds: boolean;
}

/** The bars, by what the model alone does with the same places: 64 tokens of it, and those up to the first line break. */
export function qualityRows(ours: Scores, bare: Scores, line: Scores): readonly QualityRow[] {
  const best = Math.max(bare.keptCharacters, line.keptCharacters);
  return [
    atLeast('kept share of what is shown, over that of the bare model', ratio(ours.kept, bare.kept), 1.5),
    atLeast("kept share, over that of the bare model's first line", ratio(ours.kept, line.kept), 1),
    atLeast('kept characters, over the better of both', ours.keptCharacters / best, 0.9),
    atLeast('places where something is shown', ours.shown ?? NaN, 0.5),
    atMost("syntax errors, over the bare model's", ours.syntaxErrors / bare.syntaxErrors, 1 / 3),
    atMost('duplicated suffixes', ours.duplicatedSuffixes, 0),
    atMost('leaked tokens', ours.leakedTokens, 0),
  ];
}

function ratio(a: number | null, b: number | null): number {
  return (a ?? NaN) / (b ?? NaN);
}

function atLeast(name: string, value: number, least: number): QualityRow {
  return { name, value: figure(value), least, holds: value >= least };
}

function atMost(name: string, value: number, most: number): QualityRow {
  return { name, value: figure(value), most: figure(most) ?? most, holds: value <= most };
}
