import { readErrorBody, type SaidError } from './reading/errorBody';

/** The server said nothing for too long. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/** The server closed the connection in the midst of an answer. */
export class BrokenOffError extends Error {
  override readonly name = 'BrokenOffError';
}

/** The server reported a failure inside a response that had the status 200. */
export class ReportedError extends Error {
  override readonly name = 'ReportedError';
  readonly status: number | undefined;
  /** @param error the body as it came, under the name that the client has for it */
  constructor(
    readonly said: SaidError,
    readonly error: unknown,
  ) {
    super(said.message);
    this.status = said.status;
  }
}

/** The server said something that is no answer. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

/** The address answers, but not with OpenAI's API. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
}

/** The server wrote more than it was asked for. */
export class RunawayError extends Error {
  override readonly name = 'RunawayError';
}

/** The model thought and wrote no answer. */
export class OnlyThoughtError extends Error {
  override readonly name = 'OnlyThoughtError';
}

/** The HTTP status that a server answered with, where it did. */
export function readStatus(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : undefined;
}

/** Reads the server's account of a failure, in an error response or inside a 200; `undefined` where there is none. */
export function readSaid(error: unknown): SaidError | undefined {
  if (error instanceof ReportedError) return error.said;
  if (!(error instanceof Error)) return undefined;
  const body: unknown = Reflect.get(error, 'error');
  const status = readStatus(error);
  if (status === undefined) return undefined;
  // The client puts a body that is no JSON behind the status.
  const said = readErrorBody(body ?? error.message.replace(/^\d{3} /, ''));
  return said.message === '' ? readErrorBody(error.message) : said;
}

/** An error and its causes, the first cause last. */
export function listCauses(error: unknown): readonly Error[] {
  const found: Error[] = [];
  for (let each = error; each instanceof Error && found.length < 8; each = each.cause) found.push(each);
  return found;
}
