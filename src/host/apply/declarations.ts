/** Declarations as they look in most languages: found by their first line, and ended by their indentation. */
import { indentOf } from './indentation';
import { isBlank, type LineRange } from './lines';

/** `start` is the line of the comments or decorators it begins with. */
export interface Declaration extends LineRange {
  readonly name: string;
  /** The line that has the name. */
  readonly line: number;
}

const MODIFIERS =
  '(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|async|override|virtual|inline|pub(?:\\([^)]*\\))?|unsafe|extern|sealed|open|data|suspend|local|partial|readonly|template\\s*<[^>]*>)\\s+)*';
const KEYWORDS =
  '(?:function\\*?|class|interface|type|enum|namespace|module|struct|trait|impl|def|fn|func|fun|object|record|protocol|extension|procedure|proc|sub|let|const|var|val)';
const NAME = '([\\p{L}_$][\\p{L}\\p{N}_$]*)';
const BY_KEYWORD = new RegExp(`^\\s*${MODIFIERS}${KEYWORDS}\\s+(?:mut\\s+)?(?:\\([^)]*\\)\\s*)?${NAME}`, 'u');
/** `name(…) {`, with or without types before it. */
const BY_BODY = new RegExp(`^\\s*${MODIFIERS}(?:[\\p{L}\\p{N}_<>\\[\\],.*&:?]+\\s+)*[*&]?${NAME}\\s*\\([^;]*\\)[^;=]*\\{\\s*$`, 'u');
const NO_NAME = new Set([
  'if',
  'for',
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
]);
/** Goes on with a declaration at its own indentation: closing brackets, and the words that stand where a block would end. */
const GOES_ON = /^\s*(?:[)\]}{]|end\b|else\b|elif\b|except\b|finally\b|catch\b|then\b|begin\b|where\b)/;
/** A comment, a decorator or an attribute. */
const LEADING = /^\s*(?:\/\/|\/?\*|#(?!\s*(?:include|define|undef|if|endif|else|pragma|import)\b)|--|@|\[\w)/;

/** No line that somebody wrote is longer. */
const LONGEST_LINE = 400;

/** Every declaration in `lines`, those inside others too, in order. */
export function declarationsIn(lines: readonly string[]): Declaration[] {
  return lines.flatMap((text, line) => {
    const name = declaredName(text);
    return name === undefined ? [] : [{ name, line, start: leadingStart(lines, line), end: extentEnd(lines, line) }];
  });
}

/** Where the comments and decorators begin that stand right before `line`. */
export function leadingStart(lines: readonly string[], line: number): number {
  // The lines of a long comment stand one further in than its first.
  const deepest = indentOf(lines[line] ?? '').length + 1;
  const isLeading = (text: string): boolean => LEADING.test(text) && indentOf(text).length <= deepest;
  let start = line;
  while (start > 0 && isLeading(lines[start - 1] ?? '')) start--;
  return start;
}

/** Those that stand in no other. */
export function outermost(declarations: readonly Declaration[]): Declaration[] {
  const result: Declaration[] = [];
  for (const each of declarations) if (each.line >= (result.at(-1)?.end ?? 0)) result.push(each);
  return result;
}

function declaredName(line: string): string | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  const name = BY_KEYWORD.exec(line)?.[1] ?? BY_BODY.exec(line)?.[1];
  return name === undefined || NO_NAME.has(name) ? undefined : name;
}

function extentEnd(lines: readonly string[], line: number): number {
  const { length } = indentOf(lines[line] ?? '');
  let end = line + 1;
  for (let next = line + 1; next < lines.length; next++) {
    const text = lines[next] ?? '';
    if (isBlank(text)) continue;
    const { length: depth } = indentOf(text);
    if (depth < length || (depth === length && !GOES_ON.test(text))) break;
    end = next + 1;
  }
  return end;
}
