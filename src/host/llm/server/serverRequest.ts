import type { Connection } from './serverConnection';
import { isNetworkFault } from './serverFailures';
import { within } from './serverTimeouts';
import { readPiece, type AnswerPiece } from './reading/answerPiece';
import { isJsonObject, toWellFormedBody } from './reading/readBounds';
import { findError } from './reading/errorBody';
import { readEvents } from './reading/eventStream';
import type { RequestBody } from './learntRefusals';
import { BrokenOffError, ReportedError, UnreadableError } from './serverErrors';

/** A piece of an answer with the JSON it came in, which may say what the request cost. */
export interface SaidPiece extends AnswerPiece {
  readonly said: unknown;
}

export interface Question {
  /** An address, or a path below the server's API. */
  readonly path: string;
  readonly body: RequestBody;
  /** Tokens that are asked for; 0 where there is no limit. */
  readonly maxTokens: number;
  /** Longest wait for the beginning of the answer, in milliseconds. */
  readonly limit: number;
  readonly signal: AbortSignal;
  /** A busy or failing server is asked again. */
  readonly retries: boolean;
}

/** Bytes of a stream: a token comes with some hundred bytes around it, and more where a server adds probabilities. */
const MAX_BYTES = 1 << 20;
const MAX_BYTES_PER_TOKEN = 4 << 10;
/** Lines that cannot be read. They are noise between the parts of an answer, and some servers keep a connection alive by them. */
const MAX_GARBAGE = 1_000;
const MAX_BYTES_WITHOUT_LIMIT = 256 << 20;

/** A server that refuses more parts, one after the other, means something else. */
const MAX_REFUSALS = 8;

const END: SaidPiece = { text: '', thought: '', stop: 'end', said: undefined };

/**
 * Asks a server to write. What it refuses of the request is left out and remembered, and it is asked again.
 * @throws {ReportedError} where it reports a failure in its answer, and whatever the client does
 */
export async function* ask(connection: Connection, question: Question): AsyncGenerator<SaidPiece, void, undefined> {
  const { refusals } = connection;
  for (let refused = 0; ; refused++) {
    const body = refusals.adapt(question.path, question.body);
    let hasBegun = false;
    try {
      for await (const piece of send(connection, question, body)) {
        hasBegun ||= piece.text !== '' || piece.thought !== '';
        yield piece;
      }
      return;
    } catch (error) {
      if (hasBegun || question.signal.aborted || refused === MAX_REFUSALS || !refusals.learn(question.path, error, body)) throw error;
      connection.onDidLearn({ learnt: refusals.learnt });
    }
  }
}

async function* send({ client }: Connection, question: Question, body: RequestBody): AsyncGenerator<SaidPiece, void, undefined> {
  const { path, maxTokens, limit, signal, retries } = question;
  const options = { body: toWellFormedBody(body), signal, stream: true, ...(retries ? {} : { maxRetries: 0 }) };
  // With its retries, for which the client would wait as long again.
  const response = await within(client.post(path, options).asResponse(), limit);
  if (response.body === null) throw new UnreadableError('an answer without a body');
  const maxBytes = maxTokens > 0 ? MAX_BYTES + maxTokens * MAX_BYTES_PER_TOKEN : MAX_BYTES_WITHOUT_LIMIT;
  const garbage: string[] = [];
  let hasEnded = false;
  let isAnswer = false;
  try {
    for await (const item of readEvents(response.body, maxBytes)) {
      if (item.kind === 'done') {
        if (item.isDocument && !isAnswer) throw new UnreadableError('JSON that is no answer');
        hasEnded = true;
        yield END;
        break;
      }
      const value = item.kind === 'value' ? item.value : item.text;
      const error = item.kind === 'value' || item.event === 'error' ? findError(value, item.event) : undefined;
      if (error !== undefined) throw new ReportedError(error, value);
      if (item.kind === 'garbage') {
        garbage.push(item.text.slice(0, 200));
        if (garbage.length === MAX_GARBAGE) break;
      } else {
        isAnswer ||= hasAnswer(value);
        const piece = readPiece(value);
        hasEnded ||= piece.stop !== undefined;
        if (saysSomething(piece, value)) yield { ...piece, said: value };
      }
    }
  } catch (error) {
    throw isNetworkFault(error) ? new BrokenOffError('the connection broke', { cause: error }) : error;
  }
  if (garbage[0] !== undefined && !hasEnded) throw new UnreadableError(garbage[0]);
}

/** Keep-alive chunks, and those with a role alone, are left out. */
function saysSomething({ text, thought, stop }: AnswerPiece, value: unknown): boolean {
  return text !== '' || thought !== '' || stop !== undefined || (isJsonObject(value) && ('usage' in value || 'timings' in value));
}

function hasAnswer(value: unknown): boolean {
  const object: unknown = Array.isArray(value) ? value[0] : value;
  return isJsonObject(object) && ['choices', 'content', 'response', 'message', 'text', 'done'].some((key) => key in object);
}
