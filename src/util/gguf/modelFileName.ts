/** What a model file's name says. */
export interface ModelFileName {
  /** The model's, for people: what is inside a GGUF as its name is often a path or a training run of its maker. */
  readonly name: string;
  /** How its weights are stored, as `Q4_0`; empty where the name does not say. */
  readonly quantisation: string;
}

const QUANTISATION = /[-._](I?Q\d\w*|B?F16|F32)$/i;
const EXTENSION = /(?:-\d{5}-of-\d{5})?\.gguf$/i;

/** The file's name without its folder, its extension and the numbers of a part. */
export function modelFileStem(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).replace(EXTENSION, '');
}

export function readModelFileName(path: string): ModelFileName {
  const stem = modelFileStem(path);
  return { name: stem.replace(QUANTISATION, ''), quantisation: QUANTISATION.exec(stem)?.[1] ?? '' };
}
