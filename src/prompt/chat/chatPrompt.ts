import type { ChatInput, ChatTurn } from '../../contract/chat';
import type { CutNote, FileBlock, UserContent } from '../../contract/context';
import { baseLayout } from './baseLayout';
import { userText, type UserText } from '../context/contextBlocks';
import { keptFrom } from './historyLimit';
import type { ChatLayout, Conversation } from './chatLayout';
import { llama2Layout } from './llama2Layout';
import { templateLayout } from './templateLayout';
import type { ChatFormat, ChatPrompt, Outline, PromptTokenizer } from '../promptTypes';

/** Both in tokens. */
export interface ChatBudget {
  /** Size of the lane. */
  readonly contextTokens: number;
  /** Kept free for the answer. */
  readonly reserveTokens: number;
}

/** Share of a lane that is always kept for the answer. The end of the context may still cut a longer one. */
export const ANSWER_SHARE = 0.25;

/** What of a lane of `laneTokens` a prompt may take when `maxTokens` are wanted for the answer, 0 for as many as there are. */
export function chatBudget(laneTokens: number, maxTokens: number): ChatBudget {
  const contextTokens = laneTokens - 1;
  return { contextTokens, reserveTokens: Math.min(maxTokens || Infinity, Math.floor(contextTokens * ANSWER_SHARE)) };
}

/** What is known of a later request before the user has finished typing it. */
export interface ChatPrefixInput {
  readonly system: string;
  readonly history: readonly ChatTurn[];
  readonly file?: FileBlock;
}

/** The last message with the system text does not fit, even with every old turn left out. Both in tokens. */
export class PromptTooLongError extends Error {
  override readonly name = 'PromptTooLongError';
  constructor(
    readonly promptTokens: number,
    readonly contextTokens: number,
  ) {
    super(`the prompt takes ${promptTokens} tokens of a context of ${contextTokens}`);
  }
}

/**
 * The tokens of one chat request: at most `contextTokens - reserveTokens`. When the conversation does not fit, whole turns are left
 * out, the oldest first; the system text never is. `outline` says where long blocks are best cut.
 *
 * @throws {PromptTooLongError} when the last message alone is too long
 * @throws {ChatTemplateError} when the model's template cannot be rendered
 */
export async function buildChatPrompt(
  input: ChatInput,
  format: ChatFormat,
  tokenizer: PromptTokenizer,
  budget: ChatBudget,
  outline?: Outline,
): Promise<ChatPrompt> {
  const { conversation, cuts } = readConversation(input, (content) => userText(content, tokenizer, budget.contextTokens, outline));
  const layout = await layoutOf(conversation, format, tokenizer);
  const limit = budget.contextTokens - budget.reserveTokens;
  const { sizes } = layout;
  let start = keptFrom(sizes.turns, sizes.last, sizes.fixed, limit);
  let tokens = await layout.tokens(start);
  // Sizes are upper bounds for every tokenizer seen; a lane overflows silently, so the bound is not left to that.
  while (tokens.length > limit && start < sizes.turns.length) tokens = await layout.tokens(++start);
  if (tokens.length > limit) throw new PromptTooLongError(tokens.length, budget.contextTokens);
  return { tokens, droppedTurns: (layout.leftOut ?? 0) + start, cuts };
}

/**
 * The tokens with which every later request with this system text, history and file will begin, for warming a lane. Holds as long as
 * the later request drops the same turns, which a long question at the edge of the budget can change.
 *
 * @throws as {@link buildChatPrompt} does
 */
export async function chatPrefix(
  input: ChatPrefixInput,
  format: ChatFormat,
  tokenizer: PromptTokenizer,
  budget: ChatBudget,
  outline?: Outline,
): Promise<readonly number[]> {
  const { file, ...rest } = input;
  let common: readonly number[] | undefined;
  for (const user of continuations(file)) {
    const { tokens } = await buildChatPrompt({ ...rest, user }, format, tokenizer, budget, outline);
    common = common === undefined ? tokens : commonPrefix(common, tokens);
  }
  return common ?? [];
}

/**
 * Messages that begin alike in nothing but the file: what their prompts have in common does not depend on the message. Each begins with
 * a character of another class, since vocabularies split the white space in front of one by its class.
 */
function continuations(file: FileBlock | undefined): readonly UserContent[] {
  const withFile = file === undefined ? {} : { file };
  return [
    { text: 'Why?', ...withFile },
    { text: '1', ...withFile },
    { text: '<', ...withFile },
    { text: '', ...withFile },
    { text: '为', selection: { startLine: 1, endLine: 1, text: 'a' }, ...withFile },
  ];
}

function commonPrefix(one: readonly number[], other: readonly number[]): readonly number[] {
  const end = one.findIndex((id, index) => id !== other[index]);
  return end < 0 ? one : one.slice(0, end);
}

function readConversation(
  input: ChatInput,
  textOf: (content: UserContent) => UserText,
): { readonly conversation: Conversation; readonly cuts: readonly CutNote[] } {
  const last = textOf(input.user);
  const turns = input.history.map((turn) => ({ user: textOf(turn.user).text, answer: turn.answer }));
  return { conversation: { system: input.system, turns, last: last.text }, cuts: last.cuts };
}

function layoutOf(conversation: Conversation, format: ChatFormat, tokenizer: PromptTokenizer): ChatLayout | Promise<ChatLayout> {
  switch (format.kind) {
    case 'llama2':
      return llama2Layout(conversation, tokenizer);
    case 'template':
      return templateLayout(conversation, format, tokenizer);
    case 'base':
      return baseLayout(conversation, tokenizer);
  }
}
