import { append } from '../../../util/lists';
import type { Token } from './jinjaLexer';

// The parser of @huggingface/jinja does not know all of Jinja's syntax. What it lacks is written in a way that it does know, with names that
// no template can have, as they end in a colon.

/** A test with arguments, written as a filter. */
export const TEST_FILTER = 'is:';
export const NEGATED_TEST_FILTER = 'is not:';
/** A tuple of none or one item, written as a call. */
export const TUPLE_FUNCTION = 'tuple:';
/** `{% with %}`, written as a loop over one item with this variable. */
export const WITH_VARIABLE = 'with:';

export function rewriteTokens(tokens: readonly Token[]): readonly Token[] {
  return rewriteWith(rewriteTuples(rewriteTests(tokens)));
}

const keywords: ReadonlySet<string> = new Set(['and', 'else', 'elif', 'if', 'in', 'is', 'not', 'or']);

/** Writes `()` and `(x,)` as calls. */
function rewriteTuples(tokens: readonly Token[]): readonly Token[] {
  const open: number[] = [];
  const tuples = new Set<number>();
  for (const [index, { type }] of tokens.entries()) {
    if (type === 'OpenParen') open.push(index);
    if (type !== 'CloseParen') continue;
    const start = open.pop();
    const last = tokens[index - 1]?.type;
    if (start !== undefined && (last === 'Comma' || last === 'OpenParen') && isPrimary(tokens[start - 1])) tuples.add(start);
  }
  if (tuples.size === 0) return tokens;
  return tokens.flatMap((token, index) =>
    tuples.has(index) ? [{ type: 'Identifier', value: TUPLE_FUNCTION, group: token.group }, token] : [token],
  );
}

/** True if a bracket behind this token opens an expression, and no call. */
function isPrimary(before: Token | undefined): boolean {
  if (before?.type === 'Identifier') return keywords.has(before.value);
  return before?.type !== 'CloseParen' && before?.type !== 'CloseSquareBracket' && before?.type !== 'StringLiteral';
}

/** Writes `{% with a = 1, b = 2 %}` as a loop with a statement for each variable. */
function rewriteWith(tokens: readonly Token[]): readonly Token[] {
  if (!tokens.some((_, index) => isStatement(tokens, index, 'with'))) return tokens;
  const rewritten: Token[] = [];
  let index = 0;
  for (; index < tokens.length; index++) {
    const token = tokens[index];
    if (token === undefined) break;
    if (isStatement(tokens, index - 1, 'endwith')) {
      rewritten.push({ ...token, value: 'endfor' });
    } else if (isStatement(tokens, index - 1, 'with')) {
      index = rewriteWithHead(tokens, index + 1, rewritten);
    } else {
      rewritten.push(token);
    }
  }
  return rewritten;
}

/** Writes the variables of `{% with %}` that start at `start`. @returns the index of the tag's end */
function rewriteWithHead(tokens: readonly Token[], start: number, rewritten: Token[]): number {
  const group = tokens[start]?.group ?? 0;
  const name = (value: string): Token => ({ type: 'Identifier', value, group });
  const [open, close]: readonly Token[] = [
    { type: 'OpenStatement', value: '{%', group },
    { type: 'CloseStatement', value: '%}', group },
  ];
  const list: readonly Token[] = [
    { type: 'OpenSquareBracket', value: '[', group },
    { type: 'NumericLiteral', value: '0', group },
    { type: 'CloseSquareBracket', value: ']', group },
  ];
  append(rewritten, [name('for'), name(WITH_VARIABLE), name('in'), ...list]);
  let at = start;
  let starts = true;
  for (; at < tokens.length && tokens[at]?.type !== 'CloseStatement'; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    if (starts && close && open) rewritten.push(close, open, name('set'));
    starts = token.type === 'Comma' && token.group === group;
    if (!starts) rewritten.push(token);
  }
  if (close) rewritten.push(close);
  return at;
}

function isStatement(tokens: readonly Token[], index: number, name: string): boolean {
  return tokens[index]?.type === 'OpenStatement' && isName(tokens[index + 1], name);
}

/** Writes `x is [not] test(y)` and `x is [not] test y` as filters. */
function rewriteTests(tokens: readonly Token[]): readonly Token[] {
  const rewritten: Token[] = [];
  /** Ends of arguments that stood without brackets. */
  const ends = new Set<number>();
  for (const [index, token] of tokens.entries()) {
    if (ends.has(index)) rewritten.push({ type: 'CloseParen', value: ')', group: token.group });
    const before = rewritten.at(-1);
    const beforeThat = rewritten.at(-2);
    const isNegated = isName(before, 'not') && isName(beforeThat, 'is');
    const isTest = token.type === 'Identifier' && (isNegated || (isName(before, 'is') && token.value !== 'not'));
    const end = isTest ? findArgumentEnd(tokens, index + 1) : index + 1;
    if (end === index + 1) {
      rewritten.push(token);
      continue;
    }
    const { group } = token;
    rewritten.length -= isNegated ? 2 : 1;
    const value = (isNegated ? NEGATED_TEST_FILTER : TEST_FILTER) + token.value;
    rewritten.push({ type: 'Pipe', value: '|', group }, { type: 'Identifier', value, group });
    if (tokens[index + 1]?.type === 'OpenParen') continue;
    rewritten.push({ type: 'OpenParen', value: '(', group });
    ends.add(end);
  }
  return rewritten;
}

function isName(token: Token | undefined, name: string): boolean {
  return token?.type === 'Identifier' && token.value === name;
}

const notArguments: ReadonlySet<string> = new Set(['else', 'or', 'and', 'if', 'is', 'in', 'not']);

/** The index behind a test's argument that starts at `start`, or behind its opening bracket; `start` where there is none. */
function findArgumentEnd(tokens: readonly Token[], start: number): number {
  const first = tokens[start];
  if (!first) return start;
  if (first.type === 'OpenParen') return start + 1;
  if (first.type === 'OpenSquareBracket' || first.type === 'OpenCurlyBracket')
    return findPostfixEnd(tokens, findBracketsEnd(tokens, start));
  if (first.type === 'StringLiteral' || first.type === 'NumericLiteral') return start + 1;
  if (first.type === 'Identifier' && !notArguments.has(first.value)) return findPostfixEnd(tokens, start + 1);
  return start;
}

function findPostfixEnd(tokens: readonly Token[], start: number): number {
  let end = start;
  for (;;) {
    const type = tokens[end]?.type;
    if (type === 'Dot') end += 2;
    else if (type === 'OpenParen' || type === 'OpenSquareBracket') end = findBracketsEnd(tokens, end);
    else return end;
  }
}

function findBracketsEnd(tokens: readonly Token[], start: number): number {
  const group = tokens[start]?.group;
  let end = start + 1;
  while (end < tokens.length && tokens[end]?.group !== group) end++;
  return end;
}
