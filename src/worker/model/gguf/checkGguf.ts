import type { LoadErrorData } from '../../../contract/engineErrors';
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import {
  broken,
  GgufError,
  readGgufHead,
  type ByteSource,
  type GgufFault,
  type GgufHead,
  type GgufTensor,
} from '../../../util/gguf/ggufReader';
import { EngineFailure } from '../loadErrors';
import { checkParts, listParts } from './checkParts';
import { checkShape } from './checkShape';
import { checkTensors, checkWeights } from './checkTensors';
import { checkVocabulary, vocabularyTexts } from './checkVocabulary';

/**
 * Holds a model file's header against itself and against the file, before the library or llama.cpp see it: both believe what a header
 * says, and hang, run out of memory or abort over some of what a damaged one does. What this does not know, such as a newer
 * architecture, it leaves to them. Reads the header alone, in pieces.
 *
 * A file that llama.cpp loads is not refused. test/model/accepted.test.ts compares the two and lists the exceptions with their reasons.
 * @param anyPart the path of the model's file, or of any part of it
 * @returns the paths of its files, the first part first
 * @throws EngineFailure
 */
export function checkGguf(anyPart: string): readonly string[] {
  const paths = listParts(anyPart);
  const [path = anyPart] = paths;
  const heads = paths.map(readPart);
  const [first] = heads;
  if (first === undefined) return paths;
  checkParts(paths, heads);
  try {
    checkModel(
      first,
      heads.flatMap(({ tensors }) => tensors),
      path,
    );
  } catch (error) {
    throw asFailure(error, path);
  }
  return paths;
}

/** One file by itself. */
function readPart(path: string): GgufHead {
  let file: number | undefined;
  try {
    // A pipe would have whoever opens it wait for ever.
    if (!statSync(path).isFile()) throw new EngineFailure({ kind: 'modelNotFound', path });
    file = openSync(path, 'r');
    const source = new FileSource(file);
    const head = readGgufHead(source, vocabularyTexts);
    const neededBytes = checkTensors(head, source.length);
    if (neededBytes > source.length) throw new EngineFailure({ kind: 'modelTruncated', path, bytes: source.length, neededBytes });
    return head;
  } catch (error) {
    throw asFailure(error, path);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Everything that is neither the check's nor the file format's is the system's: the file is not there, or cannot be read. */
function asFailure(error: unknown, path: string): EngineFailure {
  if (error instanceof EngineFailure) return error;
  return new EngineFailure(error instanceof GgufError ? toLoadError(error.fault, path) : { kind: 'modelNotFound', path });
}

function toLoadError(fault: GgufFault, path: string): LoadErrorData {
  switch (fault.kind) {
    case 'notGguf':
      return { kind: 'notGguf', path, found: fault.found };
    case 'version':
      return { kind: 'modelVersion', path, age: fault.age };
    case 'ends':
      return { kind: 'modelTruncated', path, bytes: statSync(path).size, neededBytes: 0 };
    default:
      return { kind: 'modelBroken', path, part: fault.kind, detail: fault.detail };
  }
}

/** Vocabularies of models that read and do not write. llama.cpp aborts over what a damaged one says, at the load or at the first text. */
const readersTokenizers = new Set(['bert', 't5']);

/** GGUFs that hold something else than a model that could write, unless they have the weights of one as well. */
const otherTypes = new Set(['adapter', 'imatrix', 'mmproj']);

function checkModel({ metadata }: GgufHead, tensors: readonly GgufTensor[], path: string): void {
  const architecture = metadata.get('general.architecture');
  if (architecture === undefined) throw broken('metadata', 'general.architecture is missing');
  if (architecture.kind !== 'text' || architecture.value === '') throw broken('metadata', 'general.architecture is no text');
  const type = metadata.get('general.type');
  const isWhole = tensors.some(({ name: tensor }) => tensor === 'token_embd.weight');
  if (type?.kind === 'text' && otherTypes.has(type.value) && !isWhole) {
    throw new EngineFailure({ kind: 'unsupportedArchitecture', path, architecture: type.value });
  }
  const { value: name } = architecture;
  // llama.cpp takes the character 0 for its end, and would find other figures than this.
  if (Array.from(name).some((character) => character < ' ')) throw broken('metadata', 'general.architecture is no name');
  if (name === 'clip') throw new EngineFailure({ kind: 'unsupportedArchitecture', path, architecture: name });
  // Without figures under its own name it is one that llama.cpp will not know either, and say so.
  if (![...metadata.keys()].some((key) => key.startsWith(`${name}.`))) return;
  const tokenizer = metadata.get('tokenizer.ggml.model');
  if (tokenizer?.kind === 'text' && readersTokenizers.has(tokenizer.value)) {
    throw new EngineFailure({ kind: 'unsupportedArchitecture', path, architecture: name });
  }
  checkShape(metadata, name, tensors);
  checkVocabulary(metadata, tensors);
  checkWeights(tensors);
}

/** An open file, read through one buffer. */
class FileSource implements ByteSource {
  readonly length: number;
  private buffer = Buffer.alloc(0);

  constructor(private readonly file: number) {
    this.length = fstatSync(file).size;
  }

  read(at: number, count: number): Uint8Array {
    if (this.buffer.length < count) this.buffer = Buffer.alloc(count);
    let filled = 0;
    while (filled < count) {
      const bytes = readSync(this.file, this.buffer, filled, count - filled, at + filled);
      if (bytes === 0) break;
      filled += bytes;
    }
    return this.buffer.subarray(0, filled);
  }
}
