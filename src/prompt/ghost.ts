import type { FimTokens, PromptTokenizer } from './types';

/** A place in a document that wants a completion. */
export interface GhostInput {
  readonly path: string;
  readonly language: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly multiline: boolean;
}

export interface GhostPrompt {
  readonly tokens: readonly number[];
  /** The space before the cursor that was left out; a completion has to begin with it. See {@link splitTrailingSpace}. */
  readonly owed: string;
}

/**
 * The prompt for a place: laid out for filling in where the model knows how, else the text before the cursor alone.
 * @param budget most tokens of the prompt
 */
export function buildGhostPrompt(input: GhostInput, tokenizer: PromptTokenizer, budget: number): GhostPrompt {
  const { text, owed } = splitTrailingSpace(input.prefix);
  const bos = tokenizer.bos === undefined ? [] : [tokenizer.bos];
  const { fim } = tokenizer;
  if (!fim) return { tokens: [...bos, ...prefixTokens(input, text, tokenizer, budget - bos.length)], owed };
  // A share of the budget whether or not it is used, so that the prefix begins where it did when the suffix changes.
  const room = Math.floor(budget * suffixShares[fim.order]);
  const suffix = suffixTokens(input.suffix, tokenizer, room);
  const prefix = prefixTokens(input, text, tokenizer, budget - room - bos.length - marks);
  return { tokens: [...bos, ...fimLayout(fim, prefix, suffix)], owed };
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
  return text.slice(0, end > 0 ? end : limit);
}

/**
 * A header that stays, then the text before the cursor from an anchor that stays put while the user types, so that a keystroke evaluates
 * the tokens it changes and no others.
 */
function prefixTokens(input: GhostInput, text: string, tokenizer: PromptTokenizer, budget: number): readonly number[] {
  const header = headerLine(input.path, input.language);
  let limit = budget * charactersPerToken;
  for (;;) {
    const tokens = tokenizer.encode(header + anchoredTail(text, limit));
    if (tokens.length <= budget || limit < 1) return tokens.slice(0, budget);
    limit = Math.floor(limit / 2);
  }
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
  const tail = text.slice(newline < 0 ? start : start + newline);
  return /^[\uDC00-\uDFFF]/.test(tail) ? tail.slice(1) : tail;
}

/**
 * Splits one space or tab off the end. Llama's kinds of vocabulary write a word together with the one space before it: a prompt that
 * ends in that space asks for what models have hardly ever seen. Indentation before it is a token of its own and stays.
 */
export function splitTrailingSpace(prefix: string): { readonly text: string; readonly owed: string } {
  return /[ \t]$/u.test(prefix) ? { text: prefix.slice(0, -1), owed: prefix.slice(-1) } : { text: prefix, owed: '' };
}

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
