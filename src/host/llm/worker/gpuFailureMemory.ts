import type { GpuFailure } from '../../../contract/models';
import type { Memento } from '../../services/memento';
import { Emitter } from '../../../util/event';

const memoryKey = 'paddock.gpuFailure';

/**
 * Remembers that a graphics card failed, so that it is not tried again at each start. For one version of Paddock, because the next may have
 * a build that works, and until somebody wants it tried again.
 */
export class RememberedGpuFailure {
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

  /** Remembers and tells a failure, unless one is remembered already. */
  remember(failure: GpuFailure): void {
    if (this.failure) return;
    void this.memory.update(memoryKey, { version: this.version, ...failure });
    this.emitter.fire(failure);
  }

  /** The next load tries the graphics card again. */
  async forget(): Promise<void> {
    await this.memory.update(memoryKey, undefined);
  }
}

function isKept(value: unknown): value is GpuFailure & { readonly version: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { version, device, detail } = value as Partial<Record<string, unknown>>;
  return typeof version === 'string' && typeof device === 'string' && typeof detail === 'string';
}
