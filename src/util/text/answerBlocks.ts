/**
 * The rules by which an answer's Markdown is cut into blocks, for markdown-it. The page and the host both use them: the page shows the code
 * blocks that it finds, and the host puts the code of the same blocks into files.
 */
import { findFenceEnd, parseOpeningFence, type FenceLine } from './fences';

/** The parts of markdown-it's token that our rules set. */
interface BlockToken {
  info: string;
  content: string;
  markup: string;
  map: [number, number] | null;
  meta: unknown;
  children: unknown[] | null;
}

/** The parts of markdown-it's state of block rules that ours read. Marks, shifts and counts are by line. */
interface BlockState {
  readonly src: string;
  readonly bMarks: readonly number[];
  readonly eMarks: readonly number[];
  readonly tShift: readonly number[];
  readonly sCount: readonly number[];
  readonly blkIndent: number;
  readonly env: AnswerEnvironment;
  line: number;
  getLines(begin: number, end: number, indent: number, keepLastLineFeed: boolean): string;
  push(type: string, tag: string, nesting: 1 | 0 | -1): BlockToken;
}

/** The environment of one run of a parser. A rule writes to it. */
export interface AnswerEnvironment {
  /** The first line that later lines may make a formula of; only while its paragraph is the last. */
  undecidedFrom?: number;
}

type BlockRule = (state: BlockState, start: number, end: number, silent: boolean) => boolean;

/** The parts of a markdown-it that are set up here. This layer imports no package. */
interface MarkdownParser {
  validateLink: (address: string) => boolean;
  readonly block: {
    readonly ruler: {
      at(name: string, rule: BlockRule, options: { alt: string[] }): void;
      before(name: string, newName: string, rule: BlockRule, options: { alt: string[] }): void;
    };
  };
}

/** Set on the token of a fence. */
export interface FenceMeta {
  /** Its closing fence is there. */
  readonly closed: boolean;
  /** Its end stays where it is whatever is written next. */
  readonly decided: boolean;
}

/** Set on an inline token that begins with a formula of several lines. */
export interface FormulaMeta {
  /** The same as for a fence. */
  readonly decided: boolean;
  readonly formulaLength: number;
}

/** Sets up `parser` for answers. */
export function useAnswerBlocks(parser: MarkdownParser): void {
  // A definition with another address is none, and what follows it then is text.
  parser.validateLink = (address) => /^(?:https?|mailto):/i.test(address.trim());
  const alt = ['paragraph', 'reference', 'blockquote', 'list'];
  parser.block.ruler.at('fence', parseFence, { alt: [...alt] });
  parser.block.ruler.before('blockquote', 'formula', parseFormula, { alt: [...alt] });
}

/** markdown-it's own rule, but for where a block ends. */
function parseFence(state: BlockState, start: number, end: number, silent: boolean): boolean {
  const fence = parseOpeningFence(lineIn(state, start, state.blkIndent));
  if (fence === undefined) return false;
  if (silent) return true;
  const { line, closed, decided } = findFenceEnd((at) => lineAt(state, at, end, state.blkIndent), start, fence, countLines(state));
  state.line = line + (closed ? 1 : 0);
  const token = state.push('fence', 'code', 0);
  token.info = fence.info;
  // Code loses as much indentation as its fence has.
  token.content = state.getLines(start + 1, line, state.sCount[start] ?? 0, true);
  token.markup = fence.markup;
  token.map = [start, state.line];
  token.meta = { closed, decided } satisfies FenceMeta;
  return true;
}

/** Lines that a formula may have. */
const MAX_FORMULA_LINES = 60;

const FORMULA_OPENING =
  /^(?:\\\[|\$\$|\\begin\{(?<name>(?:align|alignat|cases|eqnarray|equation|flalign|gather|multline|split|[bBpvV]?matrix)\*?)\})/;

/**
 * A formula of several lines is one block: it may have lines that consist of `=` or begin with `-`, which would make a heading or a list of
 * it.
 */
function parseFormula(state: BlockState, start: number, end: number, silent: boolean): boolean {
  const found = findFormulaEnd(state, start, end);
  if (found === undefined) return false;
  if (silent) return true;
  state.line = found.last + 1;
  const map: [number, number] = [start, state.line];
  // A tight list expects exactly these three tokens of a paragraph.
  state.push('paragraph_open', 'p', 1).map = map;
  const text = state.getLines(start, state.line, state.blkIndent, false);
  const formula = text.slice(0, text.length - found.rest.length).trim();
  const inline = state.push('inline', '', 0);
  inline.content = formula + found.rest.trimEnd();
  inline.meta = { decided: found.closed, formulaLength: formula.length } satisfies FormulaMeta;
  inline.map = map;
  inline.children = [];
  state.push('paragraph_close', 'p', -1);
  return true;
}

interface FormulaEnd {
  readonly last: number;
  readonly closed: boolean;
  /** The text behind the formula in its last line. */
  readonly rest: string;
}

/**
 * Finds the last line of the formula that begins in line `start`. Without an end it is one only where its opening stands alone and the text
 * ends: then the end is still to be written.
 */
function findFormulaEnd(state: BlockState, start: number, end: number): FormulaEnd | undefined {
  const indent = Math.min(state.blkIndent, state.sCount[start] ?? 0);
  const first = lineIn(state, start, indent);
  const opening = first.indent > 3 ? null : FORMULA_OPENING.exec(first.text);
  if (opening === null) return undefined;
  const close = closingFor(opening);
  const begun = first.text.slice(opening[0].length);
  if (begun.includes(close)) return undefined;
  const standsAlone = begun.trim() === '';
  for (let at = start + 1; at <= start + MAX_FORMULA_LINES; at++) {
    const line = lineAt(state, at, end, indent);
    if (line === undefined) {
      if (at < countLines(state)) return undefined;
      if (standsAlone) return { last: at - 1, closed: false, rest: '' };
      state.env.undecidedFrom = Math.min(start, state.env.undecidedFrom ?? start);
      return undefined;
    }
    const closes = line.text.indexOf(close);
    if (closes >= 0) return { last: at, closed: true, rest: line.text.slice(closes + close.length) };
    if (line.text.trim() === '' ? !standsAlone : /^(?:\\\[|\$\$|```|~~~|#{1,6}\s)/.test(line.text)) return undefined;
  }
  return undefined;
}

function closingFor(opening: RegExpExecArray): string {
  const name = opening.groups?.['name'];
  if (name !== undefined) return `\\end{${name}}`;
  return opening[0] === '$$' ? '$$' : '\\]';
}

/** A line of the block that is parsed; `undefined` behind its end, which a line further out is as well. */
function lineAt(state: BlockState, at: number, end: number, indent: number): FenceLine | undefined {
  if (at >= end) return undefined;
  const line = lineIn(state, at, indent);
  return line.indent < 0 && line.text !== '' ? undefined : line;
}

function lineIn({ src, bMarks, eMarks, tShift, sCount }: BlockState, at: number, indent: number): FenceLine {
  return { indent: (sCount[at] ?? 0) - indent, text: src.slice((bMarks[at] ?? 0) + (tShift[at] ?? 0), eMarks[at] ?? 0) };
}

/** markdown-it puts one mark behind those of the lines. */
function countLines({ bMarks }: BlockState): number {
  return bMarks.length - 1;
}
