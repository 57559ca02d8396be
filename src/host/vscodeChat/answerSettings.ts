import { CHAT_SAMPLING } from '../llm/languageModel';
import type { AnswerOptions } from './modelOptions';

/** What the settings say of answers; those of the chat view, so that both begin with the same system text. */
export interface AnswerSettings {
  /** System text; empty for none. */
  readonly system: string;
  readonly temperature: number;
  readonly maxTokens: number;
}

/** How an answer is made where the request does not say. */
export function defaultOptions({ temperature, maxTokens }: AnswerSettings, seed: number): AnswerOptions {
  return { sampling: { ...CHAT_SAMPLING, temperature, seed }, maxTokens };
}
