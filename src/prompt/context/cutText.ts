import { sliceFromStart } from '../../util/text/wholeCharacters';
import { cutPoint } from './cutToOutline';
import type { OutlineEntry, PromptTokenizer } from '../promptTypes';

/** No vocabulary has tokens so long that more characters than this fit one on average; spares tokenising a file of megabytes. */
const MAX_CHARACTERS_PER_TOKEN = 32;

/** What is shown of a text. */
export interface Cut {
  readonly text: string;
  readonly shownLines: number;
  readonly totalLines: number;
}

/** `body` as it stands in a prompt: one kind of line end, none at the end. */
export function asLines(body: string): string {
  return body.replace(/\r\n?/g, '\n').replace(/\n$/, '');
}

/** Tokens of `text`, or infinity where they are certainly more than `limit`. */
export function sizeWithin(text: string, limit: number, tokenizer: PromptTokenizer): number {
  return text.length > limit * MAX_CHARACTERS_PER_TOKEN ? Number.POSITIVE_INFINITY : tokenizer.encode(text).length;
}

/**
 * The lines from the head of `text` that fit `limit` tokens, cut between declarations where that is possible. Of a first line that is too
 * long by itself, its beginning, counted as no line.
 * @param outline asked for only where something has to go
 */
export function cutToTokens(
  text: string,
  limit: number,
  tokenizer: PromptTokenizer,
  outline: () => readonly OutlineEntry[] | undefined,
): Cut {
  const lines = text.split('\n');
  const totalLines = lines.length;
  if (sizeWithin(text, limit, tokenizer) <= limit) return { text, shownLines: totalLines, totalLines };
  let fit = linesThatFit(lines, limit, tokenizer);
  while (fit > 0 && tokenizer.encode(lines.slice(0, fit).join('\n')).length > limit) fit--;
  if (fit === 0) return { text: headOfLine(lines[0] ?? '', limit, tokenizer), shownLines: 0, totalLines };
  const shownLines = cutPoint(lines, fit, outline());
  return { text: lines.slice(0, shownLines).join('\n'), shownLines, totalLines };
}

/** The same from the end, for what is told in order of time: its last lines are what somebody asks about. */
export function cutToLastTokens(text: string, limit: number, tokenizer: PromptTokenizer): Cut {
  const lines = text.split('\n');
  const totalLines = lines.length;
  if (sizeWithin(text, limit, tokenizer) <= limit) return { text, shownLines: totalLines, totalLines };
  const last = (count: number): string => lines.slice(totalLines - count).join('\n');
  let fit = linesThatFit([...lines].reverse(), limit, tokenizer);
  while (fit > 0 && tokenizer.encode(last(fit)).length > limit) fit--;
  return { text: fit === 0 ? headOfLine(lines.at(-1) ?? '', limit, tokenizer) : last(fit), shownLines: fit, totalLines };
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
  let characters = Array.from(sliceFromStart(line, limit * MAX_CHARACTERS_PER_TOKEN));
  while (characters.length > 0) {
    const tokens = tokenizer.encode(characters.join('')).length;
    if (tokens <= limit) break;
    characters = characters.slice(0, Math.min(characters.length - 1, Math.floor((characters.length * limit) / tokens)));
  }
  return characters.join('');
}
