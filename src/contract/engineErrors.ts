/**
 * What can go wrong between host and worker, as data. The worker never sends sentences for people: the host turns a kind and its
 * details into one, in the user's language, with the button that helps.
 */
export type EngineErrorData =
  /** The model file does not exist or cannot be opened. */
  | { readonly kind: 'modelNotFound'; readonly path: string }
  /** Something else than a GGUF: nothing, a web page, a Git LFS pointer. */
  | { readonly kind: 'notGguf'; readonly path: string; readonly found: 'empty' | 'webPage' | 'pointer' | 'other' }
  /** The file ends early. Both in bytes; 0 where it is not known how many there should be. */
  | { readonly kind: 'modelTruncated'; readonly path: string; readonly bytes: number; readonly neededBytes: number }
  /** A format that is no longer read, or not yet. */
  | { readonly kind: 'modelVersion'; readonly path: string; readonly age: 'older' | 'newer' }
  /** A GGUF that contradicts itself; `part` is where, as far as known. */
  | {
      readonly kind: 'modelBroken';
      readonly path: string;
      readonly part?: 'metadata' | 'vocabulary' | 'tensors';
      readonly detail: string;
    }
  /** One part of a model in several files is not there, or has a name by which llama.cpp does not find it. `path` is that part's. */
  | {
      readonly kind: 'modelParts';
      readonly path: string;
      readonly problem: 'missing' | 'misnamed';
      /** Which one, counted from 1, of how many. */
      readonly part: number;
      readonly parts: number;
    }
  /** The path of a model that does not say where it begins. */
  | { readonly kind: 'relativePath'; readonly path: string }
  /** Weights, KV cache and buffers do not fit. Sizes in bytes; 0 where unknown. */
  | { readonly kind: 'outOfMemory'; readonly path: string; readonly neededBytes: number; readonly freeBytes: number }
  /**
   * Nothing was loaded, as what is needed is more than can be had; `force` loads it all the same. `others` are workers of other windows,
   * `othersBytes` what their models take.
   */
  | {
      readonly kind: 'doesNotFit';
      readonly path: string;
      readonly neededBytes: number;
      readonly freeBytes: number;
      readonly others: number;
      readonly othersBytes: number;
    }
  /** A GGUF whose architecture this llama.cpp cannot run. */
  | { readonly kind: 'unsupportedArchitecture'; readonly path: string; readonly architecture: string }
  /** The native library could not be loaded. */
  | { readonly kind: 'engineUnavailable'; readonly detail: string }
  /** The two sides speak different protocol versions. */
  | { readonly kind: 'versionMismatch'; readonly host: number; readonly worker: number }
  /** The prompt alone does not fit a lane, even with every old turn dropped. Both in tokens. */
  | { readonly kind: 'promptTooLong'; readonly promptTokens: number; readonly contextTokens: number }
  /** A request came before a model was loaded. */
  | { readonly kind: 'noModel' }
  /** The worker process could not be started, or failed the handshake. */
  | { readonly kind: 'workerUnavailable'; readonly detail: string }
  /** The worker process ended with the request under way. */
  | { readonly kind: 'workerDied'; readonly detail: string; readonly cause?: WorkerDeath }
  /** The engine was restarted, by the user or for changed settings, with the request under way. */
  | { readonly kind: 'restarted' }
  /** The chat template inside the model file does not parse, refuses a plain conversation, or loses a message. */
  | { readonly kind: 'chatTemplate'; readonly detail: string }
  /** The server at `host`, which the user has named, did not serve the request. `detail` is what it or the network said. */
  | { readonly kind: 'endpoint'; readonly host: string; readonly reason: EndpointFailure; readonly detail: string }
  /** Anything else: a defect. */
  | { readonly kind: 'internal'; readonly detail: string };

/**
 * Why a server did not serve a request. `unreachable`: the network failed. `key`: 401 or 403. `notFound`: 404, no such model. `busy`: 429 or
 * 503. `failed`: 5xx, or an error inside a 200. `malformed`: no answer that can be read. `brokenOff`: an answer without an end. `refused`:
 * any other 4xx. `address`: no OpenAI-compatible API there. `oversize`: it wrote more than was asked for. `onlyThought`: the model thought
 * and wrote no answer.
 */
export type EndpointFailure =
  | 'unreachable'
  | 'certificate'
  | 'key'
  | 'notFound'
  | 'busy'
  | 'failed'
  | 'timeout'
  | 'malformed'
  | 'brokenOff'
  | 'refused'
  | 'address'
  | 'oversize'
  | 'onlyThought';

/** JSON-RPC error code of every error that carries an {@link EngineErrorData}; outside the range JSON-RPC reserves. */
export const ENGINE_ERROR_CODE = 1000;

/** Why a worker died, where that is known: the system took it for its memory, or it no longer answered and was ended. */
export type WorkerDeath = 'memory' | 'hang';
