import * as v from 'valibot';
import { PromptTooLongError } from '../../../prompt/chat';
import type { EndpointFailure, EngineErrorData } from '../../../protocol/errors';

/** The server said nothing for too long. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/** The server closed the connection in the midst of an answer. */
export class BrokenOffError extends Error {
  override readonly name = 'BrokenOffError';
}

const llamaServerCounts = v.looseObject({ n_prompt_tokens: v.number(), n_ctx: v.number() });
const openAiCounts = /maximum context length is (\d+) tokens.*?requested (\d+)/s;

/** Codes of Node's and of TLS for certificates nobody vouches for, or for another name. */
const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;
const modelWords = /model/i;

/** Why a request to the server at `host` failed. */
export function remoteFailure(error: unknown, host: string): EngineErrorData {
  if (error instanceof PromptTooLongError) {
    return { kind: 'promptTooLong', promptTokens: error.promptTokens, contextTokens: error.contextTokens };
  }
  const detail = detailOf(error);
  return { kind: 'endpoint', host, reason: reasonOf(error, detail), detail };
}

function reasonOf(error: unknown, detail: string): EndpointFailure {
  if (error instanceof SilenceError) return 'timeout';
  if (error instanceof BrokenOffError) return 'brokenOff';
  const status = statusOf(error);
  if (status !== undefined) return reasonOfStatus(status, detail);
  const names = chain(error).map((each) => each.name);
  const codes = chain(error).map((each) => wordOf(each, 'code'));
  if (codes.some((code) => certificateCode.test(code))) return 'certificate';
  // The library's own time-out has no name but its message.
  if (names.some((name) => name.includes('Timeout')) || chain(error).some(({ message }) => message === 'Request timed out.'))
    return 'timeout';
  // What is no JSON, none of the expected shape, or without end.
  if (names.some((name) => name === 'SyntaxError' || name === 'ValiError' || name === 'OversizeError')) return 'malformed';
  return 'unreachable';
}

function reasonOfStatus(status: number, detail: string): EndpointFailure {
  if (status === 401 || status === 403) return 'key';
  if (status === 404 || status === 405 || status === 501) return 'notFound';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 429 || status === 503) return 'busy';
  if (status >= 500) return 'failed';
  if (status === 400 && modelWords.test(detail) && /not (?:found|exist)/i.test(detail)) return 'notFound';
  return 'refused';
}

/** Words in which servers say that a prompt is longer than their context: llama-server, vLLM and OpenAI, Ollama. */
const tooLongWords =
  /exceed_context_size|context_length_exceeded|maximum context length|exceeds? the (?:available )?context|prompt is too long/i;

/** Whether the server has refused a prompt for its length. */
export function isTooLong(error: unknown): error is Error {
  const status = statusOf(error);
  if (status !== 400 && status !== 413 && status !== 422) return false;
  return (
    status === 413 ||
    tooLongWords.test(
      chain(error)
        .map((each) => `${each.message} ${wordOf(each, 'code')} ${wordOf(each, 'type')}`)
        .join(' '),
    )
  );
}

/** What the server has counted, where it says so. */
export function countsOf(error: unknown): { readonly promptTokens: number; readonly contextTokens: number } | undefined {
  const body: unknown = error instanceof Error ? Reflect.get(error, 'error') : undefined;
  const { success, output } = v.safeParse(llamaServerCounts, body);
  if (success) return { promptTokens: output.n_prompt_tokens, contextTokens: output.n_ctx };
  const found = openAiCounts.exec(chain(error)[0]?.message ?? '');
  return found ? { promptTokens: Number(found[2]), contextTokens: Number(found[1]) } : undefined;
}

function wordOf(error: Error, key: 'code' | 'type'): string {
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : '';
}

/** The HTTP status that a server answered with, where it did. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : undefined;
}

/** What it says at its root, as one line that fits a sentence. A page of HTML says nothing. */
function detailOf(error: unknown): string {
  const said = chain(error).at(-1)?.message ?? String(error);
  const line = said.replace(/\s+/g, ' ').trim();
  return /<(?:!doctype|html)/i.test(line) ? 'HTML' : line.slice(0, 200);
}

/** An error and its causes, the first cause last. */
function chain(error: unknown): readonly Error[] {
  const found: Error[] = [];
  for (let each = error; each instanceof Error && found.length < 8; each = each.cause) found.push(each);
  return found;
}
