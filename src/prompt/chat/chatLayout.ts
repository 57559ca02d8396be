import type { AnswerContent } from '../../contract/chat';
import { append } from '../../util/lists';
import type { PromptTokenizer } from '../promptTypes';

/** A conversation whose user contents are already text; see {@link file://./blocks.ts}. */
export interface Conversation {
  readonly system: string;
  readonly turns: readonly ConversationTurn[];
  readonly last: string;
}

export interface ConversationTurn {
  readonly user: string;
  readonly answer: AnswerContent;
}

/** Tokens each piece takes, in the order of the prompt; upper bounds where a tokenizer may merge across pieces. */
export interface PieceSizes {
  /** The system text and whatever else stands in every prompt. */
  readonly fixed: number;
  readonly turns: readonly number[];
  readonly last: number;
}

/** One conversation in one format. */
export interface ChatLayout {
  readonly sizes: PieceSizes;
  /** Number of oldest turns that are in neither `sizes` nor `tokens`, as the format cannot take so many. */
  readonly leftOut?: number;
  /** The whole prompt with the turns before `start` left out; the system text is always in it. */
  tokens(start: number): readonly number[] | Promise<readonly number[]>;
}

/** A run of a prompt: plain text, a template's text with its control tokens, or the ids of a live answer. */
export type Run =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'control'; readonly text: string }
  | { readonly kind: 'ids'; readonly ids: readonly number[] };

/**
 * Ids the loaded model generated for this answer, without an end-of-sequence id at the end; undefined when the answer is only text,
 * or another model's. Such ids are never written out and tokenised again: most texts have several tokenisations and only one is in
 * the KV cache.
 */
export function liveIds(answer: AnswerContent, tokenizer: PromptTokenizer): readonly number[] | undefined {
  if (answer.tokens === undefined || answer.fingerprint !== tokenizer.fingerprint) return undefined;
  return tokenizer.eos !== undefined && answer.tokens.at(-1) === tokenizer.eos ? answer.tokens.slice(0, -1) : answer.tokens;
}

/** Tokens of `text` where it follows other text: without the space that SentencePiece vocabularies put before a beginning. */
export function encodeAfter(text: string, tokenizer: PromptTokenizer): readonly number[] {
  const before = tokenizer.encode('a');
  const whole = tokenizer.encode(`a${text}`);
  return startsWith(whole, before) ? whole.slice(before.length) : tokenizer.encode(text);
}

/** Tokens of runs. Neighbouring texts are tokenised as one, so that a boundary between layout and content costs no odd token. */
export function encodeRuns(runs: readonly Run[], tokenizer: PromptTokenizer): readonly number[] {
  const tokens: number[] = [];
  let text = '';
  let afterIds = false;
  const flush = (): void => {
    if (text !== '') append(tokens, afterIds ? encodeAfter(text, tokenizer) : tokenizer.encode(text));
    text = '';
  };
  for (const run of runs) {
    if (run.kind === 'text') {
      text += run.text;
    } else {
      flush();
      append(tokens, run.kind === 'ids' ? run.ids : tokenizer.encodeTemplate(run.text));
      afterIds = run.kind === 'ids';
    }
  }
  flush();
  return tokens;
}

export function startsWith(tokens: readonly number[], prefix: readonly number[]): boolean {
  return prefix.length <= tokens.length && prefix.every((id, index) => id === tokens[index]);
}
