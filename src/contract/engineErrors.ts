import * as v from 'valibot';

const path = v.string();
const detail = v.string();
/** Bytes; 0 where unknown. */
const bytes = v.number();

/**
 * Why a server did not serve a request. `unreachable`: the network failed. `key`: 401 or 403. `notFound`: 404, no such model. `busy`: 429 or
 * 503. `failed`: 5xx, or an error inside a 200. `malformed`: no answer that can be read. `brokenOff`: an answer without an end. `refused`:
 * any other 4xx. `address`: no OpenAI-compatible API there. `oversize`: it wrote more than was asked for. `onlyThought`: the model thought
 * and wrote no answer.
 */
const endpointFailure = v.picklist([
  'unreachable',
  'certificate',
  'key',
  'notFound',
  'busy',
  'failed',
  'timeout',
  'malformed',
  'brokenOff',
  'refused',
  'address',
  'oversize',
  'onlyThought',
]);
export type EndpointFailure = v.InferOutput<typeof endpointFailure>;

/** Why a worker died, where that is known: the system took it for its memory, or it no longer answered and was ended. */
const workerDeath = v.picklist(['memory', 'hang']);
export type WorkerDeath = v.InferOutput<typeof workerDeath>;

/** Why a model was not loaded. */
const loadErrors = [
  /** The model file does not exist or cannot be opened. */
  v.object({ kind: v.literal('modelNotFound'), path }),
  /** Something else than a GGUF: nothing, a web page, a Git LFS pointer. */
  v.object({ kind: v.literal('notGguf'), path, found: v.picklist(['empty', 'webPage', 'pointer', 'other']) }),
  /** The file ends early. */
  v.object({ kind: v.literal('modelTruncated'), path, bytes, neededBytes: bytes }),
  /** A format that is no longer read, or not yet. */
  v.object({ kind: v.literal('modelVersion'), path, age: v.picklist(['older', 'newer']) }),
  /** A GGUF that contradicts itself; `part` is where, as far as known. */
  v.object({
    kind: v.literal('modelBroken'),
    path,
    part: v.exactOptional(v.picklist(['metadata', 'vocabulary', 'tensors'])),
    detail,
  }),
  /**
   * One part of a model in several files is missing, or has a name by which llama.cpp does not find it. `path` is that part's; `part` counts
   * from 1.
   */
  v.object({ kind: v.literal('modelParts'), path, problem: v.picklist(['missing', 'misnamed']), part: v.number(), parts: v.number() }),
  /** The path of a model that does not say where it begins. */
  v.object({ kind: v.literal('relativePath'), path }),
  /** Weights, KV cache and buffers do not fit. */
  v.object({ kind: v.literal('outOfMemory'), path, neededBytes: bytes, freeBytes: bytes }),
  /**
   * Nothing was loaded, because more memory is needed than is free; `force` loads it all the same. `others` is the number of other windows'
   * workers, `othersBytes` what their models take.
   */
  v.object({ kind: v.literal('doesNotFit'), path, neededBytes: bytes, freeBytes: bytes, others: v.number(), othersBytes: bytes }),
  /** A GGUF whose architecture this llama.cpp cannot run. */
  v.object({ kind: v.literal('unsupportedArchitecture'), path, architecture: v.string() }),
  /** The native library could not be loaded. */
  v.object({ kind: v.literal('engineUnavailable'), detail }),
] as const;

/**
 * What can go wrong between host and worker, as data. The worker never sends sentences for people: the host turns a kind and its
 * details into one, in the user's language, with the button that helps. Stored with the answer that failed.
 */
export const engineErrorSchema = v.variant('kind', [
  ...loadErrors,
  /** The two sides speak different protocol versions. */
  v.object({ kind: v.literal('versionMismatch'), host: v.number(), worker: v.number() }),
  /** The prompt alone does not fit a lane, even with every old turn dropped. */
  v.object({ kind: v.literal('promptTooLong'), promptTokens: v.number(), contextTokens: v.number() }),
  /** A request came before a model was loaded. */
  v.object({ kind: v.literal('noModel') }),
  /** The worker process could not be started, or failed the handshake. */
  v.object({ kind: v.literal('workerUnavailable'), detail }),
  /** The worker process ended with the request under way. */
  v.object({ kind: v.literal('workerDied'), detail, cause: v.exactOptional(workerDeath) }),
  /** The engine was restarted, by the user or for changed settings, with the request under way. */
  v.object({ kind: v.literal('restarted') }),
  /** The chat template inside the model file does not parse, refuses a plain conversation, or loses a message. */
  v.object({ kind: v.literal('chatTemplate'), detail }),
  /** The server at `host`, which the user has named, did not serve the request. `detail` is what it or the network said. */
  v.object({ kind: v.literal('endpoint'), host: v.string(), reason: endpointFailure, detail }),
  /** Anything else: a defect. */
  v.object({ kind: v.literal('internal'), detail }),
]);

export type EngineErrorData = Readonly<v.InferOutput<typeof engineErrorSchema>>;

export type LoadErrorData = Readonly<v.InferOutput<(typeof loadErrors)[number]>>;

/** JSON-RPC error code of every error that carries an {@link EngineErrorData}; outside the range JSON-RPC reserves. */
export const ENGINE_ERROR_CODE = 1000;
