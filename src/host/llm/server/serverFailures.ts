import { sliceFromStart } from '../../../util/text/wholeCharacters';
import { PromptTooLongError } from '../../../prompt/chat/chatPrompt';
import type { EndpointFailure, EngineErrorData } from '../../../contract/engineErrors';
import { listCauses, readSaid, ReportedError, readStatus } from './serverErrors';

/** Longest detail that fits a sentence, in UTF-16 units. */
const MAX_DETAIL_LENGTH = 300;

/** Codes of Node's and of TLS for certificates nobody vouches for, or for another name. */
const CERTIFICATE_CODE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

/** Codes of the operating system, of name lookup and of undici, Node's HTTP client. */
const NETWORK_CODE = /^(?:E(?!RR_)[A-Z0-9_]+|UND_ERR_\w+|HPE_\w+|ERR_(?:SOCKET|STREAM|HTTP|SSL|PROXY|INVALID_URL)\w*)$/;
/** undici's and Electron's own words, where there is no code. A redirect that is not followed is among them. */
const NETWORK_WORDS = /^(?:fetch failed|failed to fetch|terminated|other side closed|socket hang up|network error|net::ERR_)/i;

const REASONS_BY_NAME: Readonly<Record<string, EndpointFailure>> = {
  SilenceError: 'timeout',
  BrokenOffError: 'brokenOff',
  UnreadableError: 'malformed',
  AddressError: 'address',
  RunawayError: 'oversize',
  OnlyThoughtError: 'onlyThought',
  // JSON that is none, and answers without end.
  SyntaxError: 'malformed',
  OversizeError: 'malformed',
};

/** Explains why a request to the server at `host` failed. An exception of our own code is our defect, and not the network's. */
export function remoteFailure(error: unknown, host: string): EngineErrorData {
  if (error instanceof PromptTooLongError) {
    return { kind: 'promptTooLong', promptTokens: error.promptTokens, contextTokens: error.contextTokens };
  }
  const detail = describe(error);
  const reason = findReason(error, detail);
  return reason === undefined ? { kind: 'internal', detail } : { kind: 'endpoint', host, reason, detail };
}

function findReason(error: unknown, detail: string): EndpointFailure | undefined {
  const errors = listCauses(error);
  const named = errors.map(({ name }) => REASONS_BY_NAME[name]).find((reason) => reason !== undefined);
  if (named !== undefined) return named;
  const status = readStatus(error);
  if (status !== undefined) return explainStatus(status, detail);
  if (error instanceof ReportedError) return isMissingModel(detail) ? 'notFound' : 'failed';
  const codes = errors.map((each) => readCode(each));
  if (codes.some((code) => CERTIFICATE_CODE.test(code))) return 'certificate';
  // The client's own time-out has no name but its message.
  if (errors.some(({ name, message }) => name.includes('Timeout') || message === 'Request timed out.')) return 'timeout';
  const isNetwork = codes.some((code) => NETWORK_CODE.test(code)) || errors.some(({ message }) => NETWORK_WORDS.test(message));
  // The client wraps whatever is thrown while it connects, our own mistakes among it: only without a cause are these words a reason.
  return isNetwork || errors.at(-1)?.message === 'Connection error.' ? 'unreachable' : undefined;
}

/** Tells whether the connection failed, rather than the server refusing or our code breaking. */
export function isNetworkFault(error: unknown): boolean {
  return findReason(error, '') === 'unreachable';
}

function explainStatus(status: number, detail: string): EndpointFailure {
  if (status === 401 || status === 403) return 'key';
  if (status === 404 || status === 405 || status === 501) return isMissingRoute(detail) ? 'address' : 'notFound';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 429 || status === 503) return 'busy';
  if (status >= 500) return 'failed';
  if (status === 400 && isMissingModel(detail)) return 'notFound';
  return 'refused';
}

function isMissingModel(detail: string): boolean {
  return /model/i.test(detail) && /not (?:found|exist)|no such|unknown model/i.test(detail);
}

/** Recognises the words of web frameworks for an unknown path: Ollama, FastAPI, nginx, Express. */
function isMissingRoute(detail: string): boolean {
  return /^(?:404[: ]*)?(?:page not found|not found|file not found|HTML|cannot (?:get|post) .*|route .* not found)\.?$/i.test(
    detail.trim(),
  );
}

function readCode(error: Error): string {
  const value: unknown = Reflect.get(error, 'code');
  return typeof value === 'string' ? value : '';
}

/** The server's own words, or those of the first cause, as one line that fits a sentence. A page of HTML says nothing. */
function describe(error: unknown): string {
  const said = readSaid(error);
  if (said !== undefined) return sliceFromStart(said.message, MAX_DETAIL_LENGTH);
  const line = (listCauses(error).at(-1)?.message ?? String(error)).replace(/\s+/g, ' ').trim();
  return /<(?:!doctype|html)/i.test(line) ? 'HTML' : sliceFromStart(line, MAX_DETAIL_LENGTH);
}
