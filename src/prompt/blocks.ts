import { strip } from './strip';
import type { CutNote, FileBlock, PromptTokenizer, SelectionBlock, UserContent } from './types';

const FILE_SHARE = 0.4;
const SELECTION_SHARE = 0.25;

/** No vocabulary has tokens so long that more characters than this fit one on average; spares tokenising a file of megabytes. */
const MAX_CHARACTERS_PER_TOKEN = 32;

export interface UserText {
  readonly text: string;
  readonly cuts: readonly CutNote[];
}

interface Cut {
  readonly text: string;
  readonly shownLines: number;
  readonly totalLines: number;
}

/**
 * The text of one user message: the file, the selection, then the user's words. The file's part depends on the file, the tokenizer and
 * `contextTokens` alone, so every message about one file shares its tokens. A file takes at most about 40% of the context and a
 * selection 25%; longer ones are cut at a line's end, keeping the head, and a line in the prompt says so.
 */
export function userText(content: UserContent, tokenizer: PromptTokenizer, contextTokens: number): UserText {
  const { file, selection, text } = content;
  const parts: string[] = [];
  const cuts: CutNote[] = [];
  const add = (block: CutNote['block'], render: (cut: Cut) => string, body: string, share: number): void => {
    const cut = cutToTokens(body, Math.floor(contextTokens * share), tokenizer);
    parts.push(render(cut));
    if (cut.shownLines < cut.totalLines) cuts.push({ block, shownLines: cut.shownLines, totalLines: cut.totalLines });
  };
  if (file !== undefined) add('file', (cut) => fileText(file, cut), file.text, FILE_SHARE);
  if (selection !== undefined) add('selection', (cut) => selectionText(selection, file, cut), selection.text, SELECTION_SHARE);
  // A bare message stays untouched: each format has its own rule for the space around it. Behind a block, space in front of the words
  // would merge with the line breaks there and so change tokens that all messages about a file share.
  return { text: parts.length === 0 ? text : [...parts, strip(text)].join('\n\n'), cuts };
}

function fileText(file: FileBlock, cut: Cut): string {
  return `File ${oneLine(file.path)}:\n${fenced(cut, file.language)}`;
}

function selectionText(selection: SelectionBlock, file: FileBlock | undefined, cut: Cut): string {
  const where = file === undefined ? '' : ` of ${oneLine(file.path)}`;
  return `Selected lines ${selection.startLine}-${selection.endLine}${where}:\n${fenced(cut, file?.language ?? '')}`;
}

function fenced(cut: Cut, language: string): string {
  const fence = '`'.repeat(Math.max(3, longestBacktickRun(cut.text) + 1));
  const block = `${fence}${language.replace(/[^\w+#.-]/g, '')}\n${cut.text}\n${fence}`;
  if (cut.shownLines === cut.totalLines) return block;
  return `${block}\n(Cut here: this is the ${shownPart(cut)}.)`;
}

function shownPart({ shownLines, totalLines }: Cut): string {
  if (shownLines > 0) return `first ${shownLines} of ${totalLines} lines`;
  return totalLines === 1 ? 'beginning of its one line' : `beginning of the first of ${totalLines} lines`;
}

function longestBacktickRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`{3,}/g), (run) => run[0].length));
}

/** A path is data: a line break in it must not start a line of its own in the prompt. */
function oneLine(path: string): string {
  return path.replace(/\s+/g, ' ');
}

/** The lines from the head that fit `limit` tokens. Of a first line that is too long by itself, its beginning, counted as no line. */
function cutToTokens(body: string, limit: number, tokenizer: PromptTokenizer): Cut {
  const text = body.replace(/\r\n?/g, '\n').replace(/\n$/, '');
  const lines = text.split('\n');
  const totalLines = lines.length;
  if (text.length <= limit * MAX_CHARACTERS_PER_TOKEN && tokenizer.encode(text).length <= limit) {
    return { text, shownLines: totalLines, totalLines };
  }
  let shownLines = linesThatFit(lines, limit, tokenizer);
  let shown = lines.slice(0, shownLines).join('\n');
  while (shownLines > 0 && tokenizer.encode(shown).length > limit) shown = lines.slice(0, --shownLines).join('\n');
  return shownLines > 0
    ? { text: shown, shownLines, totalLines }
    : { text: headOfLine(lines[0] ?? '', limit, tokenizer), shownLines, totalLines };
}

function linesThatFit(lines: readonly string[], limit: number, tokenizer: PromptTokenizer): number {
  const newline = tokenizer.encode('\n').length;
  let used = 0;
  for (const [index, line] of lines.entries()) {
    if (line.length > limit * MAX_CHARACTERS_PER_TOKEN) return index;
    // Counted behind a line break, as it will stand: a SentencePiece vocabulary adds a space to a beginning.
    used += tokenizer.encode(`\n${line}`).length - newline + (index === 0 ? 0 : 1);
    if (used > limit) return index;
  }
  return lines.length;
}

function headOfLine(line: string, limit: number, tokenizer: PromptTokenizer): string {
  let characters = Array.from(line.slice(0, limit * MAX_CHARACTERS_PER_TOKEN));
  while (characters.length > 0) {
    const tokens = tokenizer.encode(characters.join('')).length;
    if (tokens <= limit) break;
    characters = characters.slice(0, Math.min(characters.length - 1, Math.floor((characters.length * limit) / tokens)));
  }
  return characters.join('');
}
