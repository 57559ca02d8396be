import type { CompletionRequest, CompletionResult } from '../../../contract/completion';
import type { StopReason } from '../../../contract/metrics';
import { CompletionText } from '../../../prompt/completion/completionText';
import type { Connection } from './serverConnection';
import type { CompletionWay } from './dialects/dialect';
import { maxCompletionCharacters } from './serverLimits';
import { heard } from './serverTimeouts';
import { Meter } from './serverMetrics';
import { ask } from './serverRequest';
import { readSaid, SilenceError, readStatus } from './serverErrors';
import { isTooLong } from './promptTooLong';

/** Has servers fill in, each in the best way that it has shown to know. */
export class RemoteCompleter {
  /** Ways that a server does not have. A connection is asked again for all of them once it is made anew. */
  private readonly missing = new WeakMap<Connection, Set<CompletionWay['name']>>();

  /** @throws whatever the client does, where no way is left */
  async complete(connection: Connection, params: CompletionRequest, signal: AbortSignal): Promise<CompletionResult> {
    const missing = this.missing.get(connection) ?? new Set();
    this.missing.set(connection, missing);
    const ways = connection.dialect.ways.filter((way) => !missing.has(way.name));
    for (const way of ways) {
      try {
        return await completeBy(way, connection, params, signal);
      } catch (error) {
        if (way === ways.at(-1) || signal.aborted || isTooLong(error)) throw error;
        const isGone = isMissing(error, way);
        if (isGone) missing.add(way.name);
        // Another request may be answered this way, and this one by another.
        else if (!isBadRequest(error)) throw error;
      }
    }
    throw new Error('no way to complete');
  }
}

const ROUTE = String.raw`(?:endpoints?|routes?|path|url|operation|method|infill(?:ing)?|insert(?:ion)?s?|fill[ -]in[ -]the[ -]middle|FIM|text completion|completions|generate)`;
const UNSUPPORTED = String.raw`(?:not (?:currently |yet )?(?:supported|implemented|enabled|allowed)|unsupported(?! (?:byte|char|token|value|encoding|type))|disabled)`;

/** Words in which servers say that they do not have a route, or cannot fill in with this model. Other things are not supported as well. */
const MISSING: readonly RegExp[] = [
  new RegExp(String.raw`\b${ROUTE}\b[^.;]{0,60}\b${UNSUPPORTED}\b`, 'i'),
  new RegExp(String.raw`(?:does not|doesn'?t|do not|don'?t|cannot) support (?:\w+ ){0,2}?\W?${ROUTE}\b`, 'i'),
  new RegExp(
    String.raw`\b(?:unexpected|unknown|unsupported|unrecogni[sz]ed|invalid|no such) (?:\w+ )?(?:endpoint|route|path|url|operation|method)\b`,
    'i',
  ),
  new RegExp(String.raw`\b(?:parameter|feature)\b[^.;]{0,40}\b${UNSUPPORTED}\b`, 'i'),
];

const NO_SUFFIX: readonly RegExp[] = [
  /(?:does not|doesn't|do not|don't|cannot) (?:support|accept|allow)[^.;]{0,30}\bsuffix\b/i,
  /\bsuffix['"\u0060)]*:? (?:(?:parameter|field|argument|is|was|are) )*(?:not (?:currently |yet )?(?:supported|implemented|allowed|permitted|available|enabled|accepted|expected|recogni[sz]ed)|unsupported|unknown|unrecogni[sz]ed|extra|unexpected(?! (?:byte|char|token|value|end|type)))/i,
  /\b(?:extra|unknown|unsupported|unexpected|unrecogni[sz]ed|not (?:allowed|supported|permitted))\b(?! (?:byte|char|token|value|end|type))[^.;]{0,60}\bsuffix\b/i,
];
/** Words for a value that is refused; the server knows the parameter. */
const REFUSED_VALUE = /too (?:long|large|big|many)|exceed|\bvalue\b|maximum|at most|\blength\b/i;

/** Tells whether the server does not have a way at all. A request that it refuses for its content says nothing of the next one. */
function isMissing(error: unknown, { name }: CompletionWay): boolean {
  const status = readStatus(error);
  const said = readSaid(error);
  const text = said?.message ?? '';
  // A model that is not there is not a route that is not there.
  if (status === 404) return !/model/i.test(text);
  if (status === 405 || status === 501) return true;
  if (status !== undefined && status !== 400 && status !== 422 && status !== 500) return false;
  if (said?.codes.includes('not_supported_error') === true || MISSING.some((words) => words.test(text))) return true;
  // "extra_forbidden" of the field itself.
  const isNamed = said?.params.includes('suffix') === true && !REFUSED_VALUE.test(text);
  return name === 'suffix' && (isNamed || NO_SUFFIX.some((words) => words.test(text)));
}

function isBadRequest(error: unknown): boolean {
  const status = readStatus(error);
  return status === 400 || status === 422;
}

async function completeBy(
  way: CompletionWay,
  connection: Connection,
  params: CompletionRequest,
  outer: AbortSignal,
): Promise<CompletionResult> {
  const { limits, server } = connection;
  const meter = new Meter();
  const { body, forcedPrefix } = way.prepare(params, server.model);
  const enough = new AbortController();
  const late = AbortSignal.timeout(limits.ghostText);
  const signal = AbortSignal.any([outer, enough.signal, late]);
  const pieces = ask(connection, { path: way.path, body, maxTokens: params.maxTokens, limit: limits.ghostText, signal, retries: false });
  const text = new CompletionText(params, forcedPrefix, maxCompletionCharacters(params.maxTokens));
  let stop: StopReason | undefined;
  try {
    for await (const piece of heard(pieces, () => limits.ghostText)) {
      meter.read(piece.said);
      if (piece.text !== '') meter.heard();
      const state = text.push(piece.text);
      stop = state === 'continue' ? piece.stop : state;
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
  if (late.aborted && stop === undefined) throw new SilenceError('nothing in time');
  return text.finish(stop ?? 'end', metrics);
}
