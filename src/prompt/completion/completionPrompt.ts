import type { CompletionPlace } from '../../contract/completion';
import { sliceFromStart, sliceWhole } from '../../util/text/wholeCharacters';
import type { FimTokens, PromptTokenizer } from '../promptTypes';

/** Share of a lane that a completion's prompt may fill, and its most tokens: reading them cold has to stay bearable on a slow machine. */
const PROMPT_SHARE = 0.25;
const MAX_PROMPT_TOKENS = 1024;
/** The longest context that completions make use of, in tokens. */
export const COMPLETION_CONTEXT_TOKENS = MAX_PROMPT_TOKENS / PROMPT_SHARE;

/** Most tokens of a completion's prompt in a lane of `contextTokens`. */
export function completionBudget(contextTokens: number): number {
  return Math.min(MAX_PROMPT_TOKENS, Math.floor(contextTokens * PROMPT_SHARE));
}

export interface CompletionPrompt {
  readonly tokens: readonly number[];
  /** The text before the cursor that was left out; a completion has to begin with it. See {@link splitUnfinished}. */
  readonly forcedPrefix: string;
}

/**
 * The prompt for a place: laid out for filling in where the model knows how, else the text before the cursor alone.
 * @param budget most tokens of the prompt
 */
export function buildCompletionPrompt(input: CompletionPlace, tokenizer: PromptTokenizer, budget: number): CompletionPrompt {
  const { text, forcedPrefix } = splitUnfinished(input.prefix);
  const bos = tokenizer.bos === undefined ? [] : [tokenizer.bos];
  const { fim } = tokenizer;
  if (!fim) return { tokens: [...bos, ...prefixTokens(input, text, tokenizer, budget - bos.length)], forcedPrefix };
  // A share of the budget whether or not it is used, so that the prefix begins where it did when the suffix changes.
  const room = Math.floor(budget * suffixShares[fim.order]);
  const suffix = suffixTokens(input.suffix, tokenizer, room);
  const prefix = prefixTokens(input, text, tokenizer, budget - room - bos.length - marks);
  return { tokens: [...bos, ...fimLayout(fim, prefix, suffix)], forcedPrefix };
}

/** Tokens of {@link fimLayout} besides prefix and suffix. */
const marks = 3;

/** How much of the budget what follows the cursor may have. Behind the prefix it is evaluated again with every key, so has to be short. */
const suffixShares = { suffixFirst: 0.25, prefixFirst: 0.0625 } as const;

/**
 * Prefix and suffix as Meta's reference code for Code Llama lays them out (`infilling_prompt_tokens` in codellama's llama/generation.py);
 * other families have the same two orders with ids of their own. Suffix first, the prefix stands where the answer begins and goes on into
 * it, and a key evaluates its own tokens alone.
 */
export function fimLayout(fim: FimTokens, prefix: readonly number[], suffix: readonly number[]): readonly number[] {
  return fim.order === 'suffixFirst'
    ? [fim.prefix, fim.suffix, ...suffix, fim.middle, ...prefix]
    : [fim.prefix, ...prefix, fim.suffix, ...suffix, fim.middle];
}

/** The beginning of the text behind the cursor: as many whole lines as fit, or part of the first where not even that one does. */
function suffixTokens(suffix: string, tokenizer: PromptTokenizer, room: number): readonly number[] {
  let limit = room * charactersPerToken;
  for (;;) {
    const tokens = tokenizer.encodeInside(wholeLinesWithin(suffix, limit));
    if (tokens.length <= room || limit < 1) return tokens.slice(0, room);
    limit = Math.floor(Math.min(limit - 1, (limit * room) / tokens.length));
  }
}

/** The lines at the beginning of `text` that fit `limit` characters; part of the first where not even that one does. */
function wholeLinesWithin(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = text.lastIndexOf('\n', limit);
  return sliceFromStart(text, end > 0 ? end : limit);
}

/**
 * A header that stays, then the text before the cursor from an anchor that stays put while the user types, so that a keystroke evaluates
 * the tokens it changes and no others.
 */
function prefixTokens(input: CompletionPlace, text: string, tokenizer: PromptTokenizer, budget: number): readonly number[] {
  const others = relatedTokens(input, tokenizer, Math.floor(budget * relatedShare));
  const header = headerLine(input.path, input.language);
  const room = budget - others.length;
  const encode = (code: string): readonly number[] => (others.length === 0 ? tokenizer.encode(code) : tokenizer.encodeInside(code));
  let limit = room * charactersPerToken;
  for (;;) {
    const tokens = encode(header + anchoredTail(text, limit));
    if (tokens.length <= room || limit < 1) return [...others, ...tokens.slice(0, room)];
    limit = Math.floor(limit / 2);
  }
}

/**
 * The same for a server that makes tokens of a text itself: parts of other files, the header, and the text before the cursor. Of what is
 * unfinished there a space alone is the forced prefix: a server cannot be held to begin with a word.
 * @param characters most of them
 */
export function continuationText(input: CompletionPlace, characters: number): { readonly text: string; readonly forcedPrefix: string } {
  const { text, forcedPrefix } = splitUnfinished(input.prefix);
  const header = headerLine(input.path, input.language);
  const others =
    header === '' ? [] : (input.related ?? []).map((each) => `${headerLine(each.path, input.language)}${each.text.trimEnd()}\n\n`);
  const kept: string[] = [];
  let room = characters * relatedShare;
  for (const other of others.toReversed()) {
    room -= other.length;
    if (room < 0) break;
    kept.unshift(other);
  }
  const before = kept.join('') + header;
  const isSpace = forcedPrefix.trim() === '';
  const tail = anchoredTail(isSpace ? text : input.prefix, Math.max(0, characters - before.length));
  return { text: before + tail, forcedPrefix: isSpace ? forcedPrefix : '' };
}

/** How much of the budget parts of other files may have. */
const relatedShare = 0.3;

/** Parts of other files, each below a comment that names its file: as many of the last ones as fit. None where there are no comments. */
function relatedTokens({ related = [], language }: CompletionPlace, tokenizer: PromptTokenizer, room: number): readonly number[] {
  if (headerLine('', language) === '') return [];
  for (let first = 0; first < related.length; first++) {
    const text = related
      .slice(first)
      .map((each) => `${headerLine(each.path, language)}${each.text.trimEnd()}\n\n`)
      .join('');
    const tokens = tokenizer.encode(text);
    if (tokens.length <= room) return tokens;
  }
  return [];
}

/** What code comes to in Llama's vocabulary, at most: more characters a token are rare. */
const charactersPerToken = 4;

/**
 * The end of `text`, at most `limit` characters and at least a quarter of that; from the beginning of a line, unless lines are long. Where
 * it begins depends on `text`'s length only in steps of half the limit: while somebody types, the beginning stays and the KV of what
 * follows with it.
 */
export function anchoredTail(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const step = Math.max(1, Math.floor(limit / 2));
  const start = Math.ceil((text.length - limit) / step) * step;
  // A line's end is looked for where text stands at every length of this step, so that typing one does not move the beginning.
  const newline = text.slice(start - 1, start + Math.floor(step / 2) - 1).indexOf('\n');
  return sliceWhole(text, newline < 0 ? start : start + newline, text.length);
}

/**
 * Splits off what the model is to write once more, for the cursor stands where no token ends: the word it is in, with the one space
 * before that, or one space or tab. Llama's kinds of vocabulary write a word together with the space before it, and in other pieces when
 * it is not whole: a prompt that ends in the midst asks for what models have hardly ever seen. Indentation is a token of its own and
 * stays. While a word is typed, the prompt stays the same.
 */
export function splitUnfinished(prefix: string): { readonly text: string; readonly forcedPrefix: string } {
  const forcedPrefix = unfinished.exec(prefix)?.[0] ?? '';
  return { text: prefix.slice(0, prefix.length - forcedPrefix.length), forcedPrefix };
}

/** The letters of a word all vocabularies have one by one; words longer than this are data. */
const unfinished = / ?(?<![A-Za-z0-9_$])[A-Za-z0-9_$]{1,32}$|[ \t]$/u;

/** A comment that names the file, in the language's own form; nothing where there is no such form. */
function headerLine(path: string, language: string): string {
  const mark = commentMarks.get(language);
  return mark === undefined ? '' : `${mark} ${path}\n`;
}

const commentMarks: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '//': 'c cpp csharp dart fsharp go groovy java javascript javascriptreact kotlin objective-c php rust scala swift typescript typescriptreact zig',
    '#': 'coffeescript dockerfile elixir julia makefile perl powershell python r ruby shellscript toml yaml',
    '--': 'haskell lua sql',
    '%': 'latex erlang',
  }).flatMap(([mark, languages]) => languages.split(' ').map((language) => [language, mark] as const)),
);
