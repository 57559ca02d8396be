import { sliceFromStart } from '../../../../util/text/wholeCharacters';
import { isJsonObject, type JsonObject } from './readBounds';

/** A server's own account of a failure. */
export interface SaidError {
  /** One line. A sentence for the user has the beginning of it. */
  readonly message: string;
  /** The HTTP status, where the body names one. */
  readonly status: number | undefined;
  /** Machine-readable names of the failure. */
  readonly codes: readonly string[];
  /** Names of parameters that the server objects to. */
  readonly params: readonly string[];
}

const MAX_MESSAGE_LENGTH = 2_000;
/** Errors inside of errors: a proxy passes on what another one said. */
const MAX_DEPTH = 6;
const MAX_ITEMS = 8;

/** Keys under which servers put their words, in the order in which those are shown. */
const WORD_KEYS = [
  'message',
  'msg',
  'detail',
  'details',
  'error',
  'errors',
  'error_message',
  'error_description',
  'reason',
  'title',
  'raw',
];
const CODE_KEYS = ['code', 'type', 'error_type', 'status'];

/**
 * The error that a 200 holds, in a stream or as the whole answer. An answer whose `error` is null or empty is none.
 * @param event name of the server-sent event, empty for none
 */
export function findError(said: unknown, event = ''): SaidError | undefined {
  const first: unknown = Array.isArray(said) ? said[0] : said;
  if (event === 'error') return readErrorBody(first);
  if (!isJsonObject(first)) return undefined;
  const { choices } = first;
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  for (const holder of [first, choice]) {
    const error = isJsonObject(holder) ? holder['error'] : undefined;
    if (holdsWords(error)) return readErrorBody(error === true ? first : { ...asObject(holder), choices: undefined });
  }
  if (first['object'] === 'error' || first['type'] === 'error') return readErrorBody(first);
  const isAnswer = Array.isArray(choices) || ['content', 'response', 'done', 'usage', 'data', 'models'].some((key) => key in first);
  const complains = holdsWords(first['detail']) || holdsWords(first['errors']) || typeof first['message'] === 'string';
  return !isAnswer && complains ? readErrorBody(first) : undefined;
}

/** Reads the body of an error, whatever its shape. */
export function readErrorBody(body: unknown): SaidError {
  const found = { words: new Set<string>(), codes: new Set<string>(), params: new Set<string>() };
  collect(body, found, 0);
  const message = [...found.words].join('; ').replace(/\s+/g, ' ').trim();
  const codes = [...found.codes];
  const status = codes.map(Number).find((code) => code >= 400 && code < 600) ?? statusOfWords(codes);
  return { message: sliceFromStart(message, MAX_MESSAGE_LENGTH), status, codes, params: [...found.params] };
}

/** The status that OpenAI's and Anthropic's names of failures stand for; a stream has no other. */
const STATUS_WORDS: readonly (readonly [number, RegExp])[] = [
  [401, /authentication|invalid_api_key|unauthorized|permission_denied/i],
  [404, /model_not_found/i],
  [429, /rate_limit/i],
  [503, /overloaded|unavailable/i],
];

function statusOfWords(codes: readonly string[]): number | undefined {
  return STATUS_WORDS.find(([, words]) => codes.some((code) => words.test(code)))?.[0];
}

interface Found {
  readonly words: Set<string>;
  readonly codes: Set<string>;
  readonly params: Set<string>;
}

function collect(value: unknown, found: Found, depth: number): void {
  if (depth > MAX_DEPTH || found.words.size >= MAX_ITEMS) return;
  if (typeof value === 'string') collectText(value, found, depth);
  else if (Array.isArray(value)) for (const each of value.slice(0, MAX_ITEMS)) collect(each, found, depth + 1);
  else if (isJsonObject(value)) collectObject(value, found, depth);
}

/** A message may be another body, as JSON. */
function collectText(text: string, found: Found, depth: number): void {
  const trimmed = text.trim();
  if (/^[[{]/.test(trimmed) && trimmed.length < 100_000) {
    try {
      const before = found.words.size;
      collect(JSON.parse(trimmed), found, depth + 1);
      if (found.words.size > before) return;
    } catch {
      // Words in brackets.
    }
  }
  if (trimmed !== '') found.words.add(/<(?:!doctype|html)/i.test(trimmed) ? 'HTML' : sliceFromStart(trimmed, MAX_MESSAGE_LENGTH));
}

function collectObject(body: JsonObject, found: Found, depth: number): void {
  for (const key of CODE_KEYS) {
    const code = body[key];
    if (typeof code === 'string' || typeof code === 'number') found.codes.add(String(code).slice(0, 100));
  }
  const { param, loc, metadata } = body;
  if (typeof param === 'string') found.params.add(param.slice(0, 100));
  const before = found.words.size;
  // FastAPI names the field by its place in the request.
  if (Array.isArray(loc)) {
    for (const part of loc.slice(0, MAX_ITEMS)) if (typeof part === 'string') found.params.add(part.slice(0, 100));
    const place = loc.slice(0, MAX_ITEMS).filter((part) => typeof part === 'string' || typeof part === 'number');
    if (typeof body['msg'] === 'string') found.words.add(sliceFromStart(`${place.join('.')}: ${body['msg']}`, MAX_MESSAGE_LENGTH));
  } else for (const key of WORD_KEYS) collect(body[key], found, depth + 1);
  if (isJsonObject(metadata)) collect(metadata['raw'], found, depth + 1);
  // An error without words has at least a name.
  if (found.words.size === before && depth <= 1) {
    const name = [...found.codes].find((code) => !/^\d*$/.test(code)) ?? [...found.codes][0];
    if (name !== undefined) found.words.add(name);
  }
}

function holdsWords(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== '';
  if (Array.isArray(value)) return value.length > 0;
  return value === true || (isJsonObject(value) && Object.values(value).some((each) => each !== null && each !== ''));
}

function asObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
