import type { ChatResult } from '../../contract/chat';
import type { CompletionResult } from '../../contract/completion';
import type { Metrics } from '../../contract/metrics';
import type { WarmResult } from '../../contract/warmUp';
/** What requests come to that were cancelled before a worker had them. */

/** Of what cost nothing. */
export const noMetrics: Metrics = {
  promptTokens: 0,
  reusedTokens: 0,
  evaluatedTokens: 0,
  generatedTokens: 0,
  draftedTokens: 0,
  confirmedTokens: 0,
  firstTokenMilliseconds: 0,
  tokensPerSecond: 0,
  totalMilliseconds: 0,
};

export const cancelledChat: ChatResult = {
  text: '',
  tokens: [],
  fingerprint: '',
  stop: 'cancelled',
  metrics: noMetrics,
  droppedTurns: 0,
  cuts: [],
  contextUsed: 0,
};

export const cancelledCompletion: CompletionResult = { text: '', stop: 'cancelled', metrics: noMetrics };

export const notWarmed: WarmResult = { evaluatedTokens: 0, overtaken: false };
