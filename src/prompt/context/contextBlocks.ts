import type { ContextBlock, CutNote, FileBlock, LineRange, UserContent } from '../../contract/context';
import { fenceFor } from '../../util/text/fences';
import { toOneLine } from '../../util/text/lines';
import { toWellFormed } from '../../util/text/wholeCharacters';
import { asLines, cutToLastTokens, cutToTokens, sizeWithin, type Cut } from './cutText';
import { diffOutline, enclosing } from './cutToOutline';
import { blockLimits, fileLimit } from './blockLimits';
import { strip } from '../../util/text/strip';
import type { Outline, OutlineEntry, PromptTokenizer } from '../promptTypes';

export interface UserText {
  readonly text: string;
  readonly cuts: readonly CutNote[];
}

/** A block as it goes into the prompt. */
interface Block {
  readonly kind: ContextBlock['kind'];
  /** As in {@link CutNote}. */
  readonly label: string;
  /** The line above it. */
  readonly title: string;
  readonly language: string;
  readonly body: string;
}

const noOutline: Outline = () => undefined;

/**
 * The text of one user message: the file, the selection, what else is attached, then the user's words. The file's part depends on the
 * file, the tokenizer, the outline and `contextTokens` alone, so every message about one file shares its tokens. What takes more than its
 * share ({@link file://./shares.ts}) is cut behind a whole declaration, and a line in the prompt says so.
 */
export function userText(content: UserContent, tokenizer: PromptTokenizer, contextTokens: number, outline: Outline = noOutline): UserText {
  const parts: string[] = [];
  const cuts: CutNote[] = [];
  const add = (block: Block, cut: Cut): void => {
    if (cut.text !== '' || cut.shownLines === cut.totalLines) parts.push(`${block.title}:\n${fenced(block, cut)}`);
    const { kind, label } = block;
    if (cut.shownLines < cut.totalLines) cuts.push({ block: kind, label, shownLines: cut.shownLines, totalLines: cut.totalLines });
  };
  const cutTo = (block: Block, limit: number): Cut => {
    if (block.kind === 'terminal') return cutToLastTokens(block.body, limit, tokenizer);
    return cutToTokens(block.body, limit, tokenizer, () => outlineOf(block, outline));
  };

  const file = content.file && fileBlock(content.file);
  const fileCut = file && cutTo(file, fileLimit(contextTokens));
  if (file && fileCut) add(file, fileCut);

  const selection = selectionBlock(content);
  const context = (content.context ?? []).map(contextBlock);
  const size = (block: Block | undefined): number => (block ? sizeWithin(block.body, contextTokens, tokenizer) : 0);
  const limits = blockLimits(
    {
      file: fileCut ? tokenizer.encode(fileCut.text).length : 0,
      selection: size(selection),
      context: context.map(size),
      question: sizeWithin(content.text, contextTokens, tokenizer),
    },
    contextTokens,
  );
  const around = file && fileCut && surroundings(content, { file, cut: fileCut, outline, room: limits.spare }, tokenizer);
  if (around) parts.push(around);
  if (selection) add(selection, cutTo(selection, limits.selection));
  for (const [index, block] of context.entries()) add(block, cutTo(block, limits.context[index] ?? 0));

  // A bare message stays untouched: each format has its own rule for the space around it. Behind a block, space in front of the words
  // would merge with the line breaks there and so change tokens that all messages about a file share.
  const text = parts.length === 0 ? content.text : [...parts, strip(content.text)].join('\n\n');
  // Texts come from other extensions, language servers and imported files as well, which may have split a character.
  return { text: toWellFormed(text), cuts };
}

function fileBlock({ path, language, text }: FileBlock): Block {
  return { kind: 'file', label: path, title: `File ${toOneLine(path)}`, language, body: asLines(text) };
}

function selectionBlock({ file, selection }: UserContent): Block | undefined {
  if (selection === undefined) return undefined;
  if (file !== undefined) return contextBlock({ kind: 'selection', ...file, ...selection });
  const title = `Selected lines ${formatRange(selection)}`;
  return { kind: 'selection', label: shortLines(selection), title, language: '', body: asLines(selection.text) };
}

function contextBlock(block: ContextBlock): Block {
  const { kind } = block;
  const body = asLines(block.text);
  switch (kind) {
    case 'file':
      return fileBlock(block);
    case 'selection': {
      const { path, language } = block;
      const title = `Selected lines ${formatRange(block)} of ${toOneLine(path)}`;
      return { kind, label: `${path}:${shortLines(block)}`, title, language, body };
    }
    case 'symbol': {
      const { path, language, name } = block;
      const title = `${toOneLine(name)}, lines ${formatRange(block)} of ${toOneLine(path)}`;
      return { kind, label: `${path}:${shortLines(block)}`, title, language, body };
    }
    case 'problems': {
      const where = block.path === undefined ? '' : ` in ${toOneLine(block.path)}`;
      return { kind, label: block.path ?? '', title: `Problems reported${where}`, language: '', body };
    }
    case 'terminal':
      return { kind, label: '', title: 'Selected in the terminal', language: '', body };
    case 'changes':
      return { kind, label: '', title: 'Changes not committed yet', language: 'diff', body };
  }
}

function outlineOf(block: Block, outline: Outline): readonly OutlineEntry[] | undefined {
  return block.language === 'diff' ? diffOutline(block.body) : outline(block.language, block.body);
}

interface CutFile {
  readonly file: Block;
  readonly cut: Cut;
  readonly outline: Outline;
  /** Tokens there are for it. */
  readonly room: number;
}

/** The declaration around what a question is about, where the file was cut above it: the outermost one that there is room for. */
function surroundings(content: UserContent, { file, cut, outline, room }: CutFile, tokenizer: PromptTokenizer): string | undefined {
  const range = content.selection ?? (content.cursorLine && { startLine: content.cursorLine, endLine: content.cursorLine });
  if (!range || range.endLine <= cut.shownLines) return undefined;
  const what = content.selection ? 'selection' : 'cursor';
  const lines = file.body.split('\n');
  for (const entry of enclosing(outlineOf(file, outline) ?? [], range)) {
    const text = lines.slice(entry.startLine - 1, entry.endLine).join('\n');
    const part = `Around the ${what}, lines ${formatRange(entry)} of ${toOneLine(file.label)}:\n${fenced(file, whole(text))}`;
    if (sizeWithin(part, room, tokenizer) <= room) return part;
  }
  return undefined;
}

function whole(text: string): Cut {
  const lines = text.split('\n').length;
  return { text, shownLines: lines, totalLines: lines };
}

function formatRange({ startLine, endLine }: LineRange): string {
  return `${startLine}-${endLine}`;
}

/** As the user reads them. */
function shortLines({ startLine, endLine }: LineRange): string {
  return startLine === endLine ? String(startLine) : `${startLine}-${endLine}`;
}

function fenced({ kind, language }: Block, cut: Cut): string {
  const fence = fenceFor(cut.text);
  const block = `${fence}${language.replace(/[^\w+#.-]/g, '')}\n${cut.text}\n${fence}`;
  if (cut.shownLines === cut.totalLines) return block;
  return `${block}\n(Cut here: this is the ${shownPart(cut, kind === 'terminal' ? 'last' : 'first')}.)`;
}

function shownPart({ shownLines, totalLines }: Cut, which: 'first' | 'last'): string {
  if (shownLines > 0) return `${which} ${shownLines} of ${totalLines} lines`;
  return totalLines === 1 ? 'beginning of its one line' : `beginning of the ${which} of ${totalLines} lines`;
}
