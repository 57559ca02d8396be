import { describe, expect, it } from 'vitest';
import { readAnswerRoom, readCounts, isTooLong } from '../../../../../src/host/llm/server/promptTooLong';

/** An error as the client makes it of a response. */
function refusal(message: string, status = 400, more: object = {}): Error {
  return Object.assign(new Error(`${String(status)} ${message}`), { status, error: { message, ...more } });
}

describe('a prompt that is too long', () => {
  it.each<[string, string, number?]>([
    ['llama-server', 'the request exceeds the available context size, try increasing it'],
    ['llama-server, newer', 'request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it'],
    ['llama-server, while it writes', 'Context size has been exceeded.', 500],
    [
      'llama-server, batches',
      'input (5000 tokens) is too large to process. increase the physical batch size (current batch size: 512)',
      500,
    ],
    [
      'OpenAI',
      "This model's maximum context length is 4097 tokens. However, you requested 4120 tokens (3120 in the messages, 1000 in the completion). Please reduce the length of the messages or completion.",
    ],
    [
      'OpenAI, in messages',
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 8227 tokens. Please reduce the length of the messages.",
    ],
    ['OpenAI, Responses', 'Your input exceeds the context window of this model. Please adjust your input and try again.'],
    [
      'Azure',
      "This model's maximum context length is 8191 tokens, however you requested 10346 tokens (10346 in your prompt; 5 for the completion). Please reduce your prompt; or completion length.",
    ],
    ['vLLM V0', 'Input prompt (2664 tokens) is too long and exceeds limit of 2048'],
    [
      'vLLM V1',
      'The decoder prompt (length 5000) is longer than the maximum model length of 4096. Make sure that `max_model_len` is no smaller than the number of text tokens plus multimodal tokens. For image inputs, the number of image tokens depends on the number of images, and possibly their aspect ratios as well.',
    ],
    ['vLLM 0.8', 'Prompt length of 5016 is longer than the maximum model length of 4096.'],
    [
      'vLLM 0.6',
      'The prompt (total length 25938) is too long to fit into the model (context length 4096). Make sure that `max_model_len` is no smaller than the number of text tokens plus multimodal tokens.',
    ],
    [
      'vLLM 0.10',
      "'max_tokens' or 'max_completion_tokens' is too large: 1000. This model's maximum context length is 1000 tokens and your request has 203 input tokens (1000 > 1000 - 203).",
    ],
    [
      'vLLM 0.14',
      "You passed 5000 input tokens and requested 200 output tokens. However, the model's context length is only 4096 tokens. Please reduce the length of the input prompt.",
    ],
    [
      'LM Studio',
      'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.',
    ],
    ['LM Studio, newer', 'The number of tokens to keep from the initial prompt is greater than the context length.'],
    ['LM Studio, older', 'Input length 6491 exceeds context length 1500'],
    ['Ollama', 'the input length exceeds the context length'],
    ['Ollama, newer', 'prompt too long; exceeded max context length by 12 tokens'],
    ['Ollama runner', 'input exceeds context length', 500],
    [
      'text-generation-inference',
      'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 1244 `inputs` tokens and 1000 `max_new_tokens`',
      422,
    ],
    ['text-generation-inference, inputs', 'Input validation error: `inputs` must have less than 1024 tokens. Given: 1168', 422],
    ['SGLang', "The input (61709 tokens) is longer than the model's context length (40960 tokens)."],
    [
      'SGLang, total',
      "Requested token count exceeds the model's maximum context length of 202752 tokens. You requested a total of 202941 tokens: 170941 tokens from the input messages and 32000 tokens for the completion.",
    ],
    [
      'SGLang, memory',
      'Input length (160062 tokens) exceeds the maximum allowed length (59862 tokens). Use a shorter input or enable --allow-auto-truncate.',
    ],
    ['TabbyAPI', 'Request length 71599 + 2048 is greater than max_seq_len 65536'],
    ['TabbyAPI, prompt', 'Prompt length 5000 is greater than max_seq_len 4096'],
    [
      'TabbyAPI, pages',
      'Job requires 129 pages (only 128 available) and cannot be enqueued. Total cache allocated is 128 * 256 = 32768 tokens',
    ],
    ['llama-cpp-python', 'Requested tokens (2285) exceed context window of 2048', 500],
    ['text-generation-webui', 'This model maximum context length is 4096 tokens. However, your messages resulted in over 5000 tokens.'],
    ['mistral', 'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length'],
    [
      'LiteLLM',
      "litellm.BadRequestError: litellm.ContextWindowExceededError: OpenAIException - this model's maximum context length is 8192 tokens.",
    ],
    [
      'OpenRouter',
      "This endpoint's maximum context length is 32768 tokens. However, you requested about 40000 tokens (39000 of text input, 1000 in the output).",
    ],
    ['Anthropic', 'prompt is too long: 213462 tokens > 200000 maximum'],
    [
      'Anthropic, output',
      'input length and `max_tokens` exceed context limit: 199759 + 8192 > 200000, decrease input length or `max_tokens` and try again',
    ],
    ['Bedrock', 'Input is too long for requested model.'],
    ['Gemini', 'The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).'],
    ['xAI', "This model's maximum prompt length is 131072 but the request contains 537812 tokens."],
    ['Groq', 'Please reduce the length of the messages or completion.'],
    ['GitHub Copilot', 'prompt token count of 140000 exceeds the limit of 128000'],
    ['GitHub models', 'Request body too large for gpt-4o model. Max size: 8000 tokens.', 413],
    ['Moonshot', 'Invalid request: Your request exceeded model token limit: 8192'],
    ['MiniMax', 'invalid params, context window exceeds limit'],
    ['DashScope', 'Range of input length should be [1, 30720]'],
    ['KoboldCpp', 'Prompt is too long for the context size of 4096'],
    ['a proxy behind a long preface', `${'litellm.BadRequestError: '.repeat(20)}prompt is too long: 213462 tokens > 200000 maximum`],
    ['a server of its own', 'Your prompt has 5000 tokens, but this model supports only 4096.'],
    ['another one', 'The context window is 4096 tokens, but 5000 tokens were given'],
    ['a setting', 'max_model_len (4096) exceeded by the prompt'],
    ['advice', 'Try a shorter prompt.'],
    ['OpenAI, in characters', 'Expected a string with maximum length 1048576, but got a string with length 2000000 instead.'],
    ['exllama', 'Sequence length 5000 exceeds maximum 4096'],
    ['OpenAI, newer', 'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens.'],
    ['a proxy of its own', 'failed to create a completion: prompt is too long', 500],
    ['a server that counts positions', 'the prompt is out of range of the model: 5000 tokens'],
    ['in Chinese', '输入内容过长，超出模型上下文长度'],
    ['a proxy', 'Request Entity Too Large', 413],
  ])('is recognised in the words of %s', (_, message, status = 400) => {
    expect(isTooLong(refusal(message, status))).toBe(true);
    // A list of Python's, a string, and what stands behind the status.
    expect(isTooLong(Object.assign(new Error('400'), { status: 400, error: message }))).toBe(true);
    expect(isTooLong(Object.assign(new Error(`400 ${message}`), { status: 400, error: undefined }))).toBe(true);
    expect(isTooLong(Object.assign(new Error('422'), { status: 422, error: { detail: [{ loc: ['body'], msg: message }] } }))).toBe(true);
  });

  it.each([
    ['exceed_context_size_error', {}],
    ['context_length_exceeded', {}],
    ['model_max_prompt_tokens_exceeded', {}],
    ['tokens_limit_reached', {}],
  ])('is recognised by the code %s alone', (code) => {
    expect(isTooLong(refusal('', 400, { code }))).toBe(true);
    expect(isTooLong(refusal('No.', 400, { type: code }))).toBe(true);
  });

  it.each<[string, number?]>([
    ['Rate limit reached: rate limit of 4096 tokens per minute'],
    ['Request too large for model on tokens per minute (TPM): Limit 6000, Requested 8000', 413],
    ['This request would exceed the rate limit for your organization of 40000 input tokens per minute'],
    ['You exceeded your current quota, please check your plan and billing details'],
    ['Too many requests: maximum number of concurrent requests exceeded'],
    ['You requested up to 8000 tokens, but can only afford 1200. Add more credits'],
    ['max_tokens is too large: 8192. This model supports at most 4096 completion tokens, whereas you provided 8192.'],
    ['Invalid max_tokens value, the valid range of max_tokens is [1, 8192]'],
    ['max_tokens must be at least 1, got 0'],
    ["Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."],
    ['Invalid value for temperature: must be less than or equal to 2'],
    ['top_logprobs exceeds the maximum of 20'],
    ['stop sequence is too long'],
    ['model not found'],
    ['System role not supported'],
    ['Conversation roles must alternate user/assistant/user/assistant/...'],
    ['The request timed out'],
    ['Extra inputs are not permitted'],
    [
      '`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model',
    ],
    ['The model has a context length of 4096 tokens'],
    ['image is too large'],
    ['Model is too large to load into memory'],
    ['out of memory on the GPU'],
    ['suffix is not currently supported'],
    ['context shift is disabled'],
    ['Invalid API key'],
    ['model name is missing from the request'],
    ['the tool description exceeds the maximum length'],
    ['The request took too long to process'],
    ['CUDA out of memory while running the model', 500],
    ['failed to create context: out of memory', 500],
    ['CUDA error: out of memory while allocating context', 500],
    ['model requires more system memory (5.6 GiB) than is available, out of system memory for its context', 500],
    ['cudaMalloc failed: the request of 2048 tokens is out of device memory', 500],
    ['OOM: the context is too large', 500],
    ['the context is too large: not enough GPU memory', 500],
    ['memory allocation of the context of 32768 tokens failed', 500],
    ['failed to allocate buffer for the KV cache: the context is too large', 500],
    ['context deadline exceeded', 500],
    ['The request has timed out: the prompt took longer than the limit', 500],
    ['request timeout exceeded'],
    ['the conversation is out of date'],
    ['the input is out of order for this model'],
  ])('is not what “%s” means', (message, status = 400) => {
    expect(isTooLong(refusal(message, status))).toBe(false);
  });

  it('is not what a status of another kind means', () => {
    const words = 'prompt is too long for the context length';
    for (const status of [401, 403, 404, 408, 429, 502, 503, 504]) expect(isTooLong(refusal(words, status))).toBe(false);
    expect(isTooLong(new Error(words))).toBe(false);
    for (const other of [undefined, null, words, { status: 400, message: words }]) expect(isTooLong(other)).toBe(false);
  });
});

describe('what a server has counted', () => {
  it.each<[string, number, number]>([
    ["This model's maximum context length is 2048 tokens. However, you requested 2500 tokens.", 2500, 2048],
    ["This model's maximum context length is 8192 tokens. However, your messages resulted in 8227 tokens.", 8227, 8192],
    ['The decoder prompt (length 5000) is longer than the maximum model length of 4096.', 5000, 4096],
    ['Prompt length of 5016 is longer than the maximum model length of 4096.', 5016, 4096],
    ["The input (61709 tokens) is longer than the model's context length (40960 tokens).", 61709, 40960],
    ['request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it', 5000, 4096],
    [
      'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
      5000,
      4096,
    ],
    ['Requested tokens (2285) exceed context window of 2048', 2285, 2048],
    ['prompt is too long: 213462 tokens > 200000 maximum', 213462, 200000],
    ['The prompt (total length 25938) is too long to fit into the model (context length 4096).', 25938, 4096],
    ["This model's maximum context length is 131,072 tokens. However, you requested 1,132,500 tokens.", 1132500, 131072],
  ])('is read from “%s”', (message, promptTokens, contextTokens) => {
    expect(readCounts(refusal(message))).toEqual({ promptTokens, contextTokens });
  });

  it('is read from llama-server’s fields, and not where they are no counts', () => {
    expect(readCounts(refusal('x', 400, { n_prompt_tokens: 2500, n_ctx: 2048 }))).toEqual({ promptTokens: 2500, contextTokens: 2048 });
    expect(readCounts(Object.assign(new Error(), { error: { error: { n_prompt_tokens: 2, n_ctx: 1 } } }))).toEqual({
      promptTokens: 2,
      contextTokens: 1,
    });
    for (const count of [-1, 1e18, 0.5, 'x', null])
      expect(readCounts(refusal('x', 400, { n_prompt_tokens: count, n_ctx: count }))).toBeUndefined();
    expect(readCounts(refusal('maximum context length is 99999999999 tokens, you requested 5'))).toBeUndefined();
  });
});

describe('the room that a server leaves for an answer', () => {
  it.each<[string, number | undefined]>([
    [
      "This model's maximum context length is 4096 tokens. However, you requested 4541 tokens (3517 in the messages, 1024 in the completion). Please reduce the length of the messages or completion.",
      579,
    ],
    [
      "This model's maximum context length is 4,096 tokens. However, you requested 4,541 tokens (3,517 in the messages, 1,024 in the completion).",
      579,
    ],
    [
      "This model's maximum context length is 8191 tokens, however you requested 9000 tokens (8000 in your prompt; 1000 for the completion). Please reduce your prompt; or completion length.",
      191,
    ],
    [
      "This endpoint's maximum context length is 32768 tokens. However, you requested about 33000 tokens (32000 of text input, 1000 in the output).",
      768,
    ],
    [
      "Requested token count exceeds the model's maximum context length of 202752 tokens. You requested a total of 202941 tokens: 170941 tokens from the input messages and 32000 tokens for the completion.",
      31811,
    ],
    [
      "'max_tokens' is too large: 1000. This model's maximum context length is 1000 tokens and your request has 203 input tokens (1000 > 1000 - 203).",
      797,
    ],
    ["You passed 3900 input tokens and requested 200 output tokens. However, the model's context length is only 4096 tokens.", 196],
    ['`inputs` tokens + `max_new_tokens` must be <= 2048. Given: 1244 `inputs` tokens and 1000 `max_new_tokens`', 804],
    ['input length and `max_tokens` exceed context limit: 199759 + 8192 > 200000', 241],
    ['Request length 3900 + 2048 is greater than max_seq_len 4096', 196],
    ["You passed 5000 input tokens and requested 200 output tokens. However, the model's context length is only 4096 tokens.", undefined],
    ["This model's maximum context length is 4096 tokens. However, your messages resulted in 4541 tokens.", undefined],
    ["This model's maximum context length is 4096 tokens (3 in the messages, 5 in the completion)", undefined],
    ['Request length 71599 + 2048 is greater than max_seq_len 65536', undefined],
  ])('is read from “%s”', (message, room) => {
    expect(readAnswerRoom(refusal(message))).toBe(room);
  });
});
