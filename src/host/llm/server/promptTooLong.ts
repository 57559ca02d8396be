/** Recognises that a server refused a prompt for its length. There is no common code for it, so most of it is words. */
import { PromptTooLongError } from '../../../prompt/chat/chatPrompt';
import { joinThousands, readCount } from './reading/readBounds';
import { readSaid, readStatus } from './serverErrors';

/** Codes of llama-server, OpenAI, LiteLLM, GitHub's models, Anthropic and others. */
const CODES =
  /exceed_context_size|context_(?:length|window|size)_?exceeded|ContextWindowExceeded|context_too_large|tokens_limit_reached|string_above_max_length|max_prompt_tokens_exceeded|prompt_too_long|input_too_long|request_too_large/i;

/** A limit that is over with time, or that is not about this prompt: the same words, and a shorter prompt does not help. */
const OTHER_LIMITS =
  /rate[ _-]?limit|quota|throttl|too many requests|concurren|credit|per[ _-]?(?:minute|min\b|hour|day|second)|\b(?:TPM|TPD|RPM|RPD)\b|tool description|stop sequence|top_logprobs|(?:file|image|attachment)s? (?:is|are) too large/i;

/** A machine without memory, and a request without an answer in time. These words stand beside "context" and "request" as well. */
const FAILURES =
  /out of (?:\w+ ){0,2}(?:memory|VRAM)|\bOOM\b|(?:not enough|insufficient) (?:\w+ ){0,2}(?:memory|VRAM)\b|memory (?:allocation|error)|allocat(?:e|ion|ing) (?:\w+ ){0,3}(?:failed|memory|buffer)|failed to (?:allocate|create (?:the )?context)|(?:took|takes|taking) too (?:long|much time)|timed?[ -]?out|deadline|\btime limit\b/i;

/** Statuses of a key, a missing model and a rate, and of a proxy whose server is not there. Their words may be the same. */
const OTHER_STATUSES: ReadonlySet<number | undefined> = new Set([401, 403, 404, 408, 429, 502, 503, 504]);

const CONTEXT = String.raw`context(?:[ _-]?(?:length|window|size|limit))?`;
const MAXIMUM = String.raw`(?:maximum|max\.?|maximal)`;
const OVER = String.raw`(?:exceed(?:s|ed|ing)?|overflow(?:s|ed|ing)?|(?:is |are )?(?:longer|greater|larger|bigger|more) than|(?:is |are )?too (?:long|large|big|many)|beyond|over the|does not fit|do not fit|doesn't fit|surpass(?:es|ed)?|out of (?:the |its )?(?:context|range|bounds))`;
const PROMPT = String.raw`(?:prompts?|inputs?|messages?|requests?|conversation|sequence|history|tokens)`;

const WORDS: readonly RegExp[] = [
  // "exceeds the available context size", "context the overflows", "greater than the context length".
  new RegExp(String.raw`${OVER}[^.;]{0,80}\b${CONTEXT}\b`, 'i'),
  new RegExp(String.raw`\b${CONTEXT}\b[^.;]{0,60}(?:${OVER}|\bfull\b|is only|reached)`, 'i'),
  // "maximum context length is 4096 tokens", "maximum prompt length is 131072".
  new RegExp(String.raw`${MAXIMUM} (?:model'?s? )?(?:context|prompt|input|sequence|model|request) ?(?:length|size|window|tokens)`, 'i'),
  // "prompt is too long", "Input prompt (2664 tokens) is too long", "input token count (9) exceeds the maximum number of tokens".
  new RegExp(String.raw`\b${PROMPT}\b[^.;]{0,60}\btoo (?:long|large|big|many)`, 'i'),
  new RegExp(String.raw`\b${PROMPT}\b[^.;]{0,60}${OVER}[^.;]{0,60}\b(?:tokens?|length|limit|maximum|max\w*|n_ctx|num_ctx|model)\b`, 'i'),
  /\btoo many (?:input |prompt )?tokens\b/i,
  /\btoken limit (?:was )?exceeded|exceed(?:s|ed)?(?: the)?(?: model)? token limit/i,
  // "reduce the length of the messages", "please reduce your prompt".
  /\b(?:reduce|shorten)\b[^.;]{0,40}\b(?:prompt|messages?|input|length)\b/i,
  // text-generation-inference: "`inputs` tokens + `max_new_tokens` must be <= 2048", "`inputs` must have less than 1024 tokens".
  /`?inputs`? (?:tokens? \+|must have (?:less|fewer|at most))/i,
  // Settings of servers by name: "Request length 71599 + 2048 is greater than max_seq_len 65536".
  new RegExp(String.raw`${OVER}[^.;]{0,40}\b(?:max_seq_len|max_model_len|max_position_embeddings|max_total_tokens|n_ctx|num_ctx)\b`, 'i'),
  new RegExp(String.raw`\b(?:max_seq_len|max_model_len|max_position_embeddings|n_ctx|num_ctx)\b[^.;]{0,40}${OVER}`, 'i'),
  // "Your prompt has 5000 tokens, but the model supports only 4096".
  new RegExp(
    String.raw`\b${PROMPT}\b[^;]{0,60}\b\d+ tokens?[^;]{0,80}\b(?:only|at most|max\w*|limit\w*|supports?|allow\w*)\b[^;]{0,40}\d`,
    'i',
  ),
  // "The context window is 4096 tokens, but 5000 were given".
  new RegExp(
    String.raw`\bcontext (?:length|window|size)\b[^;]{0,30}\d+[^;]{0,30}\b(?:but|however|got|while|requested|given)\b[^;]{0,60}\d`,
    'i',
  ),
  /\b(?:shorter|smaller) (?:prompt|input|message|conversation|text)\b/i,
  // OpenAI: "Expected a string with maximum length 1048576, but got a string with length 2000000 instead".
  /\bstring too long\b|maximum length \d+, but got/i,
  // LM Studio: "Trying to keep the first 5000 tokens when context the overflows".
  /trying to keep the first \d+ tokens/i,
  // exllamav2 in TabbyAPI: "Job requires 129 pages (only 128 available)".
  /requires \d+ pages[^.]{0,40}available/i,
  /range of input length should be/i,
  /(?:输入|提示|上下文|消息|请求|prompt|token)[^。；]{0,20}(?:过长|超长|太长|超出|超过|超限)/i,
];

/** Tells whether a server has refused a prompt for its length. */
export function isTooLong(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof PromptTooLongError) return false;
  const status = readStatus(error);
  if (OTHER_STATUSES.has(status)) return false;
  const said = readSaid(error);
  if (said === undefined) return false;
  const text = said.message || error.message;
  if ([text, ...said.codes].some((each) => OTHER_LIMITS.test(each) || FAILURES.test(each))) return false;
  if (status === 413 || said.codes.some((code) => CODES.test(code)) || CODES.test(text)) return true;
  return WORDS.some((words) => words.test(text)) && !isAnswerLimit(text);
}

/** A limit of the answer alone: "max_tokens is too large: 8192. This model supports at most 4096 completion tokens". */
function isAnswerLimit(text: string): boolean {
  return /max_(?:completion_|new_|output_)?tokens/i.test(text) && !/context|prompt|input|messages|max_(?:seq|model)_len/i.test(text);
}

/** Pairs of what was asked for and what fits, in the words of servers. Named groups, in either order. */
const COUNTS: readonly RegExp[] = [
  /maximum context length is (?<fits>\d+)[^]*?(?:requested(?: a total of)?|resulted in(?: over)?|has|prompt contains(?: at least)?) (?<asked>\d+)/i,
  /context length is only (?<fits>\d+)/i,
  /requested a total of (?<asked>\d+)/i,
  /length (?:of )?\(?(?<asked>\d+)\)?[^]*?maximum model length of (?<fits>\d+)/i,
  /\((?<asked>\d+) tokens\)[^]*?(?:context (?:size|length)|limit of|limit:) ?\(?(?<fits>\d+)/i,
  /total length (?<asked>\d+)[^]*?context length (?<fits>\d+)/i,
  /keep the first (?<asked>\d+) tokens[^]*?context length of only (?<fits>\d+)/i,
  /tokens \((?<asked>\d+)\) exceed context window of (?<fits>\d+)/i,
  /length (?<asked>\d+)[^]*?max_seq_len (?:of )?(?<fits>\d+)/i,
  /(?<asked>\d+) tokens > (?<fits>\d+) maximum/i,
  /contains (?<asked>\d+) tokens[^]*?model with (?<fits>\d+) maximum/i,
];

/** Reads how many tokens the server has counted, where it says so. */
export function readCounts(error: unknown): { readonly promptTokens: number; readonly contextTokens: number } | undefined {
  const body: unknown = error instanceof Error ? Reflect.get(error, 'error') : undefined;
  const own = findCounts(body, 0);
  if (own !== undefined) return own;
  const text = joinThousands(readSaid(error)?.message ?? '');
  let [promptTokens, contextTokens]: (number | undefined)[] = [];
  for (const pattern of COUNTS) {
    const groups = pattern.exec(text)?.groups;
    promptTokens ??= readCount(groups?.['asked']);
    contextTokens ??= readCount(groups?.['fits']);
  }
  return promptTokens === undefined || contextTokens === undefined ? undefined : { promptTokens, contextTokens };
}

/** Sentences that count prompt and answer apart. Named groups; a request is refused for their sum. */
const SPLIT_COUNTS: readonly RegExp[] = [
  // OpenAI, OpenRouter, Azure: "maximum context length is 4096 tokens. However, you requested 4541 tokens (3517 in the messages, 1024 in the completion)".
  /context length (?:is|of) (?:only )?(?<fits>\d+)[^(]{0,100}\((?<prompt>\d+) (?:in (?:the|your) (?:messages|prompt)|of (?:text )?input)\b[^)]{0,80}?(?<answer>\d+) (?:in|for) the (?:completion|output)/i,
  // SGLang.
  /context length of (?<fits>\d+) tokens[^:]{0,100}: (?<prompt>\d+) tokens from the input[^]{0,40}? (?<answer>\d+) tokens for the completion/i,
  // vLLM: "maximum context length is 1000 tokens and your request has 203 input tokens (1000 > 1000 - 203)".
  /context length is (?<fits>\d+) tokens and your request has (?<prompt>\d+) input tokens \((?<answer>\d+) >/i,
  // vLLM 0.14: "You passed 3900 input tokens and requested 200 output tokens. However, the model's context length is only 4096 tokens".
  /passed (?<prompt>\d+) input tokens and requested (?<answer>\d+) output tokens[^]{0,60}context length is only (?<fits>\d+)/i,
  // text-generation-inference: "must be <= 2048. Given: 1244 `inputs` tokens and 1000 `max_new_tokens`".
  /must be <= (?<fits>\d+)\. Given: (?<prompt>\d+) `?inputs`? tokens and (?<answer>\d+) `?max_new_tokens/i,
  // Anthropic: "exceed context limit: 199759 + 8192 > 200000". TabbyAPI: "Request length 3900 + 2048 is greater than max_seq_len 4096".
  /(?:context limit:|request length) (?<prompt>\d+) \+ (?<answer>\d+) (?:>|is greater than max_seq_len) (?<fits>\d+)/i,
];

/** Reads how many tokens the server has left for an answer to a prompt that fits; `undefined` where it did not count the prompt alone. */
export function readAnswerRoom(error: unknown): number | undefined {
  const text = joinThousands(readSaid(error)?.message ?? '');
  for (const pattern of SPLIT_COUNTS) {
    const { prompt, answer, fits } = pattern.exec(text)?.groups ?? {};
    const [promptTokens, answerTokens, contextTokens] = [prompt, answer, fits].map(readCount);
    if (promptTokens === undefined || answerTokens === undefined || contextTokens === undefined) continue;
    const room = contextTokens - promptTokens;
    return room > 0 && room < answerTokens ? room : undefined;
  }
  return undefined;
}

/** llama-server's fields, which a proxy may have wrapped. */
function findCounts(value: unknown, depth: number): { readonly promptTokens: number; readonly contextTokens: number } | undefined {
  if (typeof value !== 'object' || value === null || depth > 4) return undefined;
  const promptTokens = readCount(Reflect.get(value, 'n_prompt_tokens'));
  const contextTokens = readCount(Reflect.get(value, 'n_ctx'));
  if (promptTokens !== undefined && contextTokens !== undefined) return { promptTokens, contextTokens };
  return findCounts(Reflect.get(value, 'error'), depth + 1);
}
