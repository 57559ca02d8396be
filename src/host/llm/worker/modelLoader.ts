import type { EngineErrorData } from '../../../contract/engineErrors';
import type { ExamineModelParams, GpuChoice, GpuFailure, LoadModelParams, ModelFacts, ModelNeed } from '../../../contract/models';
import { COMPLETION_CONTEXT_TOKENS } from '../../../prompt/completion/completionPrompt';
import type { Log } from '../../services/log';
import type { WorkerEnd } from './deathCause';
import type { RememberedGpuFailure } from './gpuFailureMemory';
import { decideLoad, type LoadAttempt, type LoadSituation, type LoadStep, type Measured, type WantedModels } from './loadPolicy';

/** What the worker is asked. Both reject with an {@link EngineError} where it refuses, and with anything else where it ends. */
export interface LoadingWorker {
  measure(params: ExamineModelParams): Promise<ModelNeed>;
  load(params: LoadModelParams): Promise<ModelFacts>;
  /** The error that a rejection carries; `undefined` where the worker ended. */
  readError(error: unknown): EngineErrorData | undefined;
}

export interface ModelLoaderOptions {
  readonly gpu: Pick<RememberedGpuFailure, 'failure'> | undefined;
  readonly log: Log;
  /** Told how much of all that is to be loaded is there, 0 to 1. */
  readonly onProgress: (fraction: number) => void;
}

type LoadingStep = Extract<LoadStep, { kind: 'load' }>;

/** Has a worker load what is wanted, as {@link decideLoad} says, and remembers over the deaths of workers what was tried. */
export class ModelLoader {
  private attempts: readonly LoadAttempt[] = [];
  private wanted: WantedModels | undefined;
  private needs: LoadSituation['needs'];
  /** The load under way, and what it is known to run on. */
  private current: { readonly step: LoadingStep; device: string | false | undefined } | undefined;
  /** Share of all files that are loaded before the one under way, and that one's. */
  private share = { before: 0, own: 1 };

  constructor(private readonly options: ModelLoaderOptions) {}

  /**
   * Loads what is wanted in a worker that has nothing loaded yet.
   * @returns the chat model's facts, with what became of the model for completions
   * @throws what `readError` reads as `undefined`, where the worker ended
   */
  async load(wanted: WantedModels, worker: LoadingWorker): Promise<ModelFacts | { readonly error: EngineErrorData }> {
    this.begin(wanted);
    for (;;) {
      const step = decideLoad(this.situation(wanted));
      if (step.kind === 'measure') this.needs = await this.measure(step.gpu, wanted, worker);
      else if (step.kind === 'load') await this.take(step, wanted, worker);
      else if (step.kind === 'fail') return { error: step.error };
      else return this.finish(step.completionError, step.gpuFailure);
    }
  }

  /** The worker says what it loads on. */
  noteDevice(device: string | false): void {
    if (this.current) this.current.device = device;
  }

  /** @param fraction of the model that is being loaded, 0 to 1 */
  noteProgress(fraction: number): void {
    if (this.current) this.options.onProgress(this.share.before + this.share.own * fraction);
  }

  /**
   * The worker died while it loaded.
   * @returns whether there is something left to try in another one
   */
  noteDeath(end: WorkerEnd): boolean {
    const { current, wanted } = this;
    if (!current || !wanted) return false;
    this.record(current.step, { kind: 'died', end });
    return decideLoad(this.situation(wanted)).kind !== 'fail';
  }

  /** The next load tries everything again. */
  forget(): void {
    this.attempts = [];
    this.needs = undefined;
  }

  private begin(wanted: WantedModels): void {
    const before = this.wanted;
    if (before && !isSameLoad(before, wanted)) this.forget();
    this.wanted = wanted;
    this.current = undefined;
    // What was loaded or refused was so in a worker that is gone. That a load took a worker with it still counts.
    this.attempts = this.attempts.filter(({ end }) => end.kind === 'died');
    this.needs = undefined;
  }

  private situation({ gpu, completion }: WantedModels): LoadSituation {
    const isGpuKnownToFail = this.options.gpu?.failure !== undefined;
    return { wanted: { gpu, ...(completion ? { completion } : {}) }, isGpuKnownToFail, needs: this.needs, attempts: this.attempts };
  }

  private async measure(gpu: GpuChoice, wanted: WantedModels, worker: LoadingWorker): Promise<LoadSituation['needs']> {
    // A worker that dies here dies of the second model, without which nothing would be measured.
    this.current = { step: { kind: 'load', role: 'completion', gpu, isShared: true, reservedBytes: 0 }, device: undefined };
    const measureFile = async (path: string, contextTokens: number): Promise<Measured> => {
      try {
        return { kind: 'measured', need: await worker.measure({ path, contextTokens, gpu }) };
      } catch (error) {
        const data = worker.readError(error);
        if (!data) throw error;
        return { kind: 'failed', error: data };
      }
    };
    const completion = await measureFile(wanted.completion?.path ?? '', completionContext(wanted));
    const chat = await measureFile(wanted.path, wanted.contextTokens);
    this.current = undefined;
    return { chat, completion };
  }

  private async take(step: LoadingStep, wanted: WantedModels, worker: LoadingWorker): Promise<void> {
    this.current = { step, device: undefined };
    this.share = this.computeShare(step);
    try {
      this.record(step, { kind: 'loaded', facts: await worker.load(toParams(step, wanted)) });
    } catch (error) {
      const data = worker.readError(error);
      if (!data) throw error;
      this.record(step, { kind: 'failed', error: data });
    }
  }

  private record({ role, gpu, isShared }: LoadingStep, end: LoadAttempt['end']): void {
    const device = this.current?.device;
    if (end.kind === 'failed')
      this.options.log.warn(
        `the model for ${role} was not loaded on ${typeof device === 'string' ? device : 'the CPU'}: ${JSON.stringify(end.error)}`,
      );
    this.attempts = [...this.attempts, { role, gpu, isShared, device, end }];
    this.current = undefined;
  }

  private computeShare({ role, isShared }: LoadingStep): { before: number; own: number } {
    if (!isShared || this.needs?.chat.kind !== 'measured' || this.needs.completion.kind !== 'measured') return { before: 0, own: 1 };
    const chat = this.needs.chat.need.fileBytes / (this.needs.chat.need.fileBytes + this.needs.completion.need.fileBytes);
    return role === 'chat' ? { before: 0, own: chat } : { before: chat, own: 1 - chat };
  }

  private finish(
    completionError: EngineErrorData | undefined,
    gpuFailure: GpuFailure | undefined,
  ): ModelFacts | { error: EngineErrorData } {
    const facts = (role: LoadAttempt['role']): ModelFacts | undefined => {
      const last = this.attempts.findLast((each) => each.role === role)?.end;
      return last?.kind === 'loaded' ? last.facts : undefined;
    };
    const [chat, completion] = [facts('chat'), facts('completion')];
    if (!chat) return { error: { kind: 'internal', detail: 'no model was loaded' } };
    const all = { ...chat, ...(gpuFailure ? { gpuFailure } : {}) };
    if (completionError) return { ...all, completion: { kind: 'failed', error: completionError } };
    return completion ? { ...all, completion: { kind: 'loaded', facts: completion } } : all;
  }
}

/** Whether what was tried before says anything about loading these models. */
function isSameLoad(a: WantedModels, b: WantedModels): boolean {
  const isSameModel = a.path === b.path && a.completion?.path === b.completion?.path;
  return isSameModel && a.gpu === b.gpu && a.contextTokens === b.contextTokens;
}

function toParams(step: LoadingStep, wanted: WantedModels): LoadModelParams {
  const { role, gpu, isShared, reservedBytes } = step;
  const { completion, name, force, ...shared } = wanted;
  const common = { ...shared, role, gpu, isShared, reservedBytes };
  if (role === 'chat') return { ...common, ...(name === undefined ? {} : { name }), ...(force === undefined ? {} : { force }) };
  return {
    ...common,
    ...completion,
    path: completion?.path ?? '',
    contextTokens: completionContext(wanted),
  };
}

function completionContext({ contextTokens }: WantedModels): number {
  return Math.min(contextTokens, COMPLETION_CONTEXT_TOKENS);
}
