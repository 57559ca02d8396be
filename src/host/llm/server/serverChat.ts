import type { ChatParams, ChatProgress, ChatResult } from '../../../contract/chat';
import type { StopReason } from '../../../contract/metrics';
import { sliceFromStart, withoutLastHalf } from '../../../util/text/wholeCharacters';
import { PromptTooLongError } from '../../../prompt/chat/chatPrompt';
import type { Connection } from './serverConnection';
import { maxAnswerCharacters } from './serverLimits';
import { heard } from './serverTimeouts';
import { remotePrompt, type RemotePrompt } from './serverMessages';
import { Meter } from './serverMetrics';
import { ask } from './serverRequest';
import { BrokenOffError, OnlyThoughtError, RunawayError, SilenceError } from './serverErrors';
import { isTooLong, readAnswerRoom, readCounts } from './promptTooLong';

/** Shares of the context that a prompt may take by our estimate, in the order tried. The server counts, and may count more. */
const SHARES = [1, 0.75, 0.5];

/** A server that says it has less context than this counts something else. */
const MIN_CONTEXT = 256;

/** Tokens of an answer that are worth more than the oldest turns, where it cannot have as many as it was to have. */
const MIN_ANSWER = 256;

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
  for (const share of SHARES) {
    try {
      const room = Math.floor(Math.min(contextTokens * share, roomAfter(refusal, tried)));
      const prompt = remotePrompt(params, room);
      // Nothing more can be left out.
      if (prompt.promptTokens === tried?.promptTokens) continue;
      tried = prompt;
      const fitting = { ...params, maxTokens: fitAnswer(params.maxTokens, room - prompt.promptTokens) };
      return await answerInRoom(connection, fitting, prompt, onProgress, signal);
    } catch (error) {
      if (isTooLong(error)) {
        refusal = error;
        learnContext(connection, error);
      } else if (share === 1 || !(error instanceof PromptTooLongError)) throw error;
    }
  }
  const counts = readCounts(refusal);
  throw counts ? new PromptTooLongError(counts.promptTokens, counts.contextTokens) : (refusal ?? new Error('nothing was asked'));
}

/** Tokens by our estimate that fit a server that has counted a prompt and found it too long; no bound where it did not say its counts. */
function roomAfter(refusal: Error | undefined, tried: RemotePrompt | undefined): number {
  const counts = readCounts(refusal);
  if (counts === undefined || tried === undefined) return Infinity;
  return counts.contextTokens * Math.min(1, tried.promptTokens / counts.promptTokens);
}

/** vLLM refuses a request whose prompt and answer together are longer than its context. 0 is no limit. */
function fitAnswer(maxTokens: number, room: number): number {
  return maxTokens === 0 ? 0 : Math.max(1, Math.min(maxTokens, room));
}

function learnContext({ server, onDidLearn }: Connection, refusal: Error): void {
  const counted = readCounts(refusal)?.contextTokens ?? 0;
  if (counted >= MIN_CONTEXT && counted < server.contextTokens) onDidLearn({ contextTokens: counted });
}

/** Asks once more for a shorter answer, where the server says that the prompt fits and the answer does not. All of the prompt is kept. */
async function answerInRoom(
  connection: Connection,
  params: ChatParams,
  prompt: RemotePrompt,
  onProgress: (progress: ChatProgress) => void,
  signal: AbortSignal,
): Promise<ChatResult> {
  try {
    return await answer(connection, params, prompt, onProgress, signal);
  } catch (error) {
    const room = isTooLong(error) ? readAnswerRoom(error) : undefined;
    if (!isTooLong(error) || room === undefined || room < Math.min(MIN_ANSWER, params.maxTokens / 2)) throw error;
    learnContext(connection, error);
    return await answer(connection, { ...params, maxTokens: room }, prompt, onProgress, signal);
  }
}

async function answer(
  connection: Connection,
  { sampling, maxTokens }: ChatParams,
  { messages, droppedTurns, cuts, promptTokens }: RemotePrompt,
  onProgress: (progress: ChatProgress) => void,
  cancelled: AbortSignal,
): Promise<ChatResult> {
  const { server, limits } = connection;
  const over = new AbortController();
  const late = AbortSignal.timeout(limits.answer);
  const meter = new Meter();
  const written = new Written(maxAnswerCharacters(maxTokens), (text) => {
    onProgress({ kind: 'text', text, tokens: [] });
  });
  let stop: StopReason | undefined;
  const result = (reason: StopReason): ChatResult => ({
    text: written.text,
    tokens: [],
    fingerprint: server.fingerprint,
    stop: reason,
    metrics: meter.metrics,
    droppedTurns,
    cuts,
    contextUsed: (meter.metrics.promptTokens || promptTokens) + meter.metrics.generatedTokens,
  });
  const { temperature, topP, seed } = sampling;
  const body = {
    model: server.model,
    messages,
    stream: true,
    stream_options: { include_usage: true },
    temperature,
    top_p: topP,
    seed,
    // OpenAI has a newer name for this, which other servers do not all know.
    ...(maxTokens > 0 ? { max_tokens: maxTokens } : {}),
  };
  const signal = AbortSignal.any([cancelled, over.signal, late]);
  const pieces = ask(connection, { path: '/chat/completions', body, maxTokens, limit: limits.firstToken, signal, retries: true });
  const limit = (): number => (stop !== undefined ? limits.afterEnd : written.hasBegun ? limits.nextToken : limits.firstToken);
  try {
    for await (const piece of heard(pieces, limit)) {
      meter.read(piece.said);
      if (piece.text !== '' || piece.thought !== '') meter.heard();
      written.add(piece.text, piece.thought);
      // Without JSON of its own it only says that nothing follows.
      stop = piece.said === undefined ? (stop ?? piece.stop) : (piece.stop ?? stop);
    }
  } catch (error) {
    if (cancelled.aborted) return result('cancelled');
    if (late.aborted) throw new SilenceError(`no end after ${String(Math.round(limits.answer / 1000))} s`);
    // llama-server says so where the context is full in the midst of an answer.
    if (written.text !== '' && isTooLong(error)) return result('contextFull');
    // What fails behind its end is no fault of the answer.
    if (stop === undefined || error instanceof RunawayError) throw error;
  } finally {
    // A server that was waited for in vain need not go on.
    over.abort();
  }
  if (cancelled.aborted) return result('cancelled');
  if (stop === undefined) throw new BrokenOffError('the answer has no end');
  if (written.isOnlyThought) throw new OnlyThoughtError('only a thought');
  written.end();
  return result(stop);
}

/** The text of an answer as it comes, never cut inside a character, and held to a length. */
class Written {
  text = '';
  /** Half a character, whose other half comes with the next piece. */
  private held = '';
  private thoughtLength = 0;

  constructor(
    private readonly max: number,
    private readonly onText: (text: string) => void,
  ) {}

  get hasBegun(): boolean {
    return this.text !== '' || this.thoughtLength > 0;
  }

  get isOnlyThought(): boolean {
    return this.text.trim() === '' && this.thoughtLength > 0;
  }

  /** @throws {RunawayError} where it becomes too long; what fits is kept */
  add(text: string, thought: string): void {
    this.thoughtLength += thought.length;
    const room = Math.max(0, this.max - this.text.length - this.thoughtLength);
    const all = this.held + text;
    const isTooMuch = this.text.length + all.length + this.thoughtLength > this.max;
    const shown = sliceFromStart(withoutLastHalf(all), room);
    this.held = isTooMuch ? '' : all.slice(shown.length);
    this.show(shown);
    if (isTooMuch) throw new RunawayError(`more than ${String(this.max)} characters`);
  }

  /** Half a character that stays one is shown as what it is. */
  end(): void {
    if (this.held !== '') this.show('\uFFFD');
    this.held = '';
  }

  private show(text: string): void {
    if (text === '') return;
    this.text += text;
    this.onText(text);
  }
}
