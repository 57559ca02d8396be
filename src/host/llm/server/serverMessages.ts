import type { ChatParams } from '../../../contract/chat';
import type { CutNote } from '../../../contract/context';
import { userText } from '../../../prompt/context/contextBlocks';
import { chatBudget, PromptTooLongError } from '../../../prompt/chat/chatPrompt';
import { estimateTokenCount, estimatingTokenizer, MESSAGE_TOKENS } from '../../../prompt/context/tokenEstimate';
import { keptFrom } from '../../../prompt/chat/historyLimit';

/** A message as OpenAI's API has it. */
export interface RemoteMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface RemotePrompt {
  readonly messages: readonly RemoteMessage[];
  /** Oldest turns that were left out. */
  readonly droppedTurns: number;
  readonly cuts: readonly CutNote[];
  /** By estimate. */
  readonly promptTokens: number;
}

/**
 * A conversation as messages, with the same blocks that a prompt for the worker has. What does not fit the context by estimate is cut or
 * left out as there, so that the beginning of the prompt stays the same from one request to the next and a server's prefix cache holds.
 * @throws {PromptTooLongError}
 */
export function remotePrompt({ system, history, user, maxTokens }: ChatParams, contextTokens: number): RemotePrompt {
  const tokenizer = estimatingTokenizer('');
  const budget = chatBudget(contextTokens, maxTokens);
  const { text, cuts } = userText(user, tokenizer, budget.contextTokens);
  const turns = history.map((turn) => [
    message('user', userText(turn.user, tokenizer, budget.contextTokens).text),
    message('assistant', turn.answer.text),
  ]);
  const head = system === '' ? [] : [message('system', system)];
  const last = message('user', text);
  const room = budget.contextTokens - budget.reserveTokens;
  const start = keptFrom(turns.map(sizeOf), sizeOf([last]), sizeOf(head), room);
  const messages = [...head, ...turns.slice(start).flat(), last];
  const promptTokens = sizeOf(messages);
  if (promptTokens > room) throw new PromptTooLongError(promptTokens, budget.contextTokens);
  return { messages, droppedTurns: start, cuts, promptTokens };
}

function message(role: RemoteMessage['role'], content: string): RemoteMessage {
  return { role, content };
}

function sizeOf(messages: readonly RemoteMessage[]): number {
  return messages.reduce((sum, { content }) => sum + estimateTokenCount(content) + MESSAGE_TOKENS, 0);
}
