/**
 * Names of models whose file was split by llama.cpp's gguf-split: `big-00001-of-00003.gguf` and so on, in one folder. llama.cpp is given the
 * first part and finds the others by their names.
 */

/** A part as its name has it. */
export interface ModelPart {
  /** The path up to the numbers. */
  readonly stem: string;
  /** Counted from 1. */
  readonly part: number;
  readonly parts: number;
}

const PART_NAME = /-(\d{5})-of-(\d{5})\.gguf$/i;
/** split.count is a 16-bit number. */
const MAX_PARTS = 65_535;

/** @returns `undefined` for a file that is a model by itself, as far as its name says */
export function readPartName(path: string): ModelPart | undefined {
  const match = PART_NAME.exec(path);
  if (match === null) return undefined;
  const [part, parts] = [Number(match[1]), Number(match[2])];
  if (part < 1 || part > parts || parts < 2 || parts > MAX_PARTS) return undefined;
  return { stem: path.slice(0, match.index), part, parts };
}

/** The path of one part, as llama.cpp writes it: it does not find names in capital letters where the file system tells them apart. */
export function partPath({ stem, parts }: ModelPart, part: number): string {
  const digits = (value: number): string => String(value).padStart(5, '0');
  return `${stem}-${digits(part)}-of-${digits(parts)}.gguf`;
}

/** The file to load: the first part where `path` is any part of a model, `path` itself elsewhere. */
export function firstPartPath(path: string): string {
  const name = readPartName(path);
  return name === undefined ? path : partPath(name, 1);
}

/** The files of a model, the first part first. */
export function* partPaths(path: string): Generator<string, void, undefined> {
  const name = readPartName(path);
  if (name === undefined) yield path;
  else for (let part = 1; part <= name.parts; part++) yield partPath(name, part);
}
