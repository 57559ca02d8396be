import type { EngineTask } from '../../llm/languageModel';
import { kvBytesPerToken, recommendedQuantisation, type Catalogue, type CatalogueModel, type Quantisation } from './catalogue';
import { fit, type Fit, type Machine, type ModelNeed } from './modelFit';

/** A model file that is there. */
export interface OwnedModel {
  /** For people. */
  readonly name: string;
  readonly path: string;
  /** Of all its files. */
  readonly bytes: number;
  readonly source: string;
}

export type ChoiceTarget =
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'catalogue'; readonly model: CatalogueModel };

/** A model that can be chosen. */
export interface Choice {
  readonly group: 'recommended' | 'machine' | 'catalogue';
  readonly name: string;
  /** What it is recommended for. */
  readonly tasks: readonly EngineTask[];
  /** `undefined` for a file that has not been examined. */
  readonly fit: Fit | undefined;
  /** Of what would be loaded, or downloaded first. */
  readonly bytes: number;
  /** The catalogue's entry, also of a file that is one of its. */
  readonly model: CatalogueModel | undefined;
  readonly target: ChoiceTarget;
  /** Whether it is the one that is set. */
  readonly current: boolean;
}

export interface ChoicesInput {
  readonly catalogue: Catalogue;
  readonly owned: readonly OwnedModel[];
  /** What examining the files has found, by their paths. */
  readonly needs: ReadonlyMap<string, ModelNeed>;
  readonly machine: Machine;
  readonly contextTokens: number;
  /** The file that is set. */
  readonly currentPath: string;
}

/** Everything that can be chosen: what is recommended, what is there, and what can be had. */
export function choices(input: ChoicesInput): readonly Choice[] {
  const { catalogue, owned } = input;
  const tasks = new Map<CatalogueModel, EngineTask[]>();
  for (const task of ['chat', 'ghostText'] as const) {
    const model = recommend(catalogue, task, input.machine, input.contextTokens);
    if (model) tasks.set(model, [...(tasks.get(model) ?? []), task]);
  }
  const recommended = [...tasks].map(([model, of]) => {
    const file = owned.find((one) => entryOf(catalogue, one)?.model === model);
    return { ...(file ? ofFile(file, 'recommended', input) : ofEntry(model, 'recommended', input)), tasks: of };
  });
  return [
    ...recommended,
    ...owned.map((one) => ofFile(one, 'machine', input)),
    ...catalogue.models.filter(({ embedded }) => !embedded).map((model) => ofEntry(model, 'catalogue', input)),
  ];
}

/**
 * The best model for a task of those that run well enough: at reading pace for chat; faster for ghost text, where nobody waits. The
 * embedded one where none does.
 */
export function recommend(catalogue: Catalogue, task: EngineTask, machine: Machine, contextTokens: number): CatalogueModel | undefined {
  const wanted = catalogue.preferred[task].flatMap((id) => catalogue.models.find((model) => model.id === id) ?? []);
  const good = wanted.find((model) => {
    const { verdict } = fit(needOf(model, recommendedQuantisation(model)), machine, contextTokens);
    return verdict === 'fast' || (verdict === 'usable' && task === 'chat');
  });
  return good ?? wanted.find(({ embedded }) => embedded);
}

/** What an entry of the catalogue asks of the machine. */
export function needOf(model: CatalogueModel, { bytes }: Quantisation): ModelNeed {
  return {
    weightBytes: bytes,
    kvBytesPerToken: kvBytesPerToken(model),
    layers: model.layers,
    trainContextTokens: model.trainContextTokens,
  };
}

/** The quantisation to offer first: the recommended one, or the largest that fits where that does not. */
export function defaultQuantisation(model: CatalogueModel, machine: Machine, contextTokens: number): Quantisation {
  const recommended = recommendedQuantisation(model);
  const fits = (one: Quantisation): boolean => fit(needOf(model, one), machine, contextTokens).verdict !== 'doesNotFit';
  if (fits(recommended)) return recommended;
  const fitting = model.quantisations.filter(fits).sort((a, b) => b.bytes - a.bytes);
  return fitting[0] ?? recommended;
}

function ofEntry(model: CatalogueModel, group: Choice['group'], { machine, contextTokens }: ChoicesInput): Choice {
  const quantisation = defaultQuantisation(model, machine, contextTokens);
  return {
    group,
    name: model.name,
    tasks: [],
    fit: fit(needOf(model, quantisation), machine, contextTokens),
    bytes: quantisation.bytes,
    model,
    target: { kind: 'catalogue', model },
    current: false,
  };
}

function ofFile(file: OwnedModel, group: Choice['group'], input: ChoicesInput): Choice {
  const entry = entryOf(input.catalogue, file);
  const need = input.needs.get(file.path) ?? (entry && needOf(entry.model, { ...entry.quantisation, bytes: file.bytes }));
  return {
    group,
    name: file.name,
    tasks: [],
    fit: need && fit(need, input.machine, input.contextTokens),
    bytes: file.bytes,
    model: entry?.model,
    target: { kind: 'file', path: file.path },
    current: file.path === input.currentPath,
  };
}

/** The entry a file is, by its name and its size: no other file is so called and within a hundredth as long. */
function entryOf(
  catalogue: Catalogue,
  { path, bytes }: OwnedModel,
): { readonly model: CatalogueModel; readonly quantisation: Quantisation } | undefined {
  const name = path.split(/[/\\]/).at(-1)?.toLowerCase();
  for (const model of catalogue.models) {
    const quantisation = model.quantisations.find(({ file }) => file.toLowerCase() === name);
    if (quantisation && Math.abs(bytes / quantisation.bytes - 1) < 0.01) return { model, quantisation };
  }
  return undefined;
}
