import type { ChatResult } from '../../contract/chat';
import type { CompletionResult } from '../../contract/completion';
import { noMetrics } from '../../contract/metrics';
import type { WarmResult } from '../../contract/warmUp';
/** What requests come to that were cancelled before a worker had them. */

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
