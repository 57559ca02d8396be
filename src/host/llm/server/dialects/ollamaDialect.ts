/**
 * Ollama (`docs/api.md` there). Its `/v1/completions` puts a prompt without a suffix into the model's chat template, and takes an empty
 * suffix for none, so completions go through `/api/generate`: raw, with the tokens of the model's own template.
 */
import type { CompletionRequest } from '../../../../contract/completion';
import { continuationText } from '../../../../prompt/completion/completionPrompt';
import { isJsonObject, readCount, type JsonObject } from '../reading/readBounds';
import { cutSuffix, cutSuffixOrNewline, openAiWay, PREFIX_CHARACTERS, sampleCompletion, type CompletionWay, type Dialect } from './dialect';
import type { Look } from './probeRoute';

/** The texts that a model's template puts around prefix and suffix. */
export interface FillTemplate {
  readonly before: string;
  readonly between: string;
  readonly after: string;
  /** The suffix stands first. */
  readonly isSuffixFirst: boolean;
}

/** Bounds of what is searched: the patterns below take quadratic time. */
const MAX_TEMPLATE_LENGTH = 32_000;
const MAX_FILL_LENGTH = 2_000;

export async function openOllama(look: Look, root: string, model: string, settingTokens: number): Promise<Dialect> {
  // Older versions call the model `name`.
  const [shown, running] = await Promise.all([look('/api/show', { model, name: model }), look('/api/ps')]);
  const details = isJsonObject(shown.said) ? shown.said : {};
  const fixed = findRunningContext(running.said, model) ?? readParameter(details['parameters']);
  const trained = findTrainedContext(details['model_info']);
  const template = readFillTemplate(details['template']);
  const { capabilities } = details;
  const mentionsSuffix = typeof details['template'] === 'string' && details['template'].includes('.Suffix');
  const canInsert = mentionsSuffix || (Array.isArray(capabilities) && capabilities.includes('insert'));
  return {
    name: 'Ollama',
    // Ollama cuts a longer prompt without a word, and loads a model with far less than it was trained for.
    contextTokens: fixed ?? (trained === undefined ? undefined : Math.min(trained, settingTokens)),
    isProvisional: fixed === undefined,
    ways: [...(template ? [templateWay(root, template)] : []), ...(canInsert ? [insertWay(root)] : []), rawWay(root), openAiWay('suffix')],
  };
}

/** `num_ctx 8192` among the lines of a Modelfile's parameters. */
function readParameter(parameters: unknown): number | undefined {
  return typeof parameters === 'string' ? readCount(/^\s*num_ctx\s+(\d+)\s*$/m.exec(parameters)?.[1]) : undefined;
}

/** `llama.context_length`, under the name of the model's architecture. */
function findTrainedContext(info: unknown): number | undefined {
  if (!isJsonObject(info)) return undefined;
  const [, value] = Object.entries(info).find(([key]) => key.endsWith('.context_length')) ?? [];
  return readCount(value);
}

function findRunningContext(running: unknown, model: string): number | undefined {
  const models: unknown = isJsonObject(running) ? running['models'] : undefined;
  const names = [model, `${model}:latest`];
  const isWanted = (each: unknown): each is JsonObject =>
    isJsonObject(each) && [each['name'], each['model']].some((name) => typeof name === 'string' && names.includes(name));
  return readCount((Array.isArray(models) ? models.find(isWanted) : undefined)?.['context_length']);
}

/**
 * The part of a Go template that fills in, as `{{ if .Suffix }}<PRE> {{ .Prompt }} <SUF>{{ .Suffix }} <MID>{{ else }}…`; `undefined` where
 * there is none, or one that does more than put marks around the two.
 */
export function readFillTemplate(template: unknown): FillTemplate | undefined {
  if (typeof template !== 'string' || template.length > MAX_TEMPLATE_LENGTH) return undefined;
  const branch = /\{\{-?\s*if\s+\.Suffix\s*(-?)\}\}([^]*?)\{\{(-?)\s*(?:else|end)\b/.exec(template);
  const body = branch?.[2];
  // A template without branches is that of a base model.
  const text = body === undefined ? template : trimSides(body, branch?.[1] === '-', branch?.[3] === '-');
  if (text.length > MAX_FILL_LENGTH) return undefined;
  const parts = /^([^{}]*?)(\s*)\{\{(-?)\s*\.(Prompt|Suffix)\s*(-?)\}\}([^{}]*?)\{\{(-?)\s*\.(Prompt|Suffix)\s*(-?)\}\}([^{}]*)$/.exec(
    text,
  );
  if (parts === null) return undefined;
  const [, head = '', space = '', trimHead, first, trimA, middle = '', trimB, second, trimTail, tail = ''] = parts;
  if (first === second) return undefined;
  const before = trimHead === '-' ? head : head + space;
  const between = trimSides(middle, trimA === '-', trimB === '-');
  const after = trimSides(tail, trimTail === '-', false);
  return between.trim() === '' ? undefined : { before, between, after, isSuffixFirst: first === 'Suffix' };
}

function trimSides(text: string, start: boolean, end: boolean): string {
  const trimmed = start ? text.trimStart() : text;
  return end ? trimmed.trimEnd() : trimmed;
}

function templateWay(root: string, { before, between, after, isSuffixFirst }: FillTemplate): CompletionWay {
  return generateWay('template', root, (params) => {
    const { text: prefix, forcedPrefix } = continuationText(params, PREFIX_CHARACTERS);
    const suffix = cutSuffix(params);
    const [first, second] = isSuffixFirst ? [suffix, prefix] : [prefix, suffix];
    return { request: { raw: true, prompt: before + first + between + second + after }, forcedPrefix };
  });
}

/** Ollama renders the template itself, for a model whose template is not understood here. */
function insertWay(root: string): CompletionWay {
  return generateWay('insert', root, (params) => {
    const { text: prompt, forcedPrefix } = continuationText(params, PREFIX_CHARACTERS);
    return { request: { prompt, suffix: cutSuffixOrNewline(params) }, forcedPrefix };
  });
}

/** The text before the cursor alone, which no template is put around. */
function rawWay(root: string): CompletionWay {
  return generateWay('raw', root, (params) => {
    const { text: prompt, forcedPrefix } = continuationText(params, PREFIX_CHARACTERS);
    return { request: { raw: true, prompt }, forcedPrefix };
  });
}

function generateWay(
  name: CompletionWay['name'],
  root: string,
  prompt: (params: CompletionRequest) => { readonly request: JsonObject; readonly forcedPrefix: string },
): CompletionWay {
  return {
    name,
    path: `${root}/api/generate`,
    prepare(params, model) {
      const { request, forcedPrefix } = prompt(params);
      return {
        body: { model, ...request, stream: true, options: { num_predict: params.maxTokens, ...sampleCompletion(params) } },
        forcedPrefix,
      };
    },
  };
}
