import type { ChatParams, ChatProgress, ChatResult, StopReason } from '../../../protocol/worker';
import { PromptTooLongError } from '../../../prompt/chat';
import type { Connection } from './connection';
import { BrokenOffError, countsOf, isTooLong } from './failures';
import { heard, within } from './listening';
import { remotePrompt, type RemotePrompt } from './messages';
import { Meter } from './metrics';

/** What of the context a prompt may take by estimate, in the order tried: the server counts, and may count more. */
const shares = [1, 0.75, 0.5];

/**
 * Has a server answer a question. A prompt that the server finds too long is made shorter, as the worker would have made it at once.
 * @param signal ends it; the result is then what has come so far
 * @throws whatever the client does, where the server breaks off, and {@link PromptTooLongError}
 */
export async function remoteChat(
  connection: Connection,
  params: ChatParams,
  onProgress: (progress: ChatProgress) => void,
  signal: AbortSignal,
): Promise<ChatResult> {
  const { contextTokens } = connection.server;
  let tried: RemotePrompt | undefined;
  let refusal: Error | undefined;
  for (const share of shares) {
    try {
      const prompt = remotePrompt(params, Math.floor(contextTokens * share));
      // Nothing more can be left out.
      if (prompt.promptTokens === tried?.promptTokens) continue;
      tried = prompt;
      return await answer(connection, params, prompt, onProgress, signal);
    } catch (error) {
      if (isTooLong(error)) refusal = error;
      else if (share === 1 || !(error instanceof PromptTooLongError)) throw error;
    }
  }
  const counts = countsOf(refusal);
  throw counts ? new PromptTooLongError(counts.promptTokens, counts.contextTokens) : (refusal ?? new Error('nothing was asked'));
}

async function answer(
  { client, server, limits }: Connection,
  { sampling, maxTokens }: ChatParams,
  { messages, droppedTurns, cuts, promptTokens }: RemotePrompt,
  onProgress: (progress: ChatProgress) => void,
  cancelled: AbortSignal,
): Promise<ChatResult> {
  const over = new AbortController();
  const signal = AbortSignal.any([cancelled, over.signal]);
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
    const { temperature, topP, seed } = sampling;
    // OpenAI has newer names for these, which other servers do not all know.
    const compatible = { seed, ...(maxTokens > 0 ? { max_tokens: maxTokens } : {}) };
    const asked = client.chat.completions.create(
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
    // With its retries, for which the library would wait as long again.
    const stream = await within(asked, limits.firstToken);
    for await (const chunk of heard(stream, () => (text === '' ? limits.firstToken : limits.nextToken))) {
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
    if (cancelled.aborted) return result('cancelled');
    throw error;
  } finally {
    // A server that was waited for in vain need not go on.
    over.abort();
  }
  if (cancelled.aborted) return result('cancelled');
  if (stop === undefined) throw new BrokenOffError('the answer has no end');
  return result(stop);
}
