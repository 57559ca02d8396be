import type { EngineErrorData, LoadErrorData } from '../../../contract/engineErrors';
import type { GpuChoice, GpuFailure, LoadModelParams, ModelFacts, ModelNeed, ModelRole } from '../../../contract/models';
import { workerDied, type WorkerEnd } from './deathCause';

/** The models that the user wants: one for chat, and another for completions where that is set. */
export interface WantedModels extends Omit<LoadModelParams, 'role' | 'isShared' | 'reservedBytes'> {
  readonly completion?: { readonly path: string; readonly name?: string };
}

/** A load that the worker was asked for, and how it ended. */
export interface LoadAttempt extends Required<Pick<LoadModelParams, 'role' | 'gpu' | 'isShared'>> {
  /** What the model was loaded on; `undefined` when the load ended before that was known. */
  readonly device: string | false | undefined;
  readonly end:
    | { readonly kind: 'loaded'; readonly facts: ModelFacts }
    | { readonly kind: 'failed'; readonly error: EngineErrorData }
    | { readonly kind: 'died'; readonly end: WorkerEnd };
}

export type Measured =
  { readonly kind: 'measured'; readonly need: ModelNeed } | { readonly kind: 'failed'; readonly error: EngineErrorData };

/** Everything that decides what is loaded next. */
export interface LoadSituation {
  readonly wanted: Pick<WantedModels, 'gpu' | 'completion'>;
  /** Whether an earlier window found that the graphics card does not work. */
  readonly isGpuKnownToFail: boolean;
  /** What the two models need. Absent until it is measured; only asked for where a second model is wanted. */
  readonly needs?: Readonly<Record<ModelRole, Measured>> | undefined;
  /** Oldest first. Those before a death were made in a worker that is gone. */
  readonly attempts: readonly LoadAttempt[];
}

export type LoadStep =
  /** Ask the worker what both models need, on the graphics card or without it. */
  | { readonly kind: 'measure'; readonly gpu: GpuChoice }
  | ({ readonly kind: 'load' } & Required<Pick<LoadModelParams, 'role' | 'gpu' | 'isShared' | 'reservedBytes'>>)
  /** Everything that can be loaded is. */
  | { readonly kind: 'done'; readonly completionError?: EngineErrorData | undefined; readonly gpuFailure?: GpuFailure | undefined }
  | { readonly kind: 'fail'; readonly error: EngineErrorData };

/** Errors that the graphics card has no part in: the load would end the same way on the processor. */
const NOT_THE_GPU: ReadonlySet<string> = new Set<LoadErrorData['kind']>([
  'modelNotFound',
  'notGguf',
  'modelTruncated',
  'modelVersion',
  'modelBroken',
  'modelParts',
  'relativePath',
  'unsupportedArchitecture',
  'doesNotFit',
]);

/**
 * Decides what the worker loads next. The worker never tries again by itself: it reports how a load ended, and this function finds what is
 * left to try. A graphics card that fails is left out first, then the model for completions; the chat's model is the last to be given up.
 * No load is asked for twice after it failed, so that asking always ends.
 */
export function decideLoad(situation: LoadSituation): LoadStep {
  const completion = planCompletion(situation);
  const gpuFailure = findGpuFailure(situation.attempts);
  if (completion.kind === 'measure') return { kind: 'measure', gpu: chooseGpu(situation, gpuFailure !== undefined) };
  const isShared = completion.kind === 'load';
  const chat = findLoaded(situation.attempts, 'chat');
  if (chat?.isShared !== isShared) {
    const gpu = chooseGpu(situation, gpuFailure !== undefined);
    const failed = situation.attempts.find((each) => isSame(each, { role: 'chat', gpu, isShared }) && each.end.kind !== 'loaded');
    if (failed) return { kind: 'fail', error: toError(failed) };
    return { kind: 'load', role: 'chat', gpu, isShared, reservedBytes: isShared ? completion.need.minBytes : 0 };
  }
  if (isShared && !findLoaded(situation.attempts, 'completion')) {
    const gpu = chooseGpu(situation, gpuFailure !== undefined || situation.attempts.some((each) => isGpuRefusal(each, 'completion')));
    return { kind: 'load', role: 'completion', gpu, isShared, reservedBytes: 0 };
  }
  return { kind: 'done', completionError: completion.kind === 'leaveOut' ? completion.error : undefined, gpuFailure };
}

type CompletionPlan =
  | { readonly kind: 'measure' }
  | { readonly kind: 'load'; readonly need: ModelNeed }
  /** The chat's model writes completions: nothing else is wanted, or `error` says why it cannot be had. */
  | { readonly kind: 'leaveOut'; readonly error?: EngineErrorData };

function planCompletion({ wanted, needs, attempts }: LoadSituation): CompletionPlan {
  const { completion } = wanted;
  if (!completion) return { kind: 'leaveOut' };
  const failed = attempts.find((each) => each.isShared && each.end.kind !== 'loaded' && isCompletionsFault(each));
  if (failed && (failed.role === 'completion' || failed.end.kind === 'died')) return { kind: 'leaveOut', error: toError(failed) };
  if (!needs) return { kind: 'measure' };
  if (needs.completion.kind === 'failed') return { kind: 'leaveOut', error: needs.completion.error };
  // What is wrong with the chat's model, loading it says.
  if (needs.chat.kind === 'failed' || needs.chat.need.fingerprint === needs.completion.need.fingerprint) return { kind: 'leaveOut' };
  const [chat, need] = [needs.chat.need, needs.completion.need];
  const freeBytes = Math.max(0, need.freeBytes - chat.minBytes);
  if (failed || (!chat.hasGpu && need.minBytes > freeBytes)) {
    const sizes = { path: completion.path, neededBytes: need.minBytes, freeBytes };
    return { kind: 'leaveOut', error: { kind: 'doesNotFit', ...sizes, others: 0, othersBytes: 0 } };
  }
  return { kind: 'load', need };
}

/**
 * Whether a load that ended badly is a reason to do without the second model: its own load, unless the processor is left to try, and a
 * load of the chat's model that lacked the memory kept free for the second one, or took the worker with it.
 */
function isCompletionsFault(attempt: LoadAttempt): boolean {
  const { role, end } = attempt;
  if (role === 'completion') return !isGpuRefusal(attempt, 'completion');
  if (end.kind === 'died') return !isGpuSuspect(attempt);
  return end.kind === 'failed' && end.error.kind === 'doesNotFit';
}

/** Why the chat's model is not on the graphics card although it was to be, or `undefined`. */
function findGpuFailure(attempts: readonly LoadAttempt[]): GpuFailure | undefined {
  for (const attempt of attempts) {
    const { role, device, end } = attempt;
    if (end.kind === 'loaded' && role === 'chat' && end.facts.gpuFailure) return end.facts.gpuFailure;
    if (end.kind === 'failed' && isGpuRefusal(attempt, 'chat')) {
      const detail = end.error.kind === 'internal' ? end.error.detail : end.error.kind;
      return { device: nameGpu(device), detail };
    }
    if (end.kind === 'died' && isGpuSuspect(attempt)) {
      return { device: nameGpu(device), detail: end.end.cause === 'hang' ? 'hang' : end.end.detail };
    }
  }
  return undefined;
}

/** The card's interface, where the worker said it before its load ended. */
function nameGpu(device: LoadAttempt['device']): string {
  return typeof device === 'string' ? device : 'GPU';
}

/** Whether a load failed on the graphics card in a way that may succeed on the processor. */
function isGpuRefusal({ role, device, end }: LoadAttempt, wanted: ModelRole): boolean {
  return role === wanted && typeof device === 'string' && end.kind === 'failed' && !NOT_THE_GPU.has(end.error.kind);
}

/**
 * Whether the card's driver may have taken the worker with it while the chat's model was loaded. Not where memory ran out: on the
 * processor the model takes more of it.
 */
function isGpuSuspect({ role, gpu, device, end }: LoadAttempt): boolean {
  return role === 'chat' && gpu === 'auto' && device !== false && end.kind === 'died' && end.end.cause !== 'memory';
}

function chooseGpu({ wanted, isGpuKnownToFail }: LoadSituation, hasFailed: boolean): GpuChoice {
  return isGpuKnownToFail || hasFailed ? 'off' : wanted.gpu;
}

/** The load whose model the present worker has for a role. */
function findLoaded(attempts: readonly LoadAttempt[], role: ModelRole): LoadAttempt | undefined {
  const here = attempts.slice(attempts.findLastIndex(({ end }) => end.kind === 'died') + 1);
  const last = here.findLast((each) => each.role === role);
  return last?.end.kind === 'loaded' ? last : undefined;
}

function isSame(a: LoadAttempt, b: Pick<LoadAttempt, 'role' | 'gpu' | 'isShared'>): boolean {
  return a.role === b.role && a.gpu === b.gpu && a.isShared === b.isShared;
}

function toError({ end }: LoadAttempt): EngineErrorData {
  if (end.kind === 'failed') return end.error;
  return end.kind === 'died' ? workerDied(end.end) : { kind: 'internal', detail: 'loaded' };
}
