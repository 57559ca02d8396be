import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { broken, GgufError, readGgufHead, type ByteSource, type GgufFault, type GgufHead, type GgufTensor } from '../../base/gguf';
import { EngineFailure, type Failure } from './failures';
import { checkTensors } from './ggufTensors';
import { checkShape } from './ggufShape';
import { checkVocabulary, tokensKey } from './ggufVocabulary';

/**
 * Holds a model file's header against itself and against the file, before the library or llama.cpp see it: both believe what a header
 * says, and hang, run out of memory or abort over some of what a damaged one does. What this does not know, such as a newer
 * architecture, it leaves to them. Reads the header alone, in pieces.
 * @throws EngineFailure
 */
export function checkGguf(path: string): void {
  const tensors: GgufTensor[] = [];
  let first: GgufHead | undefined;
  for (const part of partsOf(path)) {
    const head = readPart(part);
    first ??= head;
    for (const tensor of head.tensors) tensors.push(tensor);
  }
  if (first === undefined) return;
  try {
    checkModel(first, tensors, path);
  } catch (error) {
    throw asFailure(error, path);
  }
}

/** How the parts of a model are called whose file was split. */
const partName = /-(\d{5})-of-(\d{5})\.gguf$/;

function partsOf(path: string): readonly string[] {
  const match = partName.exec(path);
  const [own, count] = [Number(match?.[1] ?? 1), Number(match?.[2] ?? 1)];
  if (match === null || own < 1 || own > count) return [path];
  const digits = (number: number): string => String(number).padStart(5, '0');
  return Array.from({ length: count }, (_, index) => `${path.slice(0, match.index)}-${digits(index + 1)}-of-${digits(count)}.gguf`);
}

/** One file by itself. */
function readPart(path: string): GgufHead {
  let file: number | undefined;
  try {
    // A pipe would have whoever opens it wait for ever.
    if (!statSync(path).isFile()) throw new EngineFailure({ kind: 'modelNotFound', path });
    file = openSync(path, 'r');
    const source = new FileSource(file);
    const head = readGgufHead(source, tokensKey);
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
  return new EngineFailure(error instanceof GgufError ? failureOf(error.fault, path) : { kind: 'modelNotFound', path });
}

function failureOf(fault: GgufFault, path: string): Failure {
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

/** Vocabularies of models that read and do not write. llama.cpp aborts over what a damaged one says. */
const readersTokenizers = new Set(['bert', 't5']);

/** GGUFs that hold something else than a model that could write. */
const otherTypes = new Set(['adapter', 'imatrix', 'mmproj']);

function checkModel({ metadata }: GgufHead, tensors: readonly GgufTensor[], path: string): void {
  const architecture = metadata.get('general.architecture');
  if (architecture === undefined) throw broken('metadata', 'general.architecture is missing');
  if (architecture.kind !== 'text' || architecture.value === '') throw broken('metadata', 'general.architecture is no text');
  const type = metadata.get('general.type');
  if (type?.kind === 'text' && otherTypes.has(type.value)) {
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
