import * as v from 'valibot';
import { continuationText } from '../../../prompt/ghost';
import { finishGhost, ghostIsComplete, wholeLines } from '../../../prompt/ghostStop';
import type { CompleteParams, CompleteResult, StopReason } from '../../../protocol/worker';
import type { Connection } from './connection';
import { SilenceError, statusOf } from './failures';
import { heard } from './listening';
import { Meter } from './metrics';

/** Characters of a prompt: what a thousand tokens have, which is as much as the worker reads. */
const CHARACTERS = 4000;
const SUFFIX_CHARACTERS = 1000;
/** Alternatives are sampled; the first text is the likeliest. */
const VARIED = 0.8;

/** How a server can be asked for what stands at the cursor, the best way first. */
type Way = 'infill' | 'suffix' | 'prefix';

const infillPart = v.looseObject({ content: v.string(), stop: v.optional(v.boolean()), stop_type: v.optional(v.string()) });
const completionPart = v.looseObject({
  choices: v.array(v.looseObject({ text: v.nullish(v.string()), finish_reason: v.nullish(v.string()) })),
});

/** What a part of the answer says. */
interface Piece {
  readonly text: string;
  readonly stop: StopReason | undefined;
}

/** Has servers fill in, each in the best way that it has shown to know. */
export class RemoteCompleter {
  /** By the server's fingerprint: the ways it has not refused yet. */
  private readonly ways = new Map<string, readonly Way[]>();

  /** @throws whatever the client does, where no way is left */
  async complete(connection: Connection, params: CompleteParams, signal: AbortSignal): Promise<CompleteResult> {
    const { fingerprint } = connection.server;
    const known = this.ways.get(fingerprint) ?? (connection.llamaServer === undefined ? ['suffix', 'prefix'] : ['infill', 'prefix']);
    for (const [index, way] of known.entries()) {
      try {
        const result = await completeBy(way, connection, params, signal);
        this.ways.set(fingerprint, known.slice(index));
        return result;
      } catch (error) {
        if (index === known.length - 1 || !isRefusal(error)) throw error;
      }
    }
    throw new Error('no way to complete');
  }
}

/** Whether the server does not know a way at all, rather than having trouble. */
function isRefusal(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  return (status >= 400 && status < 500 && status !== 401 && status !== 403 && status !== 408 && status !== 429) || status === 501;
}

async function completeBy(way: Way, connection: Connection, params: CompleteParams, outer: AbortSignal): Promise<CompleteResult> {
  const meter = new Meter();
  const { text: before, owed } = way === 'infill' ? { text: '', owed: '' } : continuationText(params, CHARACTERS);
  const enough = new AbortController();
  const late = AbortSignal.timeout(connection.limits.ghostText);
  const signal = AbortSignal.any([outer, enough.signal, late]);
  let raw = '';
  let stop: StopReason | undefined;
  try {
    for await (const said of heard(await ask(way, connection, params, before, signal), () => connection.limits.ghostText)) {
      meter.read(said);
      const piece = way === 'infill' ? infilled(said) : completed(said);
      if (piece.text !== '') meter.heard();
      raw += piece.text;
      stop = ghostIsComplete(raw, params) ? 'rule' : piece.stop;
      if (stop !== undefined) break;
    }
  } catch (error) {
    if (outer.aborted) return { text: '', stop: 'cancelled', metrics: meter.metrics };
    throw late.aborted ? new SilenceError('nothing in time') : error;
  } finally {
    // What nobody wants any more keeps a server busy.
    enough.abort();
  }
  const { metrics } = meter;
  if (outer.aborted) return { text: '', stop: 'cancelled', metrics };
  // The library ends a stream that was aborted as if it had come to its end.
  if (late.aborted && stop === undefined) throw new SilenceError('nothing in time');
  const { text, replaces = 0, dropped } = finishGhost(stop === 'maxTokens' ? wholeLines(raw) : raw, params, owed);
  return { text, ...(replaces > 0 ? { replaces } : {}), ...(dropped ? { dropped } : {}), stop: stop ?? 'end', metrics };
}

async function ask(
  way: Way,
  { client, server, llamaServer = '' }: Connection,
  params: CompleteParams,
  before: string,
  signal: AbortSignal,
): Promise<AsyncIterable<unknown>> {
  const options = { signal, maxRetries: 0 };
  const temperature = params.variant ? VARIED : 0;
  const common = { temperature, ...(params.variant ? { seed: params.variant } : {}), stream: true as const };
  if (way === 'infill') {
    const body = {
      ...common,
      input_prefix: params.prefix.slice(-CHARACTERS),
      input_suffix: params.suffix.slice(0, SUFFIX_CHARACTERS),
      input_extra: (params.related ?? []).map(({ path, text }) => ({ filename: path, text })),
      n_predict: params.maxTokens,
      cache_prompt: true,
    };
    return client.post<AsyncIterable<unknown>>(`${llamaServer}/infill`, { ...options, body, stream: true });
  }
  return client.completions.create(
    {
      ...common,
      model: server.model,
      prompt: before,
      max_tokens: params.maxTokens,
      stream_options: { include_usage: true },
      ...(way === 'suffix' ? { suffix: params.suffix.slice(0, SUFFIX_CHARACTERS) } : {}),
    },
    options,
  );
}

function infilled(said: unknown): Piece {
  const { content, stop = false, stop_type: type } = v.parse(infillPart, said);
  return { text: content, stop: stop ? (type === 'limit' ? 'maxTokens' : 'end') : undefined };
}

function completed(said: unknown): Piece {
  const [choice] = v.parse(completionPart, said).choices;
  const reason = choice?.finish_reason;
  return { text: choice?.text ?? '', stop: reason == null ? undefined : reason === 'length' ? 'maxTokens' : 'end' };
}
