/** Declarations as they look in most languages: found by their first line, and ended by their indentation or their closing bracket. */
import { getIndent, isBlank } from '../../../util/text/lines';
import { type LineSpan } from './codeLines';

/** `start` is the line of the comments or decorators it begins with. */
export interface Declaration extends LineSpan {
  readonly name: string;
  /** The line that has the name. */
  readonly line: number;
}

const MODIFIERS =
  '(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|async|override|virtual|inline|pub(?:\\([^)]*\\))?|unsafe|extern|sealed|open|data|suspend|local|partial|readonly|template\\s*<[^>]*>)\\s+)*';
const KEYWORDS =
  '(?:function\\*?|class|interface|type|enum|namespace|module|struct|trait|impl|def|defp|defmodule|defmacro|fn|func|fun|object|record|protocol|extension|procedure|proc|sub|let|const|var|val)';
const NAME = '([\\p{L}_$][\\p{L}\\p{N}_$]*)';
/** `self.` of Ruby, `M:` of Lua. */
const QUALIFIER = '(?:[\\p{L}_$][\\p{L}\\p{N}_$]*(?:\\.|::?))*';
const BY_KEYWORD = new RegExp(`^\\s*${MODIFIERS}${KEYWORDS}\\s+(?:mut\\s+)?(?:\\([^)]*\\)\\s*)?${QUALIFIER}${NAME}`, 'u');
/** `name(…) {`, with or without types before it. */
const BY_BODY = new RegExp(
  `^\\s*${MODIFIERS}(?:[\\p{L}\\p{N}_<>\\[\\],.*&:?]+\\s+)*[*&]?${QUALIFIER}${NAME}\\s*\\([^;]*\\)[^;=]*\\{\\s*$`,
  'u',
);
/** `name = (…) => {`, `name: function (…) {`. */
const BY_VALUE = new RegExp(
  `^\\s*${MODIFIERS}${QUALIFIER}${NAME}\\s*(?:[:=]|<-)\\s*(?:async\\s+)?(?:function\\b|\\([^()]*\\)\\s*=>|[\\p{L}_$][\\p{L}\\p{N}_$]*\\s*=>)`,
  'u',
);
const BY_SQL =
  /^\s*create\s+(?:or\s+replace\s+)?(?:table|view|function|procedure|trigger|index)\s+(?:if\s+not\s+exists\s+)?[`"[]?(?:\w+\.)*(\w+)/i;
const NO_NAME = new Set([
  'if',
  'for',
  'foreach',
  'while',
  'switch',
  'catch',
  'return',
  'else',
  'do',
  'try',
  'with',
  'match',
  'new',
  'function',
  'await',
  'using',
  'lock',
]);
/** Goes on with a declaration at its own indentation: closing brackets, and the words that stand where a block would end. */
const GOES_ON =
  /^\s*(?:[)\]}{]|end\b|else\b|elif\b|except\b|finally\b|catch\b|then\b|begin\b|where\b|(?:public|private|protected|signals)\s*:)/;
/** A comment, or a decorator or attribute of one line. */
const LEADING_COMMENT =
  /^\s*(?:\/\/|\/?\*(?:[\s*/]|$)|#(?!\s*(?:include|define|undef|if|endif|else|pragma|import)\b|\[|[^{]*\{\s*$)|--(?!\w+;)|;)/;
const DECORATOR = /^\s*(?:@|\[\[?\w|#\[|template\s*<)/;
/** The last line of a comment or a decorator of several lines, with what its first line looks like. */
const LONG_LEADING: readonly (readonly [RegExp, RegExp])[] = [
  [/\*\/\s*$/, /^\s*\/\*/],
  [/-->\s*$/, /^\s*<!--/],
  [/\*\)\s*$/, /^\s*\(\*/],
  [/-\}\s*$/, /^\s*\{-/],
  [/^\s*"""\s*$/, /^\s*@\w+\s+"""\s*$/],
  [/[)\]}]\s*$/, /^\s*(?:@\w|\[\[?\w|#\[).*[([{,]\s*$/],
];

/** Characters of the longest line that somebody wrote. */
const MAX_LINE = 400;

/** Lines of the longest comment or decorator above a declaration. */
const MAX_LEADING = 200;

/** Every declaration in `lines`, those inside others too, in order. */
export function declarationsIn(lines: readonly string[]): Declaration[] {
  return lines.flatMap((_text, line) => {
    const name = nameAt(lines, line);
    return name === undefined ? [] : [{ name, line, start: leadingStart(lines, line), end: extentEnd(lines, line) }];
  });
}

/** Finds the first line of the comments and decorators that stand right before `line`. */
export function leadingStart(lines: readonly string[], line: number): number {
  const { length } = getIndent(lines[line] ?? '');
  let start = line;
  while (start > 0) {
    const text = lines[start - 1] ?? '';
    const long = longLeadingStart(lines, start - 1, length);
    // The lines of a long comment stand one further in than its first.
    if (long !== undefined) start = long;
    else if (getIndent(text).length <= length + 1 && (LEADING_COMMENT.test(text) || DECORATOR.test(text))) start--;
    else break;
  }
  return start;
}

/** Returns true for a line that begins a comment, a decorator or an attribute. */
export function isLeading(line: string): boolean {
  const text = line.slice(0, MAX_LINE);
  return LEADING_COMMENT.test(text) || DECORATOR.test(text) || LONG_LEADING.some(([, begin]) => begin.test(text));
}

/** First line of a comment or decorator of several lines that ends at `last`, above a declaration with that indentation. */
function longLeadingStart(lines: readonly string[], last: number, indent: number): number | undefined {
  const text = lines[last] ?? '';
  for (const [end, begin] of LONG_LEADING) {
    if (!end.test(text.slice(-MAX_LINE))) continue;
    for (let line = last; line >= 0 && line > last - MAX_LEADING; line--) {
      const first = (lines[line] ?? '').slice(0, MAX_LINE);
      const { length } = getIndent(first);
      if (length <= indent + 1 && begin.test(first)) return line;
      // Only a bracket alone, or a comment, goes on as far out as its first line.
      if (length <= indent && !/^\s*[)\]}]/.test(first) && first.trim() !== '' && end.source.startsWith('[)')) break;
    }
  }
  return undefined;
}

/** The lines above a declaration, taken apart. */
export interface Leading {
  readonly comments: readonly string[];
  readonly decorators: readonly string[];
}

/** Tells comments from decorators. What is neither, such as a blank line, stays with what stands above it. */
export function splitLeading(lines: readonly string[]): Leading {
  let comments: readonly string[] = [];
  let decorators: readonly string[] = [];
  for (let line = lines.length - 1; line >= 0;) {
    const first = longLeadingStart(lines, line, getIndent(lines[0] ?? '').length) ?? line;
    const part = lines.slice(first, line + 1);
    if (DECORATOR.test(lines[first] ?? '')) decorators = [...part, ...decorators];
    else comments = [...part, ...comments];
    line = first - 1;
  }
  return { comments, decorators };
}

/** Merges what stands above a declaration: `fresh`, and the old comments or decorators where it has none of the kind. */
export function mergeLeading(fresh: readonly string[], old: readonly string[]): readonly string[] {
  if (fresh.length === 0 || old.length === 0) return fresh.length === 0 ? old : fresh;
  const [own, before] = [splitLeading(fresh), splitLeading(old)];
  if (own.comments.length > 0 && own.decorators.length > 0) return fresh;
  return own.comments.length > 0 ? [...fresh, ...before.decorators] : [...before.comments, ...fresh];
}

/** Those that stand in no other. */
export function outermost(declarations: readonly Declaration[]): Declaration[] {
  const result: Declaration[] = [];
  for (const each of declarations) if (each.line >= (result.at(-1)?.end ?? 0)) result.push(each);
  return result;
}

/** The name that is declared at `line`. */
export function nameAt(lines: readonly string[], line: number): string | undefined {
  const text = lines[line] ?? '';
  if (text.length > MAX_LINE) return undefined;
  return declaredName(text) ?? (opensBelow(lines, line) ? declaredName(`${text} {`) : undefined);
}

/** Names found in lines, kept because placing a block asks about the same lines many times. */
const knownNames = new Map<string, string | undefined>();
const MAX_KNOWN_NAMES = 20_000;

function declaredName(line: string): string | undefined {
  if (knownNames.has(line)) return knownNames.get(line);
  if (knownNames.size >= MAX_KNOWN_NAMES) knownNames.clear();
  const name = readName(line);
  knownNames.set(line, name);
  return name;
}

function readName(line: string): string | undefined {
  // A body in the same line.
  const head = /\}[\s;,]*$/.test(line) ? line.slice(0, line.indexOf('{') + 1) : line;
  const found = [BY_KEYWORD.exec(line), BY_BODY.exec(head), BY_VALUE.exec(line), BY_SQL.exec(line)].map((match) => match?.[1]);
  return found.find((name) => name !== undefined && !NO_NAME.has(name));
}

/** Returns true if the bracket that opens a body stands alone in the next line. */
function opensBelow(lines: readonly string[], line: number): boolean {
  const next = lines[line + 1];
  return next?.trim() === '{' && getIndent(next) === getIndent(lines[line] ?? '');
}

/** The line behind the last one that belongs to what begins at `line`. */
export function extentEnd(lines: readonly string[], line: number): number {
  const header = lines[line] ?? '';
  const depths = getDepths(lines);
  const depth = depths[line] ?? 0;
  if (/\{\s*$/.test(header.slice(-MAX_LINE)) || opensBelow(lines, line)) {
    // Labels and preprocessor lines may stand further out than the body they are in.
    for (let next = line + 1; next < lines.length; next++) {
      const own = depths[next] ?? -1;
      if (own < 0 || own > depth) continue;
      const text = lines[next] ?? '';
      if (own < depth && !/^\s*(?:#|\w+\s*:)/.test(text)) break;
      if (own === depth && /^\s*\}/.test(text) && !/\{\s*$/.test(text.slice(-MAX_LINE))) return next + 1;
    }
  }
  let end = line + 1;
  for (let next = line + 1; next < lines.length; next++) {
    const own = depths[next] ?? -1;
    if (own < 0) continue;
    if (own < depth || (own === depth && !GOES_ON.test(lines[next] ?? ''))) break;
    end = next + 1;
  }
  return end;
}

/** Indentation of each line, -1 for blank ones. Kept, as every declaration asks for those of the lines below it. */
const knownDepths = new WeakMap<readonly string[], Int32Array>();

function getDepths(lines: readonly string[]): Int32Array {
  const known = knownDepths.get(lines);
  if (known !== undefined) return known;
  const depths = Int32Array.from(lines, (text) => (isBlank(text) ? -1 : getIndent(text).length));
  knownDepths.set(lines, depths);
  return depths;
}
