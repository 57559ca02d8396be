import type { EngineErrorData } from '../contract/engineErrors';
import { ChatTemplateError, EngineFailure, firstLine, messageOf, PromptTooLongError } from './model/loadErrors';

/** The protocol's account of an exception. Details end up in sentences for the user, so they are one line each. */
export function toErrorData(error: unknown): EngineErrorData {
  if (error instanceof EngineFailure) return error.failure;
  if (error instanceof PromptTooLongError) {
    return { kind: 'promptTooLong', promptTokens: error.promptTokens, contextTokens: error.contextTokens };
  }
  if (error instanceof ChatTemplateError) return { kind: 'chatTemplate', detail: firstLine(error.detail) };
  return { kind: 'internal', detail: firstLine(messageOf(error)) };
}

/** All that is known of an exception, for the log. */
export function accountOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const account = error.stack ?? error.message;
  return error.cause === undefined ? account : `${account}\ncaused by ${accountOf(error.cause)}`;
}
