import type { EngineErrorData } from '../protocol/errors';
import { EngineFailure, PromptTooLongError } from './engine/failures';

/** The protocol's account of an exception. */
export function toErrorData(error: unknown): EngineErrorData {
  if (error instanceof EngineFailure) return error.failure;
  if (error instanceof PromptTooLongError) {
    return { kind: 'promptTooLong', promptTokens: error.promptTokens, contextTokens: error.contextTokens };
  }
  return { kind: 'internal', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
