import { broken, type GgufTensor, type GgufValue } from '../../base/gguf';

type Metadata = ReadonlyMap<string, GgufValue>;

/** Far more than any model has; where layers cannot be counted. */
const mostLayers = 4096;
/** Of a 32-bit number with a sign, as the library counts tokens. */
const mostTokens = 2 ** 31 - 1;

/** Architectures whose attention is the common one: each head of keys and values has rows of its own in `attn_k` and `attn_v`. */
const plainAttention = new Set(['llama', 'qwen2', 'qwen3', 'granite', 'smollm3', 'gemma', 'gemma2', 'starcoder2']);

/**
 * Holds a model's figures against one another and against its weights, as far as llama.cpp would not say what is wrong with them but abort.
 * @throws GgufError
 */
export function checkShape(metadata: Metadata, architecture: string, tensors: readonly GgufTensor[]): void {
  const figures = new Figures(metadata, architecture);
  figures.required('context_length', mostTokens);
  const width = figures.required('embedding_length', mostTokens);
  const layers = figures.required('block_count', mostLayers);
  checkLayers(tensors, layers);
  const has = (name: RegExp): boolean => tensors.some((tensor) => name.test(tensor.name));
  if (has(/\.ffn_down\.weight$/)) figures.inEachLayer('feed_forward_length', layers);
  if (has(/\.attn_q(kv)?\.weight$/)) checkHeads(figures, layers);
  if (plainAttention.has(architecture)) checkAttention(figures, width, tensors);
  checkExperts(figures, has(/exps\.|\.ffn_\w+\.\d+\./));
}

function checkLayers(tensors: readonly GgufTensor[], layers: number): void {
  const numbers = tensors.map(({ name }) => Number(/(?:^|\.)blk\.(\d+)\./.exec(name)?.[1] ?? -1));
  const present = Math.max(-1, ...numbers) + 1;
  if (present > 0 && layers > present) throw broken('tensors', `${layers} layers, weights for ${present}`);
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
  const kvHeads = figures.number('attention.head_count_kv') ?? heads;
  for (const [name, length] of [
    ['attn_k', 'attention.key_length'],
    ['attn_v', 'attention.value_length'],
  ] as const) {
    const rows = tensors.find((tensor) => tensor.name === `blk.0.${name}.weight`)?.dimensions[1];
    const headLength = figures.number(length) ?? width / heads;
    if (rows !== undefined && rows !== kvHeads * headLength) {
      throw broken('metadata', `${kvHeads} heads of ${headLength} in ${rows} rows of ${name}`);
    }
  }
}

function checkExperts(figures: Figures, hasExperts: boolean): void {
  const experts = figures.number('expert_count') ?? 0;
  if (experts > 0 && !hasExperts) throw broken('tensors', `${experts} experts, and no weights for them`);
  const used = figures.number('expert_used_count') ?? 0;
  if (used > experts) throw broken('metadata', `${used} experts used of ${experts}`);
}

/** The numbers under an architecture's own name. */
class Figures {
  constructor(
    private readonly metadata: Metadata,
    private readonly architecture: string,
  ) {}

  required(name: string, most: number): number {
    const value = this.metadata.get(this.keyOf(name));
    if (value === undefined) throw broken('metadata', `${this.keyOf(name)} is missing`);
    const number = this.number(name);
    if (number === undefined) throw broken('metadata', `${this.keyOf(name)} is no number`);
    if (number < 1 || number > most) throw broken('metadata', `${this.keyOf(name)} is ${number}`);
    return number;
  }

  number(name: string): number | undefined {
    const value = this.metadata.get(this.keyOf(name));
    return value?.kind === 'number' ? value.value : undefined;
  }

  /**
   * One number for all layers, or one for each; at least 1, or in one layer at least where they differ.
   * @param otherwise where there is none; without it, there has to be
   * @returns the one for all
   */
  inEachLayer(name: string, layers: number, otherwise?: number): number | undefined {
    const key = this.keyOf(name);
    const value = this.metadata.get(key);
    if (value?.kind !== 'array') return value === undefined && otherwise !== undefined ? otherwise : this.required(name, mostTokens);
    const { count, numbers = [] } = value;
    if (count !== layers) throw broken('metadata', `${key} for ${count} layers of ${layers}`);
    if (Math.max(0, ...numbers) < 1) throw broken('metadata', `${key} is 0 in each layer`);
    return undefined;
  }

  private keyOf(name: string): string {
    return `${this.architecture}.${name}`;
  }
}
