// Brings elisions that share a line with code, or take several lines, to lines of their own: `save() { /* unchanged */ }`.
import { getIndent } from '../../../util/text/lines';
import { append } from '../../../util/lists';
import { nameAt } from './declarations';
import { elisionKind } from './elisions';
import { indentUnit } from './indentation';

/** Characters of the longest line that is looked at. */
const MAX_LINE = 400;

/** Lines of the longest comment that is looked at. */
const MAX_COMMENT = 6;

/** A comment that begins or ends in a line of its own. */
const LONG_COMMENTS: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:\/\*+|\{\s*\/\*+)$/, /^\*+\/\s*\}?[,;]?$/],
  [/^<!--+$/, /^-+->$/],
  [/^\(\*+$/, /^\*+\)$/],
  [/^\{-+$/, /^-+\}$/],
  [/^(?:"""|''')$/, /^(?:"""|''')$/],
  [/^\{\{!--$/, /^--\}\}$/],
];

/** Body in the line of its declaration: what stands before the bracket, what is in it, and what follows. */
const BODY = /^(.*?\S)\s*\{\s*([^{}]+?)\s*\}\s*([;,]?)$/;
/** The same in Python, with a comment that may follow the dots. */
const PYTHON_BODY = /^(\s*(?:async\s+)?(?:def|class)\s.*:)\s*(\.{3}|(?:\.{3}\s*|pass\s*)?#.*)$/;
/** Beginning of a comment behind code. */
const COMMENT_START = /\s(?=\/\/|\/\*|#|--|<!--|\{\/\*)/g;

/** `block` with every elision in a line of its own, as far as `original` has what it stands for. */
export function separateElisions(block: readonly string[], original: readonly string[]): string[] {
  const unit = indentUnit(original) ?? indentUnit(block) ?? '  ';
  const known = new Set(original.map((line) => line.trim()));
  const names = new Set(original.map((_line, at) => nameAt(original, at)));
  const result: string[] = [];
  for (let at = 0; at < block.length;) {
    const end = longCommentEnd(block, at);
    const line = block[at] ?? '';
    if (end === undefined) append(result, separated(line, unit, known, names));
    else result.push(`${getIndent(line)}// ...`);
    at = end ?? at + 1;
  }
  return result;
}

function separated(line: string, unit: string, known: ReadonlySet<string>, names: ReadonlySet<string | undefined>): readonly string[] {
  if (line.length > MAX_LINE || known.has(line.trim())) return [line];
  const indent = getIndent(line);
  const [, head, inner, tail] = BODY.exec(line) ?? [];
  if (head !== undefined && inner !== undefined && elisionKind(inner) !== undefined) {
    const opened = `${head} {`;
    const name = nameAt([opened], 0);
    if (known.has(opened.trim()) || (name !== undefined && names.has(name)))
      return [opened, `${indent}${unit}// ...`, `${indent}}${tail ?? ''}`];
  }
  const [, definition, body] = PYTHON_BODY.exec(line) ?? [];
  if (definition !== undefined && body !== undefined && isLeftOut(body)) {
    const name = nameAt([definition], 0);
    if (name !== undefined && names.has(name)) return [definition, `${indent}${unit}...`];
  }
  for (const { index } of line.matchAll(COMMENT_START)) {
    const code = line.slice(0, index).trimEnd();
    if (code.trim() === '' || elisionKind(line.slice(index)) !== 'sure') continue;
    if (/[{([:>]$/.test(code)) return [code, `${indent}${unit}// ...`];
    if (known.has(code.trim())) return [code];
  }
  return [line];
}

function isLeftOut(body: string): boolean {
  return body === '...' || elisionKind(body.replace(/^(?:\.{3}|pass)\s*/, '')) === 'sure';
}

/** The line behind a comment of several lines that begins at `start` and has elisions alone in it. */
function longCommentEnd(block: readonly string[], start: number): number | undefined {
  const first = block[start]?.trim() ?? '';
  const close = LONG_COMMENTS.find(([open]) => open.test(first))?.[1];
  if (close === undefined) return undefined;
  for (let line = start + 1; line < Math.min(block.length, start + MAX_COMMENT); line++) {
    const text = block[line]?.trim() ?? '';
    if (close.test(text)) return line > start + 1 ? line + 1 : undefined;
    if (elisionKind(`// ${text.replace(/^\*+\s?/, '')}`) === undefined) return undefined;
  }
  return undefined;
}
