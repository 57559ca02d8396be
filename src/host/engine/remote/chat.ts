import type { ChatParams, ChatProgress, ChatResult, StopReason } from '../../../protocol/worker';
import type { Connection } from './connection';
import { BrokenOffError } from './failures';
import { heard } from './listening';
import { remotePrompt } from './messages';
import { Meter } from './metrics';

/** Longest silence in the midst of an answer, in milliseconds. The first token may take as long as the client's own limit. */
const SILENCE = 60_000;
const FIRST_SILENCE = 600_000;

/**
 * Has a server answer a question.
 * @param signal ends it; the result is then what has come so far
 * @throws whatever the client does, and where the server breaks off
 */
export async function remoteChat(
  { client, server }: Connection,
  params: ChatParams,
  onProgress: (progress: ChatProgress) => void,
  signal: AbortSignal,
): Promise<ChatResult> {
  const { messages, droppedTurns, cuts, promptTokens } = remotePrompt(params, server.contextTokens);
  const meter = new Meter();
  let text = '';
  let stop: StopReason | undefined;
  const result = (reason: StopReason): ChatResult => ({
    text,
    tokens: [],
    fingerprint: server.fingerprint,
    stop: reason,
    metrics: meter.metrics,
    droppedTurns,
    cuts,
    contextUsed: (meter.metrics.promptTokens || promptTokens) + meter.metrics.generatedTokens,
  });
  try {
    const { temperature, topP, seed } = params.sampling;
    // OpenAI has newer names for these, which other servers do not all know.
    const compatible = { seed, ...(params.maxTokens > 0 ? { max_tokens: params.maxTokens } : {}) };
    const stream = await client.chat.completions.create(
      {
        model: server.model,
        messages: [...messages],
        stream: true,
        stream_options: { include_usage: true },
        temperature,
        top_p: topP,
        ...compatible,
      },
      { signal },
    );
    for await (const chunk of heard(stream, () => (text === '' ? FIRST_SILENCE : SILENCE))) {
      meter.read(chunk);
      const [choice] = chunk.choices;
      const piece = choice?.delta.content ?? '';
      if (piece !== '') {
        meter.heard();
        text += piece;
        onProgress({ kind: 'text', text: piece, tokens: [] });
      }
      if (choice?.finish_reason) stop = choice.finish_reason === 'length' ? 'maxTokens' : 'end';
    }
  } catch (error) {
    if (signal.aborted) return result('cancelled');
    throw error;
  }
  if (signal.aborted) return result('cancelled');
  if (stop === undefined) throw new BrokenOffError('the answer has no end');
  return result(stop);
}
