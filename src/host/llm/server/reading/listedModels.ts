import { isJsonObject, readCount, type JsonObject } from './readBounds';

/** A model that a server lists. */
export interface ListedModel {
  readonly id: string;
  /** Tokens of context that a request may have; of llama-server's router, those that the model was trained for. */
  readonly contextTokens?: number;
  /** Tokens of context that llama-server has loaded the model with. */
  readonly loadedTokens?: number;
  /** The base model of an adapter. */
  readonly parent?: string;
  /** The program that serves it, by its own name. */
  readonly owner?: string;
}

/** Longer lists are cut, and longer names are left out: nobody chooses from them. */
const MAX_MODELS = 1_000;
const MAX_ID_LENGTH = 200;
/** Objects inside of objects. */
const MAX_DEPTH = 3;

const CONTROL_CHARACTER = /\p{Cc}/u;

/** Keys under which servers say how long a context is, and the objects in which they stand. */
const CONTEXT_KEYS = [
  'max_model_len',
  'context_length',
  'loaded_context_length',
  'max_context_length',
  'context_window',
  'context_size',
  'contextLength',
  'contextWindow',
  'max_context_tokens',
  'max_context_window_tokens',
  'max_input_tokens',
  'max_prompt_tokens',
  'inputTokenLimit',
  'max_seq_len',
  'max_sequence_length',
  'max_total_tokens',
  'n_ctx',
  'num_ctx',
  'ctx_size',
];
const NESTED_KEYS = ['meta', 'top_provider', 'parameters', 'model_info', 'metadata', 'limits', 'config', 'details', 'capabilities'];

/**
 * The models of a list: OpenAI's `{data}`, Ollama's and LM Studio's `{models}`, or a bare array. Entries without a name are left out.
 * @returns `undefined` where it is no list
 */
export function readModels(said: unknown): readonly ListedModel[] | undefined {
  const list = findList(said);
  if (list === undefined) return undefined;
  const models: ListedModel[] = [];
  for (const entry of list) {
    const model = readModel(entry);
    if (model !== undefined && !models.some(({ id }) => id === model.id)) models.push(model);
    if (models.length === MAX_MODELS) break;
  }
  return models;
}

function findList(said: unknown, depth = 0): readonly unknown[] | undefined {
  if (Array.isArray(said)) return said as readonly unknown[];
  if (!isJsonObject(said) || depth === MAX_DEPTH) return undefined;
  for (const key of ['data', 'models', 'items', 'result', 'results']) {
    const value = said[key];
    if (Array.isArray(value)) return value as readonly unknown[];
    if (isJsonObject(value)) {
      const nested = findList(value, depth + 1);
      if (nested !== undefined) return nested;
    }
  }
  // A server without a model says so by `null`.
  return 'data' in said || said['object'] === 'list' ? [] : undefined;
}

function readModel(entry: unknown): ListedModel | undefined {
  if (typeof entry === 'string') return isId(entry) ? { id: entry } : undefined;
  if (!isJsonObject(entry)) return undefined;
  const id = ['id', 'key', 'model', 'name'].map((key) => entry[key]).find(isId);
  if (id === undefined) return undefined;
  const { meta } = entry;
  const loadedTokens = isJsonObject(meta) ? readCount(meta['n_ctx']) : undefined;
  const contextTokens = loadedTokens ?? readContext(entry);
  const parent = entry['parent'] ?? entry['root'];
  const owner = entry['owned_by'];
  return {
    id,
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(loadedTokens === undefined ? {} : { loadedTokens }),
    ...(isId(parent) && parent !== id ? { parent } : {}),
    ...(typeof owner === 'string' ? { owner: owner.slice(0, MAX_ID_LENGTH) } : {}),
  };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID_LENGTH && !CONTROL_CHARACTER.test(value);
}

/** Tokens of context, by whichever name the server has for them. */
export function readContext(entry: JsonObject, depth = 0): number | undefined {
  for (const key of CONTEXT_KEYS) {
    const count = readCount(entry[key]);
    if (count !== undefined) return count;
  }
  if (depth === MAX_DEPTH) return undefined;
  for (const key of NESTED_KEYS) {
    const nested = entry[key];
    const count = isJsonObject(nested) ? readContext(nested, depth + 1) : undefined;
    if (count !== undefined) return count;
  }
  return undefined;
}

/**
 * Tokens of context of a model as the list says. An adapter has its base model's; where all that are known agree, any other has the same.
 */
export function findContext(models: readonly ListedModel[], model: string): number | undefined {
  const chosen = findModel(models, model);
  const parent = models.find(({ id }) => id === chosen?.parent);
  const known = new Set(models.flatMap(({ contextTokens }) => contextTokens ?? []));
  const [common] = known;
  return chosen?.contextTokens ?? parent?.contextTokens ?? (known.size === 1 ? common : undefined);
}

/** The model that a setting names; Ollama lists `name:latest` for `name`. */
export function findModel(models: readonly ListedModel[], model: string): ListedModel | undefined {
  return models.find(({ id }) => id === model) ?? models.find(({ id }) => id === `${model}:latest`);
}

/** The model that is asked where none is set: the first that can write. */
export function firstModel(models: readonly ListedModel[]): string {
  return (models.find(({ id }) => !/embed|rerank|whisper/i.test(id)) ?? models[0])?.id ?? '';
}
