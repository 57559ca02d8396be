import { strip } from '../../../util/text/strip';
import { isJsonObject, joinThousands, readCount } from './reading/readBounds';
import { readSaid, readStatus } from './serverErrors';
import { isTooLong } from './promptTooLong';

export type RequestBody = Readonly<Record<string, unknown>>;

/** Parameters that a request can do without. One that a route refuses is not sent there again. */
const OPTIONAL = [
  'stream_options',
  'seed',
  'top_p',
  'temperature',
  'cache_prompt',
  'max_completion_tokens',
  'max_tokens',
  'stream',
] as const;

type Optional = (typeof OPTIONAL)[number];

/** Words in which servers refuse a parameter that they name. */
const REFUSING =
  /not (?:currently )?(?:supported|allowed|permitted|available|enabled|recognized|valid|expected)|unsupported|unknown|unrecogni[sz]ed|unexpected|extra (?:inputs?|fields?|parameters?)|(?:does not|doesn'?t|do not|don'?t|cannot|can't) (?:support|accept|allow|have|use)|forbidden|invalid|no longer|deprecated|must be|only allowed|only the default|should be|cannot find field|cannot both|only one of|mutually exclusive|incompatible|not compatible|disallowed|不支持|无效|未知/i;

/** Words for the system role, which some templates do not know. */
const SYSTEM_ROLE = /system (?:role|messages?|prompts?|instructions?)|developer instruction|role:? ?['"`]?system|['"`]system['"`]/i;
/** The same refusal without those words, as templates of Llama 2, Mistral and Gemma have it. */
const OTHER_ROLES = /roles must alternate|only (?:the )?['"`]?user['"`]?(?:,| and) ['"`]?(?:assistant|model)/i;

/** Words that are about the value of a parameter that the server does know. */
const REFUSING_VALUE =
  /(?:must|should|has to|needs to) (?:not )?be\b|\b(?:invalid|unsupported|illegal|bad) value|value (?:of|for|is|must)|out of (?:range|bounds)|\brange\b|\b(?:strictly|positive|negative|between)\b|(?:less|greater|lower|higher|smaller|larger) than|at (?:least|most)|does not support -?\d/i;
/** Any value but the one that stands for the parameter's absence. */
const REFUSING_ANY_VALUE = /only (?:the )?default|(?:unsupported|unknown|unrecogni[sz]ed) (?:parameter|field|argument)|not permitted/i;

/** Words for parameters that a server does not name. */
const REFUSING_UNNAMED =
  /\b(?:extra|additional|unrecogni[sz]ed|unknown|unsupported) (?:request |input |body |keyword |json )?(?:inputs?|fields?|parameters?|params?|arguments?|keys?|properties|property|options?)\b|\bunknown names?:? ?['"\u0060]|extra_forbidden/i;

/** "stream" is also a word for what a connection carries: it has to stand where a parameter stands. */
const STREAM_PARAMETER =
  /['"\u0060]stream['"\u0060]|\b(?:body|properties)[./]stream\b|#\/stream\b|\b(?:parameters?|fields?|arguments?|propert(?:y|ies)|options?|keys?|names?)(?: supplied)?:? stream\b|\bstream ?= ?(?:true|false)\b|\bstream: (?:extra|input|value|field|must|should|not|un(?:known|supported|expected))\b|\bstream (?:parameter|option|field|mode)\b|\bstream (?:is|must|should|cannot|can't|does)(?: not|n't)? ?(?:currently |yet )?(?:be (?:set to )?(?:false|off|0)|supported|allowed|permitted|available|enabled|unsupported|unknown|unexpected|disallowed|forbidden)|参数 ?stream\b|\bstream ?参数|(?:not|n't) support stream(?:ing)?\b|\bstreaming (?:mode |responses? )?(?:is |are )?(?:not|un)/i;
const STREAM_OF_BYTES = /\b(?:end|start|rest) of (?:the )?stream\b|\bstream (?:ended|closed|error|reset|broke)/i;

/** Values of one parameter that a server may refuse before the parameter itself is left out. */
const MAX_REFUSED_VALUES = 4;

/** A smaller limit of an answer is another number in the same sentence. */
const MIN_ANSWER_LIMIT = 16;

/** Learns from a server's errors which parts of a request it refuses, and leaves them out. A connection remembers them for each route. */
export class Refusals {
  private readonly routes = new Map<string, RouteRefusals>();

  /** The parts that are left out or changed on any route, in terms of OpenAI's API, for the log and the status bar. */
  get learnt(): readonly string[] {
    return [...new Set(Array.from(this.routes.values(), ({ learnt }) => learnt).flat())];
  }

  /** `body` as the route takes it. */
  adapt(path: string, body: RequestBody): RequestBody {
    return this.find(path).adapt(body);
  }

  /**
   * Learns from an error what the route refuses of `body`, which is adapted.
   * @returns whether it is worth asking again
   */
  learn(path: string, error: unknown, body: RequestBody): boolean {
    return this.find(path).learn(error, body);
  }

  private find(path: string): RouteRefusals {
    const known = this.routes.get(path);
    if (known !== undefined) return known;
    const route = new RouteRefusals();
    this.routes.set(path, route);
    return route;
  }
}

class RouteRefusals {
  private readonly refused = new Set<Optional>();
  /** Values that are refused of a parameter that is taken with others, as JSON. */
  private readonly refusedValues = new Map<Optional, Set<string>>();
  private hasSystemRole = true;
  /** `max_tokens` goes under this name. */
  private answerKey: 'max_tokens' | 'max_completion_tokens' = 'max_tokens';
  private maxAnswerTokens = Infinity;

  get learnt(): readonly string[] {
    const values = Array.from(this.refusedValues, ([name, refused]) => Array.from(refused, (value) => `${name}=${value}`)).flat();
    return [
      ...this.refused,
      ...values,
      ...(this.answerKey === 'max_tokens' ? [] : ['max_tokens → max_completion_tokens']),
      ...(this.maxAnswerTokens === Infinity ? [] : [`max_tokens ≤ ${String(this.maxAnswerTokens)}`]),
      ...(this.hasSystemRole ? [] : ['role: system']),
    ];
  }

  adapt(body: RequestBody): RequestBody {
    const adapted: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(body)) {
      const name = key === 'max_tokens' ? this.answerKey : key;
      if (value === undefined || this.isRefused(name, value)) continue;
      adapted[name] = name === this.answerKey && typeof value === 'number' ? Math.min(value, this.maxAnswerTokens) : value;
    }
    // Options of a stream are an error without one.
    if (!('stream' in adapted)) delete adapted['stream_options'];
    const { messages } = body;
    if (!this.hasSystemRole && Array.isArray(messages)) adapted['messages'] = foldSystemText(messages);
    return adapted;
  }

  learn(error: unknown, body: RequestBody): boolean {
    const status = readStatus(error);
    if (status !== undefined && ![400, 405, 406, 415, 422, 500, 501].includes(status)) return false;
    const said = readSaid(error);
    if (said === undefined || isTooLong(error)) return false;
    const text = said.message;
    const named = (name: string): boolean =>
      [name, ...(name === 'stream_options' ? ['include_usage'] : [])].some((each) => said.params.includes(each) || isNamed(text, each));
    const refuses = REFUSING.test(text) || said.params.length > 0 || said.codes.some((code) => REFUSING.test(code.replaceAll('_', ' ')));
    if (refuses && this.learnAnswerLimit(text, body, named)) return true;
    const found = refuses ? OPTIONAL.find((name) => name in body && named(name)) : undefined;
    if (found !== undefined) {
      this.refuse(found, body[found], text);
      return true;
    }
    const refusesSystem = OTHER_ROLES.test(text) || (refuses && (SYSTEM_ROLE.test(text) || said.params.some(isRoleParam)));
    if (refusesSystem && this.hasSystemRole && hasSystemMessage(body)) {
      this.hasSystemRole = false;
      return true;
    }
    // It refuses something and does not say what: no more than the least is sent.
    const extras = OPTIONAL.filter((name) => name !== 'stream' && !name.startsWith('max_') && name in body);
    const isFailure = status !== undefined && status >= 500;
    if (extras.length === 0 || isFailure || !REFUSING_UNNAMED.test(text) || namesAnother(body, named)) return false;
    for (const name of extras) this.refused.add(name);
    return true;
  }

  private refuse(name: Optional, value: unknown, text: string): void {
    const isOfValue = typeof value === 'number' && REFUSING_VALUE.test(text) && !REFUSING_ANY_VALUE.test(text);
    const values = this.refusedValues.get(name) ?? new Set();
    if (isOfValue && values.size < MAX_REFUSED_VALUES) {
      this.refusedValues.set(name, values.add(JSON.stringify(value)));
    } else {
      this.refusedValues.delete(name);
      this.refused.add(name);
    }
  }

  private isRefused(name: string, value: unknown): boolean {
    const optional = OPTIONAL.find((each) => each === name);
    if (optional === undefined) return false;
    return this.refused.has(optional) || this.refusedValues.get(optional)?.has(JSON.stringify(value)) === true;
  }

  private learnAnswerLimit(words: string, body: RequestBody, named: (name: string) => boolean): boolean {
    const text = joinThousands(words);
    if ('max_tokens' in body && text.includes('max_completion_tokens') && named('max_tokens')) {
      this.answerKey = 'max_completion_tokens';
      return true;
    }
    const asked = body[this.answerKey];
    if (typeof asked !== 'number' || !(named('max_tokens') || named('max_completion_tokens'))) return false;
    // "supports at most 4096 completion tokens", "must be less than or equal to `8192`", "the valid range of max_tokens is [1, 8192]".
    const limits = Array.from(
      text.matchAll(/(?:at most|maximum(?: value)?(?: of| is)?|<=|equal to|, ?|between \d+ and|up to)\s*[`'"]?(\d+)/gi),
    );
    const limit = limits.flatMap((match) => readCount(match[1]) ?? []).find((count) => count >= MIN_ANSWER_LIMIT && count < asked);
    if (limit === undefined || limit >= this.maxAnswerTokens) return false;
    this.maxAnswerTokens = limit;
    return true;
  }
}

/** The same as the local engine does for a template without a system role: its text joins the first user message. */
function foldSystemText(messages: readonly unknown[]): readonly unknown[] {
  const [first, second, ...rest] = messages;
  const isFoldable = isJsonObject(first) && first['role'] === 'system' && isJsonObject(second) && typeof second['content'] === 'string';
  return isFoldable
    ? [{ ...second, content: `${strip(String(first['content']))}\n\n${strip(String(second['content']))}` }, ...rest]
    : messages;
}

function hasSystemMessage({ messages }: RequestBody): boolean {
  const first: unknown = Array.isArray(messages) ? messages[0] : undefined;
  return isJsonObject(first) && first['role'] === 'system';
}

/** `messages[0].role`, or the last part of a place in FastAPI's terms. */
function isRoleParam(param: string): boolean {
  return /(?:^|[.\]])role$/.test(param);
}

function isNamed(text: string, name: string): boolean {
  if (name === 'stream') return STREAM_PARAMETER.test(text) && !STREAM_OF_BYTES.test(text);
  return new RegExp(String.raw`(?<![\w-])${name}(?![\w-])`).test(text);
}

/** Tells whether the server objects to a part that no request of this kind can do without, such as the text behind the cursor. */
function namesAnother(body: RequestBody, named: (name: string) => boolean): boolean {
  // These are words of any sentence.
  const words = ['model', 'prompt', 'messages', ...OPTIONAL];
  return Object.keys(body).some((key) => !words.includes(key) && named(key));
}
