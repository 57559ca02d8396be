import * as v from 'valibot';
import data from './catalogue.json';

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const line = v.pipe(v.string(), v.trim(), v.minLength(1));
const https = v.pipe(v.string(), v.url(), v.startsWith('https://'));

const licence = v.strictObject({
  name: line,
  url: https,
  mustBeAccepted: v.boolean(),
  /** What is shown where it has to be accepted. The licence's own words, and so in its own language. */
  notice: v.optional(line),
});

const quantisation = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^(I?Q\d[A-Z0-9_]*|F16|BF16)$/)),
  file: v.pipe(v.string(), v.regex(/^[^/\\]+\.gguf$/)),
  bytes: count,
  /** Whether `bytes` is rounded, as published; the server says the exact size. */
  approximate: v.boolean(),
  sha256: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
});

const model = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]*$/)),
  name: line,
  family: line,
  tuning: v.picklist(['base', 'chat', 'instruct', 'python']),
  /** Comes with the extension. */
  embedded: v.optional(v.literal(true)),
  parameters: count,
  layers: count,
  kvHeads: count,
  headSize: count,
  vocabulary: count,
  trainContextTokens: count,
  promptFormat: v.picklist(['llama2', 'template', 'base']),
  licence: line,
  /** On the hub, as `owner/name`. */
  repository: v.pipe(v.string(), v.regex(/^[\w.-]+\/[\w.-]+$/)),
  /** A commit where the checksums are of one, else a branch. */
  revision: line,
  /** Name of the quantisation that is offered first. */
  recommended: line,
  quantisations: v.pipe(v.array(quantisation), v.minLength(1)),
});

/** What `catalogue.json` has to be; a test holds it against this, and against itself. */
export const catalogueSchema = v.strictObject({
  /** Where the figures are from. */
  sources: v.array(line),
  /** Ids for each task, the best first. */
  preferred: v.strictObject({ chat: v.array(line), ghostText: v.array(line) }),
  licences: v.record(line, licence),
  models: v.pipe(v.array(model), v.minLength(1)),
});

export type Catalogue = Readonly<v.InferOutput<typeof catalogueSchema>>;
export type CatalogueModel = Readonly<v.InferOutput<typeof model>>;
export type Quantisation = Readonly<v.InferOutput<typeof quantisation>>;
export type Licence = Readonly<v.InferOutput<typeof licence>>;

let parsed: Catalogue | undefined;

/** The models that Paddock knows of; read when first asked for. */
export function catalogue(): Catalogue {
  return (parsed ??= v.parse(catalogueSchema, data));
}

/** The quantisation that is offered first. */
export function recommendedQuantisation({ quantisations, recommended }: CatalogueModel): Quantisation {
  const [first] = quantisations;
  const found = quantisations.find(({ name }) => name === recommended) ?? first;
  if (!found) throw new Error('a model of the catalogue has no quantisation');
  return found;
}

/** KV cache of one token in half precision: keys and values of every layer. */
export function kvBytesPerToken({ layers, kvHeads, headSize }: Pick<CatalogueModel, 'layers' | 'kvHeads' | 'headSize'>): number {
  return 2 * 2 * layers * kvHeads * headSize;
}
