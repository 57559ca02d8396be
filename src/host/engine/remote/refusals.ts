import { strip } from '../../../prompt/strip';
import { isJsonObject, readCount } from './reading/bounds';
import { readSaid, readStatus } from './serverErrors';
import { isTooLong } from './tooLong';

export type RequestBody = Readonly<Record<string, unknown>>;

/** Parameters that a request can do without. One that a server refuses is left out from then on. */
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

/** Learns from a server's errors which parts of a request it refuses, and leaves them out. A connection remembers them. */
export class Refusals {
  private readonly refused = new Set<Optional>();
  private hasSystemRole = true;
  /** `max_tokens` goes under this name. */
  private answerKey: 'max_tokens' | 'max_completion_tokens' = 'max_tokens';
  private maxAnswerTokens = Infinity;

  /** The parts that are left out or changed, in terms of OpenAI's API, for the log and the status bar. */
  get learnt(): readonly string[] {
    return [
      ...this.refused,
      ...(this.answerKey === 'max_tokens' ? [] : ['max_tokens → max_completion_tokens']),
      ...(this.maxAnswerTokens === Infinity ? [] : [`max_tokens ≤ ${String(this.maxAnswerTokens)}`]),
      ...(this.hasSystemRole ? [] : ['role: system']),
    ];
  }

  /** `body` as this server takes it. */
  adapt(body: RequestBody): RequestBody {
    const adapted: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(body)) {
      const name = key === 'max_tokens' ? this.answerKey : key;
      if (isRefused(this.refused, name) || value === undefined) continue;
      adapted[name] = name === this.answerKey && typeof value === 'number' ? Math.min(value, this.maxAnswerTokens) : value;
    }
    // Options of a stream are an error without one.
    if (!('stream' in adapted)) delete adapted['stream_options'];
    const { messages } = body;
    if (!this.hasSystemRole && Array.isArray(messages)) adapted['messages'] = foldSystemText(messages);
    return adapted;
  }

  /**
   * Learns from an error what the server refuses of `body`, which is adapted.
   * @returns whether it is worth asking again
   */
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
      this.refused.add(found);
      return true;
    }
    const refusesSystem = OTHER_ROLES.test(text) || (refuses && (SYSTEM_ROLE.test(text) || said.params.some(isRoleParam)));
    if (refusesSystem && this.hasSystemRole && hasSystemMessage(body)) {
      this.hasSystemRole = false;
      return true;
    }
    // It refuses something and does not say what: no more than the least is sent.
    const extras = OPTIONAL.filter((name) => name !== 'stream' && !name.startsWith('max_') && name in body);
    if (extras.length === 0 || !/extra|unrecogni[sz]ed|unknown (?:parameter|field|argument|name)|unsupported parameter/i.test(text))
      return false;
    for (const name of extras) this.refused.add(name);
    return true;
  }

  private learnAnswerLimit(text: string, body: RequestBody, named: (name: string) => boolean): boolean {
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
    const limit = limits.flatMap((match) => readCount(match[1]) ?? []).find((count) => count < asked);
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
  return new RegExp(String.raw`(?<![\w-])${name}(?![\w-])`).test(text);
}

function isRefused(refused: ReadonlySet<Optional>, name: string): boolean {
  return OPTIONAL.some((each) => each === name && refused.has(each));
}
