import type { ModelFacts } from '../../../src/contract/models';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { duration, note, step } from '../../../scripts/lib/progress.mjs';
import { cachedModelPath, llama2_7bShape } from '../../fixtures/models/llama';
import { embedded, large, phase, type PeerSource, type Plan, type Setting } from './phases';
import { jsonRow, rowHolds, rowIds, tableOf, type JsonRow, type Row, type RowId } from '../lib/rows';
import { embeddedQuantities, largeQuantities, quantitiesOf, Takings } from './takings';
import { rowOf } from './verdicts';

export interface SessionBench {
  /** Rows to measure; empty for all. */
  readonly only: readonly string[];
  readonly repeats: number;
  readonly worker: string;
  readonly embeddedModel: string;
  /** A model in place of the 7B-shaped one; empty for that. */
  readonly largeModel: string;
  readonly peer: PeerSource;
  /** A file for the rows as far as they are measured, written after each quantity: a run that is cut short has not been for nothing. */
  readonly soFar: string;
}

/** What `--json` prints. */
export interface SessionReport {
  readonly bench: 'session';
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryGB: number };
  readonly repeats: number;
  readonly models: readonly {
    readonly name: string;
    readonly lanes: number;
    readonly contextTokens: number;
    readonly threads: number;
    readonly decodeThreads: number;
  }[];
  readonly seconds: number;
  readonly rows: readonly JsonRow[];
  readonly holds: boolean | null;
}

/** Everything has forty minutes. A machine slower than most repeats less often what takes longer than this; milliseconds. */
const quantityTime = 100_000;
/** The setting's default. */
const contextTokens = 4096;

/** Measures, and returns the table for people and the report for programs. */
export async function benchSession(bench: SessionBench): Promise<{ readonly table: string; readonly report: SessionReport }> {
  const started = performance.now();
  const ids = wantedRows(bench.only);
  const wanted = new Set(ids.flatMap((id) => quantitiesOf[id]));
  const rowsNow = (): readonly Row[] => ids.map((id) => rowOf(id, { ours, peer }));
  const keep = (): void => {
    writeFileSync(bench.soFar, JSON.stringify(rowsNow().map(jsonRow), undefined, 2));
  };
  const ours = new Takings('Paddock', wanted, keep);
  const peer = new Takings('llama-server', wanted, keep);
  const plan: Plan = {
    worker: bench.worker,
    peer: bench.peer,
    rounds: { repeats: bench.repeats, milliseconds: quantityTime },
    contextTokens,
  };
  const settings = [await withLarge(bench, plan, ours, peer), await withEmbedded(bench, plan, ours, peer)].filter(
    (each) => each !== undefined,
  );
  const rows = rowsNow();
  for (const { prompts } of settings) await prompts.dispose();
  const took = performance.now() - started;
  note(`Measured in ${duration(took)}.`);
  return { table: tableOf(rows), report: reportOf(bench, rows, settings, took) };
}

/** @throws Error for a row there is not */
export function wantedRows(only: readonly string[]): readonly RowId[] {
  const unknown = only.filter((name) => !rowIds.some((id) => id === name));
  if (unknown.length > 0) throw new Error(`There is no row ${unknown.join(', ')}; there are ${rowIds.join(', ')}.`);
  return only.length === 0 ? rowIds : rowIds.filter((id) => only.includes(id));
}

async function withLarge(bench: SessionBench, plan: Plan, ours: Takings, peer: Takings): Promise<Setting | undefined> {
  return phase(ours, largeQuantities, async () => {
    const model = bench.largeModel === '' ? await largeModel() : bench.largeModel;
    return large(ours, peer, model, plan);
  });
}

async function withEmbedded(bench: SessionBench, plan: Plan, ours: Takings, peer: Takings): Promise<Setting | undefined> {
  return phase(ours, embeddedQuantities, () => embedded(ours, peer, bench.embeddedModel, plan));
}

/** Llama 2 7B's shape with random weights: what is said is noise, and takes as long as the real one's. */
function largeModel(): Promise<string> {
  return step('Writing a model of the shape of Llama 2 7B', () =>
    cachedModelPath('llama-2-7b-chat-shaped-v1.Q4_0', llama2_7bShape, { seed: 7, type: 'Q4_0', name: 'llama-2-7b-chat-shaped' }),
  );
}

function reportOf(bench: SessionBench, rows: readonly Row[], settings: readonly Setting[], took: number): SessionReport {
  const verdicts = rows.map(rowHolds);
  return {
    bench: 'session',
    machine: { cpu: cpus()[0]?.model.trim() ?? '', cores: availableParallelism(), memoryGB: Math.round(totalmem() / 2 ** 30) },
    repeats: bench.repeats,
    models: settings.map(({ facts }) => modelOf(facts)),
    seconds: Math.round(took / 1000),
    rows: rows.map(jsonRow),
    holds: verdicts.includes(false) ? false : verdicts.includes(null) ? null : true,
  };
}

function modelOf({ name, lanes, contextTokens, threads, decodeThreads }: ModelFacts): SessionReport['models'][number] {
  return { name, lanes, contextTokens, threads, decodeThreads };
}
