import type { GpuFailure, LoadModelParams, ModelFacts } from '../../../contract/models';
import { Emitter } from '../../../util/event';
import type { Memento } from '../../services/memento';
import type { WorkerEnd } from './deathCause';

export type { Memento as GpuMemory } from '../../services/memento';

const memoryKey = 'paddock.gpuFailure';

/**
 * Keeps a graphics card out of the way that has failed: one whose driver takes the worker with it, and one that the worker itself has given
 * up. Remembered for one version of Paddock, as the next may have a build that works, and until somebody wants it tried again.
 */
export class GpuFallback {
  /** What the load under way is known to run on; `undefined` before it is. */
  private device: string | false | undefined;
  private wanted: LoadModelParams['gpu'] = 'off';
  /** A death whose cause is not certain before the model has loaded on the processor. */
  private suspected: GpuFailure | undefined;
  private readonly emitter = new Emitter<GpuFailure>();

  /** Told once for each failure, when the model runs on the processor. */
  readonly onDidFail = this.emitter.event;

  constructor(
    private readonly memory: Memento,
    private readonly version: string,
  ) {}

  /** What is remembered for this version. */
  get failure(): GpuFailure | undefined {
    const kept = this.memory.get(memoryKey);
    return isKept(kept) && kept.version === this.version ? { device: kept.device, detail: kept.detail } : undefined;
  }

  /** The parameters to load a model with, which is about to begin. */
  begin(model: LoadModelParams): LoadModelParams {
    const gpu = this.failure || this.suspected ? 'off' : model.gpu;
    this.wanted = gpu;
    this.device = undefined;
    return { ...model, gpu };
  }

  /** The worker says what it loads on. */
  found(device: string | false): void {
    this.device = device;
  }

  /**
   * The worker died while it loaded.
   * @returns whether the same model is to be loaded once more, on the processor
   */
  died({ detail, cause }: WorkerEnd): boolean {
    // On the processor the model takes more memory, not less.
    const { device } = this;
    const isSuspect = this.wanted === 'auto' && device !== false && cause !== 'memory';
    this.suspected = isSuspect ? { device: device ?? 'GPU', detail: cause === 'hang' ? cause : detail } : undefined;
    return isSuspect;
  }

  /** A model has loaded. */
  loaded({ gpuFailure }: ModelFacts): void {
    const failure = gpuFailure ?? this.suspected;
    this.suspected = undefined;
    if (!failure) return;
    void this.memory.update(memoryKey, { version: this.version, ...failure });
    this.emitter.fire(failure);
  }

  /** The next load tries the graphics card again. */
  async forget(): Promise<void> {
    this.suspected = undefined;
    await this.memory.update(memoryKey, undefined);
  }
}

function isKept(value: unknown): value is GpuFailure & { readonly version: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { version, device, detail } = value as Partial<Record<string, unknown>>;
  return typeof version === 'string' && typeof device === 'string' && typeof detail === 'string';
}
