import type { ChatResult } from '../../contract/chat';
import type { Metrics, StopReason } from '../../contract/metrics';
import * as v from 'valibot';

/**
 * What the participant leaves in the metadata of an answer, which VS Code keeps with it and gives back. For followups, for the next
 * request's history, and for whoever reads the metadata of a chat.
 */
export interface AnswerRecord {
  /** Name of the model. */
  readonly model: string;
  readonly stop: StopReason;
  readonly metrics: Metrics;
  /** Oldest turns that the model no longer saw. */
  readonly droppedTurns: number;
  /** Tokens of the lane in use after this turn. */
  readonly contextTokens: number;
  /** Characters of what is shown that are the model's; what follows them is Paddock's. */
  readonly answerLength: number;
  /** Slash command that was asked with. */
  readonly command?: string;
}

export function recordOf(result: ChatResult, model: string, command: string | undefined): AnswerRecord {
  const { stop, metrics, droppedTurns, contextUsed, text } = result;
  const asked = command === undefined ? {} : { command };
  return { model, stop, metrics, droppedTurns, contextTokens: contextUsed, answerLength: text.length, ...asked };
}

/** As much of a record as is read again. */
const schema = v.object({
  stop: v.string(),
  answerLength: v.pipe(v.number(), v.integer(), v.minValue(0)),
  command: v.exactOptional(v.string()),
});

export type ReadRecord = v.InferOutput<typeof schema>;

/** The record in metadata that has been elsewhere meanwhile; `undefined` where there is none. */
export function readRecord(metadata: unknown): ReadRecord | undefined {
  const { success, output } = v.safeParse(schema, metadata);
  return success ? output : undefined;
}
