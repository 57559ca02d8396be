import type { LoadErrorData } from '../../contract/engineErrors';

/** A {@link LoadErrorData} as an exception; `message` is for logs. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure';
  constructor(readonly failure: LoadErrorData) {
    super(JSON.stringify(failure));
  }
}

export { PromptTooLongError } from '../../prompt/chat/chatPrompt';
export { ChatTemplateError } from '../../prompt/template/templateSkeleton';

/** What is known of a load that failed. */
export interface LoadAttempt {
  readonly path: string;
  readonly architecture: string;
  /** Weights, and the lanes' KV cache where the load came that far. */
  readonly neededBytes: number;
  readonly freeBytes: number;
  /** The library itself says that memory is short. */
  readonly isInsufficientMemory: boolean;
  /** llama.cpp's error lines, in order. */
  readonly complaints: readonly string[];
}

const memoryComplaint = /unable to allocate|failed to allocate|out of memory|bad_alloc/i;
const architectureComplaint = /unknown (model )?architecture/i;
/** What a later llama.cpp knows and this one does not, but for the architecture. */
const newerComplaint = /unknown (pre-)?tokenizer|invalid ggml type|invalid type or block size/i;
/** llama.cpp's words for a file that is not what its header says, and those of C++ where it takes the file's word for it. */
const fileComplaint =
  /magic|corrupted|incomplete|file bounds|truncated|\binvalid\b|failed to read|key not found|cannot find|missing tensor|wrong (number|shape|type|array)|duplicated? tensor|unexpected(ly)? (end|eof)|basic_string|vector::|_Map_base|\bsto(i|l|ul|ll|ull|f|d)\b/i;
/** The line with the cause; the lines after it only repeat that there was an error. */
const causeComplaint = /error loading model[\w ]*: /i;

/** Why a model whose header could be read did not load. An exception that fits nothing known stays one: a defect, not a broken file. */
export function classifyLoadFailure(error: unknown, attempt: LoadAttempt): Error {
  if (error instanceof EngineFailure) return error;
  const { path, complaints } = attempt;
  const lines = [...complaints, messageOf(error)].flatMap((text) => text.split('\n'));
  if (attempt.isInsufficientMemory || lines.some((line) => memoryComplaint.test(line))) {
    return new EngineFailure({ kind: 'outOfMemory', path, neededBytes: attempt.neededBytes, freeBytes: attempt.freeBytes });
  }
  if (lines.some((line) => architectureComplaint.test(line))) {
    return new EngineFailure({ kind: 'unsupportedArchitecture', path, architecture: attempt.architecture });
  }
  if (lines.some((line) => newerComplaint.test(line))) return new EngineFailure({ kind: 'modelVersion', path, age: 'newer' });
  const cause = lines.find((line) => causeComplaint.test(line));
  const broken = cause !== undefined && fileComplaint.test(cause) ? cause : lines.find((line) => fileComplaint.test(line));
  if (broken !== undefined) return new EngineFailure({ kind: 'modelBroken', path, detail: withoutPrefix(broken) });
  return new Error(withoutPrefix(cause ?? messageOf(error)), { cause: error });
}

/** Why the library could not tell from a header what a model takes: what is wrong with it, loading would complain about as well. */
export function classifyEstimateFailure(error: unknown, path: string): EngineFailure {
  const detail = firstLine(messageOf(error));
  return new EngineFailure(
    newerComplaint.test(detail) ? { kind: 'modelVersion', path, age: 'newer' } : { kind: 'modelBroken', path, detail },
  );
}

/** `llama_model_load: error loading model: …` without the names of functions. */
function withoutPrefix(line: string): string {
  return firstLine(line.replace(/^.*error loading model[\w ]*: /i, '').replace(/^\w+: /, ''));
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** As much of a message as fits a sentence for the user. */
export function firstLine(text: string): string {
  return text.trim().split(/\r?\n/, 1)[0]?.trim() ?? '';
}
