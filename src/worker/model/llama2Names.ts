/** Meta's models from before GGUF carried templates are told by their name alone. */
const CHAT_NAME = /llama[-_ ]?v?2.*chat|code ?llama.*instruct/i;
/** Ollama's names of the same models: a tag that does not say `text`, `code` or `python` is the chat model. */
const OLLAMA_NAME = /^(?:llama2|codellama)(?::(.*))?$/i;
const OLLAMA_BASE_TAG = /(?:^|-)(?:text|code|python)(?:-|$)/i;
/** Code Llama 70B is the one with a format of its own. */
const OTHER_FORMAT = /code ?llama.*70b/i;

/** Whether a file or a model so called was trained on Llama 2's chat format. */
export function isLlama2ChatName(name: string): boolean {
  if (OTHER_FORMAT.test(name)) return false;
  if (CHAT_NAME.test(name)) return true;
  const ollama = OLLAMA_NAME.exec(name);
  return ollama !== null && !OLLAMA_BASE_TAG.test(ollama[1] ?? '');
}
