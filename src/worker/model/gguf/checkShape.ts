import { broken, type GgufTensor, type GgufValue } from '../../../util/gguf/ggufReader';
import { largest } from '../../../util/lists';

type Metadata = ReadonlyMap<string, GgufValue>;

/** llama.cpp's own (LLAMA_MAX_LAYERS, LLAMA_MAX_EXPERTS), over which it aborts. */
const MAX_LAYERS = 512;
const MAX_EXPERTS = 1024;
const MAX_INT32 = 2 ** 31 - 1;
const MAX_UINT32 = 2 ** 32 - 1;
/** llama.cpp aborts over another one. */
const ropeScalings = new Set(['none', 'linear', 'yarn', 'longrope']);

/** Architectures whose attention is the common one: each head of keys and values has rows of its own in `attn_k` and `attn_v`. */
const plainAttention = new Set(['llama', 'qwen2', 'qwen3', 'granite', 'smollm3', 'gemma', 'gemma2', 'starcoder2']);

/** Architectures without experts whose files may say that there is one; llama.cpp takes that for none. */
const soleExpert = new Set(['hunyuan-dense', 'hunyuan_vl']);

/**
 * Holds a model's figures against one another and against its weights, as far as llama.cpp would not say what is wrong with them but abort.
 * @throws GgufError
 */
export function checkShape(metadata: Metadata, architecture: string, tensors: readonly GgufTensor[]): void {
  const figures = new Figures(metadata, architecture);
  figures.required('context_length', 0, MAX_UINT32);
  const width = figures.required('embedding_length', 1, MAX_INT32);
  const layers = figures.required('block_count', 1, MAX_LAYERS);
  const predicted = figures.number('nextn_predict_layers') ?? 0;
  if (predicted > layers) throw broken('metadata', `${predicted} layers of ${layers} predict the next tokens`);
  // A quantised file may have gone without the layers that predict the next tokens.
  checkLayers(tensors, layers - predicted);
  checkNumerics(figures);
  const has = (name: RegExp): boolean => tensors.some((tensor) => name.test(tensor.name));
  const isPlain = plainAttention.has(architecture);
  if (has(/\.ffn_down\.weight$/)) figures.inEachLayer('feed_forward_length', layers);
  checkZeros(figures, 'feed_forward_length', /^blk\.(\d+)\.ffn_down\.weight$/, tensors, isPlain);
  if (has(/\.attn_q(kv)?\.weight$/)) checkHeads(figures, layers);
  checkZeros(figures, 'attention.head_count', /^blk\.(\d+)\.attn_q\.weight$/, tensors, isPlain);
  if (isPlain) checkAttention(figures, width, tensors);
  const hasExpertWeights = has(/exps\.|\.ffn_\w+\.\d+\./);
  checkExperts(figures, { hasExpertWeights, isPlain, isOneNone: soleExpert.has(architecture) });
}

function checkNumerics(figures: Figures): void {
  for (const name of ['attention.layer_norm_rms_epsilon', 'attention.layer_norm_epsilon', 'attention.group_norm_epsilon']) {
    const value = figures.value(name);
    if (value?.kind === 'float' && !(value.value >= 0)) throw broken('metadata', `${name} is ${value.value}`);
  }
  const scaling = figures.value('rope.scaling.type');
  if (scaling?.kind === 'text' && !ropeScalings.has(scaling.value)) throw broken('metadata', `rope.scaling.type is ${scaling.value}`);
}

function checkLayers(tensors: readonly GgufTensor[], layers: number): void {
  const numbers = tensors.map(({ name }) => Number(/(?:^|\.)blk\.(\d+)\./.exec(name)?.[1] ?? -1));
  const present = largest(numbers, -1) + 1;
  if (present > 0 && layers > present) throw broken('tensors', `${layers} layers, weights for ${present}`);
}

/**
 * Refuses a figure of 0 for a layer that has weights: the library measures a model without its file, and llama.cpp aborts over their size then.
 * @param isPlain whether llama.cpp takes the figure of the first layer for all of them
 */
function checkZeros(figures: Figures, name: string, weights: RegExp, tensors: readonly GgufTensor[], isPlain: boolean): void {
  for (const tensor of tensors) {
    const layer = weights.exec(tensor.name)?.[1];
    if (layer === undefined || (isPlain && layer !== '0')) continue;
    if (figures.inLayer(name, Number(layer)) === 0) throw broken('metadata', `${name} is 0 in layer ${layer}`);
  }
}

/** Models without attention have no heads, and some another number in each layer, which may be none. */
function checkHeads(figures: Figures, layers: number): void {
  const heads = figures.inEachLayer('attention.head_count', layers);
  const kvHeads = figures.inEachLayer('attention.head_count_kv', layers, heads);
  if (heads === undefined || kvHeads === undefined) return;
  if (kvHeads > heads || heads % kvHeads !== 0) throw broken('metadata', `${heads} heads on ${kvHeads}`);
}

function checkAttention(figures: Figures, width: number, tensors: readonly GgufTensor[]): void {
  const heads = figures.number('attention.head_count');
  if (heads === undefined) return;
  for (const [name, length] of [
    ['attn_k', 'attention.key_length'],
    ['attn_v', 'attention.value_length'],
  ] as const) {
    const headLength = figures.number(length) ?? width / heads;
    const rowsOf = new RegExp(`^blk\\.(\\d+)\\.${name}\\.weight$`);
    for (const tensor of tensors) {
      const layer = rowsOf.exec(tensor.name)?.[1];
      if (layer === undefined) continue;
      const kvHeads = figures.inLayer('attention.head_count_kv', Number(layer)) ?? heads;
      const rows = tensor.dimensions[1] ?? 1;
      if (rows !== kvHeads * headLength) throw broken('metadata', `${kvHeads} heads of ${headLength} in ${rows} rows of ${name}`);
    }
  }
}

interface ExpertRules {
  readonly hasExpertWeights: boolean;
  /** True if llama.cpp takes the number of the first layer for all of them. */
  readonly isPlain: boolean;
  /** True if llama.cpp takes one expert for none. */
  readonly isOneNone: boolean;
}

function checkExperts(figures: Figures, { hasExpertWeights, isPlain, isOneNone }: ExpertRules): void {
  const stated = figures.number('expert_count') ?? 0;
  const hasNone = isOneNone && stated <= 1;
  const experts = hasNone ? 0 : stated;
  if (experts > MAX_EXPERTS) throw broken('metadata', `${experts} experts`);
  if (experts > 0 && !hasExpertWeights) throw broken('tensors', `${experts} experts, and no weights for them`);
  const lengths = [...figures.numbers('feed_forward_length'), ...figures.numbers('expert_feed_forward_length')];
  if (experts > 0 && lengths.length > 0 && largest(lengths) === 0) throw broken('metadata', 'a feed-forward length of 0');
  const used = hasNone ? [] : figures.numbers('expert_used_count');
  const maxUsed = largest(used, 0);
  if (maxUsed > experts || (experts > 0 && maxUsed === 0)) throw broken('metadata', `${maxUsed} experts used of ${experts}`);
  if (isPlain && used.some((number) => number !== maxUsed)) throw broken('metadata', 'another number of experts used in each layer');
  const groups = figures.number('expert_group_count') ?? 0;
  const usedGroups = figures.number('expert_group_used_count') ?? 0;
  const isWrong =
    experts === 0 ? groups > 0 : groups >= experts || (groups > 1 && (experts % groups > 0 || usedGroups < 1 || usedGroups >= groups));
  if (isWrong) throw broken('metadata', `${usedGroups} of ${groups} groups of ${experts} experts used`);
}

/** The numbers under an architecture's own name. */
class Figures {
  constructor(
    private readonly metadata: Metadata,
    private readonly architecture: string,
  ) {}

  value(name: string): GgufValue | undefined {
    return this.metadata.get(this.keyOf(name));
  }

  required(name: string, min: number, max: number): number {
    const value = this.metadata.get(this.keyOf(name));
    if (value === undefined) throw broken('metadata', `${this.keyOf(name)} is missing`);
    const number = this.number(name);
    if (number === undefined) throw broken('metadata', `${this.keyOf(name)} is no number`);
    if (number < min || number > max) throw broken('metadata', `${this.keyOf(name)} is ${number}`);
    return number;
  }

  number(name: string): number | undefined {
    const value = this.value(name);
    return value?.kind === 'number' ? value.value : undefined;
  }

  /** The one for all layers, or those of each. */
  numbers(name: string): readonly number[] {
    const value = this.value(name);
    if (value?.kind === 'array') return value.numbers ?? [];
    return value?.kind === 'number' ? [value.value] : [];
  }

  /** The one for a layer, or for all. */
  inLayer(name: string, layer: number): number | undefined {
    const numbers = this.numbers(name);
    return this.value(name)?.kind === 'array' ? numbers[layer] : numbers[0];
  }

  /**
   * One number for all layers, or one for each; at least 1, or in one layer at least where they differ.
   * @param otherwise where there is none; without it, there has to be
   * @returns the one for all
   */
  inEachLayer(name: string, layers: number, otherwise?: number): number | undefined {
    const key = this.keyOf(name);
    const value = this.metadata.get(key);
    if (value?.kind !== 'array') return value === undefined && otherwise !== undefined ? otherwise : this.required(name, 1, MAX_INT32);
    const { count, numbers = [] } = value;
    if (count !== layers) throw broken('metadata', `${key} for ${count} layers of ${layers}`);
    if (largest(numbers, 0) < 1) throw broken('metadata', `${key} is 0 in each layer`);
    return undefined;
  }

  private keyOf(name: string): string {
    return `${this.architecture}.${name}`;
  }
}
